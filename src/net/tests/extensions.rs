//! Offers, and every answer that a server may or may not give.

use proptest::prelude::*;

use super::*;

fn agreed(options: &DeflateOptions, answer: &str) -> Agreement {
    accept(Some(options), answer).unwrap().unwrap()
}

fn refused(options: &DeflateOptions, answer: &str) -> String {
    match accept(Some(options), answer) {
        Err(reason) => reason,
        Ok(agreement) => panic!("{answer}: {agreement:?}"),
    }
}

#[test]
fn the_offer_has_the_wanted_parameters_only() {
    assert_eq!(DeflateOptions::default().offer(), "permessage-deflate; client_max_window_bits");
    let all = DeflateOptions {
        client_no_context_takeover: true,
        client_max_window_bits: Some(9),
        server_no_context_takeover: true,
        server_max_window_bits: Some(10),
        ..DeflateOptions::default()
    };
    assert_eq!(
        all.offer(),
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover; \
         server_max_window_bits=10; client_max_window_bits=9"
    );
}

#[test]
fn an_answer_without_parameters_means_large_windows_and_kept_contexts() {
    let expected = Agreement {
        client_no_context_takeover: false,
        client_window_bits: 15,
        server_no_context_takeover: false,
        server_window_bits: 15,
    };
    let options = DeflateOptions::default();
    for answer in ["permessage-deflate", " permessage-deflate ", ", permessage-deflate ,"] {
        assert_eq!(agreed(&options, answer), expected, "{answer}");
    }
}

#[test]
fn a_server_may_set_every_parameter_even_those_that_were_not_asked_for() {
    let answer = "permessage-deflate;server_no_context_takeover ; client_no_context_takeover;\
                  server_max_window_bits=8;\tclient_max_window_bits = \"1\\0\"";
    let expected = Agreement {
        client_no_context_takeover: true,
        client_window_bits: 10,
        server_no_context_takeover: true,
        server_window_bits: 8,
    };
    assert_eq!(agreed(&DeflateOptions::default(), answer), expected);
}

#[test]
fn this_side_keeps_to_its_own_wish_when_the_server_allows_more() {
    let options = DeflateOptions {
        client_no_context_takeover: true,
        client_max_window_bits: Some(9),
        ..DeflateOptions::default()
    };
    let agreement = agreed(&options, "permessage-deflate; client_max_window_bits=12");
    assert_eq!(agreement.client_window_bits, 9);
    assert!(agreement.client_no_context_takeover);
    assert_eq!(agreed(&options, "permessage-deflate").client_window_bits, 9);
}

#[test]
fn no_extension_is_no_compression() {
    assert_eq!(accept(None, ""), Ok(None));
    assert_eq!(accept(Some(&DeflateOptions::default()), " , "), Ok(None));
}

#[test]
fn what_was_not_offered_is_refused() {
    assert!(accept(None, "permessage-deflate").is_err());
    let options = DeflateOptions::default();
    for answer in ["permessage-bzip2", "x-webkit-deflate-frame", "permessage-deflate, foo; a=1"] {
        assert!(refused(&options, answer).contains("not offered"), "{answer}");
    }
}

#[test]
fn an_extension_is_accepted_once() {
    let answer = "permessage-deflate, permessage-deflate; server_no_context_takeover";
    assert!(refused(&DeflateOptions::default(), answer).contains("twice"));
}

#[test]
fn every_parameter_that_breaks_the_rules_is_refused_by_its_name() {
    for parameter in [
        "unknown",
        "unknown=1",
        "client_max_window_bits",
        "client_max_window_bits=7",
        "client_max_window_bits=16",
        "client_max_window_bits=08",
        "client_max_window_bits=+9",
        "client_max_window_bits=9x",
        "client_max_window_bits=-9",
        "client_max_window_bits=264",
        "server_max_window_bits",
        "server_max_window_bits=7",
        "server_max_window_bits=16",
        "server_no_context_takeover=true",
        "client_no_context_takeover=1",
        "server_no_context_takeover; server_no_context_takeover",
        "client_max_window_bits=9; client_max_window_bits=9",
        "Server_no_context_takeover",
    ] {
        let reason =
            refused(&DeflateOptions::default(), &format!("permessage-deflate; {parameter}"));
        let name = parameter.split(['=', ';']).next().unwrap();
        assert!(reason.contains(name), "{parameter}: {reason}");
    }
}

