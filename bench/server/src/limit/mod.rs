//! The client without JavaScript: a blocking tungstenite. What it reaches is the limit for a client that is built on the same engine.

mod connect;
mod echo;
mod measure;
mod receive;
mod send;
mod transport;

use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

pub use transport::{Opener, Transport};

use crate::messages::{Kind, Ring};

/// Runs the workload that a specification names, and gives its result in the form that all clients use.
///
/// # Errors
/// When the connection fails, or something is lost.
pub fn run(spec: &Value) -> Result<Value, Failure> {
    let opener = Opener::new(spec)?;
    if spec["deflate"] == true {
        return Ok(json!({ "unavailable": "tungstenite has no permessage-deflate" }));
    }
    match text(spec, "workload") {
        "receive" => receive::run(spec, &opener),
        "send" => send::run(spec, &opener),
        "echo" => echo::run(spec, &opener),
        "connect" => connect::run(spec, opener),
        other => Ok(json!({ "unavailable": format!("no {other} without JavaScript") })),
    }
}

/// Why a workload could not be run to its end.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

type Socket = WebSocket<Transport>;

fn text<'a>(spec: &'a Value, name: &str) -> &'a str {
    spec[name].as_str().unwrap_or_default()
}

fn number(spec: &Value, name: &str) -> u64 {
    spec[name].as_u64().unwrap_or_default()
}

fn ring(spec: &Value) -> Ring {
    Ring::new(Kind::named(text(spec, "kind")), number(spec, "size") as usize, false)
}

/// The messages of a ring as tungstenite takes them: cloning one copies nothing.
fn messages(ring: &Ring) -> Result<Vec<Message>, Failure> {
    ring.payloads
        .iter()
        .map(|payload| {
            Ok(match ring.kind {
                Kind::Binary => Message::binary(payload.clone()),
                Kind::Chinese | Kind::Text => Message::text(String::from_utf8(payload.clone())?),
            })
        })
        .collect()
}

/// The report of the server, if this message is one.
fn report(message: &Message) -> Option<Value> {
    match message {
        Message::Text(text) if text.starts_with('{') => serde_json::from_str(text).ok(),
        _ => None,
    }
}

/// Closes and takes what comes until the server has closed.
fn close(mut socket: Socket) -> Result<(), Failure> {
    socket.close(None)?;
    loop {
        match socket.read() {
            Ok(_) => {}
            Err(tungstenite::Error::ConnectionClosed) => return Ok(()),
            Err(tungstenite::Error::Io(error))
                if error.kind() == std::io::ErrorKind::UnexpectedEof =>
            {
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        }
    }
}
