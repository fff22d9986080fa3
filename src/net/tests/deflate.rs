//! What is compressed for sending, and what is remembered of it.

use super::*;
use crate::net::inflate::Inflater;

fn agreement(no_context: bool, bits: u8) -> Agreement {
    // The inflater of these tests is the peer's: what the client sends is what its server sends.
    Agreement {
        client_no_context_takeover: no_context,
        client_window_bits: bits,
        server_no_context_takeover: no_context,
        server_window_bits: bits,
    }
}

fn options() -> DeflateOptions {
    DeflateOptions { threshold: 0, ..DeflateOptions::default() }
}

fn inflate(inflater: &mut Inflater, mut payload: &[u8]) -> Vec<u8> {
    let mut message = Vec::new();
    loop {
        let drained = inflater.inflate(&mut payload).unwrap();
        if drained {
            inflater.finish().unwrap();
        }
        inflater.announce();
        let mut out = [0; 4096];
        while let Some(n) = inflater.take(&mut out) {
            message.extend_from_slice(&out[..n]);
        }
        if drained {
            return message;
        }
    }
}

fn contexts() -> usize {
    CONTEXTS.with_borrow(Vec::len)
}

const TEXT: &[u8] =
    b"{\"name\":\"name\",\"other name\":\"name\",\"last name\":\"last other name\"}";

#[test]
fn the_second_message_is_smaller_where_contexts_are_kept() {
    for no_context in [false, true] {
        let agreement = agreement(no_context, 15);
        let mut deflater = Deflater::new(&agreement, &options());
        let mut inflater = Inflater::new(&agreement, 1 << 20);
        let first = deflater.deflate(TEXT).unwrap();
        let second = deflater.deflate(TEXT).unwrap();
        assert_eq!(inflate(&mut inflater, &first), TEXT);
        assert_eq!(inflate(&mut inflater, &second), TEXT);
        assert_eq!(second.len() < first.len() / 2, !no_context);
    }
}

#[test]
fn what_does_not_shrink_is_left_alone_and_never_referred_to() {
    let noise: Vec<u8> = (0..1000_u32).map(|i| (i.wrapping_mul(i) >> 3).to_le_bytes()[0]).collect();
    let mut state = 1_u64;
    let noise: Vec<u8> = noise
        .iter()
        .map(|byte| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            byte ^ state.to_be_bytes()[0]
        })
        .collect();
    let mut deflater = Deflater::new(&agreement(false, 15), &options());
    let mut inflater = Inflater::new(&agreement(false, 15), 1 << 20);
    assert_eq!(inflate(&mut inflater, &deflater.deflate(TEXT).unwrap()), TEXT);
    assert_eq!(deflater.deflate(&noise), None);
    // The peer has not inflated the noise, so the next message must not lean on it.
    let twice = [&noise[..], &noise].concat();
    assert_eq!(inflate(&mut inflater, &deflater.deflate(&twice).unwrap()), twice);
    assert_eq!(deflater.deflate(b""), None);
    assert_eq!(deflater.deflate(b"a"), None);
    assert_eq!(inflate(&mut inflater, &deflater.deflate(TEXT).unwrap()), TEXT);
}

#[test]
fn noise_of_any_length_is_left_alone_again_and_again() {
    let mut state = 1_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        state.to_be_bytes()[0]
    })
    .take(400_000)
    .collect();
    for level in 1..=9 {
        let options = DeflateOptions { level, ..options() };
        let mut deflater = Deflater::new(&agreement(false, 15), &options);
        for len in [100, 1000, 5000, 16_384, 65_535, 65_536, 70_000, 131_072, 400_000] {
            for _ in 0..3 {
                assert_eq!(deflater.deflate(&noise[..len]), None, "{level} {len}");
            }
            let mut inflater = Inflater::new(&agreement(false, 15), 1 << 20);
            assert_eq!(inflate(&mut inflater, &deflater.deflate(TEXT).unwrap()), TEXT);
        }
    }
}

#[test]
fn messages_below_the_threshold_are_left_alone() {
    let options = DeflateOptions { threshold: TEXT.len(), ..DeflateOptions::default() };
    let mut deflater = Deflater::new(&agreement(false, 15), &options);
    assert!(deflater.deflate(&TEXT[1..]).is_none());
    assert_eq!(contexts(), 0);
    assert!(deflater.deflate(TEXT).is_some());
    assert_eq!(contexts(), 1);
}

#[test]
fn connections_without_contexts_of_their_own_share_one() {
    for _ in 0..10 {
        let mut deflaters: Vec<_> =
            (0..10).map(|_| Deflater::new(&agreement(true, 15), &options())).collect();
        for deflater in &mut deflaters {
            assert!(deflater.deflate(TEXT).is_some());
        }
        assert_eq!(contexts(), 1);
    }
}

#[test]
fn a_connection_that_loses_its_context_to_others_is_still_understood() {
    let agreement = agreement(false, 15);
    let mut pairs: Vec<_> = (0..MAX_CONTEXTS + 6)
        .map(|_| (Deflater::new(&agreement, &options()), Inflater::new(&agreement, 1 << 20)))
        .collect();
    for round in 0..3 {
        for (index, (deflater, inflater)) in pairs.iter_mut().enumerate() {
            let message = [TEXT, format!("{index} {round}").as_bytes(), TEXT].concat();
            assert_eq!(inflate(inflater, &deflater.deflate(&message).unwrap()), message);
        }
        assert_eq!(contexts(), MAX_CONTEXTS);
    }
    drop(pairs);
    assert!(contexts() <= MAX_FREE_CONTEXTS);
}

#[test]
fn windows_of_different_sizes_do_not_mix() {
    for bits in [8, 9, 12, 15, 8] {
        let mut deflater = Deflater::new(&agreement(false, bits), &options());
        assert!(deflater.deflate(TEXT).is_some());
        let used = CONTEXTS.with_borrow(|contexts| contexts.last().unwrap().settings.window_bits);
        assert_eq!(used, bits.max(9));
    }
}
