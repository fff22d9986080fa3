//! Properties of the parsers: whatever the bytes and wherever they are cut.

use bytes::Bytes;
use proptest::prelude::*;

use crate::net::{
    frames::{Control, FrameFilter, FrameLimits, Step},
    testing::{close_frame, frame},
    utf8::Utf8Checker,
};

const LIMITS: FrameLimits = FrameLimits { max_fragments: 5, max_message_size: 1000 };

/// Runs the filter over pieces until it has seen them all or stops.
/// Gives what it wrote for the engine, and what it reported.
fn filter(pieces: &[Vec<u8>], out_size: usize, discard: bool) -> (Vec<u8>, Vec<Step>) {
    let mut filter = FrameFilter::new(LIMITS);
    if discard {
        filter.discard();
    }
    let (mut input, mut data, mut events) = (Vec::new(), Vec::new(), Vec::new());
    let mut steps = 0;
    for piece in pieces {
        input.extend_from_slice(piece);
        loop {
            let mut rest = input.as_slice();
            let mut out = vec![0; if discard { 0 } else { out_size }];
            let step = filter.step(&mut rest, &mut out);
            let used = input.len() - rest.len();
            input.drain(..used);
            steps += 1;
            // Every step takes a byte, gives a byte, or is the last of its piece.
            assert!(steps < 20_000, "the filter runs in a circle");
            match step {
                Step::Data(n) => data.extend_from_slice(&out[..n]),
                Step::NeedInput => break,
                Step::Violation(_) => {
                    events.push(step);
                    return (data, events);
                }
                Step::Control(_) => events.push(step),
            }
        }
        // What waits for more is at most a header and a control frame.
        assert!(input.len() < 14 + 125, "{} bytes wait", input.len());
    }
    (data, events)
}

fn pieces() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let byte = prop_oneof![
        3 => any::<u8>(),
        2 => prop::sample::select(vec![0_u8, 1, 2, 0x80, 0x81, 0x82, 0x88, 0x89, 0x8a, 125, 126, 127]),
    ];
    prop::collection::vec(prop::collection::vec(byte, 0..40), 0..20)
}

/// Frames that mean something more often than random bytes do.
fn frames() -> impl Strategy<Value = Vec<u8>> {
    let first =
        prop::sample::select(vec![0_u8, 1, 2, 0x80, 0x81, 0x82, 0x89, 0x8a, 0x88, 0x83, 0xc1]);
    let one = (first, prop::collection::vec(any::<u8>(), 0..200));
    prop::collection::vec(one, 0..12)
        .prop_map(|list| list.iter().flat_map(|(first, body)| frame(*first, body)).collect())
}

fn cut(bytes: &[u8], sizes: &[usize]) -> Vec<Vec<u8>> {
    let (mut pieces, mut rest) = (Vec::new(), bytes);
    for size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, after) = rest.split_at((*size).min(rest.len()));
        pieces.push(piece.to_vec());
        rest = after;
    }
    pieces
}

/// How many bytes a header spends on its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Short,
    Medium,
    Long,
}

/// A frame with the payload, and a length as it is written.
fn frame_with(first: u8, masked: bool, form: Form, length: u64, payload: &[u8]) -> Vec<u8> {
    let bytes = length.to_be_bytes();
    let mask = u8::from(masked) << 7;
    let header = match form {
        Form::Short => vec![first, mask | bytes[7]],
        Form::Medium => vec![first, mask | 0x7e, bytes[6], bytes[7]],
        Form::Long => [&[first, mask | 0x7f], &bytes[..]].concat(),
    };
    [&header, payload].concat()
}

/// What section 5 says of the header of a first frame; the code that it is refused with.
fn judge(first: u8, masked: bool, form: Form, length: u64) -> Option<u16> {
    let (fin, rsv, opcode) = (first & 0x80 != 0, first & 0x70, first & 0x0f);
    let shortest = match length {
        0..=125 => Form::Short,
        126..=0xffff => Form::Medium,
        _ => Form::Long,
    };
    let known = matches!(opcode, 1 | 2 | 8 | 9 | 10);
    let control = opcode >= 8 && (!fin || length > 125);
    if rsv != 0 || masked || form != shortest || length >> 63 != 0 || !known || control {
        return Some(1002);
    }
    (length > LIMITS.max_message_size as u64).then_some(1009)
}

/// What section 7.4 says of a Close frame's body.
fn is_good_close(body: &[u8]) -> bool {
    match body {
        [] => true,
        [_] => false,
        [high, low, reason @ ..] => {
            let code = u16::from_be_bytes([*high, *low]);
            let named = (1000..=1014).contains(&code) && !(1004..=1006).contains(&code);
            (named || (3000..=4999).contains(&code)) && std::str::from_utf8(reason).is_ok()
        }
    }
}

