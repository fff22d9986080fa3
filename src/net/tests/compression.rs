//! Compressed messages through the whole connection: frames, fragments, limits.

use std::sync::Arc;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};
use proptest::{collection::vec, prelude::*};

use crate::net::{
    config::{Limits, Timeouts},
    deflate::Deflater,
    extensions::{Agreement, DeflateOptions},
    frames::{FrameFilter, FrameLimits, Step},
    inbox::Kind,
    inflate::Inflater,
    observer::Signals,
    testing::{Far, Near, frame, parts},
};

const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];

fn agreement(no_context: bool, bits: u8) -> Agreement {
    Agreement {
        client_no_context_takeover: no_context,
        client_window_bits: bits,
        server_no_context_takeover: no_context,
        server_window_bits: bits,
    }
}

/// What a server's zlib makes of a message.
fn deflate(context: &mut Compress, message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() * 2 + 100);
    context.compress_vec(message, &mut out, FlushCompress::Sync).unwrap();
    if message.is_empty() && out.is_empty() {
        // Level 0 does not flush twice: this is an empty message (RFC 7692 section 7.2.3.6).
        return vec![0];
    }
    assert!(out.len() < out.capacity() && out.ends_with(&TAIL));
    out.truncate(out.len() - TAIL.len());
    out
}

fn compressed_pair(limits: Limits, agreement: &Agreement) -> (Near, Far) {
    let (near, far, mut connection) = parts(limits, Timeouts::default(), |stream| Box::new(stream));
    let options = DeflateOptions { threshold: 64, ..DeflateOptions::default() };
    connection.compress(*agreement, &options);
    let shared = Arc::clone(&near.handle.0);
    tokio::spawn(async move { shared.drive(connection).await });
    (near, far)
}

/// Runs frames through a filter in reads of the given sizes; gives the engine's frames back joined.
fn filter(inflater: Inflater, frames: &[u8], reads: &[usize]) -> (Vec<(u8, Vec<u8>)>, Step) {
    let mut filter =
        FrameFilter::new(FrameLimits { max_fragments: 100, max_message_size: 1 << 20 });
    filter.set_inflater(inflater);
    let (mut plain, mut out) = (Vec::new(), [0; 777]);
    let (mut start, mut end) = (0, 0);
    let mut sizes = reads.iter().cycle();
    let last = loop {
        let mut input = &frames[start..end];
        let step = filter.step(&mut input, &mut out);
        start = end - input.len();
        match step {
            Step::Data(n) => plain.extend_from_slice(&out[..n]),
            Step::NeedInput if end < frames.len() => {
                end = (end + sizes.next().unwrap()).min(frames.len());
            }
            Step::Control(_) => {}
            step => break step,
        }
    };
    (messages(&plain), last)
}

/// The messages of a stream of frames without masks.
fn messages(mut plain: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut messages: Vec<(u8, Vec<u8>)> = Vec::new();
    let mut open = false;
    while plain.len() >= 2 {
        let (first, short) = (plain[0], plain[1]);
        let (head, len) = match short {
            126 => (4, usize::from(u16::from_be_bytes([plain[2], plain[3]]))),
            127 => {
                (10, usize::try_from(u64::from_be_bytes(plain[2..10].try_into().unwrap())).unwrap())
            }
            len => (2, usize::from(len)),
        };
        assert_eq!(first.trailing_zeros() >= 4, open, "a continuation belongs to what is open");
        if !open {
            messages.push((first & 0x0f, Vec::new()));
        }
        messages.last_mut().unwrap().1.extend_from_slice(&plain[head..head + len]);
        open = first & 0x80 == 0;
        plain = &plain[head + len..];
    }
    if open {
        messages.pop();
    }
    messages
}

