//! The load server. Listens on free ports of loopback, prints them as one line of JSON, and ends when its standard input does.
//!
//! `load-server CA_FILE` writes the certificate authority that its TLS port is trusted by into that file.

use std::error::Error;
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs, io, thread};

use bench_server::session;
use bench_server::socket::Socket;
use rustls::ServerConnection;
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    let file = env::args().nth(1).ok_or("usage: load-server CA_FILE")?;
    let (tls, authority) = bench_server::certificate::generate()?;
    fs::write(&file, authority)?;
    let plain_listener = TcpListener::bind("127.0.0.1:0")?;
    let tls_listener = TcpListener::bind("127.0.0.1:0")?;
    println!(
        "{}",
        json!({ "plain": plain_listener.local_addr()?.port(), "tls": tls_listener.local_addr()?.port(), "ca": file })
    );
    accept(plain_listener, |stream| Ok(Socket::plain(stream)))?;
    accept(tls_listener, move |stream| {
        let session = ServerConnection::new(Arc::clone(&tls)).map_err(io::Error::other)?;
        Ok(Socket::tls(stream, session))
    })?;
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

/// Accepts on a thread of its own, and serves each connection on another.
fn accept(
    listener: TcpListener,
    open: impl Fn(TcpStream) -> io::Result<Socket> + Send + Sync + 'static,
) -> io::Result<()> {
    let open = Arc::new(open);
    thread::Builder::new().name("accept".to_owned()).spawn(move || {
        for stream in listener.incoming() {
            let open = Arc::clone(&open);
            let started = stream.and_then(|stream| {
                thread::Builder::new().stack_size(STACK_BYTES).spawn(move || {
                    if let Err(error) = open(stream).and_then(session::serve)
                        && env::var_os("BENCH_SERVER_LOG").is_some()
                    {
                        eprintln!("connection: {error}");
                    }
                })
            });
            if let Err(error) = started {
                eprintln!("accept: {error}");
                // Out of descriptors or threads: clients see it, and the next try comes when some have gone.
                thread::sleep(Duration::from_secs(1));
            }
        }
    })?;
    Ok(())
}

/// Ten thousand connections are ten thousand threads.
const STACK_BYTES: usize = 256 * 1024;
