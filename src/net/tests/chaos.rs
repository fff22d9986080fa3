//! A whole connection between a peer that sends anything and an owner that calls anything.

use std::time::Duration;

use proptest::prelude::*;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

use crate::net::{
    config::{Limits, Timeouts},
    observer::Signals,
    outbox::{Block, Part},
    testing::{Choppy, Far, Near, PIPE, close_frame, frame, pair_with, run_paused},
};

#[derive(Clone, Debug)]
enum Action {
    /// The peer sends bytes.
    Bytes(Vec<u8>),
    /// The peer reads so many bytes.
    PeerReads(usize),
    /// The peer is gone.
    PeerEnds,
    Wait(u64),
    Acknowledge,
    Close,
    Discard,
    Read,
    Send(usize),
    SendAtOnce(usize),
    Terminate,
    Yield,
}

fn action() -> impl Strategy<Value = Action> {
    let first = prop::sample::select(vec![0_u8, 1, 2, 0x80, 0x81, 0x82, 0x88, 0x89, 0x8a]);
    let payload = prop_oneof![
        4 => prop::collection::vec(any::<u8>(), 0..50),
        1 => prop::collection::vec(Just(b'x'), 0..3000),
    ];
    prop_oneof![
        10 => (first, payload).prop_map(|(first, payload)| Action::Bytes(frame(first, &payload))),
        6 => prop::collection::vec(Just(b'x'), 0..5000)
            .prop_map(|payload| Action::Bytes(frame(0x82, &payload))),
        1 => prop::collection::vec(any::<u8>(), 0..20).prop_map(Action::Bytes),
        1 => (1000_u16..1016).prop_map(|code| Action::Bytes(close_frame(code, "bye"))),
        4 => (0_usize..100_000).prop_map(Action::PeerReads),
        1 => Just(Action::PeerEnds),
        2 => (0_u64..3000).prop_map(Action::Wait),
        1 => Just(Action::Acknowledge),
        1 => Just(Action::Close),
        1 => Just(Action::Discard),
        6 => Just(Action::Read),
        5 => (0_usize..20_000).prop_map(Action::Send),
        3 => (0_usize..20_000).prop_map(Action::SendAtOnce),
        1 => Just(Action::Terminate),
        10 => Just(Action::Yield),
    ]
}

/// The fragments of a message, and whether a Ping follows each.
fn pieces() -> impl Strategy<Value = (Vec<Vec<u8>>, bool)> {
    let piece = prop_oneof![
        2 => Just(Vec::new()),
        4 => prop::collection::vec(any::<u8>(), 1..200),
        2 => prop::collection::vec(any::<u8>(), 200..3000),
    ];
    let pieces = prop_oneof![
        3 => prop::collection::vec(piece.clone(), 1..2),
        2 => prop::collection::vec(piece, 1..=8),
    ];
    let fits = |pieces: &Vec<Vec<u8>>| {
        pieces.iter().map(Vec::len).sum::<usize>() <= LIMITS.max_message_size
    };
    (pieces.prop_filter("larger than a message may be", fits), any::<bool>())
}

const LIMITS: Limits = Limits {
    max_fragments: 8,
    max_message_size: 4000,
    receive_buffer: 8 << 10,
    // The owner's thread may read from the socket.
    shared_buffers: true,
};

/// What the owner has waiting before it waits itself.
const SEND_BUFFER: usize = 8 << 10;

/// A read buffer may be parsed beyond the budget, and each message costs some bytes more.
const INBOX_BOUND: usize = (8 << 10) + (128 << 10) * 17;

