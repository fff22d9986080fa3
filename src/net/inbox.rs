//! Received messages on their way to a reader: bounded in bytes, handed over in batches.

use std::collections::VecDeque;

use bytes::Bytes;

use super::sync::{Mutex, MutexGuard, PoisonError};

/// How the bytes of a message are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Kind {
    /// Bytes.
    Binary = 0,
    /// Text of code points below U+0080.
    Ascii = 1,
    /// Text in UTF-8.
    Utf8 = 2,
}

/// Messages between the connection task, which appends, and a reader, which takes batches.
#[derive(Debug)]
pub struct Inbox {
    /// Over this cost the socket is not read.
    budget: usize,
    /// What the reader is taking messages from. Only readers lock it, so copying keeps no task
    /// waiting. Locked before `state`.
    current: Mutex<Option<Chunk>>,
    /// Guards the queue; held for a few instructions.
    state: Mutex<State>,
}

/// Messages that were received together.
#[derive(Debug, Default)]
pub struct Chunk {
    /// Payloads of packed messages, back to back.
    bytes: Vec<u8>,
    /// Messages that are not packed, each with the number of packed ones before it.
    large: VecDeque<(usize, Kind, Bytes)>,
    /// Per packed message `length << 2 | kind`.
    packed: Vec<u32>,
    /// How far `bytes` and `packed` have been read.
    read_bytes: usize,
    read_packed: usize,
    /// What the messages count against the budget.
    cost: usize,
}

/// A batch that was taken by [`Inbox::read`].
#[derive(Debug, PartialEq, Eq)]
pub enum Batch {
    /// Nothing is there; the reader is told when something comes.
    Empty,
    /// A message of so many bytes has begun: the reader brings memory for it
    /// ([`Handle::read_remaining`](super::handle::Handle::read_remaining)).
    Begun(Kind, usize),
    /// One message too large to be packed.
    Large(Kind, Bytes),
    /// So many messages were packed into the slab.
    Packed(usize),
}

#[derive(Debug, Default)]
struct State {
    chunks: VecDeque<Chunk>,
    cost: usize,
    /// Nobody will read: what comes is dropped.
    discarding: bool,
    /// The task stopped reading from the socket because the budget is used up.
    paused: bool,
    /// A reader asked for messages and found none.
    waiting: bool,
}

impl Chunk {
    /// Appends a message whose payload lies in a buffer that goes on being used.
    pub fn push(&mut self, kind: Kind, payload: &[u8]) {
        match u32::try_from(payload.len()) {
            Ok(len) if payload.len() <= PACK_LIMIT => {
                self.cost += payload.len() + ENTRY_COST;
                self.bytes.extend_from_slice(payload);
                self.packed.push(len << 2 | kind as u32);
            }
            _ => self.push_owned(kind, Bytes::copy_from_slice(payload)),
        }
    }

    /// Appends a message. A large one is not copied.
    pub fn push_owned(&mut self, kind: Kind, payload: Bytes) {
        if payload.len() <= PACK_LIMIT {
            return self.push(kind, &payload);
        }
        self.cost += payload.len() + ENTRY_COST;
        self.large.push_back((self.packed.len(), kind, payload));
    }

    /// Makes room for payloads of so many bytes together.
    pub fn reserve(&mut self, bytes: usize) {
        self.bytes.reserve(bytes);
    }

    /// What the messages count against the receive budget.
    #[must_use]
    pub fn cost(&self) -> usize {
        self.cost
    }

