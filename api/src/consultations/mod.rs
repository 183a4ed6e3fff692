//! Anonymous consultations: the asker's side.
//!
//! Start at [`forms`]. A form comes in ([`ask`]), is sealed to the desk the moment it arrives, and a receipt goes out;
//! the receipt typed back opens the thread ([`reply`]). Browsers that seal by themselves come to [`sealed`]. [`receipt`] is what it looks like, [`stretch`] what it opens,
//! [`state`] where a consultation can stand.
//!
//! # Invariants
//!
//! - Nothing here logs a request, and nothing that identifies a person reaches the store. Our own faults are logged
//!   once an hour, so that the log does not tell when somebody wrote.
//! - No private key is at rest: a [`stretch::ThreadKey`] is made of a typed receipt and gone with the request.
//! - Plaintext lives in the memory of one request; on the way to the store it is sealed first.

pub mod ask;
pub mod clocks;
pub mod consent;
pub mod history;
pub mod hourly;
pub mod keeper;
pub mod letter;
pub mod outlook;
pub mod pace;
pub mod page;
pub mod pass;
pub mod post;
pub mod proof;
pub mod public;
pub mod receipt;
pub mod register;
pub mod reply;
pub mod sealed;
pub mod state;
pub mod stretch;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
pub mod work;

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, bail};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::HeaderName;
use axum::routing::get;
use search::statistics::Statistics;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::clock::Hour;
use crate::consultations::hourly::Hourly;
use crate::consultations::pace::Pace;
use crate::consultations::proof::ProofKey;
use crate::consultations::stretch::{ROUNDS, SALT_LEN, Stretching};
use crate::consultations::work::{WORK, Work};
use crate::desk::keys::PASSPHRASE_ROUNDS;
use crate::desk::login;
use crate::dice::Dice;
use crate::effort::Effort;
use crate::limit::{SlowLane, Tally};
use crate::sealing::binding::{Binding, Sender, ThreadId};
use crate::sealing::message::{self, Envelope};
use crate::sealing::suite::PrivateKey;
use crate::secrets::Secrets;
use crate::state::AppState;
use crate::store::consultation::{KeyFor, StoredMessage};
use crate::store::desk::Reader;
use crate::store::{SiteParameters, Store};

/// How consultations run on this machine.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The file of the server's secrets. Made when it is missing and the database is new.
    pub secrets: PathBuf,
    /// The header in which a gateway on this machine tells who is calling.
    pub client_address_header: Option<HeaderName>,
    /// The public address without a trailing slash: the desk's pages come from there.
    pub base_url: String,
    /// Whether that is https: cookies of the desk are sent only there then.
    pub https: bool,
    /// How many letters that a browser sealed one desk takes in an hour.
    pub letters_per_hour: u32,
    /// How many that came as forms.
    pub forms_per_hour: u32,
    /// Answers about receipts leave at multiples of this.
    pub answer_step: Duration,
    /// Rounds of PBKDF2 for a database that is new. Tests take fewer; a site never less than [`ROUNDS`].
    pub rounds: NonZeroU32,
    /// The pause of the slow lane.
    pub pause: Duration,
    /// Rounds of PBKDF2 for passphrases that are set now. Tests take fewer.
    pub passphrase_rounds: NonZeroU32,
    /// What a letter that was sealed in a browser costs its sender. Tests take less.
    pub work: Work,
    /// Whether members need a second factor to do anything at the desk.
    pub second_factor_required: bool,
}

/// Everything the asker's and the desk's handlers share. Cheap to clone.
#[derive(Clone)]
pub struct Consultations(Arc<Shared>);

/// What every clone shares.
pub struct Shared {
    pub(crate) settings: Settings,
    pub(crate) secrets: Secrets,
    /// Signs proofs of receipt. Made of the secrets.
    pub(crate) proof_key: ProofKey,
    pub(crate) stretching: Stretching,
    /// Stretching receipts that were typed back.
    pub(crate) effort: Effort,
    /// Sealing forms, on half of the cores: a flood of them must not take the places of those who read their replies.
    pub(crate) letter_effort: Effort,
    /// Checking logins, one at a time and apart from the rest: names can be made up for ever, and a flood of them must
    /// not take the places of those who ask.
    pub(crate) login_effort: Effort,
    /// The same for who has paid with work, so that a flood that pays nothing keeps no member out.
    pub(crate) paid_login_effort: Effort,
    /// Recognises forms that are sent again.
    pub(crate) requests: Hourly,
    /// Seals passes.
    pub(crate) passes: Hourly,
    /// Wrong receipts by network.
    pub(crate) wrong: Tally,
    /// Letters as forms by network.
    pub(crate) senders: Tally,
    /// Follow-ups by network.
    pub(crate) writers: Tally,
    /// Failed sign-ins by name.
    pub(crate) sign_ins: Tally,
    /// Wrong codes of the second factor beside a right passphrase, by member.
    pub(crate) codes: Tally,
    /// Wrong codes of invitations, all together.
    pub(crate) invitations: Tally,
    /// How soon letters were answered, as it was reckoned last.
    pub(crate) pace: Mutex<Option<(Hour, Pace)>>,
    /// What is published of all consultations, and the hour in which it was reckoned.
    pub(crate) statistics: Mutex<Option<(Hour, Arc<Statistics>)>>,
    /// The last hour in which a fault of the asker's path was logged.
    pub(crate) fault_logged: Mutex<Option<Hour>>,
    /// Opened in place of a thread that is not there. Nobody has its key.
    pub(crate) decoy: StoredMessage,
    /// Checked in place of the login of a name that nobody has. Of a value that is thrown away.
    pub(crate) nobodys_login: String,
    /// Wrong receipts wait here, forms and follow-ups each in a line of their own: who can fill one has not filled the others.
    pub(crate) slow_lane: SlowLane,
    pub(crate) slow_letters: SlowLane,
    pub(crate) slow_writers: SlowLane,
    pub(crate) slow_sign_in: SlowLane,
    pub(crate) slow_paid_sign_in: SlowLane,
    pub(crate) slow_invitation: SlowLane,
}

