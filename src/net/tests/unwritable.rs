//! A socket that takes nothing any more still has what the peer sent before it went.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf},
    time::Instant,
};

use crate::net::{
    closing::{CloseRequest, LINGER, Outcome},
    config::{Limits, Timeouts},
    error::Error,
    inbox::Kind,
    observer::Signals,
    outbox::{Block, Part},
    testing::{Far, Near, close_frame, frame, pair_with},
    transport::Transport,
};

/// A transport that can only be read.
struct Unwritable(DuplexStream);

impl Transport for Unwritable {}

impl AsyncRead for Unwritable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Unwritable {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

fn unwritable() -> (Near, Far) {
    pair_with(Limits::default(), Timeouts::default(), |stream| Box::new(Unwritable(stream)))
}

fn is_write_error(outcome: &Outcome) -> bool {
    matches!(&outcome.error, Some(Error::Io { syscall: "write", source })
        if source.kind() == io::ErrorKind::BrokenPipe)
}

#[tokio::test(start_paused = true)]
async fn what_the_peer_sent_before_it_went_is_read() {
    let (near, mut far) = unwritable();
    near.send(b"too late");
    let messages = frame(0x81, b"last words").repeat(1000);
    // More than the pipe holds: the connection goes on reading.
    far.write(&messages).await;
    drop(far);
    assert_eq!(near.read_many(1000).await, vec![(Kind::Ascii, b"last words".to_vec()); 1000]);
    let outcome = near.outcome().await;
    assert_eq!(outcome.code, 1006);
    assert!(is_write_error(&outcome), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn the_peers_close_frame_is_told_and_the_end_is_unclean() {
    let (near, mut far) = unwritable();
    far.write(&[frame(0x81, b"last words"), close_frame(3000, "bye")].concat()).await;
    near.send(b"too late");
    near.recorder.wait(Signals::ENDING).await;
    assert_eq!(near.read_now(), [(Kind::Ascii, b"last words".to_vec())]);
    near.handle.acknowledge();
    assert!(near.outcome().await.error.is_some());
}

#[tokio::test(start_paused = true)]
async fn the_peers_close_frame_is_told_when_this_side_cannot_send_its_own() {
    let (near, mut far) = unwritable();
    near.handle.close(CloseRequest::default());
    far.write(&[frame(0x81, b"last words"), close_frame(3000, "bye")].concat()).await;
    let outcome = near.outcome().await;
    assert_eq!((outcome.code, outcome.reason.as_str()), (3000, "bye"));
    assert!(is_write_error(&outcome), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_is_gone_when_this_side_closes_is_told_at_its_end() {
    let (near, far) = unwritable();
    near.handle.close(CloseRequest::default());
    drop(far);
    let outcome = near.outcome().await;
    assert_eq!(outcome.code, 1006);
    assert!(is_write_error(&outcome), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_says_nothing_of_its_end_is_given_up() {
    let (near, far) = unwritable();
    let started = Instant::now();
    near.send(b"too late");
    let outcome = near.outcome().await;
    assert!(is_write_error(&outcome), "{outcome:?}");
    assert!(started.elapsed() < LINGER + Duration::from_secs(1));
    drop(far);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_says_nothing_while_this_side_closes_is_given_up_after_close_timeout() {
    let (near, far) = unwritable();
    let started = Instant::now();
    near.handle.close(CloseRequest::default());
    let outcome = near.outcome().await;
    assert!(is_write_error(&outcome), "{outcome:?}");
    assert!(started.elapsed() < Timeouts::default().close + Duration::from_secs(1));
    drop(far);
}

#[tokio::test(start_paused = true)]
async fn a_writer_on_another_thread_leaves_the_end_to_the_task() {
    let (near, mut far) = unwritable();
    far.write(&frame(0x81, b"last words")).await;
    let handle = near.handle.clone();
    let block = Block {
        bytes: "too late".into(),
        entries: vec![(8, false)],
        framed: false,
        part: Part::Whole,
    };
    // It has no timers.
    std::thread::spawn(move || handle.send(block, true)).join().unwrap();
    drop(far);
    assert_eq!(near.read().await, [(Kind::Ascii, b"last words".to_vec())]);
    assert!(is_write_error(&near.outcome().await));
}
