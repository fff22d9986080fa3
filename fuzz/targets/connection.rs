//! A whole connection: a peer that sends anything in any pieces, and an owner that calls anything.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

use super::source::Source;
use crate::net::{
    config::{HeartbeatOptions, Limits, Timeouts},
    extensions::{Agreement, DeflateOptions},
    observer::Signals,
    outbox::{Block, Part},
    pings::PingRequest,
    testing::{Choppy, Far, Near, PIPE, frame, parts, run_paused},
};

/// It ends in its time, within its budgets, and with one outcome.
///
/// # Panics
/// When it does not.
pub fn run(data: &[u8]) {
    let mut source = Source::new(data);
    let flags = source.byte();
    let chop = usize::from(source.byte());
    let timeouts = Timeouts {
        heartbeat: (flags & 1 != 0).then_some(HeartbeatOptions {
            interval: Duration::from_secs(2),
            timeout: Duration::from_secs(1),
        }),
        ..Timeouts::default()
    };
    run_paused(async move {
        let (near, far, mut connection) = parts(LIMITS, timeouts, |stream| match chop {
            0 => Box::new(stream),
            size => Box::new(Choppy::new(stream, size)),
        });
        if flags & 2 != 0 {
            let agreement = Agreement {
                client_no_context_takeover: flags & 4 != 0,
                client_window_bits: if flags & 8 != 0 { 15 } else { 8 },
                server_no_context_takeover: flags & 16 != 0,
                server_window_bits: if flags & 32 != 0 { 15 } else { 8 },
            };
            let options = DeflateOptions { threshold: 64, ..DeflateOptions::default() };
            connection.compress(agreement, &options);
        }
        let shared = Arc::clone(&near.handle.0);
        tokio::spawn(async move { shared.drive(connection).await });
        let mut far = Some(far);
        let mut owner = Owner::default();
        while !source.is_empty() {
            act(&near, &mut far, &mut source, &mut owner).await;
            let held = near.handle.0.inbox.cost();
            assert!(held <= INBOX_BOUND, "{held} bytes in the inbox");
            let held = near.handle.0.outbox.pending();
            assert!(held <= SEND_BUFFER + LARGEST + 2 * PIPE, "{held} bytes to send");
        }
        end(&near, far, flags & 64 != 0).await;
        assert!(near.handle.take_pongs().len() <= owner.pings, "more Pongs than Pings");
    });
}

/// What the owner remembers of its own calls.
#[derive(Default)]
struct Owner {
    pings: usize,
    /// A message has begun, and only its parts may follow.
    sends_parts: bool,
}

impl Owner {
    fn next_part(&mut self, decision: u8) -> Part {
        let goes_on = decision & 1 == 1;
        match (std::mem::replace(&mut self.sends_parts, goes_on), goes_on) {
            (false, false) => Part::Whole,
            (false, true) => Part::First,
            (true, true) => Part::Middle,
            (true, false) => Part::Last,
        }
    }
}

/// The peer leaves, or stays and says nothing: the owner's close() ends it all the same.
async fn end(near: &Near, mut far: Option<Far>, leaves: bool) {
    if leaves {
        far = None;
    }
    near.close(1000, "");
    let outcome = timeout(Duration::from_secs(14), near.outcome()).await.expect("no outcome");
    let known = matches!(outcome.code, 1000..=1003 | 1005..=1014 | 3000..=4999);
    assert!(known && outcome.reason.len() <= 123, "{outcome:?}");
    tokio::time::sleep(Duration::from_secs(14)).await;
    assert!(!near.recorder.has(Signals::CLOSED), "two outcomes");
    assert!(near.handle.take_outcome().is_none(), "two outcomes");
    // The task has let go of the socket: the peer sees its end.
    if let Some(mut far) = far {
        let mut rest = Vec::new();
        let end = timeout(Duration::from_secs(1), far.0.read_to_end(&mut rest)).await;
        assert!(end.is_ok(), "the socket is still open");
    }
}

async fn act(near: &Near, far: &mut Option<Far>, source: &mut Source<'_>, owner: &mut Owner) {
    match source.byte() % 20 {
        0..=2 => {
            let count = usize::from(source.byte());
            send(far, source.take(count)).await;
        }
        3..=5 => {
            let (first, count) = (source.byte(), usize::from(source.byte()));
            send(far, &frame(first, source.take(count))).await;
        }
        6 => {
            let (first, count) = (source.byte(), source.short() % 10_000);
            send(far, &frame(first, &vec![source.byte(); count])).await;
        }
        7 => {
            if let Some(far) = far {
                let mut bytes = vec![0; source.short()];
                let _ = timeout(Duration::from_millis(1), far.0.read(&mut bytes)).await;
            }
        }
        8 => *far = far.take().filter(|_| source.byte() != 0),
        9 => tokio::time::sleep(Duration::from_millis(source.short() as u64)).await,
        10 => near.handle.acknowledge(),
        11 => near.close(3000 + u16::from(source.byte()), "fuzz"),
        12 => {
            if source.byte() & 3 == 0 {
                near.handle.discard();
            }
        }
        13 | 14 => drop(near.read_now()),
        15 => {
            // A writer that is told to wait waits.
            if near.handle.buffered(SEND_BUFFER) <= SEND_BUFFER {
                let (how, len) = (source.byte(), source.short() % LARGEST);
                let entries = vec![(len, how & 2 != 0)];
                let part = owner.next_part(how >> 2);
                let block = Block { bytes: vec![b'x'; len].into(), entries, framed: false, part };
                let _ = near.handle.send(block, how & 1 == 1);
            }
        }
        16 => {
            let payload = source.flag().then(|| Bytes::copy_from_slice(source.take(8)));
            near.handle.ping(PingRequest { id: 7, payload });
            owner.pings += 1;
        }
        17 => {
            near.handle.watch();
            let _ = (near.handle.take_traces(), near.handle.stats());
        }
        18 => {
            if source.byte() == 0 {
                near.handle.terminate();
            }
        }
        _ => tokio::task::yield_now().await,
    }
}

/// A peer that is not read waits; the bytes are cut wherever that happens.
async fn send(far: &mut Option<Far>, bytes: &[u8]) {
    if let Some(far) = far {
        let _ = timeout(Duration::from_millis(1), far.0.write_all(bytes)).await;
    }
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

/// The largest message that the owner sends.
const LARGEST: usize = 20_000;

/// A read buffer may be parsed beyond the budget, and each message costs some bytes more.
const INBOX_BOUND: usize = (8 << 10) + (128 << 10) * 17;
