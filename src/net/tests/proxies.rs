//! Properties of tunnels: whatever a proxy answers, and whatever it is asked for.

use proptest::{collection::vec, prelude::*};
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

use crate::net::{
    error::Error,
    patience::Patience,
    proxy::{ProxyOptions, ProxyProtocol, tunnel},
    testing::run_paused,
};

fn options(protocol: ProxyProtocol, host: &str, login: Option<(&str, &str)>) -> ProxyOptions {
    ProxyOptions {
        credentials: login.map(|(user, password)| (user.to_owned(), password.to_owned())),
        headers: Vec::new(),
        host: host.to_owned(),
        port: 443,
        protocol,
        tls: None,
    }
}

/// Asks for a tunnel. Gives what was asked, and what the tunnel carries behind the answer.
fn ask(
    options: &ProxyOptions,
    answer: &[u8],
    sizes: &[usize],
) -> (Vec<u8>, Result<Vec<u8>, Error>) {
    run_paused(async {
        let (near, mut far) = duplex(1 << 20);
        let proxy = async {
            let mut asked = Vec::new();
            // hyper takes an answer to a question only.
            while options.protocol == ProxyProtocol::Connect && !asked.ends_with(b"\r\n\r\n") {
                asked.push(far.read_u8().await.unwrap());
            }
            let mut rest = answer;
            for size in sizes.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (piece, after) = rest.split_at((*size).min(rest.len()));
                if far.write_all(piece).await.is_err() {
                    break;
                }
                tokio::task::yield_now().await;
                rest = after;
            }
            let _ = far.shutdown().await;
            far.read_to_end(&mut asked).await.unwrap();
            asked
        };
        let client = async {
            let mut stream = tunnel(Box::new(near), options, Patience::default()).await?;
            let mut behind = Vec::new();
            stream.read_to_end(&mut behind).await.unwrap();
            Ok(behind)
        };
        tokio::join!(proxy, client)
    })
}

/// An answer of SOCKS 5 that opens the tunnel: no login, then an address of any kind.
fn good_socks(kind: u8, name: &[u8]) -> Vec<u8> {
    let address = match kind {
        1 => vec![127, 0, 0, 1],
        4 => vec![0; 16],
        _ => [&[u8::try_from(name.len()).unwrap()], name].concat(),
    };
    [&[5, 0, 5, 0, 0, kind][..], &address, &[0x12, 0x34]].concat()
}

