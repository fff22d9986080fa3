//! What the outside holds of a connection, and what it hears from it.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
};

use futures::task::AtomicWaker;

use super::{
    closing::{CloseRequest, Outcome},
    config::Limits,
    connection::Connection,
    handshake::Opened,
    inbox::{Batch, Inbox, PACK_LIMIT},
    lease::Lease,
    observer::{Observer, Signals},
    outbox::{Block, Outbox},
    pings::{PingRequest, Pong},
    stats::{Counters, Stats},
    trace::{Trace, Traces},
    watcher::Watcher,
};

/// The outside's end of a connection. Dropping it does not end the connection.
#[derive(Clone)]
pub struct Handle(pub(super) Arc<Shared>);

/// What the task and the handles share.
pub(super) struct Shared {
    #[cfg(feature = "testing")]
    _alive: super::fault::Alive,
    /// The open connection. Locked by the task for one turn, and by a writer for one write.
    connection: Mutex<Option<Connection>>,
    /// Requests to the task.
    control: Mutex<Control>,
    /// Set with every change of `control`, so that the task need not lock to see that there is none.
    changed: AtomicBool,
    pub(super) inbox: Inbox,
    pub(super) lease: Lease,
    observer: Arc<dyn Observer>,
    pub(super) outbox: Outbox,
    pub(super) stats: Counters,
    /// What the task has to say.
    status: Mutex<Status>,
    /// Somebody watches control frames.
    traced: AtomicBool,
    /// Wakes the task.
    pub(super) waker: AtomicWaker,
}

/// Requests to the task, each taken once.
#[derive(Debug, Default)]
#[cfg_attr(
    feature = "testing",
    allow(clippy::struct_excessive_bools, reason = "each is a request of its own")
)]
pub(super) struct Control {
    pub(super) accepted: bool,
    pub(super) acknowledged: bool,
    pub(super) close: Option<CloseRequest>,
    #[cfg(feature = "testing")]
    pub(super) fault: bool,
    pub(super) pings: Vec<PingRequest>,
    pub(super) terminated: bool,
}

#[derive(Default)]
struct Status {
    certificate: Option<Vec<u8>>,
    /// Boxed: it is soon taken, and would keep its room.
    opened: Option<Box<Opened>>,
    outcome: Option<Outcome>,
    pongs: Vec<Pong>,
    /// The outcome was told, whether it has been taken or not.
    settled: bool,
    traces: Traces,
}

impl Handle {
    /// Takes the next received messages; see [`Inbox::read`].
    pub fn read(&self, slab: &mut [u8], meta: &mut [u32]) -> Batch {
        // What the reader holds counts little against what waits here.
        let room = slab.len().min(self.0.inbox.budget().max(MIN_BATCH));
        let slab = &mut slab[..room];
        let (batch, resume) = self.0.inbox.read(slab, meta);
        if resume {
            // The peer is faster than this reader.
            self.0.lease.begin();
            self.0.waker.wake();
        }
        match batch {
            Batch::Empty if self.0.lease.is_held() => self.0.read_direct(slab, meta),
            batch => batch,
        }
    }

    /// Takes what has come of the message that [`Handle::read`] announced as begun, into `target`,
    /// which is the rest of its memory. `None` when the message will never be complete. A reader that
    /// has not got everything is told when there is more.
    #[must_use]
    pub fn read_remaining(&self, target: &mut [u8]) -> Option<usize> {
        self.0.inbox.wait();
        let Ok(mut slot) = self.0.connection.try_lock() else {
            // The task is at work on it.
            self.0.tell();
            return Some(0);
        };
        slot.as_mut()?.read_remaining(target)
    }

    /// Something came to the socket of a reader that was lent it: one that waits is told.
    ///
    /// With `is_end`, nothing will come behind what is there.
    pub fn on_watched(&self, is_end: bool) {
        self.0.lease.on_input(is_end);
        if !self.0.tell() && self.0.lease.take_guard() {
            // It has to come back soon, or the task reads.
            self.0.waker.wake();
        }
    }

