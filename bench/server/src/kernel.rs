//! What the kernel knows about a connection whose two ends are on this machine. It tells exactly how much the client program has
//! taken: what the client's kernel acknowledged, less what still waits in its receive queue.

use std::fs;
use std::net::{SocketAddr, TcpStream};
#[cfg(target_os = "linux")]
use std::os::fd::AsRawFd;

use serde_json::{Value, json};

/// The figures of one connection, from the server's end and from the client's.
pub fn progress(stream: &TcpStream) -> Value {
    let (Ok(server), Ok(client)) = (stream.local_addr(), stream.peer_addr()) else {
        return json!({ "error": "the connection is gone" });
    };
    let (acknowledged, received) = totals(stream);
    let (client_sending, client_receiving) = queues(client, server);
    let (server_sending, server_receiving) = queues(server, client);
    json!({
        "acknowledgedBytes": acknowledged,
        "receivedBytes": received,
        "clientSendQueueBytes": client_sending,
        "clientReceiveQueueBytes": client_receiving,
        "serverSendQueueBytes": server_sending,
        "serverReceiveQueueBytes": server_receiving,
    })
}

/// Bytes that the other end has acknowledged, and bytes that this end has received.
#[cfg(target_os = "linux")]
fn totals(stream: &TcpStream) -> (u64, u64) {
    let mut info = [0u8; 256];
    let mut length = info.len() as libc::socklen_t;
    // SAFETY: the descriptor is open, and `info` has the length that is passed along.
    let result = unsafe {
        libc::getsockopt(
            stream.as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_INFO,
            info.as_mut_ptr().cast(),
            &raw mut length,
        )
    };
    let number = |at: usize| u64::from_ne_bytes(info[at..at + 8].try_into().expect("eight bytes"));
    if result == 0 && length as usize >= RECEIVED_AT + 8 {
        (number(ACKNOWLEDGED_AT), number(RECEIVED_AT))
    } else {
        (0, 0)
    }
}

#[cfg(not(target_os = "linux"))]
fn totals(_stream: &TcpStream) -> (u64, u64) {
    (0, 0)
}

/// Send queue and receive queue of the socket with this local and this remote address.
fn queues(local: SocketAddr, remote: SocketAddr) -> (u64, u64) {
    let table = fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    let (local, remote) = (format!(":{:04X}", local.port()), format!(":{:04X}", remote.port()));
    for line in table.lines().skip(1) {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (Some(from), Some(to), Some(both)) = (fields.get(1), fields.get(2), fields.get(4))
        else {
            continue;
        };
        if from.ends_with(&local)
            && to.ends_with(&remote)
            && let Some((sending, receiving)) = both.split_once(':')
        {
            let number = |text| u64::from_str_radix(text, 16).unwrap_or(0);
            return (number(sending), number(receiving));
        }
    }
    (0, 0)
}

/// Places of `tcpi_bytes_acked` and `tcpi_bytes_received` in the kernel's `struct tcp_info`, which is longer than the one in `libc`.
#[cfg(target_os = "linux")]
const ACKNOWLEDGED_AT: usize = 120;
#[cfg(target_os = "linux")]
const RECEIVED_AT: usize = 128;
