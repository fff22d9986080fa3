//! What the fuzz targets do with their bytes. Inside of `src/net`, so that they reach what the
//! addon keeps to itself.

pub mod certificate;
pub mod close;
pub mod connection;
pub mod extensions;
pub mod frames;
pub mod handshake;
pub mod proxy;
mod reserved;
mod source;
