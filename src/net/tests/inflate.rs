//! What may come compressed, and what may not.

use super::*;

const KEPT: Agreement = Agreement {
    client_no_context_takeover: false,
    client_window_bits: 15,
    server_no_context_takeover: false,
    server_window_bits: 15,
};
const RESET: Agreement = Agreement { server_no_context_takeover: true, ..KEPT };

/// Inflates one message that comes in portions, as the filter does.
fn inflate(inflater: &mut Inflater, portions: &[&[u8]]) -> Result<Vec<u8>, Violation> {
    let mut message = Vec::new();
    for portion in portions {
        let mut input = *portion;
        loop {
            let drained = inflater.inflate(&mut input)?;
            take(inflater, &mut message);
            if drained {
                break;
            }
        }
    }
    inflater.finish()?;
    take(inflater, &mut message);
    Ok(message)
}

fn take(inflater: &mut Inflater, message: &mut Vec<u8>) {
    let len = message.len() + usize::try_from(inflater.announce()).unwrap();
    let mut out = [0; 1000];
    while let Some(n) = inflater.take(&mut out) {
        message.extend_from_slice(&out[..n]);
    }
    assert_eq!(message.len(), len);
}

fn with_limit(agreement: &Agreement, limit: usize) -> Inflater {
    Inflater::new(agreement, limit)
}

#[test]
fn the_examples_of_the_rfc_give_their_text() {
    let hello = b"Hello".to_vec();
    // Section 7.2.3.1 to 7.2.3.5.
    let rows: [&[u8]; 5] = [
        &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00],
        &[0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00],
        &[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00],
        &[0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00],
        // A last block without anything behind it.
        &[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00],
    ];
    for agreement in [KEPT, RESET] {
        let mut inflater = with_limit(&agreement, 5);
        for row in rows.iter().chain(&rows) {
            assert_eq!(inflate(&mut inflater, &[row]), Ok(hello.clone()), "{row:x?}");
            let bytes: Vec<&[u8]> = row.chunks(1).collect();
            assert_eq!(inflate(&mut inflater, &bytes), Ok(hello.clone()), "{row:x?}");
        }
    }
    let mut inflater = with_limit(&KEPT, 5);
    assert_eq!(inflate(&mut inflater, &[rows[0]]), Ok(hello.clone()));
    // Section 7.2.3.2: the second message refers to the first.
    assert_eq!(inflate(&mut inflater, &[&[0xf2, 0x00, 0x11, 0x00, 0x00]]), Ok(hello));
}

#[test]
fn a_message_may_refer_to_the_last_one_only_where_contexts_are_kept() {
    let (first, second) =
        ([0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00], [0xf2, 0x00, 0x11, 0x00, 0x00]);
    let mut inflater = with_limit(&RESET, 100);
    assert!(inflate(&mut inflater, &[&first]).is_ok());
    assert_eq!(inflate(&mut inflater, &[&second]), Err(Violation::invalid_deflate()));
}

#[test]
fn empty_messages_are_empty() {
    for agreement in [KEPT, RESET] {
        let mut inflater = with_limit(&agreement, 10);
        for message in [&[0_u8][..], &[], &[2, 0], &[0]] {
            assert_eq!(inflate(&mut inflater, &[message]), Ok(Vec::new()), "{message:?}");
        }
    }
}

#[test]
fn what_ends_inside_of_a_block_is_refused() {
    let whole = [0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f];
    for agreement in [KEPT, RESET] {
        for len in 1..=whole.len() {
            let mut inflater = with_limit(&agreement, 100);
            let result = inflate(&mut inflater, &[&whole[..len]]);
            // One byte is a whole empty message. All but the last are a stored block cut short.
            assert_eq!(result.is_ok(), len == 1, "{len} {agreement:?} {result:?}");
        }
    }
}

#[test]
fn bytes_that_are_no_deflate_are_refused() {
    for agreement in [KEPT, RESET] {
        for bytes in [&[0xff; 20][..], &[0x06, 0x00, 0x01], b"Hello, world"] {
            let mut inflater = with_limit(&agreement, 100);
            let result = inflate(&mut inflater, &[bytes]);
            assert_eq!(result, Err(Violation::invalid_deflate()), "{bytes:?}");
        }
    }
}

#[test]
fn a_message_that_grows_over_the_limit_is_cut_off_before_it_takes_memory() {
    let zeros = vec![0; 4 << 20];
    let mut bomb = Vec::with_capacity(64 << 10);
    let mut compress = flate2::Compress::new(flate2::Compression::best(), false);
    compress.compress_vec(&zeros, &mut bomb, flate2::FlushCompress::Sync).unwrap();
    bomb.truncate(bomb.len() - TAIL.len());
    for agreement in [KEPT, RESET] {
        for limit in [1, 65_535, 65_536, 65_537, zeros.len() - 1] {
            let mut inflater = with_limit(&agreement, limit);
            let result = inflate(&mut inflater, &[&bomb]);
            assert_eq!(result.unwrap_err().code, 1009, "{limit}");
            assert!(inflater.piece.bytes.len() <= PIECE_BYTES);
        }
        let mut inflater = with_limit(&agreement, zeros.len());
        assert_eq!(inflate(&mut inflater, &[&bomb]).as_deref(), Ok(&zeros[..]));
    }
}

#[test]
fn a_whole_message_goes_the_short_way_only_where_nothing_is_remembered() {
    let hello = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];
    let mut message = Vec::new();
    assert_eq!(with_limit(&KEPT, 100).inflate_whole(&hello), Ok(false));
    let mut inflater = with_limit(&RESET, 100);
    assert_eq!(inflater.inflate_whole(&hello), Ok(true));
    assert_eq!(inflater.finish(), Ok(()));
    take(&mut inflater, &mut message);
    assert_eq!(message, b"Hello");
    assert!(inflater.context.is_none());
    // A last block of the sender's own hides what is behind it from the short way.
    let two = [&[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00][..], &hello].concat();
    assert_eq!(inflater.inflate_whole(&two), Ok(false));
    assert_eq!(inflate(&mut inflater, &[&two]).as_deref(), Ok(&b"HelloHello"[..]));
    // A stored block that lacks just the four bytes of the tail, and a last one that lacks all.
    for short in [[0, 5, 0, 0xfa, 0xff, 1], [1, 18, 0, 0xed, 0xff, 1]] {
        assert_eq!(inflater.inflate_whole(&short), Ok(false));
        assert_eq!(inflate(&mut inflater, &[&short]), Err(Violation::invalid_deflate()));
        inflater = with_limit(&RESET, 100);
    }
    let ends_like_it = [0, 1, 0, 0xfe, 0xff, 0xff, 0];
    assert_eq!(inflater.inflate_whole(&ends_like_it), Ok(false));
    assert_eq!(inflate(&mut inflater, &[&ends_like_it]).as_deref(), Ok(&[0xff][..]));
    assert_eq!(with_limit(&RESET, 4).inflate_whole(&hello).unwrap_err().code, 1009);
}

#[test]
fn nothing_is_held_before_the_first_compressed_message_and_between_independent_ones() {
    let mut inflater = with_limit(&RESET, 100);
    assert!(inflater.context.is_none() && inflater.piece.bytes.is_empty());
    assert!(inflate(&mut inflater, &[&[0xf2, 0x48, 0xcd], &[0xc9, 0xc9, 0x07, 0x00]]).is_ok());
    assert!(inflater.context.is_none() && inflater.piece.bytes.is_empty());
}
