//! How the thread of a reader waits for sockets that it was lent (`direct.rs`).
//!
//! Only on Linux: an event queue there can be waited for like a socket, so one that belongs to the
//! event loop of JavaScript can have others below it.

use std::{
    io,
    net::TcpStream,
    os::fd::{AsFd, AsRawFd, BorrowedFd},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use mio::{Events, Interest, Poll, Registry, Token, unix::SourceFd};
use tokio::io::unix::AsyncFd;

use super::guard::Guard;

/// Sockets of one reader's thread, each under a number.
pub struct Watcher {
    guard: Guard,
    queue: Mutex<(Poll, Events)>,
    registry: Registry,
}

impl Watcher {
    /// A watcher without sockets.
    ///
    /// # Errors
    /// Fails when the operating system refuses another event queue.
    pub fn new() -> io::Result<Self> {
        let poll = Poll::new()?;
        let registry = poll.registry().try_clone()?;
        Ok(Self {
            guard: Guard::default(),
            queue: Mutex::new((poll, Events::with_capacity(EVENTS))),
            registry,
        })
    }

    /// Watches a socket until it is removed or closed. What has come already counts.
    ///
    /// # Errors
    /// Fails when the operating system refuses.
    pub fn add(&self, socket: &TcpStream, id: u32) -> io::Result<()> {
        let fd = socket.as_raw_fd();
        self.registry.register(&mut SourceFd(&fd), Token(id as usize), Interest::READABLE)
    }

    /// Watches a socket no longer.
    ///
    /// # Errors
    /// Fails when the operating system refuses.
    pub fn remove(&self, socket: &TcpStream) -> io::Result<()> {
        self.registry.deregister(&mut SourceFd(&socket.as_raw_fd()))
    }

    /// Tells the reader's thread the numbers of sockets to which something happened since the last
    /// call, each with true when nothing will come behind what is there. A socket that is not read
    /// until it would block is not told again before more comes.
    pub fn take(&self, mut on_event: impl FnMut(u32, bool)) {
        let mut sockets = 0;
        self.take_left(|id, is_end| {
            sockets += 1;
            on_event(id, is_end);
        });
        self.guard.on_served(sockets);
    }

    /// What looks after the reader's thread.
    pub(super) fn guard(&self) -> &Guard {
        &self.guard
    }

    /// Waits until the reader's thread is told of something. Cancel safe.
    ///
    /// # Errors
    /// Fails when the operating system refuses to have this queue watched.
    pub(super) async fn wait_for_input(&self) -> io::Result<()> {
        #[expect(deprecated, reason = "what is borrowed stays open, so the safe function will do")]
        let queue = AsyncFd::with_interest(self.as_fd(), tokio::io::Interest::READABLE)?;
        queue.readable().await.map(drop)
    }

    /// Tells what the reader's thread has not taken.
    pub(super) fn take_left(&self, mut on_event: impl FnMut(u32, bool)) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let (poll, events) = &mut *queue;
        // Without a descriptor, or interrupted: the queue stays readable, so this is called again.
        if poll.poll(events, Some(Duration::ZERO)).is_err() {
            return;
        }
        for event in events.iter() {
            // It came from a `u32`.
            let id = u32::try_from(event.token().0).unwrap_or(u32::MAX);
            on_event(id, event.is_read_closed() || event.is_error());
        }
    }
}

impl AsFd for Watcher {
    /// Readable while [`Watcher::take`] has something to tell.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.registry.as_fd()
    }
}

/// Sockets that one call tells of; the others follow with the next one.
const EVENTS: usize = 64;
