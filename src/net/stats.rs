//! What went through a connection, in numbers.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// Numbers at one moment. Bytes on the wire are those of frames; TLS and TCP come on top.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Bytes read from the wire.
    pub bytes_received: u64,
    /// Bytes that the socket has taken.
    pub bytes_sent: u64,
    /// Messages that were received whole.
    pub messages_received: u64,
    /// Messages that were encoded for the socket.
    pub messages_sent: u64,
    /// Bytes of received messages, inflated.
    pub payload_received: u64,
    /// Bytes of sent messages, before they were deflated.
    pub payload_sent: u64,
    /// Pings from the peer.
    pub pings_received: u64,
    /// Pings to the peer.
    pub pings_sent: u64,
    /// Pongs from the peer.
    pub pongs_received: u64,
    /// Received messages that wait for the reader, as they count against the receive budget.
    pub receive_buffered: usize,
    /// Bytes of messages that wait for the socket.
    pub send_buffered: usize,
    /// Between the last Ping that was answered and its Pong.
    pub round_trip: Option<Duration>,
}

/// Written under the lock of the connection, read by anybody. The numbers need not belong to the
/// same instant.
#[derive(Debug, Default)]
pub(super) struct Counters {
    bytes_received: AtomicU64,
    bytes_sent: AtomicU64,
    messages_received: AtomicU64,
    messages_sent: AtomicU64,
    payload_received: AtomicU64,
    payload_sent: AtomicU64,
    pings_received: AtomicU64,
    pings_sent: AtomicU64,
    pongs_received: AtomicU64,
    /// Nanoseconds plus one; 0 where there was none.
    round_trip: AtomicU64,
}

impl Counters {
    /// Bytes came from the wire.
    pub(super) fn on_read(&self, bytes: usize) {
        add(&self.bytes_received, bytes);
    }

    /// So many bytes have gone to the wire in all.
    pub(super) fn set_written(&self, total: u64) {
        self.bytes_sent.store(total, Ordering::Relaxed);
    }

    pub(super) fn on_messages_received(&self, count: usize, bytes: usize) {
        add(&self.messages_received, count);
        add(&self.payload_received, bytes);
    }

    pub(super) fn on_messages_sent(&self, count: usize, bytes: usize) {
        add(&self.messages_sent, count);
        add(&self.payload_sent, bytes);
    }

    pub(super) fn on_ping_received(&self) {
        add(&self.pings_received, 1);
    }

    pub(super) fn on_ping_sent(&self) {
        add(&self.pings_sent, 1);
    }

    pub(super) fn on_pong(&self, round_trip: Option<Duration>) {
        add(&self.pongs_received, 1);
        if let Some(time) = round_trip {
            let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX - 1);
            self.round_trip.store(nanos + 1, Ordering::Relaxed);
        }
    }

    pub(super) fn read(&self) -> Stats {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Stats {
            bytes_received: get(&self.bytes_received),
            bytes_sent: get(&self.bytes_sent),
            messages_received: get(&self.messages_received),
            messages_sent: get(&self.messages_sent),
            payload_received: get(&self.payload_received),
            payload_sent: get(&self.payload_sent),
            pings_received: get(&self.pings_received),
            pings_sent: get(&self.pings_sent),
            pongs_received: get(&self.pongs_received),
            round_trip: get(&self.round_trip).checked_sub(1).map(Duration::from_nanos),
            ..Stats::default()
        }
    }
}

/// One thread at a time writes, so nothing is lost between the load and the store, and no bus is locked.
fn add(counter: &AtomicU64, more: usize) {
    counter.store(counter.load(Ordering::Relaxed).wrapping_add(more as u64), Ordering::Relaxed);
}
