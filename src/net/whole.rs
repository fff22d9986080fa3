//! The short way of a message that is here whole, in one frame.
//!
//! Most messages arrive like that. Taking their payload where it lies saves the engine's parse and
//! its copy; everything else (fragments, compressed or incomplete messages, and whatever is wrong)
//! goes the long way, which is the only one that makes violations.

use simdutf8::{basic, compat};

use super::{error::Violation, frames::FrameFilter, inbox::Kind};

/// A message's kind and payload.
type Message<'a> = (Kind, &'a [u8]);

impl FrameFilter {
    /// Takes the next message from `input`, if it is one plain frame that is here whole.
    ///
    /// Only between messages: the engine must not hold a part of one.
    pub fn take_whole<'a>(&self, input: &mut &'a [u8]) -> Option<Message<'a>> {
        let (first, payload, rest) = split_frame(input)?;
        let kind = kind_of(first, payload)?;
        if !self.admits_whole(payload.len()) {
            return None;
        }
        *input = rest;
        Some((kind, payload))
    }

    /// Takes the next message from `input`, if it is one compressed frame that is here whole and may
    /// be inflated at once. [`FrameFilter::release_inflated`] has to follow.
    ///
    /// # Errors
    /// Fails when the message grows over the limit.
    pub fn take_whole_inflated(
        &mut self,
        input: &mut &[u8],
    ) -> Result<Option<Message<'_>>, Violation> {
        let Some((first, payload, rest)) = split_frame(input) else { return Ok(None) };
        if first & !COMPRESSED == first || !self.admits_whole(0) {
            return Ok(None);
        }
        let Some(inflater) = &mut self.inflater else { return Ok(None) };
        if !inflater.inflate_whole(payload)? {
            return Ok(None);
        }
        let Some(kind) = kind_of(first & !COMPRESSED, inflater.piece()) else {
            // Text that is wrong takes the long way, like everything that is wrong.
            inflater.drop_piece();
            return Ok(None);
        };
        *input = rest;
        Ok(Some((kind, inflater.piece())))
    }

    /// The message that was inflated has been taken.
    pub fn release_inflated(&mut self) {
        if let Some(inflater) = &mut self.inflater {
            inflater.drop_piece();
        }
    }

    /// True when `input` ends in a message that [`FrameFilter::take_whole_inflated`] may take once the
    /// rest of it is here: in portions it would cost twice as much.
    #[must_use]
    pub fn expects_inflatable(&self, input: &[u8]) -> bool {
        let Some((first, rest)) = input.split_first() else { return false };
        if !matches!(first ^ COMPRESSED, FINAL_TEXT | FINAL_BINARY) || !self.admits_whole(0) {
            return false;
        }
        let (length, payload) = match rest.split_first() {
            None => (0, None),
            Some((&length @ ..=125, payload)) => (usize::from(length), Some(payload)),
            Some((126, rest)) => match rest.split_first_chunk() {
                Some((length, payload)) => {
                    (usize::from(u16::from_be_bytes(*length)), Some(payload))
                }
                None => (0, None),
            },
            // A mask, or more than is inflated at once.
            Some((127.., _)) => return false,
        };
        payload.is_none_or(|payload| payload.len() < length)
            && self.inflater.as_ref().is_some_and(|inflater| inflater.takes_whole(length))
    }

    /// Looks at what comes next. A message of more than `limit` bytes with its header is large.
    #[must_use]
    pub fn look_ahead(&self, input: &[u8], limit: usize) -> Ahead {
        let Some((first, rest)) = input.split_first() else { return Ahead::Part };
        if !matches!(*first, FINAL_TEXT | FINAL_BINARY) {
            return Ahead::Other;
        }
        let Some((second, rest)) = rest.split_first() else { return Ahead::Part };
        let (header, length, payload) = match second {
            ..=125 => (2, usize::from(*second), rest),
            126 => match rest.split_first_chunk() {
                Some((length, payload)) => (4, usize::from(u16::from_be_bytes(*length)), payload),
                None => return Ahead::Part,
            },
            127 => match rest.split_first_chunk() {
                // What does not fit is no length that anybody admits.
                Some((length, payload)) => {
                    let length = usize::try_from(u64::from_be_bytes(*length));
                    (10, length.unwrap_or(usize::MAX), payload)
                }
                None => return Ahead::Part,
            },
            // A mask.
            128.. => return Ahead::Other,
        };
        let minimal = match length {
            ..=125 => 2,
            126..=0xffff => 4,
            0x1_0000.. => 10,
        };
        if !self.admits_whole(length) || header != minimal {
            return Ahead::Other;
        }
        let is_text = *first == FINAL_TEXT;
        if header + length > limit {
            Ahead::Large { header, length, is_text }
        } else if let Some(payload) = payload.get(..length) {
            if kind_of(*first, payload).is_some() { Ahead::Whole } else { Ahead::Other }
        } else if is_text && compat::from_utf8(payload).is_err_and(|e| e.error_len().is_some()) {
            // The connection fails now, and not when the rest has come.
            Ahead::Other
        } else {
            Ahead::Part
        }
    }
}

