//! What a transport has read ahead comes to the reader at once, and an end behind it after it.

use std::{
    collections::VecDeque,
    io,
    pin::Pin,
    sync::{Arc, Mutex, OnceLock},
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::net::{
    config::{Limits, Timeouts},
    connection::Connection,
    handle::{Handle, Shared},
    inbox::Batch,
    observer::{Observer, Signals},
    testing::frame,
    transport::Transport,
};

/// A transport that has these records already, each given by a read of its own as TLS does.
struct Records(VecDeque<io::Result<Vec<u8>>>);

impl AsyncRead for Records {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.0.pop_front() {
            Some(record) => Poll::Ready(record.map(|record| buffer.put_slice(&record))),
            None => Poll::Pending,
        }
    }
}

impl AsyncWrite for Records {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl Transport for Records {
    fn has_leftover(&self) -> bool {
        !self.0.is_empty()
    }
}

/// A reader that takes what is there whenever it is told of something.
#[derive(Default)]
struct Reader {
    handle: OnceLock<Handle>,
    /// What it was told of, and how many messages it found.
    found: Mutex<Vec<(bool, usize)>>,
}

impl Reader {
    fn read(&self) -> usize {
        match self.handle.get().unwrap().read(&mut [0; 1 << 12], &mut [0; 64]) {
            Batch::Packed(count) => count,
            _ => 0,
        }
    }
}

impl Observer for Reader {
    fn signal(&self, signals: Signals) {
        if signals == Signals::READABLE || signals == Signals::CLOSED {
            let count = self.read();
            self.found.lock().unwrap().push((signals == Signals::CLOSED, count));
            // It waits for the next ones.
            assert_eq!(self.read(), 0);
        }
    }
}

/// What a reader that waits finds of these records, each time with whether it was told of the end.
async fn found(records: impl IntoIterator<Item = io::Result<Vec<u8>>>) -> Vec<(bool, usize)> {
    let reader = Arc::new(Reader::default());
    let limits = Limits::default();
    let observer: Arc<dyn Observer> = Arc::clone(&reader) as _;
    let shared = Arc::new(Shared::new(observer, &limits));
    let _ = reader.handle.set(Handle(Arc::clone(&shared)));
    assert_eq!(reader.read(), 0);
    let transport = Box::new(Records(records.into_iter().collect()));
    let timeouts = Timeouts::default();
    let connection = Connection::new(transport, b"", limits, timeouts, Arc::clone(&shared));
    shared.drive(connection).await;
    let found = reader.found.lock().unwrap();
    found.clone()
}

fn failure() -> io::Error {
    io::ErrorKind::ConnectionReset.into()
}

#[tokio::test(start_paused = true)]
async fn records_that_were_read_ahead_come_together_and_the_end_after_them() {
    let message = || Ok(frame(0x81, b"a record of its own"));
    for end in [Ok(Vec::new()), Err(failure())] {
        let records = [message(), message(), message(), end];
        assert_eq!(found(records).await, [(false, 3), (true, 0)]);
    }
}

#[tokio::test(start_paused = true)]
async fn an_end_with_nothing_before_it_is_told_at_once() {
    assert_eq!(found([Err(failure())]).await, [(true, 0)]);
    assert_eq!(found([Ok(Vec::new())]).await, [(true, 0)]);
}

#[tokio::test(start_paused = true)]
async fn a_message_in_several_records_is_put_together() {
    let message = frame(0x82, &[7; 300]);
    let (begin, rest) = message.split_at(100);
    let records = [Ok(begin.to_vec()), Ok(rest.to_vec()), Ok(Vec::new())];
    assert_eq!(found(records).await, [(false, 1), (true, 0)]);
}
