//! A large text that the reader's thread reads from the socket into memory of its own, and checks
//! while the processor has it at hand.

use std::mem;

use bytes::Bytes;

use super::{
    inbox::Kind,
    utf8::{InvalidUtf8, Utf8Checker},
};

/// A text of known length of which a part has come.
#[derive(Debug)]
pub(super) struct LargeText {
    /// Has memory for all of the text. What lies behind `filled` is zero.
    bytes: Vec<u8>,
    checker: Utf8Checker,
    filled: usize,
    is_ascii: bool,
    total: usize,
}

impl LargeText {
    pub(super) fn new(total: usize) -> Self {
        Self {
            bytes: Vec::with_capacity(total),
            checker: Utf8Checker::default(),
            filled: 0,
            is_ascii: true,
            total,
        }
    }

    /// Room for what is next: some of it, as long as the text is not complete.
    pub(super) fn room(&mut self) -> &mut [u8] {
        if self.filled == self.bytes.len() {
            self.bytes.resize(self.total.min(self.filled + PIECE), 0);
        }
        &mut self.bytes[self.filled..]
    }

    /// So many bytes were read into the room.
    ///
    /// # Errors
    /// Fails as soon as no continuation could make the text valid.
    pub(super) fn on_filled(&mut self, count: usize) -> Result<(), InvalidUtf8> {
        let piece = &self.bytes[self.filled..self.filled + count];
        self.filled += count;
        self.is_ascii &= piece.is_ascii();
        if self.is_ascii { Ok(()) } else { self.checker.feed(piece) }
    }

    /// What has not come yet.
    pub(super) fn remaining(&self) -> usize {
        self.total - self.filled
    }

    /// The text, once it is complete.
    ///
    /// # Errors
    /// Fails when it ends in the middle of a character.
    pub(super) fn take(&mut self) -> Result<(Kind, Bytes), InvalidUtf8> {
        if self.checker.is_amid_character() {
            return Err(InvalidUtf8);
        }
        let kind = if self.is_ascii { Kind::Ascii } else { Kind::Utf8 };
        Ok((kind, mem::take(&mut self.bytes).into()))
    }
}

/// Memory is made ready for so much at a time: little enough to be still in the cache when the socket's
/// bytes are copied into it, and when they are checked.
const PIECE: usize = 128 << 10;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &[u8], pieces: &[usize]) -> Result<(Kind, Bytes), InvalidUtf8> {
        let mut large = LargeText::new(text.len());
        let mut pieces = pieces.iter().cycle();
        while large.remaining() > 0 {
            let start = text.len() - large.remaining();
            let room = large.room();
            let count = room.len().min(*pieces.next().unwrap());
            room[..count].copy_from_slice(&text[start..start + count]);
            large.on_filled(count)?;
        }
        large.take()
    }

    proptest! {
        #[test]
        fn a_text_is_the_same_however_it_comes(
            text in "[a-z]{1,40}|.{1,40}",
            times in 1..5000_usize,
            pieces in prop::collection::vec(1..100_000_usize, 1..8),
        ) {
            let text = text.repeat(times);
            let kind = if text.is_ascii() { Kind::Ascii } else { Kind::Utf8 };
            prop_assert!(read(text.as_bytes(), &pieces) == Ok((kind, text.into())));
        }

        #[test]
        fn whatever_is_no_text_fails(
            text in prop::collection::vec(any::<u8>(), 1..40),
            pieces in prop::collection::vec(1..10_usize, 1..8),
        ) {
            let is_text = std::str::from_utf8(&text).is_ok();
            prop_assert_eq!(read(&text, &pieces).is_ok(), is_text);
        }
    }
}
