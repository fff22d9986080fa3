//! A server that answers the opening handshake with anything.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, duplex},
    time::timeout,
};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::source::{Source, pieces};
use crate::net::{
    config::Request, error::Error, extensions::DeflateOptions, handshake::upgrade,
    testing::run_paused,
};

/// It is over when the server is, and only a right answer opens the connection.
///
/// # Panics
/// When it is not.
pub fn run(data: &[u8]) {
    let mut source = Source::new(data);
    let flags = source.byte();
    let sizes = [source.short(), source.short()];
    let template = source.rest();
    let protocols: &[&str] = if flags & 1 == 0 { &[] } else { &["chat", "superchat"] };
    let request = Request {
        authority: "example.test".to_owned(),
        deflate: (flags & 2 != 0).then(DeflateOptions::default),
        protocols: protocols.iter().map(|name| (*name).to_owned()).collect(),
        target: "/path?query".to_owned(),
        ..Request::default()
    };
    run_paused(async {
        let (near, mut far) = duplex(1 << 20);
        let server = async {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(far.read_u8().await.expect("a whole request"));
            }
            let answer = fill_in(template, &head);
            for piece in pieces(&answer, sizes) {
                if far.write_all(piece).await.is_err() {
                    break;
                }
                tokio::task::yield_now().await;
            }
            // A server that goes on is the business of handshakeTimeout.
            drop(far);
            answer
        };
        let client = timeout(Duration::from_secs(10), upgrade(Box::new(near), &request));
        let (answer, result) = tokio::join!(server, client);
        match result.expect("the server is gone") {
            Ok(upgrade) => {
                let text = String::from_utf8_lossy(&answer);
                assert!(text.contains(" 101"), "{text}");
                let protocol = upgrade.opened.protocol.as_str();
                assert_eq!(protocol.is_empty(), protocols.is_empty(), "{text}");
                assert!(protocol.is_empty() || protocols.contains(&protocol), "{text}");
                let extensions = &upgrade.opened.extensions;
                let agreed = upgrade.compression.is_some();
                assert_eq!(agreed, extensions.contains("permessage-deflate"), "{text}");
                assert!(flags & 2 != 0 || !agreed, "{text}");
                assert!(upgrade.opened.headers.len() <= 256, "{text}");
                // What came behind the head is not lost.
                let (mut rest, mut transport) = (upgrade.received.to_vec(), upgrade.transport);
                transport.read_to_end(&mut rest).await.expect("a pipe");
                assert!(answer.ends_with(&rest), "{text}");
            }
            Err(Error::Refused(refusal)) => {
                assert!(refusal.body.len() <= 64 << 10);
                assert!(refusal.status != 101 && refusal.headers.len() <= 256);
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    });
}

/// The fuzzer cannot guess the answer to a random key: `$` stands for it.
fn fill_in(template: &[u8], head: &[u8]) -> Vec<u8> {
    let head = String::from_utf8_lossy(head);
    let key = head.lines().find_map(|line| line.strip_prefix("Sec-Websocket-Key: "));
    let accept = derive_accept_key(key.expect("a key").as_bytes());
    let mut parts = template.splitn(2, |byte| *byte == b'$');
    let before = parts.next().unwrap_or_default();
    match parts.next() {
        Some(behind) => [before, accept.as_bytes(), behind].concat(),
        None => before.to_vec(),
    }
}
