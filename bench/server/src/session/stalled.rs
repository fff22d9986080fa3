//! Connections whose client does not read, or whose server does not: `bench/stalled.mjs` asks from outside how far they got.

use std::collections::HashMap;
use std::io;
use std::net::TcpStream;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use super::{Connection, feed, sink};
use crate::kernel;
use crate::request::Request;

/// Sends `count` messages as fast as the client takes them.
pub fn feed(connection: Connection, request: &Request) -> io::Result<()> {
    let watched = Watched::new(&connection, request, true)?;
    let result = feed::run(connection, request);
    drop(watched);
    result
}

/// Reads nothing until `/release` names this connection, then does what `/sink` does.
pub fn sink(connection: Connection, request: &Request) -> io::Result<()> {
    let watched = Watched::new(&connection, request, false)?;
    let mut connections = lock();
    while !connections.get(&watched.id).is_none_or(|entry| entry.released) {
        connections = RELEASED.wait(connections).unwrap_or_else(PoisonError::into_inner);
    }
    drop(connections);
    let result = sink::run(connection, request);
    drop(watched);
    result
}

/// Answers the requests that ask about a watched connection.
pub fn query(request: &Request) -> Value {
    let id = request.text("id");
    let mut connections = lock();
    let Some(entry) = connections.get_mut(id) else {
        return json!({ "error": "no such connection" });
    };
    if request.path == "/release" {
        entry.released = true;
        RELEASED.notify_all();
    }
    kernel::progress(&entry.stream)
}

/// A connection that can be asked about, until this is dropped.
struct Watched {
    id: String,
}

struct Entry {
    stream: TcpStream,
    released: bool,
}

impl Watched {
    fn new(connection: &Connection, request: &Request, released: bool) -> io::Result<Watched> {
        let id = request.text("id").to_owned();
        let stream = connection.socket.tcp().try_clone()?;
        lock().insert(id.clone(), Entry { stream, released });
        Ok(Watched { id })
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        lock().remove(&self.id);
    }
}

fn lock() -> MutexGuard<'static, HashMap<String, Entry>> {
    CONNECTIONS.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}

static CONNECTIONS: std::sync::OnceLock<Mutex<HashMap<String, Entry>>> = std::sync::OnceLock::new();
static RELEASED: Condvar = Condvar::new();
