//! Text as engines keep it: JavaScript's strings have no UTF-8.
//!
//! What a call of Node-API is given in UTF-8 the engine decodes, and checks, character by character.
//! `encoding_rs` takes a tenth of that.

use encoding_rs::mem;

/// The code units of a string.
#[derive(Debug, PartialEq, Eq)]
pub enum Characters {
    /// Code points up to U+00FF only.
    Latin1(Vec<u8>),
    /// UTF-16.
    Utf16(Vec<u16>),
}

impl Characters {
    /// Decodes UTF-8. What is none becomes U+FFFD.
    #[must_use]
    pub fn decode(text: &[u8]) -> Self {
        if mem::is_utf8_latin1(text) {
            let mut units = vec![0; text.len()];
            let len = mem::convert_utf8_to_latin1_lossy(text, &mut units);
            Self::Latin1(cut(units, len))
        } else {
            // It asks for one more than there can be.
            let mut units = vec![0; text.len() + 1];
            let len = mem::convert_utf8_to_utf16(text, &mut units);
            Self::Utf16(cut(units, len))
        }
    }
}

/// What the string keeps: Chinese has a third of the room that its bytes might have needed.
fn cut<T>(mut units: Vec<T>, len: usize) -> Vec<T> {
    units.truncate(len);
    units.shrink_to_fit();
    units
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn text_is_decoded(text in "([a-z]{0,40}|[\u{80}-\u{ff}]{0,9}|.{0,9}){0,9}") {
            let expected: Vec<u16> = text.encode_utf16().collect();
            match Characters::decode(text.as_bytes()) {
                Characters::Utf16(units) => {
                    prop_assert!(expected.iter().any(|unit| *unit > 0xff));
                    prop_assert_eq!(units, expected);
                }
                Characters::Latin1(units) => {
                    let units: Vec<u16> = units.into_iter().map(u16::from).collect();
                    prop_assert_eq!(units, expected);
                }
            }
        }

        #[test]
        fn what_is_no_text_is_decoded_too(text in prop::collection::vec(any::<u8>(), 0..60)) {
            let Characters::Utf16(units) = Characters::decode(&text) else { return Ok(()) };
            let expected = String::from_utf8_lossy(&text);
            prop_assert_eq!(String::from_utf16(&units).unwrap(), expected);
        }
    }
}
