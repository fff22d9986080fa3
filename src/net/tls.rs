//! TLS towards the server, with the trust that Node gives.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject};
use tokio::net::TcpStream;
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        self, CertificateError, ClientConfig, RootCertStore,
        crypto::{CryptoProvider, aws_lc_rs},
    },
};

use super::{
    config::TlsOptions,
    error::Error,
    verifier::{Untrusted, Verifier},
};

/// Certificates that are trusted where a connection brings none of its own: parsed once per
/// process. Later calls change nothing.
pub fn set_default_roots<'a>(pems: impl Iterator<Item = &'a str>) {
    DEFAULT_ROOTS.get_or_init(|| Arc::new(Roots::parse(pems)));
}

/// True when [`set_default_roots`] was called.
#[must_use]
pub fn has_default_roots() -> bool {
    DEFAULT_ROOTS.get().is_some()
}

/// Runs the TLS handshake.
///
/// # Errors
/// [`Error::Tls`] with Node's code for what went wrong, [`Error::Io`] when the socket failed.
///
/// # Cancel safety
/// Dropping the future closes the socket.
pub async fn handshake(
    stream: TcpStream,
    options: &TlsOptions,
) -> Result<TlsStream<TcpStream>, Error> {
    let name = ServerName::try_from(options.servername.clone()).map_err(|_| Error::Tls {
        code: "ERR_TLS_CERT_ALTNAME_INVALID",
        message: format!("{:?} is no name a certificate could be for", options.servername),
    })?;
    let connector = TlsConnector::from(client_config(options)?);
    connector.connect(name, stream).await.map_err(tls_error)
}

/// Certificates that are trusted.
#[derive(Debug)]
pub(super) struct Roots {
    /// Those that can anchor a chain.
    pub(super) store: RootCertStore,
    /// All of them, for servers that present a trusted certificate itself.
    pub(super) certificates: Vec<CertificateDer<'static>>,
}

impl Roots {
    fn parse<'a>(pems: impl Iterator<Item = &'a str>) -> Self {
        let mut roots = Self { store: RootCertStore::empty(), certificates: Vec::new() };
        for pem in pems {
            // A certificate that cannot be parsed cannot be trusted; OpenSSL skips it as well.
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()).flatten() {
                // One that is no authority cannot anchor a chain, but may be the server's own.
                let _ = roots.store.add(certificate.clone());
                roots.certificates.push(certificate);
            }
        }
        roots
    }
}

/// Configurations are shared: they hold the parsed roots and the tickets for resumption.
fn client_config(options: &TlsOptions) -> Result<Arc<ClientConfig>, Error> {
    let mut cache = CONFIGS.lock().unwrap_or_else(PoisonError::into_inner);
    let slot = &mut cache[usize::from(options.reject_unauthorized)];
    if let Some(config) = slot {
        return Ok(Arc::clone(config));
    }
    let config = Arc::new(build_config(options)?);
    *slot = Some(Arc::clone(&config));
    Ok(config)
}

fn build_config(options: &TlsOptions) -> Result<ClientConfig, Error> {
    let provider: Arc<CryptoProvider> = Arc::new(aws_lc_rs::default_provider());
    let roots = DEFAULT_ROOTS.get_or_init(|| Arc::new(Roots::parse(std::iter::empty())));
    let verifier = Verifier::new(Arc::clone(roots), &provider, options.reject_unauthorized)
        .map_err(|error| Error::Internal(error.to_string()))?;
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Internal(error.to_string()))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    // A server that speaks HTTP/2 as well must be told which one this is.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// Finds Node's code for a failed handshake.
fn tls_error(error: std::io::Error) -> Error {
    let Some(cause) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>())
    else {
        return if error.kind() == std::io::ErrorKind::UnexpectedEof {
            Error::EndOfHandshake
        } else {
            Error::Io { syscall: "read", source: error }
        };
    };
    let (code, message) = match cause {
        rustls::Error::InvalidCertificate(certificate) => certificate_failure(certificate),
        rustls::Error::AlertReceived(alert) => {
            ("ERR_SSL_TLSV1_ALERT", format!("the server ended the TLS handshake: {alert:?}"))
        }
        rustls::Error::InvalidMessage(_) => {
            ("ERR_SSL_WRONG_VERSION_NUMBER", "the server's answer is not TLS".to_owned())
        }
        rustls::Error::PeerIncompatible(_) => (
            "ERR_SSL_UNSUPPORTED_PROTOCOL",
            "the server supports no TLS version or cipher that is offered".to_owned(),
        ),
        other => ("EPROTO", other.to_string()),
    };
    Error::Tls { code, message }
}

/// Node's (OpenSSL's) code and words for a certificate that was not accepted.
fn certificate_failure(error: &CertificateError) -> (&'static str, String) {
    let (code, message) = match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            ("CERT_HAS_EXPIRED", "certificate has expired")
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            ("CERT_NOT_YET_VALID", "certificate is not yet valid")
        }
        CertificateError::Revoked => ("CERT_REVOKED", "certificate revoked"),
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            return ("ERR_TLS_CERT_ALTNAME_INVALID", error.to_string());
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            ("INVALID_PURPOSE", "unsuitable certificate purpose")
        }
        CertificateError::BadSignature => {
            ("CERT_SIGNATURE_FAILURE", "certificate signature failure")
        }
        CertificateError::Other(other) => {
            if let Some(untrusted) = other.0.downcast_ref::<Untrusted>() {
                return (untrusted.code(), untrusted.to_string());
            }
            ("UNABLE_TO_VERIFY_LEAF_SIGNATURE", "unable to verify the certificate")
        }
        _ => return ("UNABLE_TO_VERIFY_LEAF_SIGNATURE", error.to_string()),
    };
    (code, message.to_owned())
}

static DEFAULT_ROOTS: OnceLock<Arc<Roots>> = OnceLock::new();

/// The two shared configurations, indexed by `reject_unauthorized`.
static CONFIGS: Mutex<[Option<Arc<ClientConfig>>; 2]> = Mutex::new([None, None]);
