//! How long the body of a refusal is waited for: the status is known already and says most.

use std::time::Duration;

use hyper::{HeaderMap, StatusCode, header::LOCATION};
use tokio::{
    task::yield_now,
    time::{Instant, sleep_until},
};

/// How long the body of a refusal is waited for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Patience {
    /// The body of a redirect is not waited for.
    pub follows_redirects: bool,
    /// When the time of the handshake is over, which must not hide the refusal.
    pub until: Option<std::time::Instant>,
}

impl Patience {
    /// True for the answer of a redirect that is going to be followed.
    pub(super) fn moves_on(self, status: StatusCode, headers: &HeaderMap) -> bool {
        self.follows_redirects && status.is_redirection() && headers.contains_key(LOCATION)
    }

    /// Waits as long as a body is waited for.
    pub(super) async fn run_out(self, moves_on: bool) {
        if moves_on {
            // What came with the head is handed over by then. The rest is for nobody.
            yield_now().await;
            yield_now().await;
        } else {
            let latest = Instant::now() + BODY_DEADLINE;
            sleep_until(self.until.map_or(latest, |until| latest.min(until.into()))).await;
        }
    }
}

const BODY_DEADLINE: Duration = Duration::from_secs(2);
