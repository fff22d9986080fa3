//! The reader's thread reads the socket itself while the peer is faster.

use std::{future::poll_fn, pin::Pin, task::Poll, time::Duration};

use tokio::{io::AsyncWrite, task::yield_now, time::timeout};

use crate::net::{
    closing::Outcome,
    config::{Limits, Timeouts},
    inbox::Kind,
    observer::Signals,
    testing::{Choppy, Far, Near, Received, close_frame, frame, pair_with},
};

const LIMITS: Limits = Limits {
    max_fragments: 8,
    max_message_size: 8 << 20,
    receive_buffer: 128 << 10,
    shared_buffers: true,
};

/// Time passes only when nothing else can happen.
const SOON: Duration = Duration::from_secs(60);

/// Bytes of one message.
const SIZE: usize = 2000;

/// A message that tells its number, as the reader sees it.
fn numbered(number: usize) -> Received {
    let mut payload = vec![7; SIZE];
    payload[..8].copy_from_slice(&(number as u64).to_be_bytes());
    (Kind::Binary, payload)
}

/// A peer that sends numbered messages as fast as they are taken. What is cut of the last one is
/// sent with the next call.
pub(super) struct Flood {
    pub(super) far: Far,
    pub(super) sent: usize,
    pub(super) rest: Vec<u8>,
}

impl Flood {
    /// Fills everything between the peer and the reader.
    async fn fill(&mut self) {
        let mut stalled = 0;
        loop {
            if self.rest.is_empty() {
                self.rest = frame(0x82, &numbered(self.sent).1);
                self.sent += 1;
            }
            // Without a timer: time passes only when nothing else can happen, and then the lease ends.
            let write = poll_fn(|cx| match Pin::new(&mut self.far.0).poll_write(cx, &self.rest) {
                Poll::Ready(count) => Poll::Ready(Some(count.unwrap())),
                Poll::Pending => Poll::Ready(None),
            });
            match write.await {
                Some(count) => {
                    self.rest.drain(..count);
                    stalled = 0;
                }
                None if stalled == 3 => return,
                None => {
                    stalled += 1;
                    yield_now().await;
                }
            }
        }
    }

    /// Sends what is left of the last message, and `more`.
    pub(super) async fn end_with(&mut self, more: &[u8]) {
        let rest = std::mem::take(&mut self.rest);
        self.far.write(&rest).await;
        self.far.write(more).await;
    }
}

/// A connection whose reader was lent the socket, its peer, and what was read until then.
pub(super) async fn lent() -> (Near, Flood, Vec<Received>) {
    lent_over(usize::MAX).await
}

pub(super) async fn lent_over(choppy: usize) -> (Near, Flood, Vec<Received>) {
    let (near, far) = pair_with(LIMITS, Timeouts::default(), |stream| match choppy {
        usize::MAX => Box::new(stream),
        size => Box::new(Choppy::new(stream, size)),
    });
    let mut flood = Flood { far, sent: 0, rest: Vec::new() };
    let mut received = Vec::new();
    for _ in 0..100 {
        flood.fill().await;
        received.extend(near.read().await);
        if near.handle.0.lease.is_held() && near.handle.0.inbox.is_empty() {
            return (near, flood, received);
        }
    }
    panic!("the socket was not lent");
}

/// Reads until so many messages are there.
pub(super) async fn read_all(
    near: &Near,
    mut received: Vec<Received>,
    count: usize,
) -> Vec<Received> {
    while received.len() < count {
        let batch = timeout(SOON, near.read()).await;
        received.extend(batch.expect("messages come"));
        // The peer's turn, so that the socket never has little; `join!` may poll it last.
        yield_now().await;
        yield_now().await;
    }
    received
}