#[tokio::test(start_paused = true)]
async fn compressed_messages_pass_in_both_directions() {
    for no_context in [false, true] {
        let (near, mut far) = compressed_pair(Limits::default(), &agreement(no_context, 15));
        let text = "π and some more text, and some more text, and some more ".repeat(2000);
        let mut server = Compress::new(Compression::default(), false);
        for _ in 0..3 {
            if no_context {
                server.reset();
            }
            let payload = deflate(&mut server, text.as_bytes());
            far.write(&frame(0xc1, &payload)).await;
            far.write(&frame(0x82, b"plain")).await;
        }
        let received = near.read_many(6).await;
        for pair in received.chunks(2) {
            assert_eq!(pair[0], (Kind::Utf8, text.clone().into_bytes()));
            assert_eq!(pair[1], (Kind::Binary, b"plain".to_vec()));
        }
        near.send(text.as_bytes());
        near.send(b"short");
        let (first, payload) = far.frame().await.unwrap();
        assert_eq!(first, 0xc2);
        let mut out = vec![0; text.len() + 1];
        let mut context = Decompress::new(false);
        let whole = [&payload[..], &TAIL].concat();
        context.decompress(&whole, &mut out, FlushDecompress::Sync).unwrap();
        assert_eq!(&out[..text.len()], text.as_bytes());
        assert_eq!(far.frame().await, Some((0x82, b"short".to_vec())));
    }
}