proptest! {
    #[test]
    fn the_filter_ends_on_any_bytes(
        pieces in pieces(), out_size in 1_usize..100, discard: bool,
    ) {
        filter(&pieces, out_size, discard);
    }

    #[test]
    fn the_filter_gives_the_same_wherever_its_input_is_cut(
        bytes in frames(),
        sizes in prop::collection::vec(1_usize..50, 1..8),
        out_size in 1_usize..100,
    ) {
        let (whole, whole_events) = filter(std::slice::from_ref(&bytes), 10_000, false);
        let (data, events) = filter(&cut(&bytes, &sizes), out_size, false);
        let code = |events: &[Step]| match events.last() {
            Some(Step::Violation(violation)) => Some(violation.code),
            _ => None,
        };
        // Broken text is found at its piece, and when it came whole, by the engine behind the filter.
        if [code(&events), code(&whole_events)].contains(&Some(1007)) {
            prop_assert!(whole.starts_with(&data) || data.starts_with(&whole));
        } else {
            prop_assert_eq!(data, whole);
            prop_assert_eq!(events, whole_events);
        }
    }

    #[test]
    fn the_filter_never_passes_on_more_than_the_limit(pieces in pieces()) {
        let (data, _) = filter(&pieces, 4096, false);
        let received: usize = pieces.iter().map(Vec::len).sum();
        // Headers to the engine are at most as many as frames, and ten bytes long.
        prop_assert!(data.len() <= received * 11);
    }

    #[test]
    fn a_header_is_taken_exactly_when_the_rfc_and_the_limits_allow_it(
        first in prop_oneof![
            1 => any::<u8>(),
            2 => prop::sample::select(vec![0x81_u8, 0x82, 0x88, 0x89, 0x8a]),
        ],
        masked in prop::bool::weighted(0.1),
        (form, length) in prop_oneof![
            (Just(Form::Short), 0_u64..126),
            (Just(Form::Medium), 0_u64..1100),
            (Just(Form::Medium), 0_u64..=0xffff),
            (Just(Form::Long), 0_u64..1100),
            (Just(Form::Long), any::<u64>()),
        ],
    ) {
        // A Close frame's body has a code, and is good in every length but one.
        let filling = [3, 0xe8].into_iter().chain(std::iter::repeat(b'x'));
        let payload: Vec<u8> = filling.take(usize::try_from(length.min(1000)).unwrap()).collect();
        let payload = if first & 0x0f == 1 { vec![b'x'; payload.len()] } else { payload };
        let bytes = frame_with(first, masked, form, length, &payload);
        let next = frame(0x89, b"next");
        let refused = judge(first, masked, form, length)
            .or_else(|| (first == 0x88 && length == 1).then_some(1002));
        let (data, events) = filter(&[[bytes, next].concat()], 4096, false);
        if let Some(code) = refused {
            prop_assert!(data.is_empty());
            let told = matches!(&events[..], [Step::Violation(violation)] if violation.code == code);
            prop_assert!(told, "{events:?}, expected {code}");
            return Ok(());
        }
        // The bytes behind it are taken for the next frame.
        prop_assert_eq!(
            events.last(),
            Some(&Step::Control(Control::Ping(Bytes::from_static(b"next"))))
        );
        if first & 0x0f < 8 {
            prop_assert_eq!(data, frame(first, &payload));
            prop_assert_eq!(events.len(), 1);
        } else {
            prop_assert!(data.is_empty());
            let payload = Bytes::from(payload);
            match &events[0] {
                Step::Control(Control::Ping(seen)) if first == 0x89 => {
                    prop_assert_eq!(seen, &payload);
                }
                Step::Control(Control::Pong(seen)) if first == 0x8a => {
                    prop_assert_eq!(seen, &payload);
                }
                Step::Control(Control::Close(_)) => prop_assert_eq!(first, 0x88),
                event => prop_assert!(false, "{event:?}"),
            }
        }
    }

    #[test]
    fn a_close_body_is_taken_exactly_when_the_rfc_allows_it(
        body in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..=125),
            (990_u16..5100, "\\PC{0,20}").prop_map(|(code, reason)| close_frame(code, &reason)[2..].to_vec()),
        ],
    ) {
        let (_, events) = filter(&[frame(0x88, &body)], 100, false);
        let taken = matches!(events.as_slice(), [Step::Control(Control::Close(_))]);
        prop_assert_eq!(taken, is_good_close(&body));
        if let [Step::Control(Control::Close(Some((code, reason))))] = events.as_slice() {
            prop_assert_eq!(&[&code.to_be_bytes()[..], reason.as_bytes()].concat(), &body);
        }
    }

    #[test]
    fn pieces_of_text_are_judged_like_the_whole(
        pieces in prop::collection::vec(
            prop_oneof![
                prop::collection::vec(any::<u8>(), 0..6),
                "\\PC{0,4}".prop_map(String::into_bytes),
            ],
            0..8,
        ),
        sizes in prop::collection::vec(1_usize..5, 1..5),
    ) {
        let bytes = pieces.concat();
        // Valid so far, even if a character is incomplete at the end.
        let good = std::str::from_utf8(&bytes).err().is_none_or(|error| error.error_len().is_none());
        let mut checker = Utf8Checker::default();
        let judged = cut(&bytes, &sizes).iter().try_for_each(|piece| checker.feed(piece));
        prop_assert_eq!(judged.is_ok(), good);
    }
}
