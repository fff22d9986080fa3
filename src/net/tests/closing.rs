//! Every way to the end.

use crate::net::{
    config::{Limits, Timeouts},
    error::Error,
    inbox::Kind,
    observer::Signals,
    testing::{SECOND, close_frame, frame, pair, pair_with},
};

#[tokio::test(start_paused = true)]
async fn a_local_close_waits_for_the_peers_frame_and_for_the_end_of_the_socket() {
    let (near, mut far) = pair();
    near.send(b"last");
    near.close(3000, "done");
    assert_eq!(far.frame().await, Some((0x82, b"last".to_vec())));
    assert_eq!(far.frame().await, Some((0x88, [&3000_u16.to_be_bytes()[..], b"done"].concat())));
    far.write(&close_frame(3001, "also done")).await;
    assert!(!near.recorder.has(Signals::CLOSED));
    drop(far);
    let outcome = near.outcome().await;
    assert_eq!((outcome.code, outcome.reason.as_str()), (3001, "also done"));
    assert!(outcome.error.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_keeps_the_socket_open_after_both_close_frames_is_left() {
    let (near, mut far) = pair();
    near.close(1000, "");
    far.frame().await;
    far.write(&close_frame(1000, "")).await;
    let outcome = near.outcome().await;
    assert!(outcome.error.is_none());
    assert_eq!(far.frame().await, None);
}

#[tokio::test(start_paused = true)]
async fn the_answer_to_the_peers_close_waits_for_the_reader_and_its_answers() {
    let (near, mut far) = pair();
    far.write(&frame(0x81, b"question")).await;
    far.write(&close_frame(1000, "bye")).await;
    near.recorder.wait(Signals::ENDING).await;
    assert_eq!(near.read_now(), [(Kind::Ascii, b"question".to_vec())]);
    near.send(b"answer");
    near.handle.acknowledge();
    assert_eq!(far.frame().await, Some((0x82, b"answer".to_vec())));
    assert_eq!(far.frame().await, Some((0x88, 1000_u16.to_be_bytes().to_vec())));
    drop(far);
    let outcome = near.outcome().await;
    assert_eq!((outcome.code, outcome.reason.as_str()), (1000, "bye"));
    assert!(outcome.error.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_stalls_delays_the_answer_by_the_grace_time_only() {
    let (near, mut far) = pair();
    far.write(&frame(0x81, b"unread")).await;
    far.write(&frame(0x88, b"")).await;
    let started = tokio::time::Instant::now();
    assert_eq!(far.frame().await, Some((0x88, Vec::new())));
    assert_eq!(started.elapsed(), SECOND);
    drop(far);
    assert_eq!(near.outcome().await.code, 1005);
    assert_eq!(near.read_now(), [(Kind::Ascii, b"unread".to_vec())]);
}

#[tokio::test(start_paused = true)]
async fn when_both_sides_close_at_once_it_is_clean() {
    let (near, mut far) = pair();
    far.write(&close_frame(4001, "peer")).await;
    near.close(4000, "local");
    let (first, _) = far.frame().await.unwrap();
    assert_eq!(first, 0x88);
    drop(far);
    let outcome = near.outcome().await;
    assert_eq!((outcome.code, outcome.reason.as_str()), (4001, "peer"));
    assert!(outcome.error.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_close_with_thousands_of_unread_messages_in_front_still_ends() {
    let (near, mut far) = pair();
    let messages = frame(0x82, &[0; 1000]).repeat(5000);
    let peer = tokio::spawn(async move {
        far.write(&messages).await;
        far.write(&close_frame(1000, "")).await;
        while far.frame().await.is_some() {}
    });
    near.close(1000, "");
    assert!(near.outcome().await.error.is_none());
    peer.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_never_answers_the_close_frame_is_dropped() {
    let timeouts = Timeouts { close: 5 * SECOND, ..Timeouts::default() };
    let (near, mut far) = pair_with(Limits::default(), timeouts, |stream| Box::new(stream));
    near.close(1000, "");
    far.frame().await;
    let started = tokio::time::Instant::now();
    let outcome = near.outcome().await;
    assert_eq!(started.elapsed(), 5 * SECOND);
    assert_eq!(outcome.code, 1006);
    assert!(matches!(outcome.error, Some(Error::CloseTimeout(_))));
    assert_eq!(far.frame().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_socket_that_ends_while_closing_is_unclean() {
    let (near, mut far) = pair();
    near.close(1000, "");
    far.frame().await;
    drop(far);
    let outcome = near.outcome().await;
    assert_eq!(outcome.code, 1006);
    assert!(matches!(outcome.error, Some(Error::EndOfStream)));
}

#[tokio::test(start_paused = true)]
async fn a_socket_that_ends_without_a_close_frame_is_unclean_and_keeps_what_came() {
    let (near, mut far) = pair();
    far.write(&frame(0x81, b"before")).await;
    far.write(&frame(0x81, b"half a message")[..5]).await;
    drop(far);
    assert_eq!(near.outcome().await.code, 1006);
    assert_eq!(near.read_now(), [(Kind::Ascii, b"before".to_vec())]);
}

#[tokio::test(start_paused = true)]
async fn data_that_was_not_sent_makes_the_peers_close_unclean_with_its_code() {
    let (near, mut far) = pair();
    near.send(&vec![0; 1 << 20]);
    tokio::task::yield_now().await;
    far.write(&close_frame(4000, "enough")).await;
    let outcome = near.outcome().await;
    assert_eq!((outcome.code, outcome.reason.as_str()), (4000, "enough"));
    assert!(matches!(outcome.error, Some(Error::UnsentData)));
}

#[tokio::test(start_paused = true)]
async fn terminating_drops_the_socket_at_once() {
    let (near, mut far) = pair();
    near.handle.terminate();
    assert_eq!(near.outcome().await.code, 1006);
    assert_eq!(far.frame().await, None);
}