    /// Queues messages. False when the connection takes no more.
    ///
    /// With `at_once`, they are written to the socket by the calling thread when nothing else is
    /// under way: an answer then need not wait for the network thread to wake up.
    #[must_use]
    pub fn send(&self, block: Block, at_once: bool) -> bool {
        let sent = self.0.outbox.push(block);
        if !(at_once && self.0.write_now()) {
            self.0.waker.wake();
        }
        sent
    }

    /// Bytes queued and not written to the socket; see [`Outbox::buffered`].
    #[must_use]
    pub fn buffered(&self, limit: usize) -> usize {
        self.0.outbox.buffered(limit)
    }

    /// Drops received messages, now and later: nobody will read.
    pub fn discard(&self) {
        self.0.inbox.discard();
        self.0.end_lease();
    }

    /// Tells that every message before [`Signals::ENDING`] was taken, and that answers to them
    /// are queued: the peer's Close frame may be answered.
    pub fn acknowledge(&self) {
        self.request(|control| control.acknowledged = true);
    }

    /// Starts the closing handshake, after the queued messages (RFC 6455 section 7.1.2).
    pub fn close(&self, request: CloseRequest) {
        self.request(|control| {
            control.close.get_or_insert(request);
        });
    }

    /// Drops the connection at once.
    pub fn terminate(&self) {
        self.request(|control| control.terminated = true);
    }

    /// Sends a Ping, ahead of the queued messages. [`Signals::PONG`] tells of its Pong; when the
    /// connection ends first, nothing does.
    pub fn ping(&self, request: PingRequest) {
        self.request(|control| control.pings.push(request));
    }

    /// Pings that were answered since the last call.
    #[must_use]
    pub fn take_pongs(&self) -> Vec<Pong> {
        std::mem::take(&mut lock(&self.0.status).pongs)
    }

    /// Remembers control frames for [`Handle::take_traces`] from here on.
    pub fn watch(&self) {
        self.0.traced.store(true, Ordering::Relaxed);
    }

    /// Control frames that passed since the last call.
    #[must_use]
    pub fn take_traces(&self) -> Vec<Trace> {
        lock(&self.0.status).traces.take()
    }

    /// What went through so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        Stats {
            receive_buffered: self.0.inbox.cost(),
            send_buffered: self.0.outbox.pending(),
            ..self.0.stats.read()
        }
    }

    /// Makes the task panic.
    #[cfg(feature = "testing")]
    pub fn fault(&self) {
        self.request(|control| control.fault = true);
    }

    /// The server's certificate, DER, once.
    #[must_use]
    pub fn take_certificate(&self) -> Option<Vec<u8>> {
        lock(&self.0.status).certificate.take()
    }

    /// The certificate is good: the opening handshake goes on.
    pub fn accept(&self) {
        self.request(|control| control.accepted = true);
    }

    /// The result of the opening handshake, once.
    #[must_use]
    pub fn take_opened(&self) -> Option<Opened> {
        lock(&self.0.status).opened.take().map(|opened| *opened)
    }

    /// How the connection ended, once.
    #[must_use]
    pub fn take_outcome(&self) -> Option<Outcome> {
        lock(&self.0.status).outcome.take()
    }

    fn request(&self, change: impl FnOnce(&mut Control)) {
        change(&mut lock(&self.0.control));
        self.0.changed.store(true, Ordering::Release);
        self.0.waker.wake();
    }
}

impl Shared {
    pub(super) fn new(observer: Arc<dyn Observer>, limits: &Limits) -> Self {
        Self {
            #[cfg(feature = "testing")]
            _alive: super::fault::Alive::new(),
            connection: Mutex::default(),
            control: Mutex::default(),
            changed: AtomicBool::new(false),
            inbox: Inbox::new(limits.receive_buffer),
            lease: Lease::new(limits.shared_buffers),
            observer,
            outbox: Outbox::default(),
            stats: Counters::default(),
            status: Mutex::default(),
            traced: AtomicBool::new(false),
            waker: AtomicWaker::new(),
        }
    }

