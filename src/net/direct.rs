//! Reading by the reader's thread, while the task has lent it the socket (`lease.rs`).
//!
//! Only whole messages in one plain frame are taken here, into the reader's own memory. Anything
//! else stays in the input for the task: it alone knows timers, answers control frames and ends the
//! connection.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, ReadBuf};

use super::{
    closing::Phase,
    connection::Connection,
    inbox::{Batch, Kind, PACK_LIMIT},
    reading::FLOOD,
    whole::Ahead,
};

/// True when `length << 2 | kind` is that of a text.
fn is_text(entry: u32) -> bool {
    entry & 3 != Kind::Binary as u32
}

impl Connection {
    /// Takes the next messages from the socket. The inbox must be empty.
    ///
    /// `meta` receives start and `length << 2 | kind` per message. Ends the lease, and leaves the
    /// rest to the task, when it meets something else, or there is little and the reader's thread cannot
    /// wait for the socket. When it gives nothing, whoever waits is woken by what comes next.
    pub(super) fn read_direct(&mut self, slab: &mut [u8], meta: &mut [u32]) -> Batch {
        if self.reading.begun.is_some() {
            return self.read_begun();
        }
        if self.is_amid_assembly() {
            // The task goes on to the end of that message, and tells of it.
            return Batch::Empty;
        }
        let room = slab.len();
        let held = self.reading.input.len();
        if !self.may_read_direct() || !self.detach() {
            self.end_lease();
            return Batch::Empty;
        }
        if self.look_ahead(room) {
            return self.read_begun();
        }
        if held > room / 2 {
            // More than a part of a message: the task has it.
            self.end_lease();
        }
        if !self.shared.lease.is_held() {
            return Batch::Empty;
        }
        self.reading.input.take(&mut slab[..held]);
        // What a large message brings into the slab is copied once more.
        let mut limit = if self.reading.was_large { held + RECORD } else { room };
        let mut filled = held;
        loop {
            let (more, is_dry) = self.fill_direct(&mut slab[filled..limit]);
            filled += more;
            let (count, bytes, rest) = self.cut(&slab[..filled], meta);
            if count == 0
                && !is_dry
                && filled < room
                && self.filter.look_ahead(rest, large_from(room)) == Ahead::Part
            {
                limit = room;
                continue;
            }
            self.reading.input.keep(rest);
            if !self.has_nothing_left() && self.shared.lease.take_guard() {
                // The socket does not tell of that.
                self.waker.wake_by_ref();
            }
            if more >= LITTLE || self.detached && more > 0 {
                self.shared.lease.on_used();
            } else if more > 0 {
                self.end_lease();
            }
            let has_begun = self.look_ahead(room);
            if count > 0 {
                self.reading.was_large = false;
                self.shared.stats.on_messages_received(count, bytes);
                self.shared.lease.consider(count, bytes, is_text(meta[2 * count - 1]));
                if more >= FLOOD && !self.shared.lease.is_worth() {
                    // Small messages in quantities: the network thread helps.
                    self.end_lease();
                }
                let _ = self.shared.inbox.stop_waiting();
                return Batch::Packed(count);
            }
            return if has_begun { self.read_begun() } else { Batch::Empty };
        }
    }

    /// True while the task has a part of a message, which it alone can complete.
    pub(super) fn is_amid_assembly(&self) -> bool {
        matches!(self.phase, Phase::Open) && !self.filter.is_between_messages()
    }

    pub(super) fn may_read_direct(&self) -> bool {
        matches!(self.phase, Phase::Open)
            && !self.multiplexed
            && self.deflater.is_none()
            && self.reading.end.is_none()
            && self.reading.event.is_none()
            && self.filter.is_between_messages()
    }

    /// Reads once, and goes on while TLS gives full records and there is room for more of them.
    /// Returns how much came, and true when the task is woken by what comes next. An end is left to the
    /// task, which first takes what is in front of it.
    pub(super) fn fill_direct(&mut self, target: &mut [u8]) -> (usize, bool) {
        if self.reading.end.is_some() {
            return (0, true);
        }
        let waker = self.waker.clone();
        let mut cx = Context::from_waker(&waker);
        if let Some(is_end) = self.shared.lease.take_input()
            && let Some(socket) = self.transport.socket()
        {
            socket.on_input(is_end);
        }
        self.transport.set_room(target.len());
        let mut buffer = ReadBuf::new(target);
        let is_dry = loop {
            let before = buffer.filled().len();
            let end = match Pin::new(&mut self.transport).poll_read(&mut cx, &mut buffer) {
                Poll::Ready(Ok(())) => {
                    let n = buffer.filled().len() - before;
                    if n > 0 {
                        self.on_received(n);
                        if n < RECORD || buffer.remaining() < RECORD {
                            break false;
                        }
                        continue;
                    }
                    Ok(0)
                }
                Poll::Ready(Err(error)) => Err(error),
                Poll::Pending => break true,
            };
            self.reading.end = Some(end);
            self.end_lease();
            break true;
        };
        (buffer.filled().len(), is_dry)
    }

    /// Lists whole messages; returns their number and bytes, and what follows them.
    fn cut<'a>(&self, received: &'a [u8], meta: &mut [u32]) -> (usize, usize, &'a [u8]) {
        let mut rest = received;
        let (mut count, mut bytes) = (0, 0);
        for slot in meta.chunks_exact_mut(2) {
            let Some((kind, payload)) = self.filter.take_whole(&mut rest) else { break };
            let start = received.len() - rest.len() - payload.len();
            // A slab is far smaller than 4 GiB.
            slot[0] = u32::try_from(start).unwrap_or(0);
            slot[1] = u32::try_from(payload.len()).unwrap_or(0) << 2 | kind as u32;
            bytes += payload.len();
            count += 1;
        }
        (count, bytes, rest)
    }

    /// Looks at what is in the input: messages and the part of one stay there; whatever else is the
    /// task's. True when a large one begins.
    fn look_ahead(&mut self, room: usize) -> bool {
        match self.filter.look_ahead(self.reading.input.bytes(), large_from(room)) {
            Ahead::Part | Ahead::Whole => {}
            Ahead::Large { header, length, is_text } if length <= LARGE_LIMIT => {
                self.reading.input.skip(header);
                self.begin_large(length, is_text);
                return true;
            }
            Ahead::Large { .. } | Ahead::Other => self.end_lease(),
        }
        false
    }

    pub(super) fn end_lease(&mut self) {
        self.shared.lease.end();
        self.waker.wake_by_ref();
    }
}

/// A message of more than this, with its header, is large for a slab with so much room. Below it, one
/// system call for several messages is worth the copy that each takes.
fn large_from(room: usize) -> usize {
    (room / 2).max(PACK_LIMIT)
}

/// A read of less than this is no flood: the network thread can do it.
const LITTLE: usize = 4 << 10;

/// Most that one record of TLS holds (RFC 8446 section 5.1).
const RECORD: usize = 16 << 10;

/// A message up to this size gets its memory when its header comes. It is not touched before the
/// bytes come, and so not taken from the system.
const LARGE_LIMIT: usize = 4 << 20;
