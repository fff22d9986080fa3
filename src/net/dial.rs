//! Reaching a server: addresses in turn, each given a head start (RFC 8305, Happy Eyeballs).

use std::{
    collections::VecDeque,
    future::{Future, poll_fn},
    io,
    net::SocketAddr,
    pin::Pin,
    task::Poll,
    time::Duration,
};

use tokio::net::{TcpSocket, TcpStream};

use super::{
    config::SocketOptions,
    deadline::Deadline,
    error::{Attempt, Error},
};

/// Connects to the first of `addresses` that answers.
///
/// # Errors
/// [`Error::Dial`] with every attempt when none answers.
///
/// # Cancel safety
/// Dropping the future closes every socket that it opened.
pub async fn dial(addresses: &[SocketAddr], options: SocketOptions) -> Result<TcpStream, Error> {
    let mut waiting = interleave(addresses);
    let mut running: Vec<Connecting> = Vec::new();
    let mut failed = Vec::new();
    let mut head_start = Deadline::default();
    poll_fn(|cx| {
        loop {
            let mut index = 0;
            while index < running.len() {
                match running[index].as_mut().poll(cx) {
                    Poll::Ready(Ok(stream)) => return Poll::Ready(Ok(stream)),
                    Poll::Ready(Err(attempt)) => {
                        drop(running.swap_remove(index));
                        failed.push(attempt);
                    }
                    Poll::Pending => index += 1,
                }
            }
            // The next address starts when all running ones failed, or had their head start.
            if !(running.is_empty() || head_start.poll_expired(cx)) {
                return Poll::Pending;
            }
            let Some(address) = waiting.pop_front() else {
                if running.is_empty() {
                    return Poll::Ready(Err(Error::Dial(std::mem::take(&mut failed))));
                }
                return Poll::Pending;
            };
            running.push(Box::pin(connect(address, options)));
            head_start.arm(HEAD_START);
        }
    })
    .await
}

type Connecting = Pin<Box<dyn Future<Output = Result<TcpStream, Attempt>> + Send>>;

async fn connect(address: SocketAddr, options: SocketOptions) -> Result<TcpStream, Attempt> {
    let failed = |error| Attempt { address, error, unavailable: None };
    let socket = open(address, options).map_err(failed)?;
    if let Some(local) = options.local_address {
        socket.bind(SocketAddr::new(local, 0)).map_err(|error| Attempt {
            address,
            error,
            unavailable: Some(local),
        })?;
    }
    socket.connect(address).await.map_err(failed)
}

fn open(address: SocketAddr, options: SocketOptions) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_nodelay(options.no_delay)?;
    if let Some(idle) = options.keep_alive {
        let keep_alive = socket2::TcpKeepalive::new().with_time(idle);
        socket2::SockRef::from(&socket).set_tcp_keepalive(&keep_alive)?;
    }
    Ok(socket)
}

/// Alternates between the families, beginning with the resolver's first choice (section 4).
fn interleave(addresses: &[SocketAddr]) -> VecDeque<SocketAddr> {
    let first_is_v6 = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (mut first, mut second): (VecDeque<_>, VecDeque<_>) =
        addresses.iter().copied().partition(|address| address.is_ipv6() == first_is_v6);
    let mut mixed = VecDeque::with_capacity(addresses.len());
    while !(first.is_empty() && second.is_empty()) {
        mixed.extend(first.pop_front());
        mixed.extend(second.pop_front());
    }
    mixed
}

/// The recommended delay between attempts (section 5, "Connection Attempt Delay").
const HEAD_START: Duration = Duration::from_millis(250);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_alternate_beginning_with_the_resolvers_choice() {
        let parse = |texts: &[&str]| -> Vec<SocketAddr> {
            texts.iter().map(|text| text.parse().unwrap()).collect()
        };
        let addresses = parse(&["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1"]);
        let expected = parse(&["[::1]:1", "1.1.1.1:1", "[::2]:1", "[::3]:1"]);
        assert_eq!(Vec::from(interleave(&addresses)), expected);
    }

    #[tokio::test]
    async fn an_address_that_answers_wins_over_one_that_refuses() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let closed = {
            let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            unused.local_addr().unwrap()
        };
        let good = listener.local_addr().unwrap();
        let stream = dial(&[closed, good], SocketOptions::default()).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), good);
    }

    #[tokio::test]
    async fn when_nothing_answers_every_attempt_is_told() {
        let closed = {
            let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            unused.local_addr().unwrap()
        };
        match dial(&[closed, closed], SocketOptions::default()).await {
            Err(Error::Dial(attempts)) => {
                assert_eq!(attempts.len(), 2);
                assert_eq!(attempts[0].error.kind(), io::ErrorKind::ConnectionRefused);
            }
            other => panic!("{other:?}"),
        }
    }
}