    /// Hands over the open connection and drives it to its end.
    ///
    /// # Cancel safety
    /// Dropping the future drops the connection and its socket.
    pub(super) fn drive(&self, connection: Connection) -> impl Future<Output = ()> + use<'_> {
        // Not in the future, which would have room for it as long as it lives.
        *lock(&self.connection) = Some(connection);
        let at_end = Driven(self);
        poll_fn(move |cx| {
            // All of `at_end` belongs to the future.
            let Driven(shared) = &at_end;
            let mut slot = lock(&shared.connection);
            let Some(connection) = slot.as_mut() else { return Poll::Ready(()) };
            Pin::new(connection).poll(cx)
        })
    }

    /// True when everything queued was written. The task is at work otherwise, or is woken.
    fn write_now(&self) -> bool {
        match self.connection.try_lock() {
            Ok(mut slot) => slot.as_mut().is_some_and(Connection::write_now),
            Err(_) => false,
        }
    }

    /// Reads from the socket, which the task has lent to the caller's thread.
    fn read_direct(&self, slab: &mut [u8], meta: &mut [u32]) -> Batch {
        let Ok(mut slot) = self.connection.try_lock() else {
            // The task is at work on it.
            self.tell();
            return Batch::Empty;
        };
        let Some(connection) = slot.as_mut() else { return Batch::Empty };
        if self.inbox.is_empty() {
            return connection.read_direct(slab, meta);
        }
        // What the task has delivered meanwhile comes first.
        drop(slot);
        let (batch, resume) = self.inbox.read(slab, meta);
        if resume {
            self.waker.wake();
        }
        batch
    }

    /// What was asked for since the last call.
    pub(super) fn take_requests(&self) -> Option<Control> {
        self.changed
            .swap(false, Ordering::Acquire)
            .then(|| std::mem::take(&mut *lock(&self.control)))
    }

    /// True when the owner wants the connection gone; the request stays.
    pub(super) fn is_terminated(&self) -> bool {
        self.changed.load(Ordering::Acquire) && lock(&self.control).terminated
    }

    /// Shows the certificate to the owner and waits for [`Handle::accept`].
    ///
    /// Whoever polls this registers `waker`.
    pub(super) async fn ask(&self, certificate: &[u8]) {
        lock(&self.status).certificate = Some(certificate.to_vec());
        self.signal(Signals::CERTIFICATE);
        poll_fn(|_| if lock(&self.control).accepted { Poll::Ready(()) } else { Poll::Pending })
            .await;
    }

    pub(super) fn signal(&self, signals: Signals) {
        self.observer.signal(signals);
    }

    pub(super) fn watcher(&self) -> Option<(&Arc<Watcher>, u32)> {
        self.observer.watcher()
    }

    /// The task has to read.
    pub(super) fn end_lease(&self) {
        self.lease.end();
        self.waker.wake();
    }

    /// Has a reader that waits look again. False when none does.
    pub(super) fn tell(&self) -> bool {
        let waited = self.inbox.stop_waiting();
        if waited {
            self.signal(Signals::READABLE);
        }
        waited
    }

    pub(super) fn opened(&self, opened: Opened) {
        lock(&self.status).opened = Some(Box::new(opened));
        self.signal(Signals::OPENED);
    }

    pub(super) fn answered(&self, pongs: Vec<Pong>) {
        lock(&self.status).pongs.extend(pongs);
    }

    /// Shows a control frame to whoever watches. Costs nothing while nobody does.
    pub(super) fn trace(&self, trace: impl FnOnce() -> Trace) {
        if self.traced.load(Ordering::Relaxed) {
            lock(&self.status).traces.push(trace());
            self.signal(Signals::TRACED);
        }
    }

    /// Tells the outside how it ended. Only the first call counts.
    pub(super) fn settle(&self, outcome: Outcome) {
        self.outbox.close();
        {
            let mut status = lock(&self.status);
            if std::mem::replace(&mut status.settled, true) {
                return;
            }
            status.outcome = Some(outcome);
        }
        self.signal(Signals::CLOSED);
    }
}

/// Closes the socket when the task ends, is dropped or panics, and not when the last handle goes:
/// the connection and what it shares hold each other.
struct Driven<'a>(&'a Shared);

impl Drop for Driven<'_> {
    fn drop(&mut self) {
        *lock(&self.0.connection) = None;
        if let Some((watcher, id)) = self.0.watcher() {
            watcher.guard().forget(id);
        }
    }
}

/// A batch has room for a message that is packed and a part of another, whatever the budget is.
const MIN_BATCH: usize = 2 * PACK_LIMIT;

/// A panic while a lock was held leaves plain data, valid at every step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
