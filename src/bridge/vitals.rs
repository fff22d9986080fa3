//! Liveness and numbers of a connection, for `lib/pings.js`, `lib/stats.js` and `lib/diagnostics.js`.

use bytes::Bytes;
use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;

use super::hub::Hub;
use crate::net::{pings::PingRequest, stats::Stats, trace::Trace};

/// What went through a connection; see `WebSocketStats` in `index.d.ts`.
#[napi(object, object_from_js = false)]
pub struct StatsRecord {
    /// Bytes from the wire.
    pub bytes_received: f64,
    /// Bytes to the wire.
    pub bytes_sent: f64,
    /// Whole messages.
    pub messages_received: f64,
    /// Whole messages.
    pub messages_sent: f64,
    /// Bytes of messages, inflated.
    pub payload_received: f64,
    /// Bytes of messages, not deflated.
    pub payload_sent: f64,
    /// Pings of the peer.
    pub pings_received: f64,
    /// Pings of this side.
    pub pings_sent: f64,
    /// Pongs of the peer.
    pub pongs_received: f64,
    /// Waiting for the reader.
    pub receive_buffered: f64,
    /// Waiting for the socket.
    pub send_buffered: f64,
    /// Milliseconds; absent where no Ping was answered.
    pub round_trip: Option<f64>,
}

/// A control frame that passed.
#[napi(object, object_from_js = false)]
pub struct TraceRecord {
    /// `ping-received`, `ping-sent` or `pong-received`.
    pub kind: String,
    /// Its payload.
    pub payload: Uint8Array,
    /// Milliseconds since the Ping that it answers, where there is one.
    pub round_trip: Option<f64>,
}

#[napi]
impl Hub {
    /// Sends a Ping; `ping_id` names it in `pongs`. Without a payload one is made up.
    #[napi(catch_unwind)]
    pub fn ping(&self, id: u32, ping_id: u32, payload: Option<&[u8]>) {
        self.with(id, |handle| {
            let payload = payload.map(Bytes::copy_from_slice);
            handle.ping(PingRequest { id: ping_id, payload });
        });
    }

    /// Answered pings since the last call: in turn the id and the milliseconds.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn pongs(&self, id: u32) -> Vec<f64> {
        let pongs = self.with(id, crate::net::Handle::take_pongs).unwrap_or_default();
        pongs.iter().flat_map(|pong| [f64::from(pong.id), milliseconds(pong.round_trip)]).collect()
    }

    /// What went through so far.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn stats(&self, id: u32) -> Option<StatsRecord> {
        self.with(id, |handle| handle.stats().into())
    }

    /// Has control frames remembered for `traces`.
    #[napi(catch_unwind)]
    pub fn watch(&self, id: u32) {
        self.with(id, crate::net::Handle::watch);
    }

    /// Control frames since the last call.
    #[napi(catch_unwind)]
    #[must_use]
    pub fn traces(&self, id: u32) -> Vec<TraceRecord> {
        let traces = self.with(id, crate::net::Handle::take_traces).unwrap_or_default();
        traces.into_iter().map(TraceRecord::from).collect()
    }
}

impl From<Stats> for StatsRecord {
    #[allow(clippy::cast_precision_loss, reason = "2^53 bytes are years of traffic")]
    fn from(stats: Stats) -> Self {
        Self {
            bytes_received: stats.bytes_received as f64,
            bytes_sent: stats.bytes_sent as f64,
            messages_received: stats.messages_received as f64,
            messages_sent: stats.messages_sent as f64,
            payload_received: stats.payload_received as f64,
            payload_sent: stats.payload_sent as f64,
            pings_received: stats.pings_received as f64,
            pings_sent: stats.pings_sent as f64,
            pongs_received: stats.pongs_received as f64,
            receive_buffered: stats.receive_buffered as f64,
            send_buffered: stats.send_buffered as f64,
            round_trip: stats.round_trip.map(milliseconds),
        }
    }
}

impl From<Trace> for TraceRecord {
    fn from(trace: Trace) -> Self {
        let (kind, payload, round_trip) = match trace {
            Trace::PingReceived(payload) => ("ping-received", payload, None),
            Trace::PingSent(payload) => ("ping-sent", payload, None),
            Trace::PongReceived(payload, time) => ("pong-received", payload, time),
        };
        Self {
            kind: kind.to_owned(),
            payload: payload.to_vec().into(),
            round_trip: round_trip.map(milliseconds),
        }
    }
}

fn milliseconds(time: std::time::Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