#[tokio::test(start_paused = true)]
async fn breaches_of_the_extension_are_answered_with_their_code() {
    let hello = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
    let mut server = Compress::new(Compression::best(), false);
    let bomb = deflate(&mut server, &vec![0; 1 << 20]);
    let not_text = deflate(&mut Compress::new(Compression::best(), false), b"a\xff");
    let rows: [(&str, Vec<u8>, u16); 8] = [
        (
            "RSV1 on a continuation",
            [frame(0x41, &hello[..3]), frame(0xc0, &hello[3..])].concat(),
            1002,
        ),
        ("RSV1 on a ping", frame(0xc9, b""), 1002),
        ("RSV1 on a Close frame", frame(0xc8, b""), 1002),
        ("RSV1 and RSV2", frame(0xe1, &hello), 1002),
        ("bytes that are no DEFLATE", frame(0xc2, &[0xff; 9]), 1007),
        ("a message that ends inside of a block", frame(0xc2, &[0, 5, 0, 0xfa, 0xff, 1]), 1007),
        ("inflated text that is not UTF-8", frame(0xc1, &not_text), 1007),
        ("a bomb, and bytes behind it", [frame(0xc2, &bomb), vec![0xff; 100]].concat(), 1009),
    ];
    for no_context in [false, true] {
        for (name, bytes, code) in &rows {
            let limits = Limits { max_message_size: 1000, ..Limits::default() };
            let (near, mut far) = compressed_pair(limits, &agreement(no_context, 15));
            far.write(&frame(0xc1, &hello)).await;
            far.write(bytes).await;
            near.recorder.wait(Signals::ENDING).await;
            assert_eq!(near.read().await, [(Kind::Ascii, b"Hello".to_vec())], "{name}");
            near.handle.acknowledge();
            let (first, payload) = far.frame().await.unwrap();
            assert_eq!((first, &payload[..2]), (0x88, &code.to_be_bytes()[..]), "{name}");
            assert_eq!(near.outcome().await.code, *code, "{name}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn compressed_messages_that_come_after_close_are_dropped() {
    let (near, mut far) = compressed_pair(Limits::default(), &agreement(false, 15));
    far.write(&frame(0x41, &[0xf2, 0x48])).await;
    near.close(1000, "");
    assert_eq!(far.frame().await, Some((0x88, 1000_u16.to_be_bytes().to_vec())));
    far.write(&frame(0x80, &[0xff; 100])).await;
    far.write(&frame(0xc2, &[0xff; 100])).await;
    far.write(&frame(0x88, &1000_u16.to_be_bytes())).await;
    drop(far);
    assert_eq!(near.outcome().await.code, 1000);
}

/// Messages of all sizes, from noise to what shrinks well.
fn any_messages() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let noise = vec(any::<u8>(), 0..2000);
    let text = vec(prop::sample::select(&b"abcd "[..]), 0..5000);
    let long = (any::<u8>(), 0..200_000_usize).prop_map(|(byte, len)| vec![byte; len]);
    vec(prop_oneof![noise, text, long], 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_server_compresses_arrives(
        sent in any_messages(),
        cuts in vec(0..400_usize, 0..6),
        reads in vec(1..3000_usize, 1..5),
        level in 0..10_u32,
        bits in 8..16_u8,
        no_context in any::<bool>(),
        last_blocks in any::<bool>(),
    ) {
        let mut server =
            Compress::new_with_window_bits(Compression::new(level), false, bits.max(9));
        let mut frames = Vec::new();
        for message in &sent {
            let mut payload;
            if last_blocks {
                server.reset();
                payload = Vec::with_capacity(message.len() * 2 + 100);
                server.compress_vec(message, &mut payload, FlushCompress::Finish).unwrap();
                payload.push(0);
            } else {
                if no_context {
                    server.reset();
                }
                payload = deflate(&mut server, message);
            }
            let mut rest = &payload[..];
            for (index, cut) in cuts.iter().enumerate() {
                let (part, behind) = rest.split_at((*cut).min(rest.len()));
                frames.extend(frame(if index == 0 { 0x42 } else { 0 }, part));
                frames.extend(frame(0x89, b"ping"));
                rest = behind;
            }
            frames.extend(frame(if cuts.is_empty() { 0xc2 } else { 0x80 }, rest));
        }
        let inflater = Inflater::new(&agreement(no_context, bits), 1 << 20);
        let (received, last) = filter(inflater, &frames, &reads);
        prop_assert_eq!(last, Step::NeedInput);
        prop_assert!(received.into_iter().eq(sent.into_iter().map(|message| (2, message))));
    }

    #[test]
    fn whatever_is_sent_is_understood_by_a_server_with_just_the_window_it_asked_for(
        sent in any_messages(),
        level in 1..10_u8,
        bits in 8..16_u8,
        no_context in any::<bool>(),
    ) {
        let options = DeflateOptions { level, threshold: 0, ..DeflateOptions::default() };
        let mut deflater = Deflater::new(&agreement(no_context, bits), &options);
        let mut server = zlib_rs::Inflate::new(false, bits);
        for message in &sent {
            let Some(payload) = deflater.deflate(message) else { continue };
            prop_assert!(payload.len() < message.len());
            if no_context {
                server = zlib_rs::Inflate::new(false, bits);
            }
            let mut input = &[&payload[..], &TAIL].concat()[..];
            let mut received = Vec::new();
            loop {
                // Room for little at once: what it refers to has to be in the window.
                let mut out = [0; 64];
                let (taken, given) = (server.total_in(), server.total_out());
                let status = server.decompress(input, &mut out, zlib_rs::InflateFlush::SyncFlush);
                prop_assert!(status.is_ok());
                let given = usize::try_from(server.total_out() - given).unwrap();
                input = &input[usize::try_from(server.total_in() - taken).unwrap()..];
                received.extend_from_slice(&out[..given]);
                if given < out.len() {
                    break;
                }
            }
            prop_assert!(input.is_empty());
            prop_assert_eq!(&received, message);
        }
    }

    #[test]
    fn arbitrary_bytes_never_give_more_than_the_limit(
        parts in vec(vec(any::<u8>(), 0..300), 1..20),
        limit in 1..5000_usize,
        reads in vec(1..3000_usize, 1..5),
        no_context in any::<bool>(),
    ) {
        let frames: Vec<u8> = parts.iter().flat_map(|part| frame(0xc2, part)).collect();
        let inflater = Inflater::new(&agreement(no_context, 15), limit);
        let (received, _) = filter(inflater, &frames, &reads);
        prop_assert!(received.iter().all(|(_, message)| message.len() <= limit));
    }

    #[test]
    fn damaged_messages_never_give_more_than_the_limit(
        message in vec(prop::sample::select(&b"abcd "[..]), 100..5000),
        damage in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        limit in 1..6000_usize,
        no_context in any::<bool>(),
    ) {
        let mut payload = deflate(&mut Compress::new(Compression::default(), false), &message);
        for (index, byte) in &damage {
            let index = index.index(payload.len());
            payload[index] = *byte;
        }
        let frames = [frame(0xc2, &payload), frame(0xc2, &payload)].concat();
        let inflater = Inflater::new(&agreement(no_context, 15), limit);
        let (received, _) = filter(inflater, &frames, &[usize::MAX / 4]);
        prop_assert!(received.iter().all(|(_, message)| message.len() <= limit));
    }
}
