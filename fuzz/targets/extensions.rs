//! A server's `Sec-WebSocket-Extensions` against any offer.

use super::source::Source;
use crate::net::extensions::{DeflateOptions, accept};

/// What is agreed on is inside of the offer, and what is refused has a reason.
///
/// # Panics
/// When it is not.
pub fn run(data: &[u8]) {
    let mut source = Source::new(data);
    let flags = source.byte();
    let bits = source.byte();
    let window = |wanted: bool, bits: u8| wanted.then_some(8 + bits % 8);
    let options = DeflateOptions {
        client_no_context_takeover: flags & 1 != 0,
        client_max_window_bits: window(flags & 2 != 0, bits),
        server_no_context_takeover: flags & 4 != 0,
        server_max_window_bits: window(flags & 8 != 0, bits >> 4),
        ..DeflateOptions::default()
    };
    let offered = (flags & 16 == 0).then_some(&options);
    let answer = String::from_utf8_lossy(source.rest());
    match accept(offered, &answer) {
        Err(reason) => assert!(!reason.is_empty()),
        Ok(None) => assert!(answer.chars().all(|c| " \t,".contains(c)), "{answer:?}"),
        Ok(Some(agreement)) => {
            assert!(offered.is_some() && answer.contains("permessage-deflate"), "{answer:?}");
            assert!((8..=15).contains(&agreement.client_window_bits));
            assert!((8..=15).contains(&agreement.server_window_bits));
            let most = options.client_max_window_bits.unwrap_or(15);
            assert!(agreement.client_window_bits <= most);
            let most = options.server_max_window_bits.unwrap_or(15);
            assert!(agreement.server_window_bits <= most);
            assert!(agreement.client_no_context_takeover >= options.client_no_context_takeover);
            assert!(agreement.server_no_context_takeover >= options.server_no_context_takeover);
            // A second answer of the same kind makes it two, whatever is in them.
            assert!(accept(offered, &format!("{answer}, {answer}")).is_err());
        }
    }
}
