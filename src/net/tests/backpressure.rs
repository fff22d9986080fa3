//! A reader or a peer that stalls makes the other side wait, and nothing grows.

use std::time::Duration;

use tokio::{io::AsyncWriteExt, time::timeout};

use crate::net::{
    config::{Limits, Timeouts},
    observer::Signals,
    testing::{PIPE, frame, pair_with},
};

fn limits() -> Limits {
    Limits { receive_buffer: 8 << 10, ..Limits::default() }
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_stalls_stops_the_peer_and_loses_nothing() {
    let (near, mut far) = pair_with(limits(), Timeouts::default(), |stream| Box::new(stream));
    let message = frame(0x82, &[0; 1000]);
    let mut sent = 0_usize;
    // Everything that fits in the budget, the read buffer and the pipe, and then no more.
    while timeout(Duration::from_secs(1), far.0.write_all(&message)).await.is_ok() {
        sent += 1;
        assert!(sent < 1000, "the peer was never stopped");
    }
    assert!(near.handle.0.inbox.cost() < (8 << 10) + PIPE + 2048);
    let reader = tokio::spawn(async move { near.read_many(sent).await.len() });
    // The write that timed out may have left a part of its message, so only whole ones count.
    assert_eq!(reader.await.unwrap(), sent);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_does_not_read_makes_the_writer_wait() {
    let (near, mut far) = pair_with(limits(), Timeouts::default(), |stream| Box::new(stream));
    let mut sent = 0;
    while near.handle.buffered(8 << 10) <= 8 << 10 {
        near.send(&[0; 1000]);
        sent += 1;
        tokio::task::yield_now().await;
        assert!(sent < 1000, "the writer was never stopped");
    }
    assert!(!near.recorder.has(Signals::WRITABLE));
    for _ in 0..sent {
        assert_eq!(far.frame().await.unwrap().1.len(), 1000);
    }
    near.recorder.wait(Signals::WRITABLE).await;
    assert_eq!(near.handle.buffered(usize::MAX), 0);
}

#[tokio::test(start_paused = true)]
async fn pings_are_answered_while_the_reader_stalls_within_its_budget() {
    let (near, mut far) = pair_with(limits(), Timeouts::default(), |stream| Box::new(stream));
    far.write(&frame(0x82, &[0; 1000])).await;
    far.write(&frame(0x89, b"alive?")).await;
    assert_eq!(far.frame().await, Some((0x8a, b"alive?".to_vec())));
    drop(near);
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_pings_to_a_peer_that_does_not_read_costs_no_memory_and_keeps_the_newest() {
    let (near, mut far) = pair_with(limits(), Timeouts::default(), |stream| Box::new(stream));
    for index in 0..10_000_u32 {
        far.write(&frame(0x89, &[index.to_be_bytes().as_slice(), &[0; 100]].concat())).await;
    }
    let mut answered = 0;
    let mut newest = Vec::new();
    while let Ok(Some((first, payload))) = timeout(Duration::from_secs(1), far.frame()).await {
        assert_eq!(first, 0x8a);
        answered += 1;
        newest = payload;
    }
    assert_eq!(newest[..4], 9_999_u32.to_be_bytes());
    // What fits in the pipe and in the output, and not a million bytes.
    assert!(answered < 2 * PIPE / 100, "{answered} pongs were kept");
    drop(near);
}
