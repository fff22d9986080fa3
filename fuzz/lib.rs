//! `src/net` of the addon as a crate of its own: no napi, so that it links without Node.

#[path = "../src/net/mod.rs"]
pub mod net;
