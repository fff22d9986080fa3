//! Who reads the socket: the task, or for a while the thread of the reader.
//!
//! What one core has read costs another one dearly: at 16 KiB a message, handing it over takes more
//! than reading it. So while the peer is faster than the reader, the reader's thread reads by
//! itself (`direct.rs`), and the task only watches that it still does.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// The right to read, lent by the task.
#[derive(Debug)]
pub(super) struct Lease {
    /// Average size of binary messages from which it is a gain.
    binary_from: usize,
    /// The task does not watch: a guard does.
    guarded: AtomicBool,
    /// The task does not read.
    held: AtomicBool,
    /// The reader's thread is in the middle of a message: nobody else can read.
    large: AtomicBool,
    /// What came to the socket, as the thread's event queue told, since the reader read.
    input: AtomicU8,
    /// How often in a row the reader's thread could make nothing of it.
    misses: AtomicU8,
    /// The reader's thread has read since the task looked last.
    used: AtomicBool,
    /// Recent messages were large enough for it to be a gain.
    worth: AtomicBool,
}

impl Lease {
    /// A right that has not been lent. With `shared`, the reader makes no copies of binary messages.
    pub(super) fn new(shared: bool) -> Self {
        Self {
            binary_from: if shared { SHARED_FROM } else { OWNED_FROM },
            guarded: AtomicBool::new(false),
            held: AtomicBool::new(false),
            input: AtomicU8::new(0),
            large: AtomicBool::new(false),
            misses: AtomicU8::new(0),
            used: AtomicBool::new(false),
            worth: AtomicBool::new(false),
        }
    }

    /// Looks at messages that the task delivers.
    pub(super) fn consider(&self, messages: usize, bytes: usize, is_text: bool) {
        let from = if is_text { TEXT_FROM } else { self.binary_from };
        self.worth.store(bytes >= messages * from, Ordering::Relaxed);
    }

    /// Lends, where that is a gain. The task has to be polled after it, to watch.
    pub(super) fn begin(&self) {
        if self.is_worth() && self.misses.load(Ordering::Relaxed) < MAX_MISSES {
            self.used.store(true, Ordering::Relaxed);
            self.held.store(true, Ordering::Release);
        }
    }

    /// Lends to a reader that waits for each message. As above.
    pub(super) fn begin_for_latency(&self) {
        self.used.store(true, Ordering::Relaxed);
        self.held.store(true, Ordering::Release);
    }

    /// True when recent messages are of a size for it.
    pub(super) fn is_worth(&self) -> bool {
        self.worth.load(Ordering::Relaxed)
    }

    /// The task has to be polled after it, to read.
    pub(super) fn end(&self) {
        if self.held.swap(false, Ordering::AcqRel) {
            self.guarded.store(false, Ordering::Release);
            let misses = self.misses.load(Ordering::Relaxed);
            self.misses.store(misses.saturating_add(1), Ordering::Relaxed);
        }
    }

    pub(super) fn is_held(&self) -> bool {
        self.held.load(Ordering::Acquire) || self.large.load(Ordering::Acquire)
    }

    /// A guard watches the reader from here on.
    pub(super) fn guard(&self) {
        self.guarded.store(true, Ordering::Release);
    }

    pub(super) fn is_guarded(&self) -> bool {
        self.guarded.load(Ordering::Acquire)
    }

    /// True when a guard watched. It does so no longer: the task has to be polled, to watch.
    pub(super) fn take_guard(&self) -> bool {
        self.is_guarded() && self.guarded.swap(false, Ordering::AcqRel)
    }

    /// A large message has begun, or is over: until then the lease cannot end.
    pub(super) fn set_large(&self, large: bool) {
        self.large.store(large, Ordering::Release);
    }

    /// The event queue told that something came to the socket, or that nothing will any more. To be called
    /// before the reader is told.
    pub(super) fn on_input(&self, is_end: bool) {
        self.input.fetch_or(if is_end { INPUT | END } else { INPUT }, Ordering::Relaxed);
    }

    /// What the event queue told since the last call: `Some(true)` when nothing will come any more.
    pub(super) fn take_input(&self) -> Option<bool> {
        // Relaxed: the guard may note it on another thread, and then tells through the inbox's lock.
        if self.input.load(Ordering::Relaxed) == 0 {
            return None;
        }
        Some(self.input.swap(0, Ordering::Relaxed) & END != 0)
    }

    /// The reader's thread has read something.
    pub(super) fn on_used(&self) {
        self.misses.store(0, Ordering::Relaxed);
        self.used.store(true, Ordering::Relaxed);
    }

    /// True when the reader's thread has read since the last call.
    pub(super) fn take_used(&self) -> bool {
        self.used.swap(false, Ordering::Relaxed)
    }
}

/// Below these sizes the reader's thread has so much to do for each message that reading on another
/// thread is worth the way: making a string, or allocating memory that a chunk owns.
const TEXT_FROM: usize = 1536;
const OWNED_FROM: usize = 3 << 10;
const SHARED_FROM: usize = 512;

/// Bits of `Lease::input`.
const INPUT: u8 = 1;
const END: u8 = 2;

/// Fragmented messages, and others that only the task can take, would make each attempt fail.
const MAX_MISSES: u8 = 8;
