//! The frame filter with its inflater: any bytes, wherever they are cut.

use super::{
    reserved::meets_reserved,
    source::{Source, pieces},
};
use crate::net::{
    extensions::Agreement,
    frames::{Control, FrameFilter, FrameLimits, Step},
    inflate::Inflater,
};

/// What a reader would see.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    /// Whole messages and control frames, in their order.
    events: Vec<Event>,
    /// The stream was broken off by a violation.
    is_violated: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Event {
    Control(Control),
    Message { is_text: bool, payload: Vec<u8> },
}

/// Plain frames put together, as the engine behind the filter does.
#[derive(Default)]
struct Assembler {
    frames: Vec<u8>,
    message: Option<(bool, Vec<u8>)>,
}

/// Cut or whole, the same messages come out, within the limits.
///
/// # Panics
/// When they do not.
pub fn run(data: &[u8]) {
    let mut source = Source::new(data);
    let flags = source.byte();
    let limits = FrameLimits {
        max_fragments: 1 + usize::from(flags >> 5),
        max_message_size: [100, 70_000, 300_000, 1 << 22][usize::from(flags >> 3 & 3)],
    };
    let agreement = (flags & 1 != 0).then_some(Agreement {
        client_no_context_takeover: false,
        client_window_bits: 15,
        server_no_context_takeover: flags & 2 != 0,
        server_window_bits: if flags & 4 != 0 { 15 } else { 8 },
    });
    let sizes = [source.short(), source.short()];
    let out_size = source.short().max(1);
    let bytes = source.rest();
    let cut = filter(limits, agreement.as_ref(), pieces(bytes, sizes), out_size);
    let whole = filter(limits, agreement.as_ref(), std::iter::once(bytes), 4096);
    if agreement.is_some() && cut.is_violated && holds_reserved(bytes) {
        assert!(whole.events.starts_with(&cut.events), "{cut:?}, whole {whole:?}");
    } else {
        assert_eq!(cut, whole);
    }
    discard(limits, agreement.as_ref(), pieces(bytes, sizes));
}

/// The one thing that the two engines for inflating judge differently is in a message of one frame.
fn holds_reserved(mut bytes: &[u8]) -> bool {
    while let Some((first, payload, rest)) = split_frame(bytes) {
        if matches!(first, 0xc1 | 0xc2) && meets_reserved(payload) {
            return true;
        }
        bytes = rest;
    }
    false
}

/// The first byte of a frame, its payload, and what is behind it.
fn split_frame(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[first, second], rest) = bytes.split_first_chunk::<2>()?;
    let (length, rest) = match second {
        126 => {
            let (length, rest) = rest.split_first_chunk()?;
            (u64::from(u16::from_be_bytes(*length)), rest)
        }
        127 => {
            let (length, rest) = rest.split_first_chunk()?;
            (u64::from_be_bytes(*length), rest)
        }
        length => (u64::from(length), rest),
    };
    let (payload, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    Some((first, payload, rest))
}

fn filter_with(limits: FrameLimits, agreement: Option<&Agreement>) -> FrameFilter {
    let mut filter = FrameFilter::new(limits);
    if let Some(agreement) = agreement {
        filter.set_inflater(Inflater::new(agreement, limits.max_message_size));
    }
    filter
}

fn filter<'a>(
    limits: FrameLimits,
    agreement: Option<&Agreement>,
    pieces: impl Iterator<Item = &'a [u8]>,
    out_size: usize,
) -> Seen {
    let mut filter = filter_with(limits, agreement);
    let (mut input, mut out) = (Vec::new(), vec![0; out_size]);
    let mut seen = Seen::default();
    let mut assembler = Assembler::default();
    for piece in pieces {
        input.extend_from_slice(piece);
        let mut idle = 0;
        loop {
            let mut rest = input.as_slice();
            let before = rest.len();
            let step = filter.step(&mut rest, &mut out);
            let used = before - rest.len();
            input.drain(..used);
            // Every step takes a byte, gives a byte, or is the last of its piece.
            idle = if used == 0 && matches!(step, Step::Data(0)) { idle + 1 } else { 0 };
            assert!(idle < 10, "the filter runs in a circle");
            match step {
                Step::Data(n) => {
                    if assembler.feed(&out[..n], limits, &mut seen.events).is_err() {
                        seen.is_violated = true;
                        return seen;
                    }
                }
                Step::Control(control) => seen.events.push(Event::Control(control)),
                Step::Violation(violation) => {
                    assert!([1002, 1007, 1009].contains(&violation.code));
                    seen.is_violated = true;
                    return seen;
                }
                Step::NeedInput => break,
            }
        }
        // What waits for more is at most a header and a control frame.
        assert!(input.len() < 14 + 125, "{} bytes wait", input.len());
    }
    seen
}

/// A filter that throws data away needs no room, and ends as well.
fn discard<'a>(
    limits: FrameLimits,
    agreement: Option<&Agreement>,
    pieces: impl Iterator<Item = &'a [u8]>,
) {
    let mut filter = filter_with(limits, agreement);
    filter.discard();
    let mut input = Vec::new();
    for piece in pieces {
        input.extend_from_slice(piece);
        loop {
            let mut rest = input.as_slice();
            let step = filter.step(&mut rest, &mut []);
            let used = input.len() - rest.len();
            input.drain(..used);
            match step {
                Step::Data(n) => panic!("{n} bytes of what is to be thrown away"),
                Step::Control(_) => {}
                Step::Violation(_) => return,
                Step::NeedInput => break,
            }
        }
        assert!(input.len() < 14 + 125, "{} bytes wait", input.len());
    }
}

impl Assembler {
    /// Takes what the filter wrote. Fails on text that is none.
    fn feed(
        &mut self,
        bytes: &[u8],
        limits: FrameLimits,
        events: &mut Vec<Event>,
    ) -> Result<(), ()> {
        self.frames.extend_from_slice(bytes);
        while let Some((first, header, length)) = header(&self.frames) {
            // The engine reserves what a header announces.
            assert!(length <= 1 << 20, "a frame of {length} bytes");
            if self.frames.len() < header + length {
                break;
            }
            let payload: Vec<u8> = self.frames.drain(..header + length).skip(header).collect();
            let (is_text, message) = match (first & 0x0f, self.message.take()) {
                (0, Some(begun)) => begun,
                (opcode @ (1 | 2), None) => (opcode == 1, Vec::new()),
                (opcode, begun) => panic!("opcode {opcode} with {begun:?} under way"),
            };
            let message = [message, payload].concat();
            assert!(message.len() <= limits.max_message_size, "{} bytes", message.len());
            let is_last = first & 0x80 != 0;
            if is_text {
                let broken = std::str::from_utf8(&message).err();
                if broken.is_some_and(|error| is_last || error.error_len().is_some()) {
                    return Err(());
                }
            }
            if is_last {
                events.push(Event::Message { is_text, payload: message });
            } else {
                self.message = Some((is_text, message));
            }
        }
        Ok(())
    }
}

/// First byte, length of the header and length of the payload of a plain frame.
fn header(bytes: &[u8]) -> Option<(u8, usize, usize)> {
    let (&[first, second], rest) = bytes.split_first_chunk::<2>()?;
    assert_eq!(first & 0x70, 0, "the engine knows no reserved bits");
    let (header, length) = match second {
        126 => (4, u64::from(u16::from_be_bytes(*rest.first_chunk()?))),
        127 => (10, u64::from_be_bytes(*rest.first_chunk()?)),
        length => (2, u64::from(length)),
    };
    Some((first, header, usize::try_from(length).expect("the filter knows its limits")))
}
