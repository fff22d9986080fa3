//! What the server does with one connection. The path of the request names it:
//!
//! | path | the server |
//! | --- | --- |
//! | `/feed?kind&size&ms&count&deflate` | sends as fast as it can, then says how much |
//! | `/sink?kind&size&deflate` | takes, checks and counts, and says how much at the end |
//! | `/echo` | sends every message back |
//! | `/idle` | waits for the close |
//! | `/paced?group&members&rate&ms&warm&size` | sends at a rate that all members of a group share |
//! | `/heartbeat?rate&ms&size&every` | sends at a rate, pings, and says how long the pongs took |
//! | `/stalled/feed?id&size&count`, `/stalled/sink?id&size` | as feed and sink, watched from outside |
//! | `GET /progress?id`, `GET /release?id` | what the kernel knows of a watched connection; lets its sink read |

mod connection;
mod echo;
mod feed;
mod heartbeat;
mod sink;
mod stalled;

use std::io::{self, Write};

use serde_json::Value;
use tungstenite::handshake::derive_accept_key;

pub use connection::Connection;

use crate::pacer;
use crate::request::Request;
use crate::socket::Socket;

/// Serves one connection until it ends.
///
/// # Errors
/// When the socket fails before the closing handshake is over.
pub fn serve(mut socket: Socket) -> io::Result<()> {
    socket.tcp().set_nodelay(true)?;
    let request = Request::read(&mut socket)?;
    let Some(key) = request.key.clone() else {
        return answer(socket, &stalled::query(&request));
    };
    let deflate = request.text("deflate") == "1" && request.offers_deflate;
    let extensions = if deflate { DEFLATE } else { "" };
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n{extensions}\r\n",
        derive_accept_key(key.as_bytes())
    );
    socket.write_all(head.as_bytes())?;
    let connection = Connection::new(socket, &request.rest, deflate);
    match request.path.as_str() {
        "/feed" => feed::run(connection, &request),
        "/sink" => sink::run(connection, &request),
        "/echo" => echo::run(connection),
        "/paced" => pacer::join(connection, &request),
        "/heartbeat" => heartbeat::run(connection, &request),
        "/stalled/feed" => stalled::feed(connection, &request),
        "/stalled/sink" => stalled::sink(connection, &request),
        _ => connection.wait_for_close(),
    }
}

fn answer(mut socket: Socket, value: &Value) -> io::Result<()> {
    let body = value.to_string();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    socket.write_all((head + &body).as_bytes())?;
    socket.finish();
    Ok(())
}

/// Compressed frames are made once and sent often, so no frame may depend on the one before.
const DEFLATE: &str = "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n";
