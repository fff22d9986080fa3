//! Close frames with any body, through a whole connection.

use crate::net::{
    closing::NO_STATUS,
    testing::{frame, pair, run_paused},
};

/// The peer's code and reason come out and are answered exactly when RFC 6455 allows them.
///
/// # Panics
/// When they are not.
pub fn run(data: &[u8]) {
    let body = &data[..data.len().min(125)];
    let expected = judge(body);
    run_paused(async {
        let (near, mut far) = pair();
        far.write(&frame(0x88, body)).await;
        let Some((0x88, reply)) = far.frame().await else { panic!("no Close frame came back") };
        let reply_code = reply.first_chunk().map_or(NO_STATUS, |code| u16::from_be_bytes(*code));
        drop(far);
        let outcome = near.outcome().await;
        match expected {
            Ok((code, reason)) => {
                assert_eq!((outcome.code, outcome.reason.as_str()), (code, reason));
                assert!(outcome.error.is_none(), "{:?}", outcome.error);
                assert_eq!(reply_code, code);
            }
            Err(code) => {
                assert_eq!((outcome.code, outcome.reason.as_str()), (code, ""));
                assert!(outcome.error.is_some());
                assert_eq!(reply_code, code);
            }
        }
    });
}

/// What sections 5.5.1, 7.4 and 8.1 say of a body: code and reason, or the code of the failure.
fn judge(body: &[u8]) -> Result<(u16, &str), u16> {
    let Some((code, reason)) = body.split_first_chunk::<2>() else {
        return if body.is_empty() { Ok((NO_STATUS, "")) } else { Err(1002) };
    };
    let code = u16::from_be_bytes(*code);
    let named = (1000..=1014).contains(&code) && !(1004..=1006).contains(&code);
    if !named && !(3000..=4999).contains(&code) {
        return Err(1002);
    }
    std::str::from_utf8(reason).map(|reason| (code, reason)).map_err(|_| 1007)
}
