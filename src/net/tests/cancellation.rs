//! The task may be dropped between any two polls.

use std::{
    future::{Future, poll_fn},
    io,
    pin::Pin,
    sync::Arc,
    task::Poll,
};

use futures::task::noop_waker;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    time::timeout,
};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::net::{
    config::{Limits, Request, Timeouts},
    handshake::upgrade,
    patience::Patience,
    proxy::{ProxyOptions, ProxyProtocol, tunnel},
    testing::{Choppy, Far, SECOND, frame, parts},
};

/// Polls a busy connection `polls` times and drops it.
async fn cancel_after(polls: usize) -> (usize, usize) {
    let (near, mut far, mut connection) =
        parts(Limits::default(), Timeouts::default(), |stream| Box::new(Choppy::new(stream, 7)));
    for index in 0..MESSAGES {
        far.write(&frame(0x82, &[index; 20])).await;
        near.send(&[index; 20]);
    }
    let waker = noop_waker();
    let mut cx = std::task::Context::from_waker(&waker);
    for _ in 0..polls {
        if Pin::new(&mut connection).poll(&mut cx) == Poll::Ready(()) {
            break;
        }
    }
    drop(connection);
    let mut received = 0;
    loop {
        let batch = near.read_now();
        if batch.is_empty() {
            break;
        }
        for (_, payload) in batch {
            assert_eq!(payload, [u8::try_from(received).unwrap(); 20], "whole and in order");
            received += 1;
        }
    }
    (received, sent(&mut far).await)
}

/// Whole frames that the peer got, all in order.
async fn sent(far: &mut Far) -> usize {
    let mut count = 0;
    while let Some((_, payload)) = far.frame().await {
        assert_eq!(payload, [u8::try_from(count).unwrap(); 20], "whole and in order");
        count += 1;
    }
    count
}

#[tokio::test(start_paused = true)]
async fn dropping_the_task_after_any_poll_leaves_whole_messages_in_order() {
    let mut last = (0, 0);
    let mut polls = 0;
    while last != (usize::from(MESSAGES), usize::from(MESSAGES)) {
        // Without this, tokio's budget would add blocks of its own now and then.
        let now = tokio::task::unconstrained(cancel_after(polls)).await;
        assert!(now.0 >= last.0 && now.1 >= last.1, "more polls never deliver less");
        last = now;
        polls += 1;
        assert!(polls < 10_000);
    }
    assert!(polls > 20, "{polls} places to cancel were visited");
}

#[tokio::test(start_paused = true)]
async fn dropping_the_task_closes_the_socket() {
    let (near, mut far, connection) =
        parts(Limits::default(), Timeouts::default(), |stream| Box::new(stream));
    let shared = Arc::clone(&near.handle.0);
    let task = tokio::spawn(async move { shared.drive(connection).await });
    far.write(&frame(0x82, b"x")).await;
    near.read().await;
    task.abort();
    assert!(far.frame().await.is_none(), "the peer sees the end");
    // The handle is still there: it does not keep the socket.
    assert!(near.read_now().is_empty());
}

/// A SOCKS proxy, and the server behind it. Reads until the other side is gone.
async fn play_both(mut far: DuplexStream) -> io::Result<()> {
    far.read_exact(&mut [0; 3]).await?;
    far.write_all(&[5, 0]).await?;
    // A name of 11 bytes.
    far.read_exact(&mut [0; 18]).await?;
    far.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(far.read_u8().await?);
    }
    let head = String::from_utf8(head).unwrap();
    let key = head.lines().find_map(|line| line.strip_prefix("Sec-Websocket-Key: ")).unwrap();
    let accept = derive_accept_key(key.as_bytes());
    let answer = format!(
        "HTTP/1.1 101 S\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\n\r\n"
    );
    far.write_all(answer.as_bytes()).await?;
    far.read_to_end(&mut Vec::new()).await?;
    Ok(())
}

/// Polls an opening handshake through a proxy `polls` times and drops it. True when it was over.
async fn cancel_opening_after(polls: usize) -> bool {
    let (near, far) = duplex(1 << 10);
    let peer = tokio::spawn(play_both(far));
    let proxy = ProxyOptions {
        credentials: None,
        headers: Vec::new(),
        host: "server.test".to_owned(),
        port: 80,
        protocol: ProxyProtocol::Socks5,
        tls: None,
    };
    let request = Request {
        authority: "server.test".to_owned(),
        target: "/".to_owned(),
        ..Request::default()
    };
    let mut opening = Box::pin(async {
        let stream = tunnel(Box::new(Choppy::new(near, 5)), &proxy, Patience::default()).await?;
        upgrade(stream, &request).await
    });
    let mut left = polls;
    let opened = poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        opening.as_mut().poll(cx).map(Some)
    })
    .await;
    drop(opening);
    let is_over = opened.is_some();
    drop(opened.map(Result::unwrap));
    // The peer sees the end, wherever it was.
    let seen = timeout(SECOND, peer).await.expect("the socket is still open");
    let _ = seen.unwrap();
    is_over
}

#[tokio::test(start_paused = true)]
async fn dropping_the_opening_handshake_after_any_poll_closes_the_socket() {
    let mut polls = 0;
    while !tokio::task::unconstrained(cancel_opening_after(polls)).await {
        polls += 1;
        assert!(polls < 10_000);
    }
    assert!(polls > 20, "{polls} places to cancel were visited");
}

const MESSAGES: u8 = 40;
