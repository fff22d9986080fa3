//! Pings of this side.

use bytes::Bytes;

use crate::net::{
    observer::Signals,
    pings::PingRequest,
    testing::{SECOND, frame, pair},
    trace::Trace,
};

#[tokio::test(start_paused = true)]
async fn a_pong_tells_the_round_trip() {
    let (near, mut far) = pair();
    near.handle.ping(PingRequest { id: 9, payload: Some(Bytes::from_static(b"echo")) });
    assert_eq!(far.frame().await, Some((0x89, b"echo".to_vec())));
    tokio::time::sleep(SECOND).await;
    far.write(&frame(0x8a, b"echo")).await;
    near.recorder.wait(Signals::PONG).await;
    let pongs = near.handle.take_pongs();
    assert_eq!(pongs.len(), 1);
    assert_eq!((pongs[0].id, pongs[0].round_trip), (9, SECOND));
    assert!(near.handle.take_pongs().is_empty());
    let stats = near.handle.stats();
    assert_eq!((stats.pings_sent, stats.pongs_received), (1, 1));
    assert_eq!(stats.round_trip, Some(SECOND));
}

#[tokio::test(start_paused = true)]
async fn a_ping_goes_ahead_of_queued_messages() {
    let (near, mut far) = pair();
    near.send(&vec![0; 1 << 20]);
    near.send(b"second");
    near.handle.ping(PingRequest { id: 1, payload: None });
    let mut order = Vec::new();
    while order.len() < 3 {
        order.push(far.frame().await.map(|(first, _)| first));
    }
    assert_eq!(order.iter().position(|first| *first == Some(0x89)), Some(0));
}

#[tokio::test(start_paused = true)]
async fn control_frames_are_remembered_only_for_an_onlooker() {
    let (near, mut far) = pair();
    far.write(&frame(0x89, b"unseen")).await;
    far.frame().await;
    near.handle.watch();
    far.write(&frame(0x89, b"seen")).await;
    far.write(&frame(0x8a, b"unasked")).await;
    far.frame().await;
    near.recorder.wait(Signals::TRACED).await;
    let mut traces = near.handle.take_traces();
    while traces.len() < 2 {
        near.recorder.wait(Signals::TRACED).await;
        traces.extend(near.handle.take_traces());
    }
    let seen = Trace::PingReceived(Bytes::from_static(b"seen"));
    assert_eq!(traces, [seen, Trace::PongReceived(Bytes::from_static(b"unasked"), None)]);
    assert_eq!(near.handle.stats().pings_received, 2);
}