#[test]
fn a_server_that_leaves_out_what_was_asked_for_is_refused() {
    let context = DeflateOptions { server_no_context_takeover: true, ..DeflateOptions::default() };
    assert!(refused(&context, "permessage-deflate").contains("server_no_context_takeover"));
    let window = DeflateOptions { server_max_window_bits: Some(10), ..DeflateOptions::default() };
    assert!(refused(&window, "permessage-deflate").contains("missing"));
    assert!(refused(&window, "permessage-deflate; server_max_window_bits=11").contains("10"));
    let agreement = agreed(&window, "permessage-deflate; server_max_window_bits=9");
    assert_eq!(agreement.server_window_bits, 9);
}

#[test]
fn what_does_not_follow_the_grammar_is_refused() {
    for answer in [
        "permessage-deflate;",
        "permessage-deflate; ;",
        "permessage-deflate; =1",
        "; permessage-deflate",
        "permessage-deflate client_no_context_takeover",
        "permessage-deflate; client_max_window_bits=",
        "permessage-deflate; client_max_window_bits=\"\"",
        "permessage-deflate; client_max_window_bits=\"10 \"",
        "permessage-deflate; client_max_window_bits=\"10",
        "permessage-deflate; client_max_window_bits=\"10\\",
        "permessage-deflate; client_max_window_bits=\"10\"0",
        "perme\u{fffd}ssage",
        "\"permessage-deflate\"",
    ] {
        assert!(refused(&DeflateOptions::default(), answer).contains("malformed"), "{answer}");
    }
}

/// A parameter as a server may write it, and what it does to an agreement.
fn written(name: &str, value: Option<u8>, style: u8) -> String {
    let blank = ["", " ", "\t", "  "][usize::from(style & 3)];
    match value {
        None => format!(";{blank}{name}{blank}"),
        Some(value) if style & 4 == 0 => format!("{blank};{name}{blank}={blank}{value}"),
        Some(value) => format!(";{blank}{name}=\"{value}\"{blank}"),
    }
}

proptest! {
    #[test]
    fn every_answer_inside_of_the_offer_is_understood(
        offer in (any::<(bool, bool)>(), prop::option::of(8_u8..=15), prop::option::of(8_u8..=15)),
        server_no_context: bool,
        client_no_context: bool,
        server_bits in prop::option::of(8_u8..=15),
        client_bits in prop::option::of(8_u8..=15),
        order in Just(vec![0_usize, 1, 2, 3]).prop_shuffle(),
        styles in any::<[u8; 4]>(),
    ) {
        let ((client_wish, server_wish), client_window, server_window) = offer;
        let options = DeflateOptions {
            client_no_context_takeover: client_wish,
            client_max_window_bits: client_window,
            server_no_context_takeover: server_wish,
            server_max_window_bits: server_window,
            ..DeflateOptions::default()
        };
        let parameters = [
            server_no_context.then(|| written("server_no_context_takeover", None, styles[0])),
            client_no_context.then(|| written("client_no_context_takeover", None, styles[1])),
            server_bits.map(|bits| written("server_max_window_bits", Some(bits), styles[2])),
            client_bits.map(|bits| written("client_max_window_bits", Some(bits), styles[3])),
        ];
        let list: String = order.iter().filter_map(|index| parameters[*index].clone()).collect();
        let result = accept(Some(&options), &format!("permessage-deflate{list}"));
        let keeps_to_wishes = (server_no_context || !server_wish)
            && server_window.is_none_or(|most| server_bits.is_some_and(|bits| bits <= most));
        if keeps_to_wishes {
            prop_assert_eq!(result, Ok(Some(Agreement {
                client_no_context_takeover: client_no_context || client_wish,
                client_window_bits: client_bits.unwrap_or(15).min(client_window.unwrap_or(15)),
                server_no_context_takeover: server_no_context,
                server_window_bits: server_bits.unwrap_or(15),
            })));
        } else {
            prop_assert!(result.is_err());
        }
    }

    #[test]
    fn any_text_is_agreed_on_or_refused_with_a_reason(
        text in prop_oneof![
            "\\PC{0,60}",
            "(permessage-deflate|[,;= \"\\\\\t]|(server|client)_(max_window_bits|no_context_takeover)|[0-9]{1,2}|x){0,12}",
        ],
    ) {
        match accept(Some(&DeflateOptions::default()), &text) {
            Err(reason) => prop_assert!(!reason.is_empty()),
            Ok(None) => prop_assert!(text.chars().all(|c| " \t,".contains(c))),
            Ok(Some(agreement)) => {
                prop_assert!((8..=15).contains(&agreement.client_window_bits));
                prop_assert!((8..=15).contains(&agreement.server_window_bits));
            }
        }
        // Without an offer nothing can be accepted.
        if let Ok(agreement) = accept(None, &text) {
            prop_assert_eq!(agreement, None);
        }
    }
}
