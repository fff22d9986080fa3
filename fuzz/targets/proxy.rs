//! A proxy that answers with anything, as a SOCKS or as a CONNECT proxy.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, duplex},
    time::timeout,
};

use super::source::{Source, pieces};
use crate::net::{
    error::Error,
    patience::Patience,
    proxy::{ProxyOptions, ProxyProtocol, tunnel},
    testing::run_paused,
};

/// It is over when the proxy is, and only a right answer opens the tunnel, at its first byte.
///
/// # Panics
/// When it is not.
pub fn run(data: &[u8]) {
    let mut source = Source::new(data);
    let flags = source.byte();
    let is_socks = flags & 1 == 0;
    let has_login = flags & 2 != 0;
    let options = ProxyOptions {
        credentials: has_login.then(|| ("user".to_owned(), "password".to_owned())),
        headers: vec![("X-Proxy".to_owned(), b"value".to_vec())],
        host: ["server.test", "192.0.2.1", "2001:db8::1"][usize::from(flags >> 2) % 3].to_owned(),
        port: 443,
        protocol: if is_socks { ProxyProtocol::Socks5 } else { ProxyProtocol::Connect },
        tls: None,
    };
    let sizes = [source.short(), source.short()];
    let answer = source.rest();
    run_paused(async {
        let (near, mut far) = duplex(1 << 20);
        let proxy = async {
            let mut asked = Vec::new();
            // hyper takes an answer to a question only.
            while !is_socks && !asked.ends_with(b"\r\n\r\n") {
                asked.push(far.read_u8().await.expect("a whole request"));
            }
            for piece in pieces(answer, sizes) {
                // CONNECT refuses what comes behind the answer; SOCKS reads no further than it.
                if far.write_all(piece).await.is_err() {
                    break;
                }
                tokio::task::yield_now().await;
            }
            let _ = far.shutdown().await;
            // The request is of no interest, but it must find room.
            let _ = far.read_to_end(&mut asked).await;
            asked
        };
        let client = async {
            match timeout(
                Duration::from_secs(10),
                tunnel(Box::new(near), &options, Patience::default()),
            )
            .await
            {
                Ok(Ok(mut stream)) => {
                    let mut rest = Vec::new();
                    stream.read_to_end(&mut rest).await.expect("a pipe");
                    Ok(rest)
                }
                Ok(Err(error)) => Err(error),
                Err(_) => panic!("the proxy is gone, and it is waited for"),
            }
        };
        let (asked, result) = tokio::join!(proxy, client);
        match result {
            Ok(rest) if is_socks => {
                let expected = reference(answer, has_login).expect("a tunnel that was refused");
                assert_eq!(rest, answer[expected..]);
            }
            Ok(rest) => {
                let text = String::from_utf8_lossy(answer);
                assert!(text.contains(" 200"), "{text}");
                assert!(answer.ends_with(&rest), "{text}");
                assert!(asked.starts_with(b"CONNECT "));
            }
            Err(error) => {
                assert!(!is_socks || reference(answer, has_login).is_none(), "{error}");
                assert!(!matches!(error, Error::Proxy(_)), "the caller says that");
            }
        }
    });
}

/// RFC 1928 and RFC 1929 once more: the length of an answer that opens the tunnel.
fn reference(answer: &[u8], has_login: bool) -> Option<usize> {
    let mut rest = match answer {
        [5, 0, rest @ ..] => rest,
        // A login has a version of its own, and some servers put that of SOCKS there.
        [5, 2, 1 | 5, 0, rest @ ..] if has_login => rest,
        _ => return None,
    };
    let address = match rest {
        [5, 0, _, 1, behind @ ..] => behind.get(4..),
        [5, 0, _, 3, len, behind @ ..] => behind.get(usize::from(*len)..),
        [5, 0, _, 4, behind @ ..] => behind.get(16..),
        _ => None,
    };
    rest = address?.get(2..)?;
    Some(answer.len() - rest.len())
}