/// First byte, payload and what follows of a frame that is here whole.
fn split_frame(input: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[first, second], rest) = input.split_first_chunk()?;
    let (length, rest) = match second {
        ..=125 => (usize::from(second), rest),
        126 => {
            let (length, rest) = rest.split_first_chunk()?;
            let length = usize::from(u16::from_be_bytes(*length));
            if length < 126 {
                return None;
            }
            (length, rest)
        }
        127 => {
            let (length, rest) = rest.split_first_chunk()?;
            let length = usize::try_from(u64::from_be_bytes(*length)).ok()?;
            if length < 0x1_0000 {
                return None;
            }
            (length, rest)
        }
        // A mask.
        128.. => return None,
    };
    let (payload, rest) = rest.split_at_checked(length)?;
    Some((first, payload, rest))
}

/// What an unfragmented frame that begins like this is, if its payload is right.
fn kind_of(first: u8, payload: &[u8]) -> Option<Kind> {
    match first {
        FINAL_TEXT if payload.is_ascii() => Some(Kind::Ascii),
        FINAL_TEXT if basic::from_utf8(payload).is_ok() => Some(Kind::Utf8),
        FINAL_BINARY => Some(Kind::Binary),
        _ => None,
    }
}

/// What the bytes are the beginning of.
#[derive(Debug, PartialEq, Eq)]
pub enum Ahead {
    /// Of a message that can be taken whole, or of nothing yet.
    Part,
    /// Of a message that is too large.
    Large {
        /// Bytes of the frame's header.
        header: usize,
        /// Bytes of its payload.
        length: usize,
        /// The opcode says so.
        is_text: bool,
    },
    /// Of a message that can be taken.
    Whole,
    /// Of something else.
    Other,
}

/// The bit of a compressed message in its first byte: RSV1 (RFC 7692 section 6).
const COMPRESSED: u8 = 0x40;

/// First byte of an unfragmented text frame: FIN and the opcode (RFC 6455 section 5.2).
const FINAL_TEXT: u8 = 0x81;

