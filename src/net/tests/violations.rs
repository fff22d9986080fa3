//! What the peer may not do, and how it is told.

use crate::net::{
    config::{Limits, Timeouts},
    error::Error,
    inbox::Kind,
    observer::Signals,
    testing::{close_frame, frame, pair_with},
};

async fn check(name: &str, bytes: &[u8], code: u16) {
    let limits = Limits { max_message_size: 1000, max_fragments: 3, ..Limits::default() };
    let (near, mut far) = pair_with(limits, Timeouts::default(), |stream| Box::new(stream));
    far.write(&frame(0x81, b"before")).await;
    far.write(bytes).await;
    near.recorder.wait(Signals::ENDING).await;
    assert_eq!(near.read().await, [(Kind::Ascii, b"before".to_vec())], "{name}");
    near.send(b"answer");
    near.handle.acknowledge();
    assert_eq!(far.frame().await, Some((0x82, b"answer".to_vec())), "{name}");
    let (first, payload) = far.frame().await.unwrap();
    assert_eq!((first, &payload[..2]), (0x88, &code.to_be_bytes()[..]), "{name}");
    let outcome = near.outcome().await;
    assert_eq!(outcome.code, code, "{name}");
    assert!(matches!(outcome.error, Some(Error::Protocol(_))), "{name}");
}

#[tokio::test(start_paused = true)]
async fn breaches_are_answered_with_their_code_after_everything_before_them() {
    let masked = [0x81, 0x81, 0, 0, 0, 0, b'x'];
    let long = |len: u64| [&[0x82, 127][..], &len.to_be_bytes()].concat();
    let rows: &[(&str, Vec<u8>, u16)] = &[
        ("a masked frame", masked.to_vec(), 1002),
        ("RSV1 without an extension", frame(0xc1, b"x"), 1002),
        ("RSV2", frame(0xa1, b"x"), 1002),
        ("RSV3", frame(0x91, b"x"), 1002),
        ("a reserved data opcode", frame(0x83, b""), 1002),
        ("a reserved control opcode", frame(0x8b, b""), 1002),
        ("a fragmented ping", frame(0x09, b""), 1002),
        ("a ping of 126 bytes", frame(0x89, &[0; 126]), 1002),
        ("a continuation of nothing", frame(0x80, b"x"), 1002),
        ("a message inside a message", [frame(0x01, b"x"), frame(0x81, b"y")].concat(), 1002),
        ("half a status code", frame(0x88, b"\x03"), 1002),
        ("status code 999", close_frame(999, ""), 1002),
        ("status code 1005", close_frame(1005, ""), 1002),
        ("status code 1006", close_frame(1006, ""), 1002),
        ("status code 1015", close_frame(1015, ""), 1002),
        ("status code 5000", close_frame(5000, ""), 1002),
        ("a reason that is not UTF-8", frame(0x88, b"\x03\xe8\xff"), 1007),
        ("text that is not UTF-8", frame(0x81, b"a\xff"), 1007),
        ("text that ends inside a character", frame(0x81, b"a\xe2\x82"), 1007),
        (
            "text that is broken across fragments",
            [frame(1, b"\xe2"), frame(0x80, b"x")].concat(),
            1007,
        ),
        ("broken text before the end of its frame", b"\x81\x7e\x01\x00a\xff".to_vec(), 1007),
        ("a message over the limit", frame(0x82, &[0; 1001]), 1009),
        ("an announced length over the limit", long(1 << 31), 1009),
        ("a length of 2^53", long(1 << 53), 1009),
        ("a length of 2^63 - 1", long(i64::MAX as u64), 1009),
        ("a length with the highest bit set", long(1 << 63), 1002),
        ("a length in more bytes than it needs", long(65_535), 1002),
        ("a ping whose length is written in two bytes", b"\x89\x7e\0\x02hi".to_vec(), 1002),
        (
            "fragments over the limit together",
            [frame(2, &[0; 600]), frame(0x80, &[0; 600])].concat(),
            1009,
        ),
        ("empty fragments without end", [frame(2, b""), frame(0, b"").repeat(3)].concat(), 1009),
    ];
    for (name, bytes, code) in rows {
        check(name, bytes, *code).await;
    }
}
