//! Faults on demand and a count of what is alive: for tests only, never in a release.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Lives as long as a connection has a task or a handle.
#[derive(Debug)]
pub(super) struct Alive(());

impl Alive {
    pub(super) fn new() -> Self {
        ALIVE.fetch_add(1, Ordering::SeqCst);
        Self(())
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        ALIVE.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Connections that hold memory or a socket in this process.
#[must_use]
pub fn alive() -> usize {
    ALIVE.load(Ordering::SeqCst)
}

/// Panics when it is asked to.
pub(super) fn strike(wanted: bool) {
    assert!(!wanted, "a fault on demand");
}

static ALIVE: AtomicUsize = AtomicUsize::new(0);
