//! Sends messages at a rate and pings in between: how long a client's pong takes while its JavaScript is busy. Plain connections only.

use std::io::{self, Write};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::Connection;
use crate::clock;
use crate::frame;
use crate::messages::{Kind, Ring};
use crate::request::Request;

/// Sends `rate` messages per second for `ms` milliseconds, a ping `every` milliseconds, and reports the round trips at the end.
pub fn run(mut connection: Connection, request: &Request) -> io::Result<()> {
    let ring = Ring::new(Kind::Text, request.number("size", 256), false);
    let gap = Duration::from_secs(1) / request.number("rate", 100);
    let every = Duration::from_millis(request.number("every", 50));
    let length = Duration::from_millis(request.number("ms", 2000));
    let writer = connection.socket.shared()?;
    let (pongs, trips) = mpsc::channel();

    let reading = thread::Builder::new().spawn(move || {
        let result = read(&mut connection, &pongs);
        (connection, result)
    })?;
    let (count, pings) = write(&writer, &ring, gap, every, length)?;

    let mut delays = Vec::new();
    let deadline = Instant::now() + PONG_DEADLINE;
    while delays.len() < pings.len() {
        match trips.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok((number, arrived)) => delays.push(delay(&pings, number, arrived)),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
        }
    }
    delays.sort_unstable();
    let mut out = Vec::new();
    let report = json!({ "count": count, "pings": pings.len(), "pongDelaysMicros": delays });
    frame::encode(&mut out, frame::TEXT, false, report.to_string().as_bytes());
    writer.as_ref().write_all(&out)?;
    let (connection, result) = reading.join().map_err(|_| io::ErrorKind::Other)?;
    result?;
    connection.socket.finish();
    Ok(())
}

fn write(
    mut socket: &std::net::TcpStream,
    ring: &Ring,
    gap: Duration,
    every: Duration,
    length: Duration,
) -> io::Result<(u64, Vec<Instant>)> {
    clock::sharp_timers();
    let start = Instant::now();
    let (mut count, mut pings) = (0u64, Vec::new());
    let (mut next_message, mut next_ping) = (start, start + every / 2);
    let mut out = Vec::new();
    while next_message.min(next_ping) < start + length {
        clock::sleep_until(next_message.min(next_ping));
        out.clear();
        if next_message <= next_ping {
            frame::encode(&mut out, frame::TEXT, false, ring.payload(count));
            count += 1;
            next_message += gap;
        } else {
            frame::encode(&mut out, frame::PING, false, &(pings.len() as u32).to_be_bytes());
            pings.push(Instant::now());
            next_ping += every;
        }
        socket.write_all(&out)?;
    }
    Ok((count, pings))
}

fn read(connection: &mut Connection, pongs: &mpsc::Sender<(usize, Instant)>) -> io::Result<()> {
    loop {
        let Some((header, range)) = connection.reader.next_frame(&mut connection.socket)? else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        let payload = connection.reader.payload(range);
        frame::unmask(payload, header.mask);
        match header.opcode {
            frame::PONG if payload.len() == 4 => {
                let number = u32::from_be_bytes([payload[0], payload[1], payload[2], payload[3]]);
                let _ = pongs.send((number as usize, Instant::now()));
            }
            frame::CLOSE => {
                let mut out = Vec::new();
                frame::encode(&mut out, frame::CLOSE, false, payload);
                return connection.socket.write_all(&out);
            }
            _ => {}
        }
    }
}

fn delay(pings: &[Instant], number: usize, arrived: Instant) -> u64 {
    pings.get(number).map_or(0, |sent| arrived.saturating_duration_since(*sent).as_micros() as u64)
}

/// How long the last pongs may take after the last message.
const PONG_DEADLINE: Duration = Duration::from_secs(15);
