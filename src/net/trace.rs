//! Control frames as an onlooker sees them: for diagnostics only.

use std::{collections::VecDeque, time::Duration};

use bytes::Bytes;

/// A control frame that passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trace {
    /// The peer sent a Ping.
    PingReceived(Bytes),
    /// This side sent a Ping.
    PingSent(Bytes),
    /// The peer sent a Pong; the time since its Ping, where there was one.
    PongReceived(Bytes, Option<Duration>),
}

/// What passed since the onlooker looked last. A flood pushes out the oldest.
#[derive(Debug, Default)]
pub(super) struct Traces(VecDeque<Trace>);

impl Traces {
    pub(super) fn push(&mut self, trace: Trace) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(trace);
    }

    pub(super) fn take(&mut self) -> Vec<Trace> {
        std::mem::take(&mut self.0).into()
    }
}

/// An onlooker that is busy misses what is older: far more than a healthy peer sends in a turn.
const KEPT: usize = 256;
