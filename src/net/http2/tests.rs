//! Sessions and streams against the `h2` crate's server, over memory.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use h2::{RecvStream, SendStream, server};
use hyper::Response;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    time::{Instant, timeout},
};

use super::{
    failure::Failure,
    handshake,
    session::{self, Session},
};
use crate::net::{
    config::Request, error::Error, handshake::Upgrade, route::Route, transport::Transport,
};

const WINDOW: u32 = 64 << 10;

type Server = server::Connection<DuplexStream, Bytes>;

fn route(stream: DuplexStream) -> Route {
    Route { local_address: None, remote_address: None, stream: Box::new(stream), tls: None }
}

async fn begin(limit: u32) -> (Option<Arc<Session>>, Server) {
    let (near, far) = duplex(1 << 20);
    let server = async {
        let mut builder = server::Builder::new();
        builder.enable_connect_protocol().max_concurrent_streams(limit);
        builder.handshake(far).await.unwrap()
    };
    let (session, server) = tokio::join!(session::start(route(near), WINDOW), server);
    (session.unwrap(), server)
}

/// A session, an open stream in it, and the server's ends of the stream.
async fn open() -> (Arc<Session>, Box<dyn Transport>, SendStream<Bytes>, RecvStream) {
    let (session, mut server) = begin(10).await;
    let session = session.unwrap();
    let request =
        Request { authority: "h".to_owned(), target: "/".to_owned(), ..Request::default() };
    let lease = session.lease().unwrap();
    let accept = async {
        let (request, mut respond) = server.accept().await.unwrap().unwrap();
        let sending = respond.send_response(Response::new(()), false).unwrap();
        // Moves the connection from here on.
        tokio::spawn(async move { while server.accept().await.is_some() {} });
        (sending, request.into_body())
    };
    let (upgrade, (sending, receiving)) = tokio::join!(handshake::upgrade(lease, &request), accept);
    let Upgrade { transport, opened, multiplexed, .. } = upgrade.unwrap();
    assert_eq!((opened.http_version, opened.status, multiplexed), ("2", 200, true));
    (session, transport, sending, receiving)
}

/// Sends until the window is used up, and tells how much that was.
async fn fill(sending: &mut SendStream<Bytes>) -> usize {
    let mut sent = 0;
    loop {
        sending.reserve_capacity(10_000);
        let more = std::future::poll_fn(|cx| sending.poll_capacity(cx));
        match timeout(Duration::from_millis(200), more).await {
            Ok(capacity) => {
                let n = capacity.unwrap().unwrap();
                sending.send_data(Bytes::from(vec![7; n]), false).unwrap();
                sent += n;
            }
            Err(_) => return sent,
        }
    }
}

#[tokio::test]
async fn a_server_may_send_a_window_and_then_as_much_as_is_read() {
    let (_session, mut transport, mut sending, _receiving) = open().await;
    let mut nothing = [0; 0];
    let sent = tokio::select! {
        sent = fill(&mut sending) => sent,
        // Gathers, and gives nothing back.
        _ = transport.read(&mut nothing) => 0,
    };
    assert_eq!(sent, WINDOW as usize);
    let mut buffer = vec![0; 40_000];
    transport.read_exact(&mut buffer).await.unwrap();
    assert_eq!(fill(&mut sending).await, 40_000);
}

#[tokio::test]
async fn the_end_goes_into_the_frame_of_the_last_write() {
    let (_session, mut transport, _sending, mut receiving) = open().await;
    transport.write_all(b"close").await.unwrap();
    transport.shutdown().await.unwrap();
    assert_eq!(receiving.data().await.unwrap().unwrap(), "close");
    assert!(receiving.is_end_stream());
}

#[tokio::test]
async fn dropping_a_stream_resets_it_and_frees_its_place() {
    let (session, transport, _sending, mut receiving) = open().await;
    let places: Vec<_> = std::iter::from_fn(|| session.lease()).collect();
    assert_eq!(places.len(), 9);
    drop(transport);
    let error = receiving.data().await.unwrap().unwrap_err();
    assert_eq!(error.reason(), Some(h2::Reason::CANCEL));
    assert!(session.lease().is_some());
}

#[tokio::test]
async fn a_request_that_met_the_end_of_the_connection_may_be_sent_again() {
    let (session, server) = begin(10).await;
    let session = session.unwrap();
    let request =
        Request { authority: "h".to_owned(), target: "/".to_owned(), ..Request::default() };
    let lease = session.lease().unwrap();
    // The session's task has not seen the end yet.
    drop(server);
    let failure = handshake::upgrade(lease, &request).await.err();
    assert!(matches!(failure, Some(Failure::Unprocessed(Error::EndOfHandshake))), "{failure:?}");
    assert!(session.is_retired());
}

#[tokio::test(start_paused = true)]
async fn a_connection_without_streams_ends_after_two_seconds() {
    let (session, mut server) = begin(1).await;
    let session = session.unwrap();
    let start = Instant::now();
    drop(session.lease());
    assert!(server.accept().await.is_none());
    assert_eq!(start.elapsed().as_secs(), 2);
    assert!(session.is_retired());
    assert!(session.lease().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_connection_with_a_stream_does_not_end() {
    let (session, mut server) = begin(1).await;
    let lease = session.unwrap().lease();
    assert!(timeout(Duration::from_secs(60), server.accept()).await.is_err());
    drop(lease);
}

#[tokio::test]
async fn a_server_that_does_not_announce_web_sockets_is_told_apart() {
    let (near, far) = duplex(1 << 16);
    let server = async { server::handshake(far).await.map(|_: server::Connection<_, Bytes>| ()) };
    let (session, _) = tokio::join!(session::start(route(near), WINDOW), server);
    assert!(session.unwrap().is_none());
}

#[tokio::test]
async fn a_server_that_speaks_something_else_is_told_apart() {
    let (near, mut far) = duplex(1 << 16);
    let answer = far.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    let (session, _) = tokio::join!(session::start(route(near), WINDOW), answer);
    assert!(matches!(session, Err(Error::NoHttp2(_))));
}

#[tokio::test]
async fn a_server_that_closes_the_socket_is_told_apart() {
    let (near, far) = duplex(1 << 16);
    drop(far);
    let session = session::start(route(near), WINDOW).await;
    assert!(matches!(session, Err(Error::NoHttp2(_))));
}
