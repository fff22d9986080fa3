//! The reader's thread waits for the socket itself while messages come one by one.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use futures::FutureExt;
use tokio::{
    net::{TcpListener, TcpStream},
    task::yield_now,
    time::timeout,
};

use crate::net::{
    closing::Outcome,
    config::{Limits, Timeouts},
    connection::Connection,
    error::Error,
    handle::{Handle, Shared},
    inbox::Kind,
    observer::{Observer, Signals},
    pings::PingRequest,
    socket::Socket,
    testing::{Far, Near, Received, Recorder, close_frame, frame},
    watcher::Watcher,
};

/// The number of the only connection.
const ID: u32 = 7;

/// Far more than enough for anything on one machine.
const SOON: Duration = Duration::from_secs(10);

/// An environment with an event loop.
struct Environment {
    /// What acknowledges the end as soon as that is told, when it is here.
    quick: OnceLock<Handle>,
    recorder: Arc<Recorder>,
    watcher: Arc<Watcher>,
}

impl Observer for Environment {
    fn signal(&self, signals: Signals) {
        if signals == Signals::ENDING
            && let Some(handle) = self.quick.get()
        {
            handle.acknowledge();
        }
        self.recorder.signal(signals);
    }

    fn watcher(&self) -> Option<(&Arc<Watcher>, u32)> {
        Some((&self.watcher, ID))
    }
}

/// What reads, on the thread of the test.
struct Reader {
    environment: Arc<Environment>,
    near: Near,
    /// How often the event loop told of the socket.
    told: usize,
}

impl Reader {
    async fn open() -> (Self, Far<TcpStream>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (far, _) = listener.accept().await.unwrap();
        let recorder = Arc::new(Recorder::default());
        let watcher = Arc::new(Watcher::new().unwrap());
        let quick = OnceLock::new();
        let environment = Arc::new(Environment { quick, recorder: Arc::clone(&recorder), watcher });
        let limits = Limits::default();
        let observer: Arc<dyn Observer> = Arc::clone(&environment) as _;
        let shared = Arc::new(Shared::new(observer, &limits));
        let transport = Box::new(Socket::new(stream));
        let timeouts = Timeouts::default();
        let connection = Connection::new(transport, b"", limits, timeouts, Arc::clone(&shared));
        let near = Near { begun: std::sync::Mutex::default(), handle: Handle(shared), recorder };
        let shared = Arc::clone(&near.handle.0);
        tokio::spawn(async move { shared.drive(connection).await });
        (Self { environment, near, told: 0 }, Far(far))
    }

    /// A connection whose socket the reader's thread waits for.
    async fn lent() -> (Self, Far<TcpStream>) {
        let (mut reader, mut far) = Self::open().await;
        reader.talk_until_lent(&mut far).await;
        (reader, far)
    }

    async fn talk_until_lent(&mut self, far: &mut Far<TcpStream>) {
        let talk = async {
            let told = self.told;
            while self.told == told {
                self.take_turn(far).await;
            }
        };
        timeout(SOON, talk).await.expect("the socket is lent");
        assert!(self.is_lent());
    }

    fn is_lent(&self) -> bool {
        self.near.handle.0.lease.is_held()
    }

    /// One message of a dialogue.
    async fn take_turn(&mut self, far: &mut Far<TcpStream>) {
        self.near.send(b"question");
        assert_eq!(far.frame().await, Some((0x82, b"question".to_vec())));
        // The reader waits before the answer comes, as one in an event loop does.
        assert_eq!(self.near.read_now(), []);
        far.write(&frame(0x82, b"answer")).await;
        timeout(SOON, self.wait()).await.expect("it is told");
        assert_eq!(self.read().await, [(Kind::Binary, b"answer".to_vec())]);
    }

    /// The next batch.
    async fn read(&mut self) -> Vec<Received> {
        timeout(SOON, async {
            loop {
                let messages = self.near.read_now();
                if !messages.is_empty() {
                    return messages;
                }
                self.wait().await;
            }
        })
        .await
        .expect("messages come")
    }

