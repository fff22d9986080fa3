//! TLS options that `lib/tls-options.js` hands over, as the net layer's.

use std::path::PathBuf;

use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;

use crate::net::tls_config::{TlsIdentity, TlsOptions, TlsProfile, TlsVersions};

/// TLS towards a server or a proxy.
#[napi(object, object_to_js = false)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct ConnectTls {
    /// Whether JavaScript looks at the certificate before anything is sent.
    pub ask_owner: bool,
    /// Trusted certificates, DER; absent for what the process trusts.
    pub ca: Option<Vec<Uint8Array>>,
    /// This side's certificate and its issuers, DER; absent for none.
    pub cert: Option<Vec<Uint8Array>>,
    /// Whether the certificate must be for `servername`.
    pub check_name: bool,
    /// IANA names; absent for all.
    pub ciphers: Option<Vec<String>>,
    /// The private key for `cert`, PKCS #8 in DER.
    pub key: Option<Uint8Array>,
    /// File for the sessions' secrets.
    pub key_log: Option<String>,
    /// SHA-256 of public keys.
    pub pins: Vec<Uint8Array>,
    /// `false` accepts any certificate.
    pub reject_unauthorized: bool,
    /// The name in SNI and in the certificate.
    pub servername: String,
    /// Whether sessions are resumed.
    pub session: bool,
    /// Whether `servername` is sent.
    pub sni: bool,
    /// TLS 1.2 may be agreed on.
    pub tls12: bool,
    /// TLS 1.3 may be agreed on.
    pub tls13: bool,
}

impl From<ConnectTls> for TlsOptions {
    fn from(options: ConnectTls) -> Self {
        let copies = |list: Vec<Uint8Array>| list.iter().map(|item| item.to_vec()).collect();
        Self {
            ask_owner: options.ask_owner,
            pins: copies(options.pins),
            profile: TlsProfile {
                authorities: options.ca.map(copies),
                check_name: options.check_name,
                ciphers: options.ciphers,
                identity: options
                    .cert
                    .zip(options.key)
                    .map(|(cert, key)| TlsIdentity { chain: copies(cert), key: key.to_vec() }),
                key_log: options.key_log.map(PathBuf::from),
                versions: match (options.tls12, options.tls13) {
                    (true, false) => TlsVersions::Only12,
                    (false, true) => TlsVersions::Only13,
                    _ => TlsVersions::All,
                },
                reject_unauthorized: options.reject_unauthorized,
                resumption: options.session,
                sni: options.sni,
            },
            servername: options.servername,
        }
    }
}
