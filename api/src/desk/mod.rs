//! The desk: the staff side of consultations, as JSON for the page at `/desk/`.
//!
//! Start at [`routes()`]. A member signs in ([`sessions`]), and the role gives permissions ([`member`]); everything else takes
//! one. [`queue`] is the list, [`thread`] one consultation, [`acts`], [`handovers`] and [`transfer`] what is done with it,
//! [`walk_in`] how a member begins one, [`events`] what is heard of changes, [`chain`] the audit chain, [`figures`] the
//! reports, [`wire`] what they share, [`words`] the words that forms choose from. How somebody comes to a desk:
//! [`invitations`], [`members`], [`recovery`]; what they show of themselves: [`second_factor`], [`passphrase`]; how old
//! letters follow a new key: [`reseal`]. Letters and notes are opened and
//! sealed in the member's browser: nothing here can.

pub mod acts;
pub mod chain;
pub mod code;
pub mod events;
pub mod figures;
pub mod handovers;
pub mod invitations;
pub mod keys;
pub mod login;
pub mod member;
pub mod members;
pub mod paper;
pub mod passphrase;
pub mod queue;
pub mod recovery;
pub mod reseal;
pub mod role;
pub mod second_factor;
pub mod sessions;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
pub mod thread;
pub mod totp;
pub mod transfer;
pub mod walk_in;
pub mod wire;
pub mod words;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

/// The most bytes of a body: a message of the largest size class as base64, and its keys.
const MOST_BYTES: usize = 128 << 10;

/// The most bytes of the keys of a whole thread: twice a hundred messages, five desks, 152 characters and their quotes each.
const MOST_RESEALED: usize = 192 << 10;

/// The JSON addresses under `/api/v1/desk`.
pub fn routes() -> OpenApiRouter<AppState> {
    let transfer = OpenApiRouter::default()
        .routes(routes!(transfer::target, transfer::transfer))
        .layer(DefaultBodyLimit::max(MOST_RESEALED));
    OpenApiRouter::default()
        .routes(routes!(sessions::parameters))
        .routes(routes!(sessions::sign_in))
        .routes(routes!(sessions::sign_out))
        .routes(routes!(sessions::me))
        .routes(routes!(second_factor::show, second_factor::set))
        .routes(routes!(passphrase::change))
        .routes(routes!(recovery::show, recovery::take))
        .routes(routes!(invitations::open))
        .routes(routes!(invitations::accept))
        .routes(routes!(invitations::invite))
        .routes(routes!(invitations::revoke))
        .routes(routes!(members::list))
        .routes(routes!(members::admit))
        .routes(routes!(members::role))
        .routes(routes!(members::remove))
        .routes(routes!(members::forget_second_factor))
        .routes(routes!(reseal::list, reseal::put))
        .routes(routes!(queue::list, walk_in::register))
        .routes(routes!(walk_in::withdraw))
        .routes(routes!(queue::below))
        .routes(routes!(queue::list_below))
        .routes(routes!(words::list))
        .routes(routes!(events::events))
        .routes(routes!(events::events_below))
        .routes(routes!(thread::one))
        .routes(routes!(acts::accept))
        .routes(routes!(acts::step_in))
        .routes(routes!(acts::answer))
        .routes(routes!(acts::note))
        .routes(routes!(acts::mark))
        .routes(routes!(acts::extend))
        .routes(routes!(acts::close))
        .routes(routes!(acts::put_away))
        .routes(routes!(acts::follow_up))
        .routes(routes!(acts::draft_digest))
        .routes(routes!(handovers::hand_over))
        .routes(routes!(handovers::confirm))
        .routes(routes!(handovers::result))
        .routes(routes!(transfer::desks))
        .routes(routes!(chain::list))
        .routes(routes!(figures::show))
        .routes(routes!(figures::file))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .merge(transfer)
}
