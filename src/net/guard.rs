//! Looks whether the reader's thread takes what comes to the sockets that it waits for by itself.
//!
//! One timer for all sockets of a thread, where each would need its own (`lending.rs`): that makes
//! waiting there a gain for many connections of which each is slow.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::time::{Instant, sleep, timeout};

use super::{handle::Shared, lease::Lease, watcher::Watcher};

/// What is known of a thread that waits for sockets.
#[derive(Default)]
pub(super) struct Guard {
    /// Connections whose sockets the thread waits for, whoever looks after them.
    connections: Mutex<HashMap<u32, Weak<Shared>>>,
    flow: Mutex<Flow>,
    /// Somebody looks.
    is_looking: AtomicBool,
    /// The thread has asked what came since the last look.
    served: AtomicBool,
}

/// How many messages reach readers of the thread that wait for them.
#[derive(Default)]
struct Flow {
    since: Option<Instant>,
    messages: usize,
    /// There were many the last time that was counted.
    is_strong: bool,
    /// Messages since the guard asked last.
    recent: usize,
}

impl Flow {
    fn add(&mut self, messages: usize) -> bool {
        let now = Instant::now();
        let time = self.since.map(|since| now - since);
        if time.is_none_or(|time| time >= PERIOD) {
            let is_recent = time.is_some_and(|time| time < 2 * PERIOD);
            self.is_strong = is_recent && self.messages >= MANY;
            self.since = Some(now);
            self.messages = 0;
        }
        self.messages += messages;
        self.recent += messages;
        self.is_strong
    }
}

impl Guard {
    /// A message reached a reader that waited for it. True when so many do, of whatever connection,
    /// that waiting for the network thread is most of what each takes.
    pub(super) fn on_delivered(&self) -> bool {
        lock(&self.flow).add(1)
    }

    /// The thread has asked what came, and so many sockets had something.
    #[cfg(target_os = "linux")]
    pub(super) fn on_served(&self, sockets: usize) {
        self.served.store(true, Ordering::Relaxed);
        lock(&self.flow).add(sockets);
    }

    /// The thread waits for the connection's socket.
    pub(super) fn remember(&self, id: u32, shared: &Arc<Shared>) {
        lock(&self.connections).insert(id, Arc::downgrade(shared));
    }

    /// The thread waits for it no longer.
    pub(super) fn forget(&self, id: u32) {
        lock(&self.connections).remove(&id);
    }

    fn find(&self, id: u32) -> Option<Arc<Shared>> {
        lock(&self.connections).get(&id)?.upgrade()
    }
}

/// Has the connection's lease ended when the reader's thread does not take what comes, or nothing
/// comes for a while. To be called on a network thread.
pub(super) fn guard(watcher: &Arc<Watcher>, lease: &Lease) {
    // Either the end of `look` sees this lease, or a new one begins.
    lease.guard();
    if !watcher.guard().is_looking.swap(true, Ordering::SeqCst) {
        tokio::spawn(look(Arc::clone(watcher)));
    }
}

async fn look(watcher: Arc<Watcher>) {
    let guard = watcher.guard();
    let mut weak = 0;
    while weak < MAX_WEAK {
        let messages = look_until_quiet(&watcher).await;
        weak = if messages < BURST { weak + 1 } else { 0 };
        let input = timeout(LONGEST, watcher.wait_for_input()).await;
        // What the thread takes at once is not always seen.
        if !matches!(input, Ok(Ok(()))) && lock(&guard.flow).recent == 0 {
            break;
        }
    }
    // Reads what `guard` wrote, and so sees the lease that came with it.
    let _ = guard.is_looking.swap(false, Ordering::SeqCst);
    let connections: Vec<_> = lock(&guard.connections).values().filter_map(Weak::upgrade).collect();
    for shared in connections.iter().filter(|shared| shared.lease.is_guarded()) {
        shared.end_lease();
    }
}

/// Looks again and again, until nothing comes any more. Returns how many messages came.
async fn look_until_quiet(watcher: &Watcher) -> usize {
    let guard = watcher.guard();
    let mut messages = 0;
    let mut left = Vec::new();
    loop {
        sleep(INTERVAL).await;
        let recent = std::mem::take(&mut lock(&guard.flow).recent);
        messages += recent;
        if guard.served.swap(false, Ordering::Relaxed) {
            continue;
        }
        for _ in 0..MAX_TAKES {
            let count = left.len();
            watcher.take_left(|id, is_end| left.push((id, is_end)));
            if left.len() == count {
                break;
            }
        }
        if left.is_empty() && recent == 0 {
            return messages;
        }
        for (id, is_end) in left.drain(..) {
            // The thread does something else.
            *lock(&guard.flow) = Flow::default();
            if let Some(shared) = guard.find(id) {
                on_late(&shared, is_end);
            }
        }
    }
}

/// Something came that the reader's thread was not told of in time. The task has to read, if the guard
/// looked after the connection. In the middle of a large message it cannot: the reader is told late.
fn on_late(shared: &Shared, is_end: bool) {
    shared.lease.on_input(is_end);
    if shared.lease.is_guarded() {
        shared.end_lease();
    }
    shared.tell();
}

/// A panic while a lock was held leaves plain data, valid at every step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How long something that came may stay where it is: Pings are answered behind it. A collection of
/// garbage should not count as doing something else.
const INTERVAL: Duration = Duration::from_millis(5);

/// One takes 64 sockets at the most. What is left then waits for the next look.
const MAX_TAKES: usize = 256;

/// Messages between two silences from which it is a gain that the network thread sleeps meanwhile.
const BURST: usize = 16;

/// After so many smaller bursts in a row the network thread has all sockets back: waiting for
/// input and looking for its end costs more than its own wake-ups.
const MAX_WEAK: usize = 8;

/// After so long without anything it has them back as well: whoever comes then is not awaited.
const LONGEST: Duration = Duration::from_secs(1);

/// Lending a socket and taking it back cost as much as a few wake-ups: a burst is not worth it.
const PERIOD: Duration = Duration::from_millis(100);

/// Messages in a period. With so many, looking every `INTERVAL` costs little beside their wake-ups.
const MANY: usize = 200;
