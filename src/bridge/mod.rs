//! Node's side: the only folder that imports napi. Everything here runs on the JavaScript
//! thread, except [`hub::Signaller`], which network threads call.
//!
//! What crosses the boundary is data. There is no promise, no callback and no object per message.
//!
//! | call | direction | carries |
//! | --- | --- | --- |
//! | `wake` | up | nothing: "take what is ready"; many events make one wake-up |
//! | `readyInto` | up | pairs of connection id and signals |
//! | `readInto`, `read`, `fill`, `takeLargeBytes`, `takeLargeText` | up | a batch of messages in a slab, or one large message |
//! | `opened`, `closed` | up | one record each per connection |
//! | `pongs`, `stats`, `traces` | up | numbers and control frames, when asked for |
//! | `certificate`, `accept` | up, down | the server's certificate for JavaScript to judge |
//! | `flushFrom`, `sendLarge`, `sendFragment` | down | a slab of messages of any connections, one large message, or a part of one |
//! | `connect`, `close`, `acknowledge`, `discard`, `terminate`, `ping`, `watch` | down | one request |
//!
//! What is called for each batch is a function over memory that is agreed on once (those named `…Into`
//! and `…From`): a method looks, at each call, whether its receiver is a hub and what each array is made of,
//! which costs more than a batch of one small message.

pub mod characters;
pub mod convert;
#[cfg_attr(not(target_os = "linux"), path = "no_event_loop.rs")]
mod event_loop;
pub mod external_text;
pub mod fragments;
pub mod hub;
pub mod incoming;
pub mod memory;
pub mod options;
pub mod outgoing;
pub mod records;
#[cfg(feature = "testing")]
pub mod testing;
pub mod tls_options;
pub mod vitals;