    /// Waits like an event loop.
    async fn wait(&mut self) {
        loop {
            let told = self.told;
            self.environment.watcher.take(|id, is_end| {
                assert_eq!(id, ID);
                self.told += 1;
                self.near.handle.on_watched(is_end);
            });
            let signalled = self.near.recorder.wait(Signals::READABLE).now_or_never().is_some();
            if signalled || self.told > told {
                return;
            }
            yield_now().await;
        }
    }

    /// Meets frames that only the task can take, and gives the socket back.
    async fn meet(&mut self, far: &mut Far<TcpStream>, frames: &[u8]) {
        far.write(frames).await;
        timeout(SOON, self.wait()).await.expect("it is told");
        assert_eq!(self.near.read_now(), []);
        assert!(!self.is_lent());
    }

    async fn assert_clean_end(&self, mut far: Far<TcpStream>) {
        assert_eq!(far.frame().await, Some((0x88, 1000_u16.to_be_bytes().to_vec())));
        drop(far);
        assert!(matches!(self.outcome().await, Outcome { code: 1000, error: None, .. }));
    }

    async fn outcome(&self) -> Outcome {
        timeout(SOON, self.near.outcome()).await.expect("it ends")
    }
}

/// Waits for something that other tasks bring about.
async fn until(condition: impl Fn() -> bool) {
    timeout(SOON, async {
        while !condition() {
            yield_now().await;
        }
    })
    .await
    .expect("it comes about");
}

#[tokio::test]
async fn a_dialogue_goes_on_without_the_network_thread() {
    let (mut reader, mut far) = Reader::lent().await;
    let told = reader.told;
    for _ in 0..50 {
        reader.take_turn(&mut far).await;
    }
    assert!(reader.told > told);
    let stats = reader.near.handle.stats();
    assert_eq!(stats.messages_received, stats.messages_sent);
}

#[tokio::test]
async fn a_pong_that_waits_for_the_socket_does_not_make_the_peers_close_unclean() {
    let (mut reader, mut far) = Reader::lent().await;
    let _ = reader.environment.quick.set(reader.near.handle.clone());
    assert_eq!(reader.near.read_now(), []);
    reader.meet(&mut far, &[frame(0x89, b"?"), close_frame(1000, "")].concat()).await;
    assert_eq!(far.frame().await, Some((0x8a, b"?".to_vec())));
    reader.assert_clean_end(far).await;
}

#[tokio::test]
async fn both_sides_may_close_at_once() {
    let (mut reader, mut far) = Reader::lent().await;
    assert_eq!(reader.near.read_now(), []);
    reader.meet(&mut far, &close_frame(1000, "")).await;
    reader.near.close(1000, "");
    reader.assert_clean_end(far).await;
}

#[tokio::test]
async fn a_message_in_pieces_is_whole() {
    let (mut reader, mut far) = Reader::lent().await;
    let frame = frame(0x81, "grün".as_bytes());
    for byte in &frame[..frame.len() - 1] {
        far.write(std::slice::from_ref(byte)).await;
        assert_eq!(reader.near.read_now(), []);
    }
    far.write(&frame[frame.len() - 1..]).await;
    assert_eq!(reader.read().await, [(Kind::Utf8, "grün".as_bytes().to_vec())]);
}

#[tokio::test]
async fn a_ping_is_answered_while_the_reader_does_something_else() {
    let (mut reader, mut far) = Reader::lent().await;
    far.write(&[frame(0x82, b"before"), frame(0x89, b"there?")].concat()).await;
    let pong = timeout(SOON, far.frame()).await.expect("an answer comes");
    assert_eq!(pong, Some((0x8a, b"there?".to_vec())));
    assert!(!reader.is_lent());
    assert_eq!(reader.read().await, [(Kind::Binary, b"before".to_vec())]);
    reader.take_turn(&mut far).await;
}

#[tokio::test]
async fn a_ping_that_the_reader_meets_is_answered() {
    let (mut reader, mut far) = Reader::lent().await;
    let _ = reader.environment.quick.set(reader.near.handle.clone());
    assert_eq!(reader.near.read_now(), []);
    far.write(&[frame(0x89, b"there?"), frame(0x82, b"behind")].concat()).await;
    assert_eq!(reader.read().await, [(Kind::Binary, b"behind".to_vec())]);
    assert_eq!(far.frame().await, Some((0x8a, b"there?".to_vec())));
    reader.take_turn(&mut far).await;
}

