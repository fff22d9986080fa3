//! UTF-8 checked piece by piece, so that broken text fails before its frame has ended.

use simdutf8::compat;

/// The bytes are not, and cannot become, valid UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidUtf8;

/// Checks text that arrives in pieces which may split characters.
#[derive(Clone, Copy, Debug, Default)]
pub struct Utf8Checker {
    /// The beginning of a character whose rest has not come yet.
    partial: [u8; 4],
    partial_len: usize,
}

impl Utf8Checker {
    /// Checks one more piece.
    ///
    /// # Errors
    /// Fails as soon as no continuation could make the text valid.
    pub fn feed(&mut self, mut bytes: &[u8]) -> Result<(), InvalidUtf8> {
        while self.partial_len > 0 {
            let Some((&next, rest)) = bytes.split_first() else { return Ok(()) };
            self.partial[self.partial_len] = next;
            self.partial_len += 1;
            bytes = rest;
            match std::str::from_utf8(&self.partial[..self.partial_len]) {
                Ok(_) => self.partial_len = 0,
                // At most three bytes can be incomplete, so `partial` has room for the next.
                Err(error) if error.error_len().is_none() => {}
                Err(_) => return Err(InvalidUtf8),
            }
        }
        if let Err(error) = compat::from_utf8(bytes) {
            if error.error_len().is_some() {
                return Err(InvalidUtf8);
            }
            let rest = &bytes[error.valid_up_to()..];
            self.partial[..rest.len()].copy_from_slice(rest);
            self.partial_len = rest.len();
        }
        Ok(())
    }

    /// True when the text so far ends in a part of a character.
    #[must_use]
    pub fn is_amid_character(&self) -> bool {
        self.partial_len > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pieces: &[&[u8]]) -> Result<(), InvalidUtf8> {
        let mut checker = Utf8Checker::default();
        pieces.iter().try_for_each(|piece| checker.feed(piece))
    }

    #[test]
    fn a_character_may_be_split_anywhere() {
        let text = "κόσμε 👩‍🚀 \u{feff}x".as_bytes();
        for cut in 0..=text.len() {
            assert_eq!(check(&[&text[..cut], &text[cut..]]), Ok(()));
        }
        let single: Vec<&[u8]> = text.chunks(1).collect();
        assert_eq!(check(&single), Ok(()));
    }

    #[test]
    fn broken_text_fails_at_the_byte_that_breaks_it() {
        let mut checker = Utf8Checker::default();
        assert_eq!(checker.feed(b"abc\xf4"), Ok(()));
        assert_eq!(checker.feed(b"\x90"), Err(InvalidUtf8));
        assert_eq!(check(&[b"\xed\xa0\x80"]), Err(InvalidUtf8));
        assert_eq!(check(&[b"\xed", b"\xa0"]), Err(InvalidUtf8));
        assert_eq!(check(&[b"\xc0\xaf"]), Err(InvalidUtf8));
        assert_eq!(check(&[b"\xff"]), Err(InvalidUtf8));
    }
}
