//! Large messages that the reader's thread reads into memory of their own: nothing is copied once more.

use super::{
    connection::Connection,
    error::Violation,
    frames::Step,
    inbox::{Batch, Kind},
    large_text::LargeText,
};

/// A large message of which the reader's thread has a part.
#[derive(Debug)]
pub(super) enum Begun {
    /// Bytes go into memory that the reader brings.
    Binary {
        /// What has not come yet.
        remaining: usize,
        /// All of it.
        total: usize,
    },
    /// Text stays here until it is complete.
    Text(LargeText),
}

impl Begun {
    fn remaining(&self) -> usize {
        match self {
            Self::Binary { remaining, .. } => *remaining,
            Self::Text(text) => text.remaining(),
        }
    }
}

impl Connection {
    /// The header of a large message was taken: nobody else can read until it is complete.
    pub(super) fn begin_large(&mut self, length: usize, is_text: bool) {
        self.reading.begun = Some(if is_text {
            Begun::Text(LargeText::new(length))
        } else {
            Begun::Binary { remaining: length, total: length }
        });
        self.reading.was_large = true;
        self.shared.lease.set_large(true);
    }

    /// What the reader is told of the message that has begun.
    pub(super) fn read_begun(&mut self) -> Batch {
        match self.reading.begun.take() {
            Some(Begun::Text(text)) => self.read_text(text),
            Some(Begun::Binary { remaining, total }) => {
                self.reading.begun = Some(Begun::Binary { remaining, total });
                Batch::Begun(Kind::Binary, total)
            }
            None => Batch::Empty,
        }
    }

    /// Goes on with the binary message that was begun: fills `target`, its rest, from the front.
    /// Returns how much came; `None` when it will never be complete.
    pub(super) fn read_remaining(&mut self, target: &mut [u8]) -> Option<usize> {
        let Some(Begun::Binary { remaining: wanted, .. }) = self.reading.begun else { return None };
        let target = target.get_mut(..wanted)?;
        let mut filled = 0;
        // As long as the socket has something: otherwise nothing would wake the task.
        while filled < wanted {
            let (more, is_dry) = self.fill_large(&mut target[filled..]);
            filled += more;
            if is_dry {
                break;
            }
        }
        self.on_filled_large(filled, filled == wanted);
        let Some(Begun::Binary { remaining, total }) = &mut self.reading.begun else { return None };
        *remaining -= filled;
        if *remaining == 0 {
            let total = *total;
            self.end_large(total);
        }
        Some(filled)
    }

    /// Goes on with a large text. A batch once it is complete.
    fn read_text(&mut self, mut text: LargeText) -> Batch {
        let before = text.remaining();
        // As long as the socket has something, as above.
        while text.remaining() > 0 {
            let (more, is_dry) = self.fill_large(text.room());
            if text.on_filled(more).is_err() {
                return self.refuse_text(text);
            }
            if is_dry {
                break;
            }
        }
        let remaining = text.remaining();
        self.on_filled_large(before - remaining, remaining == 0);
        if remaining > 0 {
            self.reading.begun = Some(Begun::Text(text));
            return Batch::Empty;
        }
        match text.take() {
            Ok((kind, payload)) => {
                self.end_large(payload.len());
                Batch::Large(kind, payload)
            }
            Err(_) => self.refuse_text(text),
        }
    }

    /// Leaves the rest of a large message to the filter, which throws it away.
    pub(super) fn abandon_large(&mut self) {
        if let Some(begun) = self.reading.begun.take() {
            self.shared.lease.set_large(false);
            self.filter.resume(begun.remaining() as u64);
        }
    }

    /// The connection fails now, and not when the rest has come.
    fn refuse_text(&mut self, text: LargeText) -> Batch {
        self.reading.begun = Some(Begun::Text(text));
        self.abandon_large();
        self.reading.event = Some(Step::Violation(Violation::invalid_utf8()));
        self.end_lease();
        Batch::Empty
    }

    /// Fills `target` with what is here already, or reads. Returns as `fill_direct`.
    fn fill_large(&mut self, target: &mut [u8]) -> (usize, bool) {
        let held = self.reading.input.len().min(target.len());
        if held == 0 {
            return self.fill_direct(target);
        }
        self.reading.input.take(&mut target[..held]);
        (held, false)
    }

    /// So many bytes came of a large message.
    fn on_filled_large(&mut self, count: usize, is_complete: bool) {
        if count > 0 {
            self.shared.lease.on_used();
        }
        if !is_complete && let Some(end) = self.reading.end.take() {
            // In front of it is only what will never be complete.
            self.on_read(end);
            self.waker.wake_by_ref();
        }
    }

    /// A large message of so many bytes is complete.
    fn end_large(&mut self, total: usize) {
        self.shared.stats.on_messages_received(1, total);
        self.reading.begun = None;
        self.shared.lease.set_large(false);
        let _ = self.shared.inbox.stop_waiting();
        if !self.is_watched_over() || !self.shared.lease.is_held() {
            // The task watches again, or reads.
            self.waker.wake_by_ref();
        }
    }
}
