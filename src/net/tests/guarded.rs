//! The reader's thread waits for the sockets of many connections, of which none is quick.

use std::{pin::pin, sync::Arc, time::Duration};

use futures::{
    FutureExt,
    future::{Either, select},
};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
    task::yield_now,
    time::{sleep, timeout},
};

use crate::net::{
    config::{Limits, Timeouts},
    connection::Connection,
    handle::{Handle, Shared},
    inbox::Kind,
    observer::{Observer, Signals},
    socket::Socket,
    testing::{Far, Near, Recorder, frame},
    watcher::Watcher,
};

/// So many that each gets less than a message in a millisecond.
const COUNT: u32 = 64;

/// Far more than enough for anything on one machine.
const SOON: Duration = Duration::from_secs(10);

/// What one connection knows of its environment.
struct Link {
    id: u32,
    recorder: Arc<Recorder>,
    watcher: Arc<Watcher>,
}

impl Observer for Link {
    fn signal(&self, signals: Signals) {
        self.recorder.signal(signals);
    }

    fn watcher(&self) -> Option<(&Arc<Watcher>, u32)> {
        Some((&self.watcher, self.id))
    }
}

/// Connections whose readers share a thread.
struct Readers {
    near: Vec<Near>,
    watcher: Arc<Watcher>,
}

