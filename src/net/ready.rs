//! Signals of many connections on their way to one thread, behind a single wake-up.

use super::sync::{Arc, AtomicBool, AtomicU32, Mutex, MutexGuard, Ordering, PoisonError};

/// Connections with signals that the thread has not seen.
#[derive(Debug)]
pub struct Ready {
    /// Guards the list; never held for longer than a push or a copy.
    list: Mutex<Vec<Arc<Pending>>>,
    /// A wake-up is on its way.
    scheduled: AtomicBool,
}

/// The signals of one connection.
#[derive(Debug)]
pub struct Pending {
    id: u32,
    signals: AtomicU32,
}

impl Pending {
    /// A connection without signals.
    #[must_use]
    pub fn new(id: u32) -> Self {
        Self { id, signals: AtomicU32::new(0) }
    }
}

impl Default for Ready {
    fn default() -> Self {
        Self { list: Mutex::new(Vec::new()), scheduled: AtomicBool::new(false) }
    }
}

impl Ready {
    /// Notes signals. True when the caller has to send a wake-up: the thread is not about to look.
    #[must_use]
    pub fn add(&self, pending: &Arc<Pending>, signals: u32) -> bool {
        if pending.signals.fetch_or(signals, Ordering::AcqRel) == 0 {
            self.lock().push(Arc::clone(pending));
        }
        !self.scheduled.swap(true, Ordering::AcqRel)
    }

    /// Notes what `look` adds without a wake-up: the caller is the thread itself. True when there is
    /// something to take, and then the caller has to.
    #[must_use]
    pub fn add_here(&self, look: impl FnOnce()) -> bool {
        self.scheduled.store(true, Ordering::Release);
        look();
        if self.lock().is_empty() {
            // Whatever is added from here on sends a wake-up, and what was before that is seen below.
            self.scheduled.swap(false, Ordering::AcqRel);
        }
        !self.lock().is_empty()
    }

    /// Writes pairs of id and signals, and returns the number of pairs.
    pub fn take(&self, out: &mut [u32]) -> u32 {
        // From here on a new signal sends a new wake-up, so none is missed. A swap and no store: it
        // reads what `add` wrote last, so all that was noted before that is seen below.
        self.scheduled.swap(false, Ordering::AcqRel);
        let mut list = self.lock();
        let count = list.len().min(out.len() / 2);
        for (pair, pending) in out.chunks_exact_mut(2).zip(list.drain(..count)) {
            pair[0] = pending.id;
            pair[1] = pending.signals.swap(0, Ordering::AcqRel);
        }
        u32::try_from(count).unwrap_or(0)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Pending>>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
