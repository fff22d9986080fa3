//! Messages on their way to the socket: bounded by making writers wait.

use std::collections::VecDeque;

use bytes::Bytes;

use super::sync::{Mutex, MutexGuard, PoisonError};

/// Messages between a writer, which appends blocks, and the connection task.
#[derive(Debug, Default)]
pub struct Outbox {
    /// Guards the queue; never held for longer than a push or a pop.
    state: Mutex<State>,
}

/// Messages that were written together, payloads back to back.
#[derive(Clone, Debug)]
pub struct Block {
    /// The payloads, or the frame of the only one.
    pub bytes: Bytes,
    /// Per message its length, and whether it is text.
    pub entries: Vec<(usize, bool)>,
    /// `bytes` is a frame, as it goes over the wire.
    pub framed: bool,
    /// What the entries are of their messages.
    pub part: Part,
}

/// What a block has of a message (RFC 6455 section 5.4). No other block comes between the parts:
/// the writer sees to that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// The beginning.
    First,
    /// The end.
    Last,
    /// Something between.
    Middle,
    /// All of it, for each entry.
    #[default]
    Whole,
}

#[derive(Debug, Default)]
struct State {
    blocks: VecDeque<Block>,
    /// The connection takes nothing more.
    closed: bool,
    /// Messages are compressed, so their frames cannot be made by the writer.
    compresses: bool,
    /// Bytes that were accepted and have not reached the socket, as the task reported last,
    /// and those of `blocks`.
    queued: usize,
    unwritten: usize,
    /// A writer waits until no more than so many bytes are left.
    awaited: Option<usize>,
}

impl Outbox {
    /// Appends messages. False when the connection takes no more.
    pub fn push(&self, block: Block) -> bool {
        let mut state = self.lock();
        if state.closed {
            return false;
        }
        state.queued += block.bytes.len();
        state.blocks.push_back(block);
        true
    }

    /// Messages are compressed from here on.
    pub fn compress(&self) {
        self.lock().compresses = true;
    }

    /// True when messages are compressed.
    #[must_use]
    pub fn compresses(&self) -> bool {
        self.lock().compresses
    }

    /// Takes the oldest block. Its bytes count as unwritten until [`Outbox::report`] says otherwise.
    pub fn pop(&self) -> Option<Block> {
        let mut state = self.lock();
        let block = state.blocks.pop_front()?;
        state.queued -= block.bytes.len();
        state.unwritten += block.bytes.len();
        Some(block)
    }

    /// Tells how many bytes the task holds, blocks not counted. True when a writer waited for this
    /// much room.
    pub fn report(&self, unwritten: usize) -> bool {
        let mut state = self.lock();
        state.unwritten = unwritten;
        let left = state.queued + state.unwritten;
        state.awaited.take_if(|awaited| left <= *awaited).is_some()
    }

    /// Bytes that were accepted and have not reached the socket. When they are more than `limit`,
    /// the caller is told by a signal when a quarter of `limit` is left: it can then fill whole batches
    /// while the task still writes. Behind a message that is far larger half of it is left, because the
    /// next such takes longer to make. A closed outbox never has room: who waits for it is told of the end
    /// instead.
    pub fn buffered(&self, limit: usize) -> usize {
        let mut state = self.lock();
        if state.closed {
            return usize::MAX;
        }
        let buffered = state.queued + state.unwritten;
        let awaited = if buffered - buffered / 4 > limit { limit / 2 } else { limit / 4 };
        state.awaited = (buffered > limit).then_some(awaited);
        buffered
    }

    /// Bytes that were accepted and have not reached the socket.
    #[must_use]
    pub fn pending(&self) -> usize {
        let state = self.lock();
        state.queued + state.unwritten
    }

    /// True when a message of at least so many bytes waits to be taken.
    pub fn has_message_of(&self, len: usize) -> bool {
        let blocks = &self.lock().blocks;
        blocks.iter().flat_map(|block| &block.entries).any(|entry| entry.0 >= len)
    }

    /// True when no block waits to be taken.
    pub fn is_empty(&self) -> bool {
        self.lock().blocks.is_empty()
    }

    /// Drops what waits, and takes nothing more.
    pub fn close(&self) {
        let mut state = self.lock();
        *state = State { closed: true, ..State::default() };
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(len: usize) -> Block {
        Block {
            bytes: Bytes::from(vec![0; len]),
            entries: vec![(len, false)],
            framed: false,
            part: Part::Whole,
        }
    }

    #[test]
    fn what_is_buffered_returns_to_zero_when_everything_is_written() {
        let outbox = Outbox::default();
        assert!(outbox.push(block(10)));
        assert!(outbox.push(block(5)));
        assert_eq!(outbox.buffered(100), 15);
        assert!(outbox.pop().is_some());
        assert_eq!(outbox.buffered(100), 15);
        outbox.report(0);
        assert_eq!(outbox.buffered(100), 5);
        assert!(outbox.pop().is_some());
        outbox.report(0);
        assert_eq!(outbox.buffered(100), 0);
    }

    #[test]
    fn a_waiting_writer_is_told_once_when_a_quarter_of_the_budget_is_left() {
        let outbox = Outbox::default();
        outbox.push(block(10));
        assert_eq!(outbox.buffered(8), 10);
        outbox.pop();
        assert!(!outbox.report(3));
        assert!(outbox.report(2));
        assert!(!outbox.report(0));
    }

    #[test]
    fn a_writer_of_a_large_message_is_told_when_half_of_the_budget_is_left() {
        let outbox = Outbox::default();
        outbox.push(block(20));
        assert_eq!(outbox.buffered(8), 20);
        outbox.pop();
        assert!(!outbox.report(5));
        assert!(outbox.report(4));
    }

    #[test]
    fn a_writer_that_found_room_is_not_told() {
        let outbox = Outbox::default();
        outbox.push(block(8));
        assert_eq!(outbox.buffered(8), 8);
        outbox.pop();
        assert!(!outbox.report(0));
    }

    #[test]
    fn a_closed_outbox_takes_nothing() {
        let outbox = Outbox::default();
        outbox.push(block(10));
        outbox.close();
        assert!(!outbox.push(block(1)));
        assert!(outbox.pop().is_none());
        assert_eq!(outbox.buffered(100), usize::MAX);
    }
}
