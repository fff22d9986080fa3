//! Silent peers, dead and alive.

use tokio::time::Instant;

use crate::net::{
    config::{HeartbeatOptions, Limits, Timeouts},
    error::Error,
    observer::Signals,
    testing::{Far, Near, SECOND, frame, pair_with},
};

fn pair(receive_buffer: usize) -> (Near, Far) {
    let heartbeat = Some(HeartbeatOptions { interval: 10 * SECOND, timeout: 4 * SECOND });
    let timeouts = Timeouts { heartbeat, ..Timeouts::default() };
    let limits = Limits { receive_buffer, ..Limits::default() };
    pair_with(limits, timeouts, |stream| Box::new(stream))
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_says_nothing_is_asked_and_then_given_up() {
    let (near, mut far) = pair(1 << 16);
    let started = Instant::now();
    assert_eq!(far.frame().await.map(|(first, _)| first), Some(0x89));
    assert_eq!(started.elapsed(), 10 * SECOND);
    let outcome = near.outcome().await;
    assert_eq!(started.elapsed(), 14 * SECOND);
    assert_eq!(outcome.code, 1006);
    assert!(matches!(outcome.error, Some(Error::HeartbeatTimeout(_))));
    assert_eq!(far.frame().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_speaks_is_not_asked() {
    let (near, mut far) = pair(1 << 16);
    for _ in 0..10 {
        tokio::time::sleep(9 * SECOND).await;
        far.write(&frame(0x81, b"x")).await;
        near.read().await;
    }
    let last = Instant::now();
    assert_eq!(far.frame().await.map(|(first, _)| first), Some(0x89));
    assert_eq!(last.elapsed(), 10 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn after_an_answer_the_interval_begins_anew() {
    let (_near, mut far) = pair(1 << 16);
    let mut last = Instant::now();
    for _ in 0..3 {
        let (_, payload) = far.frame().await.unwrap();
        assert_eq!(last.elapsed(), 10 * SECOND);
        last = Instant::now();
        far.write(&frame(0x8a, &payload)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn half_a_frame_is_an_answer_too() {
    let (near, mut far) = pair(1 << 16);
    for _ in 0..5 {
        assert_eq!(far.frame().await.map(|(first, _)| first), Some(0x89));
        tokio::time::sleep(3 * SECOND).await;
        far.write(&[0x82, 100][..1]).await;
        tokio::time::sleep(3 * SECOND).await;
        far.write(&[100]).await;
        far.write(&[0; 100]).await;
    }
    assert!(!near.recorder.has(Signals::CLOSED));
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_this_side_does_not_listen_to_is_not_given_up() {
    let (near, mut far) = pair(1024);
    far.write(&frame(0x82, &[0; 4096]).repeat(10)).await;
    tokio::time::sleep(100 * SECOND).await;
    assert!(!near.recorder.has(Signals::CLOSED));
    assert_eq!(near.handle.stats().pings_sent, 0);
    // Once this side listens again, the time of silence begins anew.
    let started = Instant::now();
    near.read_many(10).await;
    assert!(near.outcome().await.error.is_some());
    assert!(started.elapsed() >= 14 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_takes_a_large_message_slowly_is_not_given_up() {
    let (near, mut far) = pair(1 << 16);
    near.send(&vec![0; 1 << 20]);
    let mut taken = 0;
    while taken < 1 << 20 {
        tokio::time::sleep(3 * SECOND).await;
        taken += far.take(64 << 10).await;
        assert!(!near.recorder.has(Signals::CLOSED));
    }
}

#[tokio::test(start_paused = true)]
async fn while_closing_the_close_timeout_decides() {
    let (near, mut far) = pair(1 << 16);
    near.close(1000, "");
    far.frame().await;
    let outcome = near.outcome().await;
    assert!(matches!(outcome.error, Some(Error::CloseTimeout(_))));
}