/// How many may wait for slow work: a few seconds' worth.
const WAITING: usize = 16;
/// How many may wait in a slow lane. With the pause below they are through before a request's time is over.
const WAITING_SLOWLY: usize = 3;

impl Settings {
    /// The settings of a real site, with its secrets at `secrets`.
    pub fn new(secrets: PathBuf) -> Self {
        Self {
            secrets,
            client_address_header: None,
            base_url: String::new(),
            https: true,
            letters_per_hour: 600,
            forms_per_hour: 120,
            answer_step: Duration::from_millis(500),
            rounds: ROUNDS,
            pause: Duration::from_millis(1500),
            passphrase_rounds: PASSPHRASE_ROUNDS,
            work: WORK,
            second_factor_required: true,
        }
    }
}

impl Consultations {
    /// Settles secrets and parameters with the database, making both when it is new.
    ///
    /// Fails when the database was used with other secrets than those of the file: no receipt would open anything.
    pub async fn open(settings: Settings, store: &Store, dice: &dyn Dice) -> anyhow::Result<Self> {
        let known = store.site_parameters().await.context("读不了数据库")?;
        let secrets = find_secrets(&settings, known.is_some(), dice)?;
        let parameters = match known {
            Some(parameters) => parameters,
            None => store
                .settle_site_parameters(begin(&settings, &secrets, dice))
                .await
                .context("写不了数据库")?,
        };
        if parameters.secrets_check != secrets.check() {
            bail!(
                "{} 不是这个数据库的密钥文件。请把原来的那一份放回来；用错了，所有回执码都打不开",
                settings.secrets.display()
            );
        }
        let rounds = NonZeroU32::new(parameters.stretch_rounds).context("数据库里的轮数是 0")?;
        Ok(Self(Arc::new(Shared {
            proof_key: ProofKey::derive(&secrets),
            stretching: Stretching { salt: parameters.stretch_salt, rounds },
            secrets,
            effort: Effort::of_this_machine(WAITING),
            letter_effort: Effort::of_half_this_machine(WAITING),
            login_effort: Effort::new(1, WAITING),
            paid_login_effort: Effort::new(1, WAITING),
            requests: Hourly::new("nuanzhan/form-key/1"),
            passes: Hourly::new("nuanzhan/pass-key/1"),
            wrong: Tally::default(),
            senders: Tally::default(),
            writers: Tally::default(),
            sign_ins: Tally::default(),
            codes: Tally::default(),
            invitations: Tally::default(),
            pace: Mutex::default(),
            statistics: Mutex::default(),
            fault_logged: Mutex::default(),
            decoy: decoy(dice),
            nobodys_login: login::hash(&crate::dice::draw(dice), dice),
            slow_lane: SlowLane::new(settings.pause, WAITING_SLOWLY),
            slow_letters: SlowLane::new(settings.pause, WAITING_SLOWLY),
            slow_writers: SlowLane::new(settings.pause, WAITING_SLOWLY),
            slow_sign_in: SlowLane::new(settings.pause, WAITING_SLOWLY),
            slow_paid_sign_in: SlowLane::new(settings.pause, WAITING_SLOWLY),
            slow_invitation: SlowLane::new(settings.pause, WAITING_SLOWLY),
            settings,
        })))
    }
}

impl std::ops::Deref for Consultations {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// The JSON addresses under `/api/v1`.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::default()
        .routes(routes!(public::parameters))
        .routes(routes!(public::desk_key))
        .merge(sealed::routes())
}

/// The HTML forms at `/ask/` and `/ask/reply/`, which work without any script.
pub fn forms() -> Router<AppState> {
    Router::new()
        .route("/ask/", get(ask::show).post(ask::receive))
        .route("/ask/reply/", get(reply::show).post(reply::open))
        .route("/ask/reply/message", get(reply::back).post(reply::follow_up))
        .layer(DefaultBodyLimit::max(post::MOST_BYTES))
}

fn find_secrets(settings: &Settings, used_before: bool, dice: &dyn Dice) -> anyhow::Result<Secrets> {
    let path = &settings.secrets;
    match Secrets::read(path)? {
        Some(secrets) => Ok(secrets),
        None if used_before => bail!(
            "找不到密钥文件 {}，而数据库已经在用。请把原来的那一份放回来；没有它，所有回执码都打不开",
            path.display()
        ),
        None => {
            let secrets = Secrets::draw(dice);
            secrets.write(path)?;
            Ok(secrets)
        }
    }
}

/// A message like any other, sealed to a key that is thrown away.
fn decoy(dice: &dyn Dice) -> StoredMessage {
    let (_, nobody) = PrivateKey::generate(dice);
    let binding = Binding::letter(ThreadId::draw(dice), 1, Sender::Asker);
    let sealed =
        message::seal(&Envelope::of(""), &binding, &[&nobody], dice).expect("nothing is never too long");
    let key = sealed.keys.into_iter().next().map(|key| KeyFor { reader: Reader::Thread, generation: 0, key });
    StoredMessage { binding, sent: Hour::from_number(0), content: sealed.content, key }
}

fn begin(settings: &Settings, secrets: &Secrets, dice: &dyn Dice) -> SiteParameters {
    SiteParameters {
        stretch_salt: crate::dice::draw::<SALT_LEN>(dice).to_vec(),
        stretch_rounds: settings.rounds.get(),
        secrets_check: secrets.check(),
    }
}