#[tokio::test]
async fn a_ping_of_this_side_takes_the_socket_back() {
    let (reader, mut far) = Reader::lent().await;
    reader.near.handle.ping(PingRequest { id: 3, payload: None });
    let (first, payload) = far.frame().await.unwrap();
    assert_eq!(first, 0x89);
    assert!(!reader.is_lent());
    far.write(&frame(0x8a, &payload)).await;
    timeout(SOON, reader.near.recorder.wait(Signals::PONG)).await.expect("a Pong comes");
    assert_eq!(reader.near.handle.take_pongs()[0].id, 3);
}

#[tokio::test]
async fn a_quiet_socket_is_taken_back_and_lent_again_when_the_dialogue_goes_on() {
    let (mut reader, mut far) = Reader::lent().await;
    until(|| !reader.is_lent()).await;
    let told = reader.told;
    reader.take_turn(&mut far).await;
    assert_eq!(reader.told, told, "the network thread tells");
    reader.talk_until_lent(&mut far).await;
}

#[tokio::test]
async fn a_peer_that_does_not_read_makes_the_network_thread_wait_for_it() {
    let (mut reader, mut far) = Reader::lent().await;
    let message = vec![7; 16 << 20];
    reader.near.send(&message);
    until(|| !reader.is_lent()).await;
    assert!(reader.near.handle.buffered(0) > 0);
    assert_eq!(far.frame().await, Some((0x82, message)));
    reader.take_turn(&mut far).await;
}

#[tokio::test]
async fn many_small_messages_at_once_give_the_socket_back() {
    let (mut reader, mut far) = Reader::lent().await;
    let flood: Vec<u8> = (0..2000).flat_map(|_| frame(0x82, &[1; 40])).collect();
    let read = async {
        let mut count = 0;
        while count < 2000 {
            count += reader.read().await.len();
        }
        assert_eq!(count, 2000);
    };
    tokio::join!(read, far.write(&flood));
    assert!(!reader.is_lent());
    reader.take_turn(&mut far).await;
}

#[tokio::test]
async fn the_peers_close_is_seen_at_once_and_behind_what_came_before() {
    let (mut reader, mut far) = Reader::lent().await;
    assert_eq!(reader.near.read_now(), []);
    far.write(&[frame(0x82, b"last"), close_frame(1001, "bye")].concat()).await;
    assert_eq!(reader.read().await, [(Kind::Binary, b"last".to_vec())]);
    assert_eq!(reader.near.read_now(), []);
    timeout(SOON, reader.near.recorder.wait(Signals::ENDING)).await.expect("the end is told");
    reader.near.handle.acknowledge();
    assert_eq!(far.frame().await.map(|(first, _)| first), Some(0x88));
    drop(far);
    let outcome = reader.outcome().await;
    assert_eq!((outcome.code, outcome.reason.as_str()), (1001, "bye"));
    assert!(outcome.error.is_none());
}

#[tokio::test]
async fn the_end_of_the_stream_is_seen_by_a_reader_that_waits_and_by_one_that_does_not() {
    for waits in [true, false] {
        let (mut reader, far) = Reader::lent().await;
        drop(far);
        if waits {
            assert_eq!(reader.near.read_now(), []);
            reader.wait().await;
            assert_eq!(reader.near.read_now(), []);
        }
        assert!(matches!(reader.outcome().await.error, Some(Error::EndOfStream)));
    }
}

#[tokio::test]
async fn closing_and_dropping_take_the_socket_back() {
    let (reader, mut far) = Reader::lent().await;
    reader.near.close(4000, "done");
    assert_eq!(far.frame().await, Some((0x88, [&4000_u16.to_be_bytes()[..], b"done"].concat())));
    far.write(&close_frame(4000, "done")).await;
    drop(far);
    assert!(reader.outcome().await.error.is_none());

    let (reader, mut far) = Reader::lent().await;
    reader.near.handle.terminate();
    assert!(matches!(reader.outcome().await.error, Some(Error::Terminated)));
    assert_eq!(far.frame().await, None);
}
