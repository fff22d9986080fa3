//! The task may be dropped between any two polls.

use std::{future::Future, pin::Pin, sync::Arc, task::Poll};

use futures::task::noop_waker;

use crate::net::{
    config::{Limits, Timeouts},
    testing::{Choppy, Far, frame, parts},
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

const MESSAGES: u8 = 40;
