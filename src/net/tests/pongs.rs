//! Answers to the peer's Pings.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    task::yield_now,
};

use crate::net::{
    config::{Limits, Timeouts},
    testing::{frame, pair_with},
    transport::Transport,
};

/// A socket that takes nothing until it is opened, and everything from then on.
#[derive(Clone, Default)]
struct Gate(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// What comes from the peer.
    input: Vec<u8>,
    is_open: bool,
    waker: Option<Waker>,
    written: Vec<u8>,
}

impl Gate {
    /// Changes something, and wakes who waits for it.
    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.0.lock().unwrap();
        change(&mut state);
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
    }

    async fn until(&self, condition: impl Fn(&State) -> bool) {
        for _ in 0..1000 {
            if condition(&self.0.lock().unwrap()) {
                return;
            }
            yield_now().await;
        }
        panic!("it never came to that");
    }
}

impl AsyncRead for Gate {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut state = self.0.lock().unwrap();
        if state.input.is_empty() {
            state.waker = Some(cx.waker().clone());
            return Poll::Pending;
        }
        buffer.put_slice(&state.input);
        state.input.clear();
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Gate {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut state = self.0.lock().unwrap();
        if !state.is_open {
            state.waker = Some(cx.waker().clone());
            return Poll::Pending;
        }
        state.written.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl Transport for Gate {}

#[tokio::test(start_paused = true)]
async fn a_pong_that_waits_behind_a_message_leaves_with_it() {
    let gate = Gate::default();
    let transport = Box::new(gate.clone());
    let (near, _far) = pair_with(Limits::default(), Timeouts::default(), |_| transport);
    near.send(&vec![0; 100_000]);
    gate.until(|state| state.waker.is_some()).await;
    gate.change(|state| state.input = frame(0x89, b"alive?"));
    gate.until(|state| state.input.is_empty() && state.waker.is_some()).await;
    assert_eq!(near.handle.stats().pings_received, 1);
    gate.change(|state| state.is_open = true);
    // A header of 14 bytes for the message, one of 6 for the Pong.
    gate.until(|state| state.written.len() == 14 + 100_000 + 6 + 6).await;
    assert_eq!(gate.0.lock().unwrap().written[100_014], 0x8a);
}