/// First byte of an unfragmented binary frame.
const FINAL_BINARY: u8 = 0x82;

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compress, Compression, FlushCompress};

    use crate::net::{
        extensions::Agreement,
        frames::{FrameLimits, Step},
        inflate::Inflater,
    };

    fn filter() -> FrameFilter {
        FrameFilter::new(FrameLimits { max_fragments: 2, max_message_size: 300 })
    }

    #[test]
    fn whole_messages_are_taken_one_by_one() {
        let stream = [&b"\x81\x02hi"[..], b"\x82\x00", b"\x81\x02\xc3\xa9", b"\x82\x7e\0\x80"];
        let stream = [stream.concat(), vec![7; 128]].concat();
        let mut input = &stream[..];
        assert_eq!(filter().take_whole(&mut input), Some((Kind::Ascii, &b"hi"[..])));
        assert_eq!(filter().take_whole(&mut input), Some((Kind::Binary, &[][..])));
        assert_eq!(filter().take_whole(&mut input), Some((Kind::Utf8, "é".as_bytes())));
        assert_eq!(filter().take_whole(&mut input), Some((Kind::Binary, &[7; 128][..])));
        assert_eq!(filter().take_whole(&mut input), None);
    }

    #[test]
    fn a_message_of_over_64_kib_is_taken_when_it_is_here_whole() {
        let filter = FrameFilter::new(FrameLimits { max_fragments: 2, max_message_size: 1 << 20 });
        let payload = vec![7; 0x1_0000];
        let stream = [&b"\x82\x7f\0\0\0\0\0\x01\0\0"[..], &payload, b"\x81"].concat();
        let mut input = &stream[..];
        assert_eq!(filter.take_whole(&mut input), Some((Kind::Binary, &payload[..])));
        assert_eq!(input, b"\x81");
        let mut short = &stream[..stream.len() - 2];
        assert_eq!(filter.take_whole(&mut short), None);
    }

    #[test]
    fn whatever_else_there_is_stays_for_the_long_way() {
        let too_big = [&b"\x82\x7e\x01\x2d"[..], &[0; 301]].concat();
        let long_form = [&b"\x82\x7f\0\0\0\0\0\0\0\x01"[..], &[0; 1]].concat();
        for frame in [
            &b"\x81"[..],
            b"\x81\x05hell",
            b"\x82\x7e\0",
            b"\x82\x7e\0\x01x",
            b"\x01\x02hi",
            b"\x80\x02hi",
            b"\xc1\x02hi",
            b"\x89\x02hi",
            b"\x88\x00",
            b"\x81\x82\0\0\0\0hi",
            b"\x81\x02\xc3\x28",
            &too_big,
            &long_form,
        ] {
            let mut input = frame;
            assert_eq!(filter().take_whole(&mut input), None, "{frame:x?}");
            assert_eq!(input, frame);
        }
    }

    #[test]
    fn what_is_ahead_is_a_whole_message_a_part_a_large_one_or_something_else() {
        let ahead = |input: &[u8]| filter().look_ahead(input, 100);
        for part in
            [&b""[..], b"\x81", b"\x82\x05hell", b"\x82\x7e\0", b"\x82\x7f\0", b"\x81\x03\xc3"]
        {
            assert_eq!(ahead(part), Ahead::Part, "{part:x?}");
        }
        for whole in [&b"\x82\x00"[..], b"\x81\x02\xc3\xa9", b"\x82\x01a\x89"] {
            assert_eq!(ahead(whole), Ahead::Whole, "{whole:x?}");
        }
        let large = [&b"\x82\x7e\0\xc8"[..], &[1; 200]].concat();
        for shown in [4, 5, large.len()] {
            let is_text = false;
            assert_eq!(ahead(&large[..shown]), Ahead::Large { header: 4, length: 200, is_text });
        }
        let text = Ahead::Large { header: 4, length: 200, is_text: true };
        assert_eq!(ahead(b"\x81\x7e\0\xc8"), text);
        for other in [
            &b"\x01"[..],
            b"\x89\x00",
            b"\x81\x85",
            // Text that is wrong, or whose beginning is already.
            b"\x81\x02\xc3\x28",
            b"\x81\x03\xc3\x28",
            // Beyond the limit, and lengths in more bytes than needed.
            b"\x82\x7e\x01\x2d",
            b"\x82\x7e\0\x05",
            b"\x82\x7f\0\0\0\0\0\0\0\xc8",
            b"\x82\x7f\xff\xff\xff\xff\xff\xff\xff\xff",
        ] {
            assert_eq!(ahead(other), Ahead::Other, "{other:x?}");
        }
    }

    fn inflating(server_no_context_takeover: bool) -> FrameFilter {
        let agreement = Agreement {
            client_no_context_takeover: true,
            client_window_bits: 15,
            server_no_context_takeover,
            server_window_bits: 15,
        };
        let mut filter = filter();
        filter.set_inflater(Inflater::new(&agreement, 300));
        filter
    }

    /// A compressed frame as a server sends it.
    fn deflated(first: u8, message: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(1000);
        let mut context = Compress::new(Compression::default(), false);
        context.compress_vec(message, &mut bytes, FlushCompress::Sync).unwrap();
        bytes.truncate(bytes.len() - 4);
        [&[first, u8::try_from(bytes.len()).unwrap()][..], &bytes].concat()
    }

    #[test]
    fn compressed_messages_are_taken_where_no_context_is_kept() {
        let mut filter = inflating(true);
        let stream =
            [deflated(0xc1, b"hello"), deflated(0xc2, &[7; 300]), deflated(0xc1, "é".as_bytes())];
        let stream = stream.concat();
        let mut input = &stream[..];
        for expected in
            [(Kind::Ascii, &b"hello"[..]), (Kind::Binary, &[7; 300]), (Kind::Utf8, "é".as_bytes())]
        {
            assert_eq!(filter.take_whole_inflated(&mut input), Ok(Some(expected)));
            filter.release_inflated();
            assert!(filter.is_between_messages());
        }
        assert!(input.is_empty());
    }

    #[test]
    fn compressed_messages_that_are_wrong_or_need_a_context_stay_for_the_long_way() {
        let message = deflated(0xc1, b"hello");
        for (mut filter, frame) in [
            (inflating(false), message.clone()),
            (filter(), message.clone()),
            (inflating(true), deflated(0xc1, b"\xc3\x28")),
            (inflating(true), b"\xc1\x03\xff\xff\xff".to_vec()),
            (inflating(true), deflated(0x41, b"a part")),
            (inflating(true), message[..message.len() - 1].to_vec()),
        ] {
            let mut input = &frame[..];
            assert_eq!(filter.take_whole_inflated(&mut input), Ok(None), "{frame:x?}");
            assert_eq!(input, frame);
            assert!(filter.is_between_messages());
        }
    }

    #[test]
    fn a_part_of_a_compressed_message_waits_for_the_rest_where_it_may_be_inflated_at_once() {
        let message = deflated(0xc1, b"hello");
        let long = [&b"\xc2\x7e\x40\0"[..], &[7; 100]].concat();
        let part = &message[..message.len() - 1];
        for (filter, input, expected) in [
            (inflating(true), part, true),
            (inflating(true), &message[..2], true),
            (inflating(true), &message[..1], true),
            (inflating(true), &long, true),
            (inflating(true), &long[..3], true),
            // Nothing yet, or all of it: it was tried.
            (inflating(true), &[], false),
            (inflating(true), &message, false),
            // What is not inflated at once.
            (inflating(false), part, false),
            (filter(), part, false),
            (inflating(true), b"\xc1\x7e\x40\x01", false),
            (inflating(true), b"\xc1\x7f", false),
            (inflating(true), b"\xc1\x85", false),
            (inflating(true), b"\x41\x05", false),
            (inflating(true), b"\x81\x05", false),
        ] {
            assert_eq!(filter.expects_inflatable(input), expected, "{input:x?}");
        }
    }

    #[test]
    fn a_compressed_message_of_more_than_the_limit_is_a_violation() {
        let frame = deflated(0xc2, &[7; 301]);
        assert!(inflating(true).take_whole_inflated(&mut &frame[..]).is_err());
    }

    #[test]
    fn nothing_is_taken_in_the_middle_of_a_message() {
        let mut filter = filter();
        let mut out = [0; 16];
        let mut input = &b"\x01\x01a\x81\x01b"[..];
        assert_eq!(filter.step(&mut input, &mut out), Step::Data(2));
        assert_eq!(filter.step(&mut input, &mut out), Step::Data(1));
        assert_eq!(filter.take_whole(&mut input), None);
    }
}
