//! Whether small messages come one by one, quickly, to a reader that waits for each.

use std::time::Duration;

use tokio::time::Instant;

/// Counts them.
#[derive(Debug, Default)]
pub(super) struct Pace {
    last: Option<Instant>,
    turns: u8,
}

impl Pace {
    /// So many bytes were delivered, to a reader that waited or not. True when it has been the same
    /// for a while: then waiting for the network thread is most of what each message takes.
    pub(super) fn on_delivered(&mut self, waited: bool, bytes: usize) -> bool {
        if !waited || bytes > SMALL {
            self.turns = 0;
            return false;
        }
        let now = Instant::now();
        let last = self.last.replace(now);
        if last.is_some_and(|last| now - last < QUICK) {
            self.turns = self.turns.saturating_add(1);
        } else {
            self.turns = 0;
        }
        self.turns >= TURNS
    }

    /// Begins to count anew.
    pub(super) fn reset(&mut self) {
        self.turns = 0;
    }
}

/// The network thread is done with so much at once.
pub(super) const SMALL: usize = 4 << 10;

/// Who waits longer does not notice the 10 to 20 microseconds of a thread's wake-up.
const QUICK: Duration = Duration::from_millis(1);

/// Lending the socket and taking it back cost as much as the wake-ups for one or two messages.
const TURNS: u8 = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::testing::run_paused;

    #[test]
    fn many_quick_small_messages_make_a_pace_and_anything_else_begins_anew() {
        run_paused(async {
            let mut pace = Pace::default();
            let mut after =
                |count: usize| (0..count).filter(|_| pace.on_delivered(true, 8)).count();
            assert_eq!(after(usize::from(TURNS)), 0);
            assert_eq!(after(1), 1);
            for interruption in [(false, 8), (true, SMALL + 1)] {
                assert!(!pace.on_delivered(interruption.0, interruption.1));
                let mut after =
                    |count: usize| (0..count).filter(|_| pace.on_delivered(true, 8)).count();
                assert_eq!(after(usize::from(TURNS) - 1), 0);
                assert_eq!(after(1), 1);
            }
            tokio::time::advance(QUICK).await;
            assert!(!pace.on_delivered(true, 8));
        });
    }
}