proptest! {
    #[test]
    fn any_bytes_of_a_socks_proxy_end_in_a_refusal(
        bytes in vec(prop_oneof![2 => 0_u8..6, 1 => any::<u8>()], 0..40),
        has_login: bool,
        sizes in vec(1_usize..10, 1..4),
    ) {
        let login = has_login.then_some(("user", "password"));
        let options = options(ProxyProtocol::Socks5, "server.test", login);
        let (_, result) = ask(&options, &bytes, &sizes);
        // The one way to a tunnel begins with these.
        let may_open = bytes.starts_with(&[5, 0, 5, 0]) || bytes.starts_with(&[5, 2]);
        prop_assert!(result.is_err() || may_open);
    }

    #[test]
    fn a_socks_tunnel_begins_right_behind_the_answer(
        kind in prop::sample::select(vec![1_u8, 3, 4]),
        name in vec(any::<u8>(), 0..=255),
        behind in vec(any::<u8>(), 0..50),
        sizes in vec(1_usize..30, 1..4),
    ) {
        let answer = [good_socks(kind, &name), behind.clone()].concat();
        let options = options(ProxyProtocol::Socks5, "server.test", None);
        prop_assert_eq!(ask(&options, &answer, &sizes).1.unwrap(), behind);
    }

    #[test]
    fn an_answer_of_a_socks_proxy_that_breaks_off_is_an_error(
        kind in prop::sample::select(vec![1_u8, 3, 4]),
        cut in any::<prop::sample::Index>(),
    ) {
        let answer = good_socks(kind, b"proxy.test");
        let options = options(ProxyProtocol::Socks5, "server.test", None);
        let part = &answer[..cut.index(answer.len())];
        prop_assert!(matches!(ask(&options, part, &[3]).1, Err(Error::EndOfHandshake)));
    }

    #[test]
    fn a_socks_proxy_is_asked_for_just_this_name_with_just_this_login(
        host in "[a-z0-9.-]{0,300}",
        user in "\\PC{0,90}",
        password in "\\PC{0,90}",
    ) {
        prop_assume!(host.parse::<std::net::IpAddr>().is_err());
        let options = options(ProxyProtocol::Socks5, &host, Some((&user, &password)));
        let answer = [&[5, 2, 1, 0][..], &good_socks(1, b"")[2..]].concat();
        let (asked, result) = ask(&options, &answer, &[100]);
        let prefixed = |text: &str| {
            let len = u8::try_from(text.len()).ok()?;
            Some([&[len], text.as_bytes()].concat())
        };
        let parts = (prefixed(&user), prefixed(&password), prefixed(&host));
        if let (Some(user), Some(password), Some(host)) = parts {
            result.unwrap();
            let login = [&[5, 2, 0, 2, 1][..], &user, &password].concat();
            let request = [&[5, 1, 0, 3][..], &host, &443_u16.to_be_bytes()].concat();
            prop_assert_eq!(asked, [login, request].concat());
        } else {
            // What does not fit is refused, and never cut off.
            prop_assert!(matches!(result, Err(Error::Handshake(_))));
        }
    }

    #[test]
    fn any_bytes_of_a_connect_proxy_end_in_an_error(
        bytes in vec(any::<u8>(), 0..300),
        status in prop::option::of("HTTP/1\\.[01] [13-9][0-9]{2} [ -~]{0,10}\r\n"),
        sizes in vec(1_usize..100, 1..4),
    ) {
        let answer = [status.unwrap_or_default().into_bytes(), bytes].concat();
        let options = options(ProxyProtocol::Connect, "server.test", None);
        prop_assert!(ask(&options, &answer, &sizes).1.is_err());
    }

    #[test]
    fn a_connect_tunnel_opens_with_200_and_nothing_behind_its_head(
        lines in vec(("X-[a-z]{1,8}", "[ -~]{0,30}"), 0..20),
        behind in vec(any::<u8>(), 0..20),
        sizes in vec(1_usize..100, 1..4),
    ) {
        let lines: Vec<_> =
            lines.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let lines = lines.concat();
        let head = format!("HTTP/1.1 200 Fine\r\n{lines}\r\n");
        let options = options(ProxyProtocol::Connect, "2001:db8::1", None);
        let (asked, result) = ask(&options, head.as_bytes(), &sizes);
        prop_assert_eq!(result.unwrap(), Vec::<u8>::new());
        prop_assert!(asked.starts_with(b"CONNECT [2001:db8::1]:443 HTTP/1.1\r\n"));
        if !behind.is_empty() {
            let answer = [head.as_bytes(), &behind].concat();
            let result = ask(&options, &answer, &[answer.len()]).1;
            prop_assert!(matches!(result, Err(Error::Handshake(_))));
        }
    }

    #[test]
    fn any_other_status_of_a_connect_proxy_is_a_refusal_with_its_body(
        status in prop_oneof![201_u16..300, 300_u16..600],
        body in "[ -~]{0,40}",
    ) {
        prop_assume!(status != 204 && status != 304);
        let len = body.len();
        let answer = format!("HTTP/1.1 {status} Other\r\nContent-Length: {len}\r\n\r\n{body}");
        let options = options(ProxyProtocol::Connect, "server.test", None);
        match ask(&options, answer.as_bytes(), &[answer.len()]).1 {
            Err(Error::Refused(refusal)) => {
                prop_assert_eq!(refusal.status, status);
                // hyper reads no body behind a 2xx to CONNECT.
                let expected = if status < 300 { Vec::new() } else { body.into_bytes() };
                prop_assert_eq!(refusal.body, expected);
            }
            other => panic!("{other:?}"),
        }
    }
}