async fn act(near: &Near, far: &mut Option<Far>, action: Action) {
    match action {
        Action::Bytes(bytes) => {
            if let Some(far) = far {
                // A peer that is not read waits; the bytes are cut wherever that happens.
                let _ = timeout(Duration::from_millis(1), far.0.write_all(&bytes)).await;
            }
        }
        Action::PeerReads(count) => {
            if let Some(far) = far {
                let mut bytes = vec![0; count];
                let _ = timeout(Duration::from_millis(1), far.0.read(&mut bytes)).await;
            }
        }
        Action::PeerEnds => *far = None,
        Action::Wait(ms) => tokio::time::sleep(Duration::from_millis(ms)).await,
        Action::Acknowledge => near.handle.acknowledge(),
        Action::Close => near.close(3000, "chaos"),
        Action::Discard => near.handle.discard(),
        Action::Read => drop(near.read_now()),
        // A writer that is told to wait waits.
        Action::Send(len) | Action::SendAtOnce(len)
            if near.handle.buffered(SEND_BUFFER) <= SEND_BUFFER =>
        {
            let block = Block {
                bytes: vec![0; len].into(),
                entries: vec![(len, false)],
                framed: false,
                part: Part::Whole,
            };
            let _ = near.handle.send(block, matches!(action, Action::SendAtOnce(_)));
        }
        Action::Send(_) | Action::SendAtOnce(_) => {}
        Action::Terminate => near.handle.terminate(),
        Action::Yield => tokio::task::yield_now().await,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_connection_ends_within_its_time_and_memory_whatever_happens(
        actions in prop::collection::vec(action(), 0..60),
        chunk in prop::option::of(1_usize..500),
        leaves: bool,
    ) {
        run_paused(async move {
            let (near, far) = pair_with(LIMITS, Timeouts::default(), |stream| match chunk {
                Some(size) => Box::new(Choppy::new(stream, size)),
                None => Box::new(stream),
            });
            let mut far = Some(far);
            for action in actions {
                act(&near, &mut far, action).await;
                let held = near.handle.0.inbox.cost();
                assert!(held <= INBOX_BOUND, "{held} bytes in the inbox");
                let held = near.handle.0.outbox.pending();
                assert!(held <= SEND_BUFFER + 20_000 + 2 * PIPE, "{held} bytes to send");
            }
            // The peer leaves, or stays and says nothing: the owner's close() ends it all the same.
            if leaves {
                far = None;
            }
            near.close(1000, "");
            let outcome = timeout(Duration::from_secs(14), near.outcome()).await;
            assert!(outcome.is_ok(), "no outcome in time");
            tokio::time::sleep(Duration::from_secs(14)).await;
            assert!(!near.recorder.has(Signals::CLOSED), "two outcomes");
            assert!(near.handle.take_outcome().is_none(), "two outcomes");
            // The task has let go of the socket: the peer sees its end.
            if let Some(mut far) = far {
                let mut rest = Vec::new();
                let end = timeout(Duration::from_secs(1), far.0.read_to_end(&mut rest)).await;
                assert!(end.is_ok(), "the socket is still open");
            }
        });
    }

    #[test]
    fn messages_arrive_whole_and_in_order_however_they_are_cut(
        messages in prop::collection::vec(pieces(), 1..30),
        chunk in 1_usize..20_000,
    ) {
        run_paused(async move {
            let transport = |stream| Box::new(Choppy::new(stream, chunk)) as _;
            let (near, mut far) = pair_with(LIMITS, Timeouts::default(), transport);
            let expected: Vec<Vec<u8>> =
                messages.iter().map(|(pieces, _)| pieces.concat()).collect();
            let peer = tokio::spawn(async move {
                let mut bytes = Vec::new();
                for (pieces, has_pings) in messages {
                    let last = pieces.len() - 1;
                    for (index, piece) in pieces.iter().enumerate() {
                        let opcode = if index == 0 { 2 } else { 0 };
                        let fin = if index == last { 0x80 } else { 0 };
                        bytes.extend(frame(fin | opcode, piece));
                        if has_pings {
                            bytes.extend(frame(0x89, b"ping"));
                        }
                    }
                }
                far.write(&bytes).await;
                far
            });
            let received = near.read_many(expected.len()).await;
            let payloads: Vec<Vec<u8>> = received.into_iter().map(|(_, payload)| payload).collect();
            assert_eq!(payloads, expected);
            drop(peer.await.unwrap());
        });
    }
}
