//! What was read from the socket and not taken yet.

use std::cell::RefCell;

use super::{
    error::Violation,
    frames::{FrameFilter, Step},
    inbox::Kind,
};

/// Received bytes that the filter has not taken.
#[derive(Debug, Default)]
pub(super) struct Input {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

impl Input {
    /// Starts with what came in the same packets as the answer to the handshake.
    pub(super) fn new(received: &[u8]) -> Self {
        Self { bytes: received.to_vec(), start: 0, end: received.len() }
    }

    /// Lets the filter take a step.
    pub(super) fn step(&mut self, filter: &mut FrameFilter, out: &mut [u8]) -> Step {
        let mut rest = &self.bytes[self.start..self.end];
        let step = filter.step(&mut rest, out);
        self.start = self.end - rest.len();
        step
    }

    /// Takes the next message without the engine, if it is here whole.
    pub(super) fn take_whole(&mut self, filter: &FrameFilter) -> Option<(Kind, &[u8])> {
        let mut rest = &self.bytes[self.start..self.end];
        let message = filter.take_whole(&mut rest)?;
        self.start = self.end - rest.len();
        Some(message)
    }

    /// Takes the next message without the engine, if it is here whole and can be inflated at once.
    pub(super) fn take_whole_inflated<'a>(
        &mut self,
        filter: &'a mut FrameFilter,
    ) -> Result<Option<(Kind, &'a [u8])>, Violation> {
        let mut rest = &self.bytes[self.start..self.end];
        let message = filter.take_whole_inflated(&mut rest)?;
        self.start = self.end - rest.len();
        Ok(message)
    }

    pub(super) fn len(&self) -> usize {
        self.end - self.start
    }

    /// True when a read would find no room, which looks like the end.
    pub(super) fn is_full(&self) -> bool {
        self.len() == READ_BUFFER
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// Moves the front to `out`.
    pub(super) fn take(&mut self, out: &mut [u8]) {
        out.copy_from_slice(&self.bytes[self.start..self.start + out.len()]);
        self.skip(out.len());
    }

    pub(super) fn skip(&mut self, count: usize) {
        self.start += count;
        if self.start == self.end {
            *self = Self::default();
        }
    }

    /// Keeps what nobody could take yet; nothing else is here.
    pub(super) fn keep(&mut self, rest: &[u8]) {
        *self = Self::new(rest);
    }

    /// Room for the next read, behind what is left.
    pub(super) fn room(&mut self) -> &mut [u8] {
        if self.bytes.len() < READ_BUFFER {
            let mut buffer = SPARE.take().unwrap_or_else(|| vec![0; READ_BUFFER]);
            buffer[..self.end - self.start].copy_from_slice(&self.bytes[self.start..self.end]);
            self.bytes = buffer;
        } else {
            self.bytes.copy_within(self.start..self.end, 0);
        }
        self.end -= self.start;
        self.start = 0;
        &mut self.bytes[self.end..]
    }

    /// So many bytes were read into the room.
    pub(super) fn on_filled(&mut self, count: usize) {
        self.end += count;
    }

    /// Gives the large buffer back. Every connection of a thread reads into the same one.
    pub(super) fn release(&mut self) {
        if self.bytes.len() == READ_BUFFER {
            let rest = self.bytes[self.start..self.end].to_vec();
            self.end = rest.len();
            self.start = 0;
            SPARE.set(Some(std::mem::replace(&mut self.bytes, rest)));
        }
    }

    pub(super) fn clear(&mut self) {
        self.start = self.end;
    }
}

thread_local! {
    /// The read buffer of this network thread while no connection uses it.
    static SPARE: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// One read takes this much at the most: a socket's usual receive buffer on a local network.
pub(super) const READ_BUFFER: usize = 128 << 10;
