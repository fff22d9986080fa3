//! The client's half of SOCKS 5 (RFC 1928), with user name and password (RFC 1929).

use std::{io, net::IpAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{error::Error, transport::Transport};

/// Has the proxy at the other end of `stream` connect to `host`, a name or an address.
pub(super) async fn connect<S: Transport>(
    stream: &mut S,
    host: &str,
    port: u16,
    credentials: Option<&(String, String)>,
) -> Result<(), Error> {
    log_in(stream, credentials).await?;
    let mut request = vec![VERSION, CONNECT, 0];
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => {
            request.push(IPV4);
            request.extend(address.octets());
        }
        Ok(IpAddr::V6(address)) => {
            request.push(IPV6);
            request.extend(address.octets());
        }
        Err(_) => {
            request.push(NAME);
            push_text(&mut request, host, "the name of the server")?;
        }
    }
    request.extend(port.to_be_bytes());
    write(stream, &request).await?;
    let [version, reply, _, kind] = read(stream).await?;
    check_version(version, VERSION)?;
    if reply != 0 {
        return Err(Error::SocksRefused(reason(reply)));
    }
    // The address that the proxy uses is of no interest, but has to be read.
    match kind {
        IPV4 => skip::<_, 4>(stream).await?,
        IPV6 => skip::<_, 16>(stream).await?,
        NAME => {
            let [len] = read(stream).await?;
            for _ in 0..len {
                skip::<_, 1>(stream).await?;
            }
        }
        _ => return Err(malformed()),
    }
    skip::<_, 2>(stream).await
}

async fn log_in<S: Transport>(
    stream: &mut S,
    credentials: Option<&(String, String)>,
) -> Result<(), Error> {
    let greeting: &[u8] = match credentials {
        Some(_) => &[VERSION, 2, NO_LOGIN, PASSWORD],
        None => &[VERSION, 1, NO_LOGIN],
    };
    write(stream, greeting).await?;
    let [version, method] = read(stream).await?;
    check_version(version, VERSION)?;
    match (method, credentials) {
        (NO_LOGIN, _) => Ok(()),
        (PASSWORD, Some((user, password))) => {
            let mut login = vec![LOGIN_VERSION];
            push_text(&mut login, user, "the user name")?;
            push_text(&mut login, password, "the password")?;
            write(stream, &login).await?;
            match read(stream).await? {
                // Some servers have the version of the protocol where that of the login belongs.
                [LOGIN_VERSION | VERSION, 0] => Ok(()),
                [LOGIN_VERSION | VERSION, _] => {
                    Err(Error::SocksRefused("user name or password is wrong"))
                }
                _ => Err(malformed()),
            }
        }
        _ => Err(Error::SocksRefused("it wants another way to log in")),
    }
}

/// What a reply means (RFC 1928 section 6).
fn reason(reply: u8) -> &'static str {
    match reply {
        1 => "it failed",
        2 => "its rules do not allow the connection",
        3 => "the network of the server cannot be reached",
        4 => "the server cannot be reached",
        5 => "the server refused the connection",
        6 => "the connection took too long",
        7 => "it does not know the command",
        8 => "it does not know this kind of address",
        _ => "the reason is unknown",
    }
}

fn push_text(message: &mut Vec<u8>, text: &str, what: &str) -> Result<(), Error> {
    let len = u8::try_from(text.len())
        .map_err(|_| Error::Handshake(format!("{what} is longer than 255 bytes")))?;
    message.push(len);
    message.extend(text.as_bytes());
    Ok(())
}

fn check_version(version: u8, expected: u8) -> Result<(), Error> {
    if version == expected { Ok(()) } else { Err(malformed()) }
}

fn malformed() -> Error {
    Error::Handshake("its answer is not SOCKS 5".to_owned())
}

async fn write<S: Transport>(stream: &mut S, message: &[u8]) -> Result<(), Error> {
    let write = async {
        stream.write_all(message).await?;
        stream.flush().await
    };
    write.await.map_err(|source| Error::Io { syscall: "write", source })
}

async fn read<S: Transport, const N: usize>(stream: &mut S) -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    match stream.read_exact(&mut bytes).await {
        Ok(_) => Ok(bytes),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(Error::EndOfHandshake),
        Err(source) => Err(Error::Io { syscall: "read", source }),
    }
}

async fn skip<S: Transport, const N: usize>(stream: &mut S) -> Result<(), Error> {
    read::<_, N>(stream).await.map(|_| ())
}

const VERSION: u8 = 5;
const LOGIN_VERSION: u8 = 1;
const CONNECT: u8 = 1;
const NO_LOGIN: u8 = 0;
const PASSWORD: u8 = 2;
const IPV4: u8 = 1;
const NAME: u8 = 3;
const IPV6: u8 = 4;
