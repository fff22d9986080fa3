//! TLS options as rustls configurations: built once per set of options, and shared.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use rustls_pki_types::{
    CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, UnixTime, pem::PemObject,
};
use tokio_rustls::rustls::{
    self, ALL_VERSIONS, ClientConfig, RootCertStore, SupportedCipherSuite,
    SupportedProtocolVersion,
    client::Resumption,
    crypto::{CryptoProvider, aws_lc_rs},
    version::{TLS12, TLS13},
};

use super::{
    certificate::Fields, config::HttpVersions, error::Error, key_log::KeyLogFile,
    verifier::Verifier,
};

/// TLS towards one server or proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsOptions {
    /// The owner looks at the certificate before anything is sent: [`super::Handle::accept`].
    pub ask_owner: bool,
    /// SHA-256 of the public keys that the server may have; empty for any.
    pub pins: Vec<Vec<u8>>,
    /// What other connections may share.
    pub profile: TlsProfile,
    /// The name that the certificate must be for, and that SNI carries.
    pub servername: String,
}

/// The options that make a configuration. Connections with equal ones share it, and so the
/// parsed certificates and the tickets for resumption.
#[derive(Clone, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct TlsProfile {
    /// Certificates that are trusted, DER; `None` for what the process trusts.
    pub authorities: Option<Vec<Vec<u8>>>,
    /// Whether the certificate must be for the server's name.
    pub check_name: bool,
    /// Cipher suites by their IANA names; `None` for all.
    pub ciphers: Option<Vec<String>>,
    /// This side's certificate.
    pub identity: Option<TlsIdentity>,
    /// File that takes the secrets of every session, for analysis.
    pub key_log: Option<PathBuf>,
    /// Allowed versions.
    pub versions: TlsVersions,
    /// `false` accepts any certificate.
    pub reject_unauthorized: bool,
    /// Whether sessions are resumed.
    pub resumption: bool,
    /// Whether the server is told its name.
    pub sni: bool,
}

/// A certificate with its private key.
#[derive(Clone, PartialEq, Eq)]
pub struct TlsIdentity {
    /// This side's certificate first, then its issuers; DER.
    pub chain: Vec<Vec<u8>>,
    /// PKCS #8, DER.
    pub key: Vec<u8>,
}

/// Versions of the protocol that may be agreed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TlsVersions {
    /// TLS 1.2 and 1.3.
    #[default]
    All,
    /// TLS 1.2.
    Only12,
    /// TLS 1.3.
    Only13,
}

/// The key is a secret, and the certificates are long.
impl std::fmt::Debug for TlsProfile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TlsProfile")
            .field("ciphers", &self.ciphers)
            .field("reject_unauthorized", &self.reject_unauthorized)
            .field("versions", &self.versions)
            .finish_non_exhaustive()
    }
}

impl Default for TlsProfile {
    fn default() -> Self {
        Self {
            authorities: None,
            check_name: true,
            ciphers: None,
            identity: None,
            key_log: None,
            versions: TlsVersions::All,
            reject_unauthorized: true,
            resumption: true,
            sni: true,
        }
    }
}

/// Certificates that are trusted where a connection brings none of its own: parsed once per
/// process. Later calls change nothing.
pub fn set_default_roots<'a>(pems: impl Iterator<Item = &'a str>) {
    DEFAULT_ROOTS.get_or_init(|| Arc::new(Roots::from_pem(pems)));
}

/// True when [`set_default_roots`] was called.
#[must_use]
pub fn has_default_roots() -> bool {
    DEFAULT_ROOTS.get().is_some()
}

/// A configuration and what it was made for.
struct Cached {
    config: Arc<ClientConfig>,
    http: HttpVersions,
    profile: TlsProfile,
}

/// Certificates that are trusted.
#[derive(Debug)]
pub(super) struct Roots {
    /// Those that can anchor a chain.
    pub(super) store: RootCertStore,
    /// All of them, for servers that present a trusted certificate itself.
    pub(super) certificates: Vec<CertificateDer<'static>>,
    /// When those of `store` expire, in its order; in seconds since 1970.
    ends: Vec<u64>,
}

impl Roots {
    fn from_pem<'a>(pems: impl Iterator<Item = &'a str>) -> Self {
        // A certificate that cannot be parsed cannot be trusted; OpenSSL skips it as well.
        Self::new(pems.flat_map(|pem| CertificateDer::pem_slice_iter(pem.as_bytes()).flatten()))
    }

    fn new(certificates: impl Iterator<Item = CertificateDer<'static>>) -> Self {
        let mut roots =
            Self { store: RootCertStore::empty(), certificates: Vec::new(), ends: Vec::new() };
        for certificate in certificates {
            // One that is no authority cannot anchor a chain, but may be the server's own.
            if roots.store.add(certificate.clone()).is_ok() {
                let end = Fields::read(&certificate).and_then(|fields| fields.not_after());
                roots.ends.push(end.unwrap_or(u64::MAX));
            }
            roots.certificates.push(certificate);
        }
        roots
    }

    /// True when some can anchor nothing any more.
    pub(super) fn has_expired(&self, now: UnixTime) -> bool {
        self.ends.iter().any(|&end| end < now.as_secs())
    }

    /// Those that have not expired.
    pub(super) fn valid_at(&self, now: UnixTime) -> RootCertStore {
        let roots = self.store.roots.iter().zip(&self.ends);
        RootCertStore {
            roots: roots
                .filter(|(_, end)| **end >= now.as_secs())
                .map(|(root, _)| root.clone())
                .collect(),
        }
    }
}