    /// Messages, and the bytes of their payloads, before any was taken.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let count = self.packed.len() + self.large.len();
        (count, self.cost - count * ENTRY_COST)
    }

    /// True when the last message is text.
    #[must_use]
    pub fn is_text(&self) -> bool {
        match (self.large.back(), self.packed.last()) {
            (Some((before, kind, _)), _) if *before == self.packed.len() => *kind != Kind::Binary,
            (_, Some(entry)) => entry & 3 != Kind::Binary as u32,
            (_, None) => false,
        }
    }

    /// True when there is no message, or none is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.read_packed == self.packed.len() && self.large.is_empty()
    }

    /// Takes the message that is too large to be packed, when it is next.
    fn pop_large(&mut self) -> Option<(Kind, Bytes)> {
        if self.large.front()?.0 != self.read_packed {
            return None;
        }
        self.large.pop_front().map(|(_, kind, payload)| (kind, payload))
    }

    /// Moves packed messages into `slab` behind `used` bytes, while it and `meta` have room; returns
    /// their number and size.
    fn pack(&mut self, slab: &mut [u8], used: usize, meta: &mut [u32]) -> (usize, usize) {
        let end = self.large.front().map_or(self.packed.len(), |(before, ..)| *before);
        let (mut count, mut len) = (0, 0);
        for (entry, slot) in self.packed[self.read_packed..end].iter().zip(meta.chunks_exact_mut(2))
        {
            let next = len + (entry >> 2) as usize;
            if used + next > slab.len() {
                break;
            }
            // A slab is far smaller than 4 GiB.
            slot[0] = u32::try_from(used + len).unwrap_or(0);
            slot[1] = *entry;
            len = next;
            count += 1;
        }
        slab[used..used + len].copy_from_slice(&self.bytes[self.read_bytes..self.read_bytes + len]);
        self.read_packed += count;
        self.read_bytes += len;
        (count, len)
    }
}

impl Inbox {
    /// An empty inbox for messages of about `budget` bytes together.
    #[must_use]
    pub fn new(budget: usize) -> Self {
        Self { budget, current: Mutex::default(), state: Mutex::default() }
    }

    /// Appends what was received. True when a reader waits for it.
    pub fn push(&self, chunk: Chunk) -> bool {
        let mut state = lock(&self.state);
        if state.discarding || chunk.is_empty() {
            return false;
        }
        state.cost += chunk.cost;
        state.chunks.push_back(chunk);
        std::mem::take(&mut state.waiting)
    }

    /// Takes the next messages: a packed run, or one large message.
    ///
    /// `meta` receives start and `length << 2 | kind` per packed message. The second value
    /// is true when the task had paused and half of the budget is free again: it is then
    /// worth waking for.
    pub fn read(&self, slab: &mut [u8], meta: &mut [u32]) -> (Batch, bool) {
        let mut current = lock(&self.current);
        let (mut count, mut used) = (0, 0);
        let large = loop {
            let Some(chunk) = &mut *current else {
                let mut state = lock(&self.state);
                *current = state.chunks.pop_front();
                if current.is_some() {
                    continue;
                }
                state.waiting = count == 0;
                break None;
            };
            let large = if count == 0 { chunk.pop_large() } else { None };
            if large.is_none() {
                let (packed, size) = chunk.pack(slab, used, &mut meta[2 * count..]);
                used += size;
                count += packed;
            }
            let rest = !chunk.is_empty();
            if !rest {
                *current = None;
            }
            if large.is_some() || rest {
                break large;
            }
        };
        match large {
            Some((kind, payload)) => {
                let resume = self.on_taken(1, payload.len());
                (Batch::Large(kind, payload), resume)
            }
            None if count == 0 => (Batch::Empty, false),
            None => (Batch::Packed(count), self.on_taken(count, used)),
        }
    }

    /// Frees the budget of messages that were taken. True when it is worth waking the task.
    fn on_taken(&self, messages: usize, bytes: usize) -> bool {
        let mut state = lock(&self.state);
        // A reader may still take what it has when everything else was dropped.
        state.cost = state.cost.saturating_sub(bytes + messages * ENTRY_COST);
        state.paused && state.cost <= self.budget / 2 && std::mem::take(&mut state.paused)
    }

