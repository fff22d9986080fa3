//! Large messages go from the socket into memory of their own.

use std::time::Duration;

use super::direct::{Flood, assert_numbered, lent, lent_over, read_all};
use crate::net::{
    closing::Outcome,
    inbox::Kind,
    observer::Signals,
    testing::{Near, Received, close_frame, frame},
};

/// Bytes of a large message.
const SIZE: usize = 100_000;

/// A large message of each kind. The text in UTF-8 has a character across every even offset.
fn kinds() -> [Received; 3] {
    let binary = (0..SIZE).map(|n| n.to_le_bytes()[0]).collect();
    let ascii = (0..SIZE).map(|n| b'a' + n.to_le_bytes()[0] % 26).collect();
    let utf8 = format!("a{}b", "\u{e9}".repeat(SIZE / 2 - 1)).into_bytes();
    [(Kind::Binary, binary), (Kind::Ascii, ascii), (Kind::Utf8, utf8)]
}

fn frame_of((kind, payload): &Received) -> Vec<u8> {
    frame(if *kind == Kind::Binary { 0x82 } else { 0x81 }, payload)
}

#[tokio::test(start_paused = true)]
async fn large_messages_among_small_ones_are_whole_and_in_order() {
    for message in kinds() {
        for size in [usize::MAX, 1001] {
            let (near, mut flood, received) = lent_over(size).await;
            let rest = std::mem::take(&mut flood.rest);
            let (mut far, bytes) = (flood.far, frame_of(&message));
            let peer = tokio::spawn(async move {
                far.write(&rest).await;
                for _ in 0..3 {
                    far.write(&bytes).await;
                }
                far.write(b"\x81\x02ok").await;
                far
            });
            let received = read_all(&near, received, flood.sent + 4).await;
            assert_numbered(&received[..flood.sent]);
            for large in &received[flood.sent..flood.sent + 3] {
                assert!(*large == message, "a large message is another");
            }
            assert_eq!(received.last(), Some(&(Kind::Ascii, b"ok".to_vec())));
            assert_eq!(near.handle.stats().messages_received, received.len() as u64);
            drop(peer.await.unwrap());
        }
    }
}

/// A connection in the middle of a large message.
async fn amid(message: &Received) -> (Near, Flood) {
    let (near, mut flood) = amid_frame(&frame_of(message)[..20_000]).await;
    flood.rest = frame_of(message)[20_000..].to_vec();
    (near, flood)
}

/// A connection whose reader has begun with a frame.
async fn amid_frame(part: &[u8]) -> (Near, Flood) {
    let (near, mut flood, received) = lent().await;
    flood.rest.extend_from_slice(part);
    let rest = std::mem::take(&mut flood.rest);
    let sent = flood.sent;
    tokio::join!(flood.far.write(&rest), read_all(&near, received, sent));
    assert!(near.read_now().is_empty());
    (near, flood)
}

#[tokio::test(start_paused = true)]
async fn closing_in_the_middle_is_clean() {
    for message in kinds() {
        let (near, mut flood) = amid(&message).await;
        near.close(1000, "");
        assert_eq!(flood.far.frame().await, Some((0x88, 1000_u16.to_be_bytes().to_vec())));
        flood.end_with(&close_frame(1000, "")).await;
        drop(flood);
        assert!(matches!(near.outcome().await, Outcome { code: 1000, error: None, .. }));
        assert!(near.read_now().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn an_end_in_the_middle_is_told() {
    for message in kinds() {
        let (near, flood) = amid(&message).await;
        drop(flood);
        near.recorder.wait(Signals::READABLE).await;
        assert!(near.read_now().is_empty());
        assert_eq!(near.outcome().await.code, 1006);
        assert!(near.read_now().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_reader_waits_for_the_rest_as_long_as_it_takes() {
    for message in kinds() {
        let (near, mut flood) = amid(&message).await;
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert!(near.handle.0.lease.is_held(), "nobody else has read");
        assert!(near.read_now().is_empty());
        let (received, ()) = tokio::join!(near.read(), flood.end_with(b""));
        assert!(received == [message], "the large message is another");
    }
}

#[tokio::test(start_paused = true)]
async fn a_text_that_breaks_fails_the_connection_before_its_rest_has_come() {
    for broken in [&b"\xff"[..], b"\xc3\x28", b"\xed\xa0"] {
        let frame = frame(0x81, &vec![b'a'; SIZE]);
        let (near, mut flood) = amid_frame(&frame[..20_000]).await;
        flood.far.write(broken).await;
        assert_refused(&near, &mut flood).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_text_that_breaks_in_its_first_piece_fails_the_connection() {
    let mut frame = frame(0x81, &vec![b'a'; SIZE]);
    frame[100] = 0xff;
    let (near, mut flood) = amid_frame(&frame[..20_000]).await;
    assert_refused(&near, &mut flood).await;
}

#[tokio::test(start_paused = true)]
async fn a_text_that_ends_in_the_middle_of_a_character_fails_the_connection() {
    let mut frame = frame(0x81, &vec![b'a'; SIZE]);
    let end = frame.len();
    frame[end - 1] = 0xc3;
    let (near, mut flood) = amid_frame(&frame[..20_000]).await;
    let rest = [&frame[20_000..], b"\x81\x02ok"].concat();
    tokio::join!(flood.far.write(&rest), read_until_ending(&near));
    assert_refused(&near, &mut flood).await;
}

/// Reads until the connection has failed.
async fn read_until_ending(near: &Near) {
    while !near.recorder.has(Signals::ENDING) {
        near.recorder.wait(Signals::READABLE).await;
        assert!(near.read_now().is_empty());
        tokio::task::yield_now().await;
    }
}

/// The connection fails for what is no text.
async fn assert_refused(near: &Near, flood: &mut Flood) {
    let _ = near.read_now();
    near.recorder.wait(Signals::ENDING).await;
    assert!(near.read_now().is_empty());
    near.handle.acknowledge();
    let (first, payload) = flood.far.frame().await.unwrap();
    assert_eq!((first, &payload[..2]), (0x88, &1007_u16.to_be_bytes()[..]));
    assert_eq!(near.outcome().await.code, 1007);
}
