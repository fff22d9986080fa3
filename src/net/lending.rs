//! The task's side of a lease (`lease.rs`): lending the socket, looking whether the reader still
//! reads, and taking it back.

use std::{task::Context, time::Duration};

use super::{
    closing::Phase, connection::Connection, deadline::Deadline, guard::guard, observer::Signals,
    pace::SMALL,
};

/// When the task looks whether a reader that was lent the socket still reads.
#[derive(Debug, Default)]
pub(super) struct Vigil {
    deadline: Deadline,
    /// How long it has been left alone.
    patience: Duration,
    /// The socket was lent to a reader that waits for each message.
    waits: bool,
}

impl Connection {
    /// So many bytes were delivered to a reader that waited or not. Lends the socket to one that
    /// takes message by message, quickly or together with others on its thread, where that thread can
    /// wait for a socket.
    pub(super) fn consider_lending(&mut self, waited: bool, bytes: usize) {
        let is_quick = self.pace.on_delivered(waited, bytes);
        let Some((watcher, _)) = self.shared.watcher() else { return };
        let is_one_of_many = waited && bytes <= SMALL && watcher.guard().on_delivered();
        if (is_quick || is_one_of_many)
            && self.may_read_direct()
            && self.transport.socket().is_some()
        {
            self.pace.reset();
            self.vigil.waits = true;
            self.shared.lease.begin_for_latency();
        }
    }

    /// True while the reader's thread reads the socket, as far as there is anything for it.
    pub(super) fn poll_lease(&mut self, cx: &mut Context<'_>) -> bool {
        if !self.is_lent() {
            self.vigil.deadline.disarm();
            self.shared.lease.end();
            self.reclaim();
            return false;
        }
        if self.is_amid_assembly() {
            return false;
        }
        let is_amid_large = self.reading.begun.is_some();
        if self.shared.lease.is_guarded() {
            self.vigil.deadline.disarm();
        } else {
            if !self.is_watched_over() && !is_amid_large {
                self.vigil.wait(PATIENCE);
            }
            // Amid a large message nobody else can read. Its end wakes the task.
            while self.vigil.deadline.poll_expired(cx) && !is_amid_large {
                if !self.is_reader_there() {
                    self.shared.lease.end();
                    self.reclaim();
                    return false;
                }
            }
        }
        // A reader whose thread waits for the socket needs nobody to tell it.
        if !self.detached && self.shared.inbox.stop_waiting() {
            self.shared.signal(Signals::READABLE);
        }
        true
    }

    /// True when the task will look by itself whether the reader still reads.
    pub(super) fn is_watched_over(&self) -> bool {
        self.vigil.deadline.is_armed()
    }

    /// Writes what is queued. A socket that takes no more, or that is lent no longer, is waited for
    /// by the network thread.
    pub(super) fn poll_write_attached(&mut self, cx: &mut Context<'_>) {
        if self.detached && !self.is_lent() {
            self.reclaim();
        }
        self.poll_write(cx);
        if self.detached && !self.output.is_flushed() {
            self.shared.lease.end();
            self.reclaim();
            self.poll_write(cx);
        }
    }

    /// The reader's thread waits for the socket from here on, where it can. False when that failed:
    /// the task looks after it.
    pub(super) fn detach(&mut self) -> bool {
        if self.detached {
            return true;
        }
        let Some((watcher, id)) = self.shared.watcher() else { return true };
        let Some(socket) = self.transport.socket() else { return true };
        self.detached = true;
        watcher.guard().remember(id, &self.shared);
        let result = socket
            .detach()
            .and_then(|()| socket.detached().map_or(Ok(()), |stream| watcher.add(stream, id)));
        result.is_ok()
    }

    /// The network thread waits for the socket again.
    fn reclaim(&mut self) {
        self.transport.set_room(0);
        self.vigil.waits = false;
        self.shared.lease.take_guard();
        if !std::mem::take(&mut self.detached) {
            return;
        }
        if let Some((watcher, id)) = self.shared.watcher() {
            watcher.guard().forget(id);
        }
        let Some(socket) = self.transport.socket() else { return };
        if let (Some(stream), Some((watcher, _))) = (socket.detached(), self.shared.watcher()) {
            // It forgets the socket at the latest when that is closed, and what it tells of a socket
            // that is not lent does no harm.
            let _ = watcher.remove(stream);
        }
        if let Err(error) = socket.attach() {
            self.on_io_error("epoll_ctl", error);
        }
    }

    /// True when a guard watches the reader from here on, and needs no timer of this connection.
    fn leave_to_guard(&mut self) -> bool {
        if !(self.vigil.waits && self.detached && self.has_nothing_left()) {
            return false;
        }
        let Some((watcher, _)) = self.shared.watcher() else { return false };
        guard(watcher, &self.shared.lease);
        // What came before, to a reader that did not wait, is not told again.
        if self.transport.socket().is_some_and(|socket| socket.has_input()) {
            self.shared.lease.take_guard();
            return false;
        }
        true
    }

    /// True when all that has come was read, so that the socket tells of whatever is next.
    pub(super) fn has_nothing_left(&self) -> bool {
        self.reading.input.len() == 0 && !self.transport.has_leftover()
    }

    fn is_lent(&self) -> bool {
        self.shared.lease.is_held() && matches!(self.phase, Phase::Open)
    }

    /// True when the reader has read since it was asked last, or has nothing to read.
    fn is_reader_there(&mut self) -> bool {
        if self.shared.lease.take_used() {
            if !self.leave_to_guard() {
                self.vigil.wait(PATIENCE);
            }
            return true;
        }
        let patience = 2 * self.vigil.patience;
        let is_idle = self.transport.socket().is_some_and(|socket| !socket.has_input());
        self.vigil.wait(patience);
        self.detached && is_idle && patience < LONGEST
    }
}

impl Vigil {
    fn wait(&mut self, patience: Duration) {
        self.patience = patience;
        self.deadline.arm(patience);
    }
}

/// A reader that has not come back after this time, though there is something to read, does
/// something else: the task reads again, so that Pings are answered and the peer's end is seen.
const PATIENCE: Duration = Duration::from_millis(2);

/// A socket that is quiet is looked at once more after twice the time, and taken back when the interval
/// would be this long: many that are lent and seldom used would cost more than wake-ups do.
const LONGEST: Duration = Duration::from_millis(8);
