//! Looks after the clocks while the service runs, and destroys what is over: at once when it starts, then in every hour.
//!
//! Whatever was due while nothing ran is caught up then, as of the hour in which it was due. Any number of processes on one
//! database may do so.

use std::time::Duration;

use sea_orm::DbErr;

use crate::state::AppState;
use crate::store::Swept;

/// How often it looks whether an hour has begun.
const PAUSE: Duration = Duration::from_mins(1);

/// Never ends; may be dropped at any moment.
pub async fn keep(app: AppState) {
    let (mut done, mut failed) = (None, None);
    loop {
        let hour = app.clock.hour();
        if done != Some(hour) {
            match look(&app).await {
                Ok(_) => done = Some(hour),
                // Tried again in a minute, said once an hour.
                Err(err) if failed != Some(hour) => {
                    failed = Some(hour);
                    tracing::error!("deadlines could not be looked after, trying again in a minute: {err}");
                }
                Err(_) => {}
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Takes every step that is due by now, and gives how many there were.
pub async fn look(app: &AppState) -> Result<u64, DbErr> {
    let (schedule, hour) = (app.published.current().schedule.clone(), app.clock.hour());
    let steps = app.store.catch_up(hour, &schedule).await? + app.store.purge(hour).await?;
    app.store.forget_spent(hour).await?;
    app.store.forget_budgets(hour).await?;
    app.store.forget_shares(hour).await?;
    app.store.forget_invitations(hour).await?;
    if app.store.is_time_to_sweep(hour).await? && app.store.sweep().await? == Swept::Busy {
        tracing::warn!("the database was busy: what is left of deleted rows is cleared the next time");
    }
    Ok(steps)
}
