//! Which server certificates are accepted: what OpenSSL accepts with the same roots, as far as
//! webpki allows.

use std::{fmt, sync::Arc};

use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme,
    client::{
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_cert_signed_by_trust_anchor, verify_server_name,
    },
    crypto::{
        CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
    },
    server::ParsedCertificate,
};

use super::tls_config::{Roots, TlsProfile};

/// Checks chains with webpki, and adds two rules of Node's: a certificate that is itself among
/// the trusted ones is trusted, and `rejectUnauthorized: false` accepts every chain.
#[derive(Debug)]
pub(super) struct Verifier {
    algorithms: WebPkiSupportedAlgorithms,
    check_name: bool,
    reject_unauthorized: bool,
    roots: Arc<Roots>,
}

/// A chain that ends in no trusted root.
#[derive(Clone, Copy, Debug)]
pub(super) enum Untrusted {
    /// The server presented one certificate, signed by itself.
    SelfSignedLeaf,
    /// The chain ends in a certificate that is signed by itself and not trusted.
    SelfSignedInChain,
    /// The chain's end was not presented, or is unknown.
    UnknownIssuer,
}

impl Verifier {
    pub(super) fn new(roots: Arc<Roots>, provider: &CryptoProvider, profile: &TlsProfile) -> Self {
        Self {
            algorithms: provider.signature_verification_algorithms,
            check_name: profile.check_name,
            reject_unauthorized: profile.reject_unauthorized,
            roots,
        }
    }

    fn check_chain(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<(), Error> {
        let certificate = ParsedCertificate::try_from(end_entity)?;
        let (roots, algorithms) = (&self.roots, self.algorithms.all);
        let verdict = verify_server_cert_signed_by_trust_anchor(
            &certificate,
            &roots.store,
            intermediates,
            now,
            algorithms,
        );
        match verdict {
            Err(Error::InvalidCertificate(error)) if is_about_the_issuer(&error) => {
                if roots.certificates.iter().any(|root| root == end_entity) {
                    return Ok(());
                }
                let untrusted = Untrusted::find(end_entity, intermediates);
                let other = OtherError(Arc::new(untrusted));
                Err(Error::InvalidCertificate(CertificateError::Other(other)))
            }
            verdict => verdict,
        }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.reject_unauthorized {
            self.check_chain(end_entity, intermediates, now)?;
            if self.check_name {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
            }
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

impl Untrusted {
    /// Node's code.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::SelfSignedLeaf => "DEPTH_ZERO_SELF_SIGNED_CERT",
            Self::SelfSignedInChain => "SELF_SIGNED_CERT_IN_CHAIN",
            Self::UnknownIssuer => "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
        }
    }

    fn find(end_entity: &CertificateDer<'_>, intermediates: &[CertificateDer<'_>]) -> Self {
        if is_self_issued(end_entity) {
            Self::SelfSignedLeaf
        } else if intermediates.iter().any(is_self_issued) {
            Self::SelfSignedInChain
        } else {
            Self::UnknownIssuer
        }
    }
}

impl fmt::Display for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SelfSignedLeaf => "self-signed certificate",
            Self::SelfSignedInChain => "self-signed certificate in certificate chain",
            Self::UnknownIssuer => "unable to verify the first certificate",
        })
    }
}

impl std::error::Error for Untrusted {}

/// Failures that mean "nobody we trust signed this", and not "this is broken".
fn is_about_the_issuer(error: &CertificateError) -> bool {
    match error {
        CertificateError::UnknownIssuer => true,
        // webpki refuses an authority as a server's certificate; OpenSSL does not.
        CertificateError::Other(other) => other.to_string().contains("CaUsedAsEndEntity"),
        _ => false,
    }
}

/// True when a certificate names itself as its issuer.
///
/// webpki does not give these names away, so the DER (RFC 5280 section 4.1) is walked to them.
fn is_self_issued(certificate: &CertificateDer<'_>) -> bool {
    fn names(der: &[u8]) -> Option<(&[u8], &[u8])> {
        let (certificate, _) = element(der)?;
        let (mut fields, _) = element(certificate)?;
        // The version is optional and has the context tag 0.
        if fields.first() == Some(&0xa0) {
            fields = element(fields)?.1;
        }
        let (_serial, rest) = element(fields)?;
        let (_signature, rest) = element(rest)?;
        let (issuer, rest) = element(rest)?;
        let (_validity, rest) = element(rest)?;
        let (subject, _) = element(rest)?;
        Some((issuer, subject))
    }
    names(certificate).is_some_and(|(issuer, subject)| issuer == subject)
}

/// Splits off one DER element: its contents, and what follows.
fn element(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = der.get(1..)?.split_first()?;
    let (len, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        if bytes.len() > 4 {
            return None;
        }
        (bytes.iter().fold(0, |len, &byte| len << 8 | usize::from(byte)), rest)
    };
    rest.split_at_checked(len)
}
