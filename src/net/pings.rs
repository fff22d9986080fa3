//! Pings of this side and the Pongs that answer them (RFC 6455 sections 5.5.2 and 5.5.3).

use std::{collections::VecDeque, time::Duration};

use bytes::Bytes;
use tokio::time::Instant;

use super::{connection::Connection, observer::Signals, trace::Trace};

/// A Ping that the outside asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PingRequest {
    /// Names it in the answer.
    pub id: u32,
    /// At most 125 bytes; without any, one that no other Ping has is made up.
    pub payload: Option<Bytes>,
}

/// An answered Ping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pong {
    /// The id of the request.
    pub id: u32,
    /// From the encoding of the Ping to the arrival of the Pong.
    pub round_trip: Duration,
}

/// Pings that wait to be sent, and those that wait for their Pong, oldest first.
#[derive(Debug, Default)]
pub(super) struct Pings {
    asked: VecDeque<PingRequest>,
    /// A heartbeat wants a Ping.
    beat: bool,
    sent: VecDeque<Sent>,
    sequence: u32,
}

#[derive(Debug)]
struct Sent {
    /// The heartbeat's has none.
    id: Option<u32>,
    payload: Bytes,
    at: Instant,
}

impl Pings {
    pub(super) fn ask(&mut self, requests: Vec<PingRequest>) {
        self.asked.extend(requests);
    }

    pub(super) fn beat(&mut self) {
        self.beat = true;
    }

    /// True while one waits to be sent.
    pub(super) fn is_waiting(&self) -> bool {
        self.beat || !self.asked.is_empty()
    }

    /// The payload of the next Ping to encode.
    pub(super) fn next(&mut self) -> Option<Bytes> {
        let (id, payload) = if std::mem::take(&mut self.beat) {
            // A peer that answers none of them must not make the list grow.
            self.sent.retain(|sent| sent.id.is_some());
            (None, None)
        } else {
            let request = self.asked.pop_front()?;
            (Some(request.id), request.payload)
        };
        let payload = payload.unwrap_or_else(|| {
            self.sequence = self.sequence.wrapping_add(1);
            Bytes::copy_from_slice(&self.sequence.to_be_bytes())
        });
        self.sent.push_back(Sent { id, payload: payload.clone(), at: Instant::now() });
        Some(payload)
    }

    /// What a Pong answers: the oldest Ping with its payload, and all before that one, because a
    /// peer need answer only the newest. The second value is the round trip of the one it matches.
    fn answer(&mut self, payload: &[u8]) -> (Vec<Pong>, Option<Duration>) {
        let Some(index) = self.sent.iter().position(|sent| sent.payload == payload) else {
            return (Vec::new(), None);
        };
        let now = Instant::now();
        let mut round_trip = None;
        let mut pongs = Vec::new();
        for sent in self.sent.drain(..=index) {
            let time = now - sent.at;
            round_trip = Some(time);
            pongs.extend(sent.id.map(|id| Pong { id, round_trip: time }));
        }
        (pongs, round_trip)
    }
}

impl Connection {
    /// A Pong came, asked for or not.
    pub(super) fn on_pong(&mut self, payload: Bytes) {
        let (pongs, round_trip) = self.pings.answer(&payload);
        self.shared.stats.on_pong(round_trip);
        self.shared.trace(|| Trace::PongReceived(payload, round_trip));
        if !pongs.is_empty() {
            self.shared.answered(pongs);
            self.shared.signal(Signals::PONG);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(pings: &mut Pings, id: u32, payload: &'static str) {
        pings.ask(vec![PingRequest { id, payload: Some(Bytes::from_static(payload.as_bytes())) }]);
        assert_eq!(pings.next().unwrap(), payload);
    }

    fn answered(pings: &mut Pings, payload: &[u8]) -> Vec<u32> {
        pings.answer(payload).0.iter().map(|pong| pong.id).collect()
    }

    #[test]
    fn a_pong_answers_its_ping_and_those_before_it() {
        let mut pings = Pings::default();
        for (id, payload) in [(1, "a"), (2, "b"), (3, "c")] {
            ask(&mut pings, id, payload);
        }
        assert_eq!(answered(&mut pings, b"other"), []);
        assert_eq!(answered(&mut pings, b"b"), [1, 2]);
        assert_eq!(answered(&mut pings, b"b"), []);
        assert_eq!(answered(&mut pings, b"c"), [3]);
    }

    #[test]
    fn pings_with_the_same_payload_are_answered_in_their_order() {
        let mut pings = Pings::default();
        ask(&mut pings, 1, "same");
        ask(&mut pings, 2, "same");
        assert_eq!(answered(&mut pings, b"same"), [1]);
        assert_eq!(answered(&mut pings, b"same"), [2]);
    }

    #[test]
    fn payloads_that_are_made_up_differ() {
        let mut pings = Pings::default();
        pings.ask(vec![PingRequest { id: 1, payload: None }, PingRequest { id: 2, payload: None }]);
        let (first, second) = (pings.next().unwrap(), pings.next().unwrap());
        assert_ne!(first, second);
        assert!(!pings.is_waiting());
    }

    #[test]
    fn heartbeats_that_are_never_answered_take_no_memory() {
        let mut pings = Pings::default();
        ask(&mut pings, 7, "asked for");
        for _ in 0..100 {
            pings.beat();
            assert!(pings.next().is_some());
        }
        assert_eq!(pings.sent.len(), 2);
        assert_eq!(answered(&mut pings, b"asked for"), [7]);
    }
}
