//! Secrets of TLS sessions in a file, in the format of NSS, for tools that decipher captures.

use std::{
    fmt::Write as _,
    fs::{File, OpenOptions},
    io::Write as _,
    path::Path,
    sync::{Mutex, PoisonError},
};

use tokio_rustls::rustls::KeyLog;

/// Appends to a file. A file that cannot be written loses the secrets, not the connection.
#[derive(Debug)]
pub(super) struct KeyLogFile(Mutex<Option<File>>);

impl KeyLogFile {
    pub(super) fn open(path: &Path) -> Self {
        Self(Mutex::new(OpenOptions::new().append(true).create(true).open(path).ok()))
    }
}

impl KeyLog for KeyLogFile {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        let mut line = format!("{label} ");
        for (bytes, end) in [(client_random, ' '), (secret, '\n')] {
            for byte in bytes {
                let _ = write!(line, "{byte:02x}");
            }
            line.push(end);
        }
        if let Some(file) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            let _ = file.write_all(line.as_bytes());
        }
    }
}