    /// True when no message is there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        lock(&self.current).is_none() && lock(&self.state).chunks.is_empty()
    }

    /// A reader waits, as if it had asked and found nothing.
    pub fn wait(&self) {
        lock(&self.state).waiting = true;
    }

    /// True when a reader waits. It does not any more: the caller tells it to look.
    #[must_use]
    pub fn stop_waiting(&self) -> bool {
        std::mem::take(&mut lock(&self.state).waiting)
    }

    /// Bytes of messages that may wait here.
    #[must_use]
    pub fn budget(&self) -> usize {
        self.budget
    }

    /// Bytes that count against the receive budget.
    #[must_use]
    pub fn cost(&self) -> usize {
        lock(&self.state).cost
    }

    /// True when the budget is used up, counting `more` that is still to be pushed: then the task
    /// is told when a reader has made room.
    pub fn pause(&self, more: usize) -> bool {
        let mut state = lock(&self.state);
        state.paused = state.cost + more >= self.budget && !state.discarding;
        state.paused
    }

    /// Drops everything, and whatever comes later.
    pub fn discard(&self) {
        *lock(&self.current) = None;
        let mut state = lock(&self.state);
        state.discarding = true;
        state.cost = 0;
        state.chunks = VecDeque::new();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while the lock was held leaves at worst a message less.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a message costs besides its payload: so the budget bounds empty messages too.
const ENTRY_COST: usize = 32;

/// Up to this size a message is copied into the batch; above it, it is handed over
/// as it is. The slab of the reader must hold one message of this size.
pub const PACK_LIMIT: usize = 32 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn inbox_with(messages: &[(Kind, usize)]) -> Inbox {
        let inbox = Inbox::new(100);
        let mut chunk = Chunk::default();
        for (index, &(kind, len)) in messages.iter().enumerate() {
            chunk.push_owned(kind, Bytes::from(vec![u8::try_from(index).unwrap(); len]));
        }
        inbox.push(chunk);
        inbox
    }

    #[test]
    fn small_messages_are_packed_in_order_and_the_budget_returns_to_zero() {
        let inbox = inbox_with(&[(Kind::Ascii, 3), (Kind::Binary, 0), (Kind::Utf8, 2)]);
        let (mut slab, mut meta) = ([9; 64], [0; 16]);
        assert_eq!(inbox.cost(), 5 + 3 * ENTRY_COST);
        assert_eq!(inbox.read(&mut slab, &mut meta).0, Batch::Packed(3));
        assert_eq!(slab[..5], [0, 0, 0, 2, 2]);
        assert_eq!(meta[..6], [0, 3 << 2 | 1, 3, 0, 3, 2 << 2 | 2]);
        assert_eq!(inbox.cost(), 0);
        assert_eq!(inbox.read(&mut slab, &mut meta).0, Batch::Empty);
    }

    #[test]
    fn a_batch_ends_where_the_slab_or_the_list_of_lengths_ends() {
        let inbox = inbox_with(&[(Kind::Binary, 4); 5]);
        let mut slab = [0; 9];
        let mut meta = [0; 16];
        assert_eq!(inbox.read(&mut slab, &mut meta).0, Batch::Packed(2));
        assert_eq!(slab[..8], [0, 0, 0, 0, 1, 1, 1, 1]);
        assert_eq!(inbox.read(&mut slab, &mut meta[..2]).0, Batch::Packed(1));
        assert_eq!(slab[..4], [2; 4]);
        assert_eq!(inbox.read(&mut slab, &mut meta).0, Batch::Packed(2));
        assert_eq!(inbox.cost(), 0);
    }

    #[test]
    fn a_large_message_keeps_its_place_and_is_not_copied() {
        let inbox =
            inbox_with(&[(Kind::Binary, 1), (Kind::Utf8, PACK_LIMIT + 1), (Kind::Binary, 1)]);
        let (mut slab, mut meta) = ([0; 64], [0; 16]);
        assert_eq!(inbox.read(&mut slab, &mut meta).0, Batch::Packed(1));
        match inbox.read(&mut slab, &mut meta).0 {
            Batch::Large(Kind::Utf8, bytes) => assert_eq!(bytes.len(), PACK_LIMIT + 1),
            other => panic!("{other:?}"),
        }
        assert_eq!(inbox.read(&mut slab, &mut meta).0, Batch::Packed(1));
        assert_eq!(inbox.cost(), 0);
    }

    #[test]
    fn a_reader_that_found_nothing_is_told_once() {
        let inbox = Inbox::new(100);
        assert_eq!(inbox.read(&mut [], &mut []).0, Batch::Empty);
        let push = || {
            let mut chunk = Chunk::default();
            chunk.push(Kind::Binary, b"x");
            inbox.push(chunk)
        };
        assert!(push());
        assert!(!push());
    }

    #[test]
    fn a_paused_task_is_told_when_there_is_room() {
        let inbox = inbox_with(&[(Kind::Binary, 8)]);
        assert!(!inbox.pause(0));
        assert!(inbox.pause(100));
        let (_, resume) = inbox.read(&mut [0; 8], &mut [0; 2]);
        assert!(resume);
    }
}
