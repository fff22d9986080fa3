//! Messages in both directions.

use crate::net::{
    config::{Limits, Timeouts},
    inbox::{Kind, PACK_LIMIT},
    outbox::{Block, Part},
    testing::{Choppy, PIPE, frame, pair, pair_with},
};

#[tokio::test(start_paused = true)]
async fn the_parts_of_a_message_are_frames_and_a_ping_may_come_between_them() {
    let (near, mut far) = pair();
    let send = |payload: &'static [u8], part| {
        let entries = vec![(payload.len(), true)];
        near.handle.send(Block { bytes: payload.into(), entries, framed: false, part }, false)
    };
    assert!(send(b"one", Part::First));
    assert_eq!(far.frame().await, Some((0x01, b"one".to_vec())));
    far.write(&frame(0x89, b"?")).await;
    assert_eq!(far.frame().await, Some((0x8a, b"?".to_vec())));
    assert!(send(b"two", Part::Middle));
    assert!(send(b"", Part::Last));
    assert_eq!(far.frame().await, Some((0x00, b"two".to_vec())));
    assert_eq!(far.frame().await, Some((0x80, Vec::new())));
    let stats = near.handle.stats();
    assert_eq!((stats.messages_sent, stats.payload_sent), (1, 6));
}

#[tokio::test(start_paused = true)]
async fn messages_survive_a_transport_that_moves_one_byte_at_a_time() {
    let (near, mut far) = pair_with(Limits::default(), Timeouts::default(), |stream| {
        Box::new(Choppy::new(stream, 1))
    });
    let long = "π".repeat(300);
    far.write(&frame(0x81, b"plain")).await;
    far.write(&frame(0x82, &[0, 255])).await;
    far.write(&frame(0x81, long.as_bytes())).await;
    let received = near.read_many(3).await;
    assert_eq!(received[0], (Kind::Ascii, b"plain".to_vec()));
    assert_eq!(received[1], (Kind::Binary, vec![0, 255]));
    assert_eq!(received[2], (Kind::Utf8, long.into_bytes()));
    near.send(b"answer");
    near.send(&vec![7; 70_000]);
    assert_eq!(far.frame().await, Some((0x82, b"answer".to_vec())));
    assert_eq!(far.frame().await, Some((0x82, vec![7; 70_000])));
}

#[tokio::test(start_paused = true)]
async fn fragments_become_one_message_with_control_frames_in_between() {
    let (near, mut far) = pair();
    far.write(&frame(0x01, "a\u{20ac}".as_bytes().split_at(2).0)).await;
    far.write(&frame(0x89, b"ping")).await;
    far.write(&frame(0x00, "a\u{20ac}".as_bytes().split_at(2).1)).await;
    far.write(&frame(0x80, b"")).await;
    assert_eq!(near.read().await, [(Kind::Utf8, "a\u{20ac}".as_bytes().to_vec())]);
    assert_eq!(far.frame().await, Some((0x8a, b"ping".to_vec())));
}

#[tokio::test(start_paused = true)]
async fn what_follows_an_empty_last_fragment_keeps_its_place() {
    let (near, mut far) = pair();
    let frames = [
        frame(0x02, b"one"),
        frame(0x80, b""),
        frame(0x82, b"two"),
        frame(0x01, b""),
        frame(0x80, b""),
        frame(0x81, b"four"),
        frame(0x82, b""),
        frame(0x82, b"six"),
    ];
    far.write(&frames.concat()).await;
    let received: Vec<_> = near.read_many(6).await.into_iter().map(|message| message.1).collect();
    assert_eq!(received, [&b"one"[..], b"two", b"", b"four", b"", b"six"]);
}

#[tokio::test(start_paused = true)]
async fn a_message_of_several_pieces_arrives_whole() {
    let (near, mut far) = pair();
    let payload: Vec<u8> = (0..(3 << 20) + 5_u32).map(|i| i.to_le_bytes()[0]).collect();
    let bytes = frame(0x82, &payload);
    let writer = tokio::spawn(async move {
        far.write(&bytes).await;
        far
    });
    assert_eq!(near.read().await, [(Kind::Binary, payload)]);
    drop(writer.await);
}

#[tokio::test(start_paused = true)]
async fn budgets_return_to_zero_when_everything_was_taken() {
    let (near, mut far) = pair();
    let messages: Vec<u8> = [0, 1, 125, 126, 70_000, PACK_LIMIT]
        .iter()
        .flat_map(|&len| frame(0x82, &vec![1; len]))
        .collect();
    let writer = tokio::spawn(async move {
        far.write(&messages).await;
        far
    });
    assert_eq!(near.read_many(6).await.len(), 6);
    assert_eq!(near.handle.0.inbox.cost(), 0);
    let mut far = writer.await.unwrap();
    for _ in 0..10 {
        near.send(&vec![0; 20_000]);
    }
    assert!(near.handle.buffered(usize::MAX) > 0);
    for _ in 0..10 {
        assert_eq!(far.frame().await.unwrap().1.len(), 20_000);
    }
    assert_eq!(near.handle.buffered(usize::MAX), 0);
}

#[tokio::test(start_paused = true)]
async fn a_writer_writes_to_an_idle_socket_itself_and_leaves_a_full_one_to_the_task() {
    let (near, mut far) = pair();
    // The task has to take the connection over first.
    tokio::task::yield_now().await;
    let send = |payload: Vec<u8>| {
        let entries = vec![(payload.len(), false)];
        near.handle
            .send(Block { bytes: payload.into(), entries, framed: false, part: Part::Whole }, true)
    };
    assert!(send(b"now".to_vec()));
    assert_eq!(near.handle.buffered(usize::MAX), 0, "written before send returned");
    assert_eq!(far.frame().await, Some((0x82, b"now".to_vec())));
    assert!(send(vec![1; 2 * PIPE]));
    assert!(send(b"behind".to_vec()));
    assert!(near.handle.buffered(usize::MAX) > 0);
    assert_eq!(far.frame().await, Some((0x82, vec![1; 2 * PIPE])));
    assert_eq!(far.frame().await, Some((0x82, b"behind".to_vec())));
}
