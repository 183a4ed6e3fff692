//! Slow work: how much of it runs at once, and when its answer may leave.
//!
//! Stretching a receipt costs a good part of a second of a core on purpose. [`Effort`] keeps that from stopping the
//! machine: as many at once as there are cores, a short queue, and an honest “busy” beyond. [`Steps`] lets answers
//! leave only at fixed moments that are settled before the database is asked, so that time does not tell a right
//! receipt from a wrong one.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::Instant;

/// Time kept for everything after the stretching: looking up, opening, laying out the page.
const AFTERWARDS: Duration = Duration::from_millis(200);

/// Where slow work waits its turn.
#[derive(Debug, Clone)]
pub struct Effort {
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

/// More is waiting than can be done soon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("现在人多，请过一会儿再试")]
pub struct Crowded;

/// The moments at which answers leave.
#[derive(Debug, Clone, Copy)]
pub struct Steps {
    began: Instant,
    step: Duration,
}

impl Effort {
    /// `at_once` pieces of work run, `waiting` more wait.
    pub fn new(at_once: usize, waiting: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(at_once + waiting)), turns: Arc::new(Semaphore::new(at_once)) }
    }

    /// As many at once as this machine has cores.
    pub fn of_this_machine(waiting: usize) -> Self {
        Self::new(std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get), waiting)
    }

    /// As many at once as half of this machine's cores, and one at least.
    pub fn of_half_this_machine(waiting: usize) -> Self {
        Self::new(std::thread::available_parallelism().map_or(1, |cores| cores.get().div_ceil(2)), waiting)
    }

    /// Runs `work` on a thread of its own when its turn comes. Work that has begun is finished even when nobody waits
    /// for it any more, and keeps its turn until then.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Crowded> {
        let place = self.places.clone().try_acquire_owned().map_err(|_| Crowded)?;
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| Crowded)?;
        let worked = tokio::task::spawn_blocking(move || {
            let done = work();
            drop((turn, place));
            done
        });
        worked.await.map_err(|err| match err.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Crowded,
        })
    }
}

impl Steps {
    /// Begins to count now.
    pub fn begin(step: Duration) -> Self {
        Self { began: Instant::now(), step }
    }

    /// The moment at which the answer shall leave. Ask right after the slow work, before anything depends on what the
    /// database holds.
    pub fn departure(&self) -> Instant {
        self.began + self.step * steps_for(self.began.elapsed() + AFTERWARDS, self.step)
    }
}

/// How many whole steps hold `needed`. Steps of no length hold nothing: whoever sets them wants no waiting.
fn steps_for(needed: Duration, step: Duration) -> u32 {
    if step.is_zero() {
        return 0;
    }
    u32::try_from(needed.as_nanos().div_ceil(step.as_nanos())).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn beyond_the_queue_it_is_busy_at_once() {
        let effort = Effort::new(1, 1);
        let (release, wait) = std::sync::mpsc::channel::<()>();
        let working = tokio::spawn({
            let effort = effort.clone();
            async move { effort.run(move || wait.recv().is_ok()).await }
        });
        while effort.turns.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let waiting = tokio::spawn({
            let effort = effort.clone();
            async move { effort.run(|| true).await }
        });
        while effort.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(effort.run(|| true).await, Err(Crowded));
        release.send(()).unwrap();
        assert_eq!(working.await.unwrap(), Ok(true));
        assert_eq!(waiting.await.unwrap(), Ok(true));
        assert_eq!(effort.run(|| 7).await, Ok(7));
    }

    #[test]
    fn answers_leave_at_steps_that_are_settled_early() {
        let step = Duration::from_millis(500);
        let after = |needed: u64| steps_for(Duration::from_millis(needed), step);
        assert_eq!((after(1), after(500), after(501), after(1001)), (1, 1, 2, 3));
        assert_eq!(steps_for(Duration::from_hours(1), Duration::ZERO), 0);
    }

    #[tokio::test]
    async fn an_answer_leaves_after_the_work_that_follows() {
        let step = Duration::from_millis(500);
        let steps = Steps::begin(step);
        assert_eq!(steps.departure(), steps.began + step);
    }
}
