//! A server's certificate, as the addon reads it beside webpki.

use rustls_pki_types::CertificateDer;

use crate::net::certificate::Fields;

/// Whatever is read lies within the certificate, and one that names nobody is for nobody.
///
/// # Panics
/// When it does not.
pub fn run(data: &[u8]) {
    let certificate = CertificateDer::from(data);
    let Some(fields) = Fields::read(&certificate) else { return };
    let within = data.as_ptr_range();
    for part in [fields.issuer, fields.subject] {
        let part = part.as_ptr_range();
        assert!(within.start <= part.start && part.end <= within.end);
    }
    // Days, months and years are of a few digits.
    assert!(fields.not_after().is_none_or(|end| end < 1 << 40));
    let _ = fields.has_name_constraints();
    // A star would need a domain of two labels behind it.
    if fields.is_for_by_subject("a.test") {
        assert!(fields.subject.windows(6).any(|name| name.eq_ignore_ascii_case(b"a.test")));
    }
}
