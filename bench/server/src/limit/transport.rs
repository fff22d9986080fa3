//! Dialling, plain and TLS.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::Value;
use tungstenite::protocol::WebSocketConfig;

use super::{Failure, Socket, number, text};
use crate::socket::LargeReads;

/// Opens connections to the load server.
pub struct Opener {
    port: u16,
    tls: Option<Arc<ClientConfig>>,
}

/// The client's end of a connection.
pub enum Transport {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, LargeReads>>),
}

impl Opener {
    /// # Errors
    /// When the certificate authority cannot be read.
    pub fn new(spec: &Value) -> Result<Opener, Failure> {
        let tls = if spec["tls"] == true { Some(trusting(text(spec, "ca"))?) } else { None };
        Ok(Opener { port: number(spec, "port") as u16, tls })
    }

    /// Opens a WebSocket.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses.
    pub fn open(&self, path: &str) -> Result<Socket, Failure> {
        let stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_nodelay(true)?;
        let (scheme, transport) = match &self.tls {
            None => ("ws", Transport::Plain(stream)),
            Some(config) => {
                let mut session =
                    ClientConnection::new(Arc::clone(config), ServerName::try_from("127.0.0.1")?)?;
                session.set_buffer_limit(Some(WRITE_BYTES));
                (
                    "wss",
                    Transport::Tls(Box::new(StreamOwned::new(session, LargeReads::new(stream)))),
                )
            }
        };
        let url = format!("{scheme}://127.0.0.1:{}{path}", self.port);
        let config = WebSocketConfig::default().max_message_size(None).max_frame_size(None);
        let (socket, _) = tungstenite::client::client_with_config(url, transport, Some(config))?;
        Ok(socket)
    }
}

impl Read for Transport {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Transport::Plain(stream) => stream.read(buffer),
            Transport::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Transport {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Transport::Plain(stream) => stream.write(bytes),
            Transport::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Transport::Plain(stream) => stream.flush(),
            Transport::Tls(stream) => stream.flush(),
        }
    }
}

fn trusting(file: &str) -> Result<Arc<ClientConfig>, Failure> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file)? {
        roots.add(certificate?)?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

const WRITE_BYTES: usize = 512 * 1024;
