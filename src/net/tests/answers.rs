//! Properties of the opening handshake: whatever the server answers, and however it comes.

use std::time::Duration;

use proptest::prelude::*;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, duplex},
    time::Instant,
};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use crate::net::{
    config::Request,
    error::Error,
    handshake::{Upgrade, upgrade},
    patience::Patience,
    testing::run_paused,
};

/// Performs a handshake with a server that answers with what `answer` makes of the key.
fn exchange(
    sizes: &[usize],
    answer: impl FnOnce(&str) -> Vec<u8> + Send + 'static,
) -> Result<Upgrade, Error> {
    let sizes = sizes.to_vec();
    run_paused(async move {
        let (near, mut far) = duplex(1 << 20);
        let request = Request {
            authority: "example.test".to_owned(),
            target: "/".to_owned(),
            ..Request::default()
        };
        let server = tokio::spawn(async move {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(far.read_u8().await.unwrap());
            }
            let head = String::from_utf8(head).unwrap();
            let key = head.lines().find_map(|line| line.strip_prefix("Sec-Websocket-Key: "));
            let answer = answer(key.unwrap());
            let mut rest = answer.as_slice();
            for size in sizes.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (piece, after) = rest.split_at((*size).min(rest.len()));
                if far.write_all(piece).await.is_err() {
                    return;
                }
                tokio::task::yield_now().await;
                rest = after;
            }
        });
        let result = upgrade(Box::new(near), &request).await;
        server.await.unwrap();
        result
    })
}

#[test]
fn the_body_of_a_redirect_is_not_waited_for() {
    let patience = Patience { follows_redirects: true, until: None };
    run_paused(async move {
        let (near, mut far) = duplex(1 << 10);
        let head = b"HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 99\r\n\r\nMoved";
        let server = tokio::spawn(async move {
            far.read_u8().await.unwrap();
            far.write_all(head).await.unwrap();
            far
        });
        let request = Request { target: "/".to_owned(), patience, ..Request::default() };
        let started = Instant::now();
        let Err(Error::Refused(refusal)) = upgrade(Box::new(near), &request).await else {
            panic!("no refusal");
        };
        server.await.unwrap();
        assert_eq!((refusal.status, refusal.body.as_slice()), (302, &b"Moved"[..]));
        assert_eq!(started.elapsed(), Duration::ZERO);
    });
}

fn good_answer(key: &str, lines: &str) -> String {
    format!(
        "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n\
         Sec-WebSocket-Accept: {}\r\n{lines}\r\n",
        derive_accept_key(key.as_bytes())
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_end_in_an_error(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        status in prop::option::of("HTTP/1\\.[01] [0-9]{1,4} [ -~]{0,10}\r\n"),
        sizes in prop::collection::vec(1_usize..100, 1..4),
    ) {
        let answer = [status.unwrap_or_default().into_bytes(), bytes].concat();
        prop_assert!(exchange(&sizes, move |_| answer).is_err());
    }

    #[test]
    fn header_lines_without_meaning_change_nothing_and_frames_behind_the_answer_are_kept(
        lines in prop::collection::vec(
            ("X-[a-z]{1,8}", prop::collection::vec(prop_oneof![0x20_u8..0x7f, 0x80_u8..=0xff], 0..30)),
            0..20,
        ),
        behind in prop::collection::vec(any::<u8>(), 0..100),
        sizes in prop::collection::vec(1_usize..200, 1..4),
    ) {
        let expected = behind.clone();
        let count = lines.len();
        let result = exchange(&sizes, move |key| {
            let mut answer = good_answer(key, "").into_bytes();
            answer.truncate(answer.len() - 2);
            for (name, value) in &lines {
                answer.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
            }
            answer.extend(b"\r\n");
            answer.extend(behind);
            answer
        });
        let Upgrade { opened, received, mut transport, .. } = result.unwrap();
        prop_assert_eq!(opened.headers.len(), 3 + count);
        let mut rest = received.to_vec();
        run_paused(async { transport.read_to_end(&mut rest).await }).unwrap();
        prop_assert_eq!(rest, expected);
    }

    #[test]
    fn one_changed_byte_in_the_accept_key_is_refused(at in 0_usize..28, by in 1_u8..255) {
        let result = exchange(&[1000], move |key| {
            let accept = derive_accept_key(key.as_bytes());
            let mut changed = accept.clone().into_bytes();
            changed[at] = changed[at].wrapping_add(by);
            let (head, tail) = {
                let answer = good_answer(key, "");
                let (head, tail) = answer.split_once(&accept).unwrap();
                (head.as_bytes().to_vec(), tail.as_bytes().to_vec())
            };
            [head, changed, tail].concat()
        });
        prop_assert!(result.is_err());
    }
}