/// The configuration for a profile that offers these versions of HTTP (RFC 7301).
pub(super) fn client_config(
    profile: &TlsProfile,
    http: HttpVersions,
) -> Result<Arc<ClientConfig>, Error> {
    let mut cache = CACHE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(index) =
        cache.iter().position(|known| known.http == http && known.profile == *profile)
    {
        // The one that was used last is at the end.
        cache[index..].rotate_left(1);
    } else {
        if cache.len() == MAX_CACHED {
            cache.remove(0);
        }
        let config = Arc::new(build(profile, http)?);
        cache.push(Cached { config, http, profile: profile.clone() });
    }
    cache
        .last()
        .map(|cached| Arc::clone(&cached.config))
        .ok_or_else(|| Error::Internal("the TLS configuration is lost".to_owned()))
}

fn build(profile: &TlsProfile, http: HttpVersions) -> Result<ClientConfig, Error> {
    let mut provider = aws_lc_rs::default_provider();
    if let Some(names) = &profile.ciphers {
        provider.cipher_suites =
            names.iter().filter_map(|name| suite(&provider.cipher_suites, name)).collect();
    }
    let provider = Arc::new(provider);
    let versions = versions(profile.versions, &provider);
    let roots = match &profile.authorities {
        Some(list) => Arc::new(Roots::new(list.iter().cloned().map(CertificateDer::from))),
        None => {
            Arc::clone(DEFAULT_ROOTS.get_or_init(|| Arc::new(Roots::from_pem(std::iter::empty()))))
        }
    };
    let verifier = Verifier::new(roots, &provider, profile);
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&versions)
        .map_err(|error| refused_option(&error))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match &profile.identity {
        Some(TlsIdentity { chain, key }) => builder
            .with_client_auth_cert(
                chain.iter().cloned().map(CertificateDer::from).collect(),
                PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.clone())),
            )
            .map_err(|error| refused_option(&error))?,
        None => builder.with_no_client_auth(),
    };
    // A server that speaks HTTP/2 as well must be told which one this is.
    config.alpn_protocols = match http {
        HttpVersions::Only1 => vec![HTTP1.to_vec()],
        HttpVersions::Only2 => vec![HTTP2.to_vec()],
        HttpVersions::Both => vec![HTTP2.to_vec(), HTTP1.to_vec()],
    };
    config.enable_sni = profile.sni;
    if !profile.resumption {
        config.resumption = Resumption::disabled();
    }
    if let Some(file) = &profile.key_log {
        config.key_log = Arc::new(KeyLogFile::open(file));
    }
    Ok(config)
}

/// The suite of that name. rustls marks those of TLS 1.3 in its own way.
fn suite(suites: &[SupportedCipherSuite], name: &str) -> Option<SupportedCipherSuite> {
    suites.iter().copied().find(|suite| cipher_name(suite.suite()) == name)
}

/// The IANA name, as Node's `getCipher().standardName` has it.
pub(super) fn cipher_name(suite: rustls::CipherSuite) -> String {
    suite.as_str().map_or_else(String::new, |name| name.replacen("TLS13_", "TLS_", 1))
}

/// The allowed versions, less those without a cipher suite.
fn versions(
    allowed: TlsVersions,
    provider: &CryptoProvider,
) -> Vec<&'static SupportedProtocolVersion> {
    let is_allowed = |version: &SupportedProtocolVersion| match allowed {
        TlsVersions::All => true,
        TlsVersions::Only12 => version == &TLS12,
        TlsVersions::Only13 => version == &TLS13,
    };
    ALL_VERSIONS
        .iter()
        .copied()
        .filter(|version| {
            is_allowed(version)
                && provider.cipher_suites.iter().any(|suite| suite.version() == *version)
        })
        .collect()
}

/// What the TLS library does not take.
fn refused_option(error: &rustls::Error) -> Error {
    Error::Tls {
        code: "ERR_INVALID_ARG_VALUE",
        message: format!("the TLS options cannot be used: {error}"),
    }
}

/// Names of protocols in the registry of RFC 7301.
const HTTP1: &[u8] = b"http/1.1";
pub(super) const HTTP2: &[u8] = b"h2";

static DEFAULT_ROOTS: OnceLock<Arc<Roots>> = OnceLock::new();

/// Configurations in the order of their last use.
static CACHE: Mutex<Vec<Cached>> = Mutex::new(Vec::new());

/// Programs have a handful of option sets. One that makes up a new one for every connection must
/// not fill the memory.
const MAX_CACHED: usize = 64;