impl Readers {
    async fn open() -> (Self, Vec<Far<TcpStream>>) {
        let watcher = Arc::new(Watcher::new().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (mut near, mut far) = (Vec::new(), Vec::new());
        for id in 0..COUNT {
            let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
            far.push(Far(listener.accept().await.unwrap().0));
            let recorder = Arc::new(Recorder::default());
            let link = Link { id, recorder: Arc::clone(&recorder), watcher: Arc::clone(&watcher) };
            let shared = Arc::new(Shared::new(Arc::new(link), &Limits::default()));
            let connection = Connection::new(
                Box::new(Socket::new(stream)),
                b"",
                Limits::default(),
                Timeouts::default(),
                Arc::clone(&shared),
            );
            let handle = Handle(Arc::clone(&shared));
            tokio::spawn(async move { shared.drive(connection).await });
            near.push(Near { begun: std::sync::Mutex::default(), handle, recorder });
        }
        (Self { near, watcher }, far)
    }

    /// Connections all of which the reader's thread waits for.
    async fn guarded() -> (Self, Vec<Far<TcpStream>>) {
        let (readers, mut far) = Self::open().await;
        let rounds = async {
            while !readers.near.iter().all(|near| near.handle.0.lease.is_guarded()) {
                readers.round(&mut far, 0).await;
            }
        };
        timeout(SOON, rounds).await.expect("all sockets are lent");
        (readers, far)
    }

    fn is_any_lent(&self) -> bool {
        let is_lent = |near: &Near| {
            let lease = &near.handle.0.lease;
            lease.is_held() || lease.is_guarded()
        };
        self.near.iter().any(is_lent)
    }

    async fn given_back(&self) {
        while self.is_any_lent() {
            yield_now().await;
        }
    }

    /// A message for each in turn, from `first` on.
    async fn round(&self, far: &mut [Far<TcpStream>], first: usize) {
        for (near, far) in self.near[first..].iter().zip(far) {
            assert_eq!(near.read_now(), []);
            far.write(&frame(0x82, b"tick")).await;
            self.take(near).await;
        }
    }

    /// Waits for a message like an event loop.
    async fn take(&self, near: &Near) {
        let take = async {
            loop {
                self.watcher.take(|id, is_end| self.near[id as usize].handle.on_watched(is_end));
                if near.recorder.wait(Signals::READABLE).now_or_never().is_some() {
                    let messages = near.read_now();
                    if !messages.is_empty() {
                        return messages;
                    }
                }
                yield_now().await;
            }
        };
        let messages = timeout(SOON, take).await.expect("a message comes");
        assert_eq!(messages, [(Kind::Binary, b"tick".to_vec())]);
    }
}

#[tokio::test]
async fn silence_gives_all_sockets_back() {
    let (readers, _far) = Readers::guarded().await;
    timeout(SOON, readers.given_back()).await.expect("no socket is lent");
}

#[tokio::test]
async fn a_pause_between_bursts_leaves_the_sockets_lent() {
    let (readers, mut far) = Readers::guarded().await;
    for _ in 0..3 {
        let pause = timeout(Duration::from_millis(50), readers.given_back()).await;
        assert!(pause.is_err(), "all sockets are lent");
        readers.round(&mut far, 0).await;
    }
}

#[tokio::test]
async fn single_messages_between_pauses_give_all_sockets_back() {
    let (readers, mut far) = Readers::guarded().await;
    let single = async {
        while readers.is_any_lent() {
            assert_eq!(readers.near[0].read_now(), []);
            far[0].write(&frame(0x82, b"tick")).await;
            // The network thread has to see it as well.
            sleep(Duration::from_millis(1)).await;
            readers.take(&readers.near[0]).await;
            // So few in a second are a weak burst also where the network thread misses them.
            sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(3 * SOON, single).await.expect("no socket is lent");
}

#[tokio::test]
async fn pings_are_answered_while_the_thread_does_something_else() {
    let (_readers, mut far) = Readers::guarded().await;
    for far in &mut far {
        far.write(&frame(0x89, b"there?")).await;
    }
    for far in &mut far {
        let pong = timeout(SOON, far.frame()).await.expect("an answer comes");
        assert_eq!(pong, Some((0x8a, b"there?".to_vec())));
    }
}

#[tokio::test]
async fn a_ping_is_answered_behind_what_one_reader_does_not_take_while_others_take_theirs() {
    let (readers, mut far) = Readers::guarded().await;
    let (first, others) = far.split_at_mut(1);
    let far = &mut first[0];
    far.write(&[frame(0x82, b"tick"), frame(0x89, b"there?")].concat()).await;
    let rounds = async {
        loop {
            readers.round(others, 1).await;
        }
    };
    match timeout(SOON, select(pin!(far.frame()), pin!(rounds))).await.expect("an answer comes") {
        Either::Left((pong, _)) => assert_eq!(pong, Some((0x8a, b"there?".to_vec()))),
        Either::Right(((), _)) => unreachable!(),
    }
    assert_eq!(readers.near[0].read_now(), [(Kind::Binary, b"tick".to_vec())]);
}

#[tokio::test]
async fn the_end_of_a_stream_is_seen_while_the_thread_does_something_else() {
    let (mut readers, mut far) = Readers::guarded().await;
    let ended = readers.near.swap_remove(0);
    drop(far.swap_remove(0));
    let outcome = timeout(SOON, ended.outcome()).await.expect("it ends");
    assert!(outcome.error.is_some());
}

#[tokio::test]
async fn an_end_that_came_with_the_last_message_is_seen_while_others_take_theirs() {
    let (readers, mut far) = Readers::guarded().await;
    let (first, others) = far.split_at_mut(1);
    assert_eq!(readers.near[0].read_now(), []);
    first[0].write(&frame(0x82, b"tick")).await;
    first[0].0.shutdown().await.unwrap();
    readers.take(&readers.near[0]).await;
    assert_eq!(readers.near[0].read_now(), []);
    let rounds = async {
        loop {
            readers.round(others, 1).await;
        }
    };
    let outcome = readers.near[0].outcome();
    match timeout(SOON, select(pin!(outcome), pin!(rounds))).await.expect("it ends") {
        Either::Left((outcome, _)) => assert!(outcome.error.is_some()),
        Either::Right(((), _)) => unreachable!(),
    }
}

#[tokio::test]
async fn a_reader_in_the_middle_of_a_large_message_is_told_though_its_thread_is_late() {
    let (readers, mut far) = Readers::guarded().await;
    let near = &readers.near[0];
    assert_eq!(near.read_now(), []);
    let message = vec![7; 100_000];
    let frame = frame(0x82, &message);
    let (first, rest) = frame.split_at(50_000);
    far[0].write(first).await;
    let begin = async {
        while near.begun.lock().unwrap().is_none() {
            readers.watcher.take(|id, is_end| readers.near[id as usize].handle.on_watched(is_end));
            assert_eq!(near.read_now(), []);
            yield_now().await;
        }
    };
    timeout(SOON, begin).await.expect("the message begins");
    // What came is read, and the thread asks no more what comes.
    assert_eq!(near.read_now(), []);
    let _ = near.recorder.wait(Signals::READABLE).now_or_never();
    far[0].write(rest).await;
    let end = async {
        loop {
            near.recorder.wait(Signals::READABLE).await;
            let messages = near.read_now();
            if !messages.is_empty() {
                return messages;
            }
        }
    };
    let messages = timeout(SOON, end).await.expect("the guard tells");
    assert_eq!(messages, [(Kind::Binary, message)]);
}