pub(super) fn assert_numbered(received: &[Received]) {
    for (number, message) in received.iter().enumerate() {
        assert!(*message == numbered(number), "message {number} is another");
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_readers_thread_reads_is_whole_and_in_order() {
    let (near, mut flood, mut received) = lent().await;
    let before = received.len();
    for _ in 0..50 {
        flood.fill().await;
        received.extend(near.read().await);
    }
    assert!(near.handle.0.lease.is_held(), "the reader still reads");
    flood.end_with(b"").await;
    let received = read_all(&near, received, flood.sent).await;
    assert!(received.len() > before + 50);
    assert_numbered(&received);
    assert_eq!(near.handle.stats().messages_received, flood.sent as u64);
}

#[tokio::test(start_paused = true)]
async fn however_the_stream_is_cut_messages_are_whole_and_in_order() {
    for size in [1, 7, 1999, 2003, 5000] {
        let (near, mut flood, mut received) = lent_over(size).await;
        for _ in 0..20 {
            flood.fill().await;
            received.extend(near.read().await);
        }
        let sent = flood.sent;
        let ((), received) = tokio::join!(flood.end_with(b""), read_all(&near, received, sent));
        assert_numbered(&received);
    }
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_does_something_else_loses_the_socket_and_pings_are_answered() {
    let (near, mut flood, received) = lent().await;
    flood.end_with(&frame(0x89, b"alive?")).await;
    assert_eq!(flood.far.frame().await, Some((0x8a, b"alive?".to_vec())));
    assert!(!near.handle.0.lease.is_held());
    assert_numbered(&read_all(&near, received, flood.sent).await);
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_waits_is_told_of_what_comes() {
    let (near, mut flood, received) = lent().await;
    flood.end_with(b"").await;
    let mut received = read_all(&near, received, flood.sent).await;
    assert!(near.read_now().is_empty());
    let late = frame(0x82, &numbered(flood.sent).1);
    let (more, ()) = tokio::join!(timeout(Duration::from_secs(1), near.read()), async {
        flood.far.write(&late).await;
    });
    received.extend(more.expect("nobody told the reader"));
    assert_eq!(received.len(), flood.sent + 1);
    assert_numbered(&received);
}

#[tokio::test(start_paused = true)]
async fn a_peers_close_frame_comes_behind_its_messages() {
    let (near, mut flood, received) = lent().await;
    flood.end_with(&close_frame(3001, "enough")).await;
    assert_numbered(&read_all(&near, received, flood.sent).await);
    near.recorder.wait(Signals::ENDING).await;
    near.handle.acknowledge();
    assert_eq!(flood.far.frame().await, Some((0x88, 3001_u16.to_be_bytes().to_vec())));
    drop(flood);
    assert!(matches!(near.outcome().await, Outcome { code: 3001, error: None, .. }));
}

#[tokio::test(start_paused = true)]
async fn a_violation_comes_behind_the_messages_before_it() {
    let (near, mut flood, received) = lent().await;
    flood.end_with(b"\x81\x7e\x01\x00\xff").await;
    assert_numbered(&read_all(&near, received, flood.sent).await);
    near.recorder.wait(Signals::ENDING).await;
    near.handle.acknowledge();
    let (first, payload) = flood.far.frame().await.unwrap();
    assert_eq!((first, &payload[..2]), (0x88, &1007_u16.to_be_bytes()[..]));
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_socket_comes_behind_the_messages_before_it() {
    let (near, mut flood, received) = lent().await;
    flood.end_with(b"").await;
    let sent = flood.sent;
    drop(flood);
    assert_numbered(&read_all(&near, received, sent).await);
    assert!(near.read_now().is_empty());
    assert_eq!(near.outcome().await.code, 1006);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_socket_comes_behind_whatever_the_readers_thread_has_left() {
    for close in [close_frame(3000, "bye"), Vec::new()] {
        let (near, mut flood, received) = lent().await;
        let sent = flood.sent;
        flood.end_with(b"").await;
        read_all(&near, received, sent).await;
        near.handle.0.lease.begin_for_latency();
        // More than one batch, then what only the task can take.
        let small: Vec<_> = (0..200_u8).map(|n| (Kind::Binary, vec![n])).collect();
        let frames = small.iter().map(|message| frame(0x82, &message.1)).collect::<Vec<_>>();
        let fragments = [frame(0x01, &vec![b'a'; 20_000]), frame(0x80, b"b")];
        flood.far.write(&[frames.concat(), fragments.concat(), close.clone()].concat()).await;
        drop(flood);
        let mut received = read_all(&near, Vec::new(), 201).await;
        assert_eq!(received.pop().unwrap().1.len(), 20_001);
        assert_eq!(received, small);
        near.handle.acknowledge();
        let code = if close.is_empty() { 1006 } else { 3000 };
        assert_eq!(near.outcome().await.code, code);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_between_a_large_message_and_the_end_of_the_socket_is_read() {
    let (near, mut flood, received) = lent().await;
    let sent = flood.sent;
    flood.end_with(b"").await;
    read_all(&near, received, sent).await;
    near.handle.0.lease.begin_for_latency();
    // A batch ends in front of the large message, so that it begins though it is here whole.
    let batch = frame(0x82, b"").repeat(64);
    let large = frame(0x82, &vec![1; 40_000]);
    let frames = [batch, large, frame(0x81, b"small"), close_frame(3000, "bye")];
    flood.far.write(&frames.concat()).await;
    drop(flood);
    let received = read_all(&near, Vec::new(), 66).await;
    assert!(received[64] == (Kind::Binary, vec![1; 40_000]), "the large message is another");
    assert_eq!(received[65], (Kind::Ascii, b"small".to_vec()));
    near.handle.acknowledge();
    assert_eq!(near.outcome().await.code, 3000);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_has_a_part_of_a_message_completes_it_before_the_reader_reads() {
    let (near, mut far) = pair_with(LIMITS, Timeouts::default(), |stream| Box::new(stream));
    let large = frame(0x82, &vec![1; 100_000]);
    far.write(&large[..70_000]).await;
    while near.handle.stats().bytes_received < 70_000 {
        yield_now().await;
    }
    near.handle.0.lease.begin_for_latency();
    near.handle.0.waker.wake();
    assert!(near.read_now().is_empty());
    let (first, ()) = tokio::join!(near.read(), far.write(&large[70_000..]));
    assert_eq!(first, [(Kind::Binary, vec![1; 100_000])]);
    assert!(near.handle.0.lease.is_held(), "the reader reads from here on");
    let next = frame(0x82, &vec![2; 100_000]);
    let (second, ()) = tokio::join!(near.read(), far.write(&next));
    assert_eq!(second, [(Kind::Binary, vec![2; 100_000])]);
}
