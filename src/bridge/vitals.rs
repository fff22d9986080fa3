//! Liveness and numbers of a connection, for `lib/pings.js`, `lib/stats.js` and `lib/diagnostics.js`.

use bytes::Bytes;
use napi::bindgen_prelude::{Float64ArraySlice, Uint8Array};
use napi_derive::napi;

use super::hub::Hub;
use crate::net::{pings::PingRequest, stats::Stats, trace::Trace};

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

    /// Writes what went through so far, as `lib/stats.js` reads it. False for a connection that is
    /// not known, and then nothing is written.
    #[napi(catch_unwind)]
    pub fn stats(&self, id: u32, mut out: Float64ArraySlice<'_>) -> bool {
        let Some(stats) = self.with(id, crate::net::Handle::stats) else { return false };
        // SAFETY: JavaScript does not run during this call, and no other thread knows the array.
        let out = unsafe { out.as_mut() };
        for (slot, number) in out.iter_mut().zip(numbers(&stats)) {
            *slot = number;
        }
        true
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

/// NaN stands for a time that is not known.
#[allow(clippy::cast_precision_loss, reason = "2^53 bytes are years of traffic")]
fn numbers(stats: &Stats) -> [f64; 12] {
    [
        stats.bytes_received as f64,
        stats.bytes_sent as f64,
        stats.messages_received as f64,
        stats.messages_sent as f64,
        stats.payload_received as f64,
        stats.payload_sent as f64,
        stats.pings_received as f64,
        stats.pings_sent as f64,
        stats.pongs_received as f64,
        stats.receive_buffered as f64,
        stats.send_buffered as f64,
        stats.round_trip.map_or(f64::NAN, milliseconds),
    ]
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
