//! The TLS handshake, and its failures in Node's words.

use std::io;

use rustls_pki_types::ServerName;
use tokio_rustls::{
    TlsConnector,
    rustls::{
        self, AlertDescription, CertificateError, ClientConnection, HandshakeKind, ProtocolVersion,
        crypto::aws_lc_rs::cipher_suite::TLS13_AES_128_GCM_SHA256, server::ParsedCertificate,
    },
};

use super::{
    config::HttpVersions,
    error::Error,
    read_ahead::ReadAhead,
    tls_config::{TlsOptions, cipher_name, client_config},
    tls_stream::TlsStream,
    transport::Transport,
    verifier::Untrusted,
};

/// What TLS agreed on.
#[derive(Clone, Debug)]
pub struct TlsFacts {
    /// The application protocol, where one was negotiated.
    pub alpn: Option<String>,
    /// The cipher suite's name.
    pub cipher: String,
    /// The server's certificate, DER.
    pub peer_certificate: Vec<u8>,
    /// `TLSv1.3` or `TLSv1.2`.
    pub protocol: &'static str,
    /// An earlier session was resumed.
    pub session_reused: bool,
}

/// Runs the TLS handshake, and offers these versions of HTTP.
///
/// # Errors
/// [`Error::Tls`] with Node's code for what went wrong, [`Error::Io`] when the socket failed.
///
/// # Cancel safety
/// Dropping the future closes the socket.
pub(super) async fn handshake<S: Transport>(
    stream: S,
    options: &TlsOptions,
    http: HttpVersions,
) -> Result<TlsStream<ReadAhead<S>>, Error> {
    let name = ServerName::try_from(options.servername.clone()).map_err(|_| Error::Tls {
        code: "ERR_TLS_CERT_ALTNAME_INVALID",
        message: format!("{:?} is no name a certificate could be for", options.servername),
    })?;
    let connector = TlsConnector::from(client_config(&options.profile, http)?);
    let stream = ReadAhead::new(stream);
    let mut stream = connector.connect(name, stream).await.map_err(handshake_error)?;
    stream.get_mut().1.set_buffer_limit(Some(WRITE_AHEAD));
    // Not the verifier's work: it is not asked when a session is resumed.
    check_pins(stream.get_ref().1, &options.pins)?;
    Ok(TlsStream::new(stream))
}

/// What the handshake agreed on.
pub(super) fn facts(session: &ClientConnection) -> TlsFacts {
    let suite = session.negotiated_cipher_suite();
    TlsFacts {
        alpn: session.alpn_protocol().map(|name| String::from_utf8_lossy(name).into_owned()),
        cipher: suite.map(|suite| cipher_name(suite.suite())).unwrap_or_default(),
        peer_certificate: session
            .peer_certificates()
            .and_then(|chain| chain.first())
            .map(|certificate| certificate.to_vec())
            .unwrap_or_default(),
        protocol: match session.protocol_version() {
            Some(ProtocolVersion::TLSv1_2) => "TLSv1.2",
            _ => "TLSv1.3",
        },
        session_reused: session.handshake_kind() == Some(HandshakeKind::Resumed),
    }
}

/// The failure behind an error of the socket, where it is one of TLS: a server that wants another
/// certificate of this side says so after the handshake.
pub(super) fn error_behind(error: &io::Error) -> Option<Error> {
    let cause = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    let (code, message) = describe(cause);
    Some(Error::Tls { code, message })
}

/// The server's own certificate counts, and not its issuers': those anybody can send along.
fn check_pins(session: &ClientConnection, pins: &[Vec<u8>]) -> Result<(), Error> {
    if pins.is_empty() {
        return Ok(());
    }
    let hash = session
        .peer_certificates()
        .and_then(|chain| chain.first())
        .and_then(|certificate| ParsedCertificate::try_from(certificate).ok())
        .zip(TLS13_AES_128_GCM_SHA256.tls13())
        .map(|(certificate, suite)| {
            suite.common.hash_provider.hash(&certificate.subject_public_key_info())
        });
    if hash.is_some_and(|hash| pins.iter().any(|pin| pin == hash.as_ref())) {
        return Ok(());
    }
    Err(Error::Tls {
        code: "ERR_WEBSOCKET_TLS_PIN",
        message: "the server's public key is none of the pinned ones".to_owned(),
    })
}

/// Finds Node's code for a failed handshake.
fn handshake_error(error: io::Error) -> Error {
    error_behind(&error).unwrap_or_else(|| {
        if error.kind() == io::ErrorKind::UnexpectedEof {
            Error::EndOfHandshake
        } else {
            Error::Io { syscall: "read", source: error }
        }
    })
}

fn describe(error: &rustls::Error) -> (&'static str, String) {
    match error {
        rustls::Error::InvalidCertificate(certificate) => certificate_failure(certificate),
        rustls::Error::AlertReceived(alert) => {
            (alert_code(*alert), format!("the server ended TLS with the alert {alert:?}"))
        }
        rustls::Error::InvalidMessage(_) => {
            ("ERR_SSL_WRONG_VERSION_NUMBER", "the server's answer is not TLS".to_owned())
        }
        rustls::Error::PeerIncompatible(_) => (
            "ERR_SSL_UNSUPPORTED_PROTOCOL",
            "the server supports no TLS version or cipher that is offered".to_owned(),
        ),
        other => ("EPROTO", other.to_string()),
    }
}

/// What OpenSSL calls an alert that it receives.
fn alert_code(alert: AlertDescription) -> &'static str {
    match alert {
        AlertDescription::AccessDenied => "ERR_SSL_TLSV1_ALERT_ACCESS_DENIED",
        AlertDescription::BadCertificate => "ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE",
        AlertDescription::CertificateExpired => "ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED",
        AlertDescription::CertificateRequired => "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
        AlertDescription::CertificateRevoked => "ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED",
        AlertDescription::CertificateUnknown => "ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN",
        AlertDescription::DecodeError => "ERR_SSL_TLSV1_ALERT_DECODE_ERROR",
        AlertDescription::DecryptError => "ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR",
        AlertDescription::HandshakeFailure => "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE",
        AlertDescription::IllegalParameter => "ERR_SSL_SSLV3_ALERT_ILLEGAL_PARAMETER",
        AlertDescription::InsufficientSecurity => "ERR_SSL_TLSV1_ALERT_INSUFFICIENT_SECURITY",
        AlertDescription::InternalError => "ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR",
        AlertDescription::NoApplicationProtocol => "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL",
        AlertDescription::ProtocolVersion => "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
        AlertDescription::UnexpectedMessage => "ERR_SSL_SSLV3_ALERT_UNEXPECTED_MESSAGE",
        AlertDescription::UnknownCA => "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA",
        AlertDescription::UnrecognisedName => "ERR_SSL_TLSV1_UNRECOGNIZED_NAME",
        AlertDescription::UnsupportedCertificate => "ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE",
        _ => "ERR_SSL_TLSV1_ALERT",
    }
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

/// So much is encrypted before it is written: all that is encoded at a time, and so one system call.
const WRITE_AHEAD: usize = 128 << 10;
