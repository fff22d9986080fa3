//! A point in time after which something has taken too long.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::{Instant, Sleep};

/// A timer that costs nothing while it is not armed.
#[derive(Debug, Default)]
pub struct Deadline {
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Deadline {
    /// Starts the timer anew.
    pub fn arm(&mut self, after: Duration) {
        let at = Instant::now() + after;
        match &mut self.sleep {
            Some(sleep) => sleep.as_mut().reset(at),
            None => self.sleep = Some(Box::pin(tokio::time::sleep_until(at))),
        }
    }

    /// True while it runs.
    #[must_use]
    pub fn is_armed(&self) -> bool {
        self.sleep.is_some()
    }

    /// Stops the timer and frees it.
    pub fn disarm(&mut self) {
        self.sleep = None;
    }

    /// True once when the time has come; the timer is disarmed by it.
    pub fn poll_expired(&mut self, cx: &mut Context<'_>) -> bool {
        let expired =
            self.sleep.as_mut().is_some_and(|sleep| sleep.as_mut().poll(cx) == Poll::Ready(()));
        if expired {
            self.disarm();
        }
        expired
    }
}
