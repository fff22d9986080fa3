//! Messages at a fixed total rate over many connections: one thread writes to one member of the group after the other, at even
//! distances. So each message is its own event for the client, whether there is one connection or ten thousand.

use std::collections::HashMap;
use std::io::{self, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::clock;
use crate::frame;
use crate::messages::{Kind, Ring};
use crate::request::Request;
use crate::session::Connection;

/// Adds a connection to its group; the last member starts it. Then waits for the close. Plain connections only.
///
/// # Errors
/// When the socket fails or ends without a close.
pub fn join(connection: Connection, request: &Request) -> io::Result<()> {
    let stream = connection.socket.shared()?;
    let mut groups = GROUPS.lock().unwrap_or_else(PoisonError::into_inner);
    let groups_map = groups.get_or_insert_default();
    let name = request.text("group").to_owned();
    let members = groups_map.entry(name.clone()).or_default();
    members.push(stream);
    if members.len() == request.number("members", 1) {
        let members = groups_map.remove(&name).unwrap_or_default();
        let plan = Plan {
            ring: Ring::new(Kind::named(request.text("kind")), request.number("size", 64), false),
            gap: Duration::from_secs(1) / request.number("rate", 1000),
            length: Duration::from_millis(request.number("ms", 1000)),
            warm: Duration::from_millis(request.number("warm", 300)),
        };
        thread::Builder::new().name("pacer".to_owned()).spawn(move || {
            if let Err(error) = plan.run(&members) {
                eprintln!("paced group: {error}");
            }
        })?;
    }
    drop(groups);
    connection.wait_for_close()
}

struct Plan {
    ring: Ring,
    gap: Duration,
    length: Duration,
    warm: Duration,
}

impl Plan {
    /// Sends to all members in turn. A text message that starts with `{` marks the end of the warm-up, and one the end, on every member.
    fn run(&self, members: &[Arc<TcpStream>]) -> io::Result<()> {
        clock::sharp_timers();
        let mut counts = vec![0u64; members.len()];
        let mut turn = 0;
        self.send(members, &mut counts, &mut turn, self.warm)?;
        for (member, count) in members.iter().zip(&counts) {
            mark(member, &json!({ "warm": true, "count": count }))?;
        }
        // The client has read all marks before messages come again.
        thread::sleep(SETTLE);
        self.send(members, &mut counts, &mut turn, self.length)?;
        for (member, count) in members.iter().zip(&counts) {
            mark(member, &json!({ "end": true, "count": count }))?;
        }
        Ok(())
    }

    fn send(
        &self,
        members: &[Arc<TcpStream>],
        counts: &mut [u64],
        turn: &mut usize,
        length: Duration,
    ) -> io::Result<()> {
        let mut next = Instant::now();
        let until = next + length;
        let mut out = Vec::new();
        while next < until {
            clock::sleep_until(next);
            let at = *turn % members.len();
            out.clear();
            frame::encode(&mut out, self.ring.kind.opcode(), false, self.ring.payload(counts[at]));
            members[at].as_ref().write_all(&out)?;
            counts[at] += 1;
            *turn += 1;
            next += self.gap;
        }
        Ok(())
    }
}

fn mark(mut member: &TcpStream, value: &serde_json::Value) -> io::Result<()> {
    let mut out = Vec::new();
    frame::encode(&mut out, frame::TEXT, false, value.to_string().as_bytes());
    member.write_all(&out)
}

static GROUPS: Mutex<Option<HashMap<String, Vec<Arc<TcpStream>>>>> = Mutex::new(None);

const SETTLE: Duration = Duration::from_millis(500);
