//! Whoever is told of an end finds everything that came before it.

use std::sync::{Arc, Mutex, OnceLock};

use tokio::io::duplex;

use crate::net::{
    config::{Limits, Timeouts},
    connection::Connection,
    handle::{Handle, Shared},
    inbox::Batch,
    observer::{Observer, Signals},
    testing::{close_frame, frame},
};

/// What takes the messages in the moment in which it is told of the end.
#[derive(Default)]
struct Quick {
    handle: OnceLock<Handle>,
    /// Numbers of messages, for each time that it was told.
    counts: Mutex<Vec<usize>>,
}

impl Observer for Quick {
    fn signal(&self, signals: Signals) {
        if signals == Signals::ENDING || signals == Signals::CLOSED {
            let mut meta = [0; 64];
            let handle = self.handle.get().unwrap();
            let batch = handle.read(&mut [0; 1 << 12], &mut meta);
            self.counts.lock().unwrap().push(match batch {
                Batch::Packed(count) => count,
                _ => 0,
            });
            handle.acknowledge();
        }
    }
}

/// A connection that begins with these bytes, behind which the peer ends the stream.
async fn counts_at_ends(received: &[u8]) -> Vec<usize> {
    let (near, far) = duplex(1 << 10);
    drop(far);
    let quick = Arc::new(Quick::default());
    let limits = Limits::default();
    let observer: Arc<dyn Observer> = Arc::clone(&quick) as _;
    let shared = Arc::new(Shared::new(observer, &limits));
    let _ = quick.handle.set(Handle(Arc::clone(&shared)));
    let timeouts = Timeouts::default();
    let connection =
        Connection::new(Box::new(near), received, limits, timeouts, Arc::clone(&shared));
    shared.drive(connection).await;
    let counts = quick.counts.lock().unwrap();
    counts.clone()
}

#[tokio::test(start_paused = true)]
async fn messages_that_came_with_the_handshakes_answer_are_there_when_the_end_is_told() {
    let messages = frame(0x81, b"last words").repeat(3);
    assert_eq!(counts_at_ends(&messages).await, [3]);
}

#[tokio::test(start_paused = true)]
async fn messages_before_a_close_frame_are_there_when_it_is_told() {
    let messages = [frame(0x81, b"last words").repeat(3), close_frame(1000, "")];
    assert_eq!(counts_at_ends(&messages.concat()).await[0], 3);
}

#[tokio::test(start_paused = true)]
async fn messages_before_a_violation_are_there_when_it_is_told() {
    let messages = [frame(0x81, b"last words").repeat(3), b"\x83\0".to_vec()];
    assert_eq!(counts_at_ends(&messages.concat()).await[0], 3);
}
