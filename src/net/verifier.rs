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

use super::{
    certificate::Fields,
    tls_config::{Roots, TlsProfile},
};

/// Checks chains with webpki, and adds rules of Node's: a certificate that is itself among the
/// trusted ones is trusted, an authority is trusted until it expires, a certificate without DNS names
/// is for the name of its subject, and `rejectUnauthorized: false` accepts every chain.
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
    /// The issuer of the last presented certificate of the chain is unknown.
    UnknownAuthority,
    /// The issuer of the server's own certificate was not presented, and is unknown.
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
            // webpki takes an authority for a name and a key, without an end.
            Ok(()) if roots.has_expired(now) => verify_server_cert_signed_by_trust_anchor(
                &certificate,
                &roots.valid_at(now),
                intermediates,
                now,
                algorithms,
            )
            .map_err(|_| CertificateError::Expired.into()),
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

    /// The rule for certificates without DNS names. It does not know the limits that an authority may
    /// have for names, so it holds only where there are none.
    fn is_for_by_subject(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
    ) -> bool {
        let ServerName::DnsName(host) = server_name else { return false };
        let is_limited = |certificate| {
            Fields::read(certificate).is_none_or(|fields| fields.has_name_constraints())
        };
        !intermediates.iter().any(is_limited)
            && !self.roots.store.roots.iter().any(|root| root.name_constraints.is_some())
            && Fields::read(end_entity)
                .is_some_and(|fields| fields.is_for_by_subject(host.as_ref()))
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
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)
                    .or_else(|error| {
                        let is_fine =
                            self.is_for_by_subject(end_entity, intermediates, server_name);
                        if is_fine { Ok(()) } else { Err(error) }
                    })?;
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
            Self::UnknownAuthority => "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
            Self::UnknownIssuer => "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
        }
    }

    /// Follows the issuers as far as they were presented.
    fn find(end_entity: &CertificateDer<'_>, intermediates: &[CertificateDer<'_>]) -> Self {
        let Some(mut last) = Fields::read(end_entity) else { return Self::UnknownIssuer };
        if last.is_self_issued() {
            return Self::SelfSignedLeaf;
        }
        let presented: Vec<_> = intermediates.iter().filter_map(Fields::read).collect();
        let mut found = Self::UnknownIssuer;
        // They may name each other in a circle.
        for _ in 0..presented.len() {
            let Some(issuer) = presented.iter().find(|fields| fields.subject == last.issuer) else {
                break;
            };
            if issuer.is_self_issued() {
                return Self::SelfSignedInChain;
            }
            last = issuer.clone();
            found = Self::UnknownAuthority;
        }
        found
    }
}

impl fmt::Display for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SelfSignedLeaf => "self-signed certificate",
            Self::SelfSignedInChain => "self-signed certificate in certificate chain",
            Self::UnknownAuthority => "unable to get local issuer certificate",
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
