//! Sends messages as fast as the client takes them: whole rings of frames that are encoded beforehand, one write for each.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use serde_json::json;

use super::Connection;
use crate::clock;
use crate::messages::{Kind, Ring};
use crate::request::Request;

/// Sends for `ms` milliseconds, or `count` messages if that is given; ends with a report.
pub fn run(mut connection: Connection, request: &Request) -> io::Result<()> {
    let ring = Ring::new(
        Kind::named(request.text("kind")),
        request.number("size", 64),
        connection.deflate,
    );
    let limit = request.number("count", u64::MAX);
    let until = Instant::now() + Duration::from_millis(request.number("ms", 1_000_000_000));
    let cpu = clock::thread_cpu();
    let mut count: u64 = 0;
    while count < limit && Instant::now() < until {
        let frames = (ring.len() as u64).min(limit - count) as usize;
        connection.socket.write_all(ring.frames(frames))?;
        count += frames as u64;
    }
    connection.report(&json!({
        "count": count,
        "bytes": count * ring.size as u64,
        "compressed": if connection.deflate { count } else { 0 },
        "serverCpuMicros": (clock::thread_cpu() - cpu).as_micros() as u64,
    }))?;
    connection.wait_for_close()
}
