//! Large messages, which their writer makes into frames, among others.

use std::sync::Arc;

use proptest::{collection::vec, prelude::*};

use crate::net::{
    config::{Limits, Timeouts},
    extensions::{Agreement, DeflateOptions},
    framed::FRAMED_FROM,
    observer::Signals,
    testing::{Choppy, close_frame, frame, pair, pair_with, parts, run_paused},
};

/// Bytes that tell one message from another, and each place in one.
fn payload(length: usize, number: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from((at / 7 + number) % 251).unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn messages_of_all_sizes_keep_their_order_with_pings_in_between(
        lengths in vec(
            prop_oneof![
                3 => 0_usize..300,
                1 => 16_000_usize..90_000,
                3 => FRAMED_FROM - 2..FRAMED_FROM + 3,
                1 => FRAMED_FROM..2 * FRAMED_FROM,
            ],
            1..7,
        ),
        chop in 1000_usize..200_000,
        pings in vec(proptest::bool::ANY, 7),
    ) {
        run_paused(async {
            let (near, mut far) = pair_with(Limits::default(), Timeouts::default(), |stream| {
                Box::new(Choppy::new(stream, chop))
            });
            for (number, &length) in lengths.iter().enumerate() {
                let payload = payload(length, number);
                prop_assert!(near.handle.send_large(&payload, number % 2 == 1));
                near.send(&[u8::try_from(number).unwrap()]);
                if pings[number] {
                    far.write(&frame(0x89, b"?")).await;
                    tokio::task::yield_now().await;
                }
            }
            let mut number = 0;
            while number < 2 * lengths.len() {
                let (first, received) = far.frame().await.unwrap();
                if first == 0x8a {
                    prop_assert_eq!(received, b"?");
                    continue;
                }
                let of = number / 2;
                if number % 2 == 0 {
                    prop_assert_eq!(first, if of % 2 == 1 { 0x81 } else { 0x82 });
                    prop_assert!(received == payload(lengths[of], of), "message {} differs", of);
                } else {
                    prop_assert_eq!(received, [u8::try_from(of).unwrap()]);
                }
                number += 1;
            }
            prop_assert_eq!(near.handle.buffered(usize::MAX), 0);
            let sent = lengths.iter().map(|length| length + 1).sum::<usize>();
            prop_assert_eq!(near.handle.stats().payload_sent, u64::try_from(sent).unwrap());
            Ok(())
        })?;
    }
}

#[tokio::test(start_paused = true)]
async fn a_close_frame_of_either_side_waits_for_the_end_of_a_frame_that_is_half_written() {
    for by_peer in [false, true] {
        let (near, mut far) = pair();
        let large = payload(FRAMED_FROM, 1);
        assert!(near.handle.send_large(&large, false));
        assert!(near.handle.send_large(&large, false));
        tokio::task::yield_now().await;
        if by_peer {
            far.write(&close_frame(1001, "")).await;
            near.recorder.wait(Signals::ENDING).await;
            near.handle.acknowledge();
        } else {
            near.close(1001, "");
        }
        assert_eq!(far.frame().await, Some((0x82, large.clone())));
        if !by_peer {
            // What was written before close() is sent.
            assert_eq!(far.frame().await, Some((0x82, large)));
        }
        let (first, body) = far.frame().await.unwrap();
        assert_eq!((first, &body[..]), (0x88, &[3, 0xe9][..]));
    }
}

#[tokio::test]
async fn only_a_large_message_is_framed_by_its_writer_and_none_that_may_be_compressed() {
    let (near, _far, _connection) =
        parts(Limits::default(), Timeouts::default(), |stream| Box::new(stream));
    let outbox = &near.handle.0.outbox;
    let is_framed = |length: usize| {
        assert!(near.handle.send_large(&vec![7; length], false));
        let block = outbox.pop().unwrap();
        assert_eq!(block.entries, [(length, false)]);
        assert_eq!(block.bytes.len() > length, block.framed);
        block.framed
    };
    assert!(!is_framed(FRAMED_FROM - 1));
    assert!(is_framed(FRAMED_FROM));
    outbox.compress();
    assert!(!is_framed(FRAMED_FROM));
}

#[tokio::test(start_paused = true)]
async fn a_large_message_is_compressed_where_that_was_agreed_on() {
    let (near, mut far, mut connection) =
        parts(Limits::default(), Timeouts::default(), |stream| Box::new(stream));
    let agreement = Agreement {
        client_no_context_takeover: false,
        client_window_bits: 15,
        server_no_context_takeover: false,
        server_window_bits: 15,
    };
    connection.compress(agreement, &DeflateOptions::default());
    let shared = Arc::clone(&near.handle.0);
    tokio::spawn(async move { shared.drive(connection).await });
    assert!(near.handle.send_large(&vec![b'x'; 2 * FRAMED_FROM], true));
    let (first, body) = far.frame().await.unwrap();
    assert_eq!(first, 0xc1);
    assert!(body.len() < FRAMED_FROM / 10, "{} bytes", body.len());
}
