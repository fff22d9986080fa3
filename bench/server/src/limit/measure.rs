//! A span of time with the CPU that it took.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::clock;

/// The moment at which a measurement starts.
pub struct Measure {
    time: Instant,
    thread: Duration,
    process: Duration,
}

impl Measure {
    pub fn start() -> Measure {
        Measure { time: Instant::now(), thread: clock::thread_cpu(), process: clock::process_cpu() }
    }

    pub fn elapsed(&self) -> Duration {
        self.time.elapsed()
    }

    /// The result of a workload that moved `messages` since the start.
    pub fn result(&self, messages: u64, server: &Value) -> Value {
        json!({
            "messages": messages,
            "seconds": self.time.elapsed().as_secs_f64(),
            "mainMicros": (clock::thread_cpu() - self.thread).as_secs_f64() * 1e6,
            "mainSource": "thread",
            "totalMicros": (clock::process_cpu() - self.process).as_secs_f64() * 1e6,
            "peakRssBytes": clock::peak_rss(),
            "server": server,
        })
    }
}
