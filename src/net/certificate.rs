//! What webpki does not tell of a certificate: names of issuer and subject, and how long it is
//! valid. For that its DER (RFC 5280 section 4.1) is walked.

use rustls_pki_types::CertificateDer;

/// Parts of a certificate, in DER without their own tag and length.
#[derive(Clone, Debug)]
pub(super) struct Fields<'a> {
    extensions: &'a [u8],
    pub(super) issuer: &'a [u8],
    pub(super) subject: &'a [u8],
    validity: &'a [u8],
}

impl<'a> Fields<'a> {
    /// `None` for what is no certificate.
    pub(super) fn read(certificate: &'a CertificateDer<'_>) -> Option<Self> {
        let (certificate, _) = element(certificate)?;
        let (to_be_signed, _) = element(certificate.contents)?;
        let mut rest = to_be_signed.contents;
        // The version is optional.
        if rest.first() == Some(&VERSION) {
            rest = element(rest)?.1;
        }
        let (_serial, rest) = element(rest)?;
        let (_signature, rest) = element(rest)?;
        let (issuer, rest) = element(rest)?;
        let (validity, rest) = element(rest)?;
        let (subject, rest) = element(rest)?;
        let (_key, rest) = element(rest)?;
        let extensions = elements(rest).find(|part| part.tag == EXTENSIONS);
        Some(Self {
            extensions: match extensions {
                Some(wrapper) => element(wrapper.contents)?.0.contents,
                None => &[],
            },
            issuer: issuer.contents,
            subject: subject.contents,
            validity: validity.contents,
        })
    }

    /// True when it names itself as its issuer.
    pub(super) fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }

    /// The last second in which it is valid, in seconds since 1970.
    pub(super) fn not_after(&self) -> Option<u64> {
        let time = elements(self.validity).nth(1)?;
        let digits = std::str::from_utf8(time.contents).ok()?.strip_suffix('Z')?;
        let (year, rest) = match time.tag {
            UTC_TIME => {
                let year: u64 = digits.get(..2)?.parse().ok()?;
                // RFC 5280 section 4.1.2.5.1.
                (if year < 50 { 2000 + year } else { 1900 + year }, digits.get(2..)?)
            }
            GENERALIZED_TIME => (digits.get(..4)?.parse().ok()?, digits.get(4..)?),
            _ => return None,
        };
        let mut pairs = (0..5).map(|i| rest.get(2 * i..2 * i + 2)?.parse::<u64>().ok());
        let (month, day) = (pairs.next()??, pairs.next()??);
        let (hour, minute, second) = (pairs.next()??, pairs.next()??, pairs.next()??);
        let days = days_since_1970(year, month, day)?;
        Some(((days * 24 + hour) * 60 + minute) * 60 + second)
    }

    /// True when it limits the names that certificates below it may be for.
    pub(super) fn has_name_constraints(&self) -> bool {
        self.extension(NAME_CONSTRAINTS).is_some()
    }

    /// True when it is for the host by the name of its subject. As in Node, that counts only where
    /// there are no DNS names.
    pub(super) fn is_for_by_subject(&self, host: &str) -> bool {
        let alternatives = self.extension(ALTERNATIVE_NAMES).and_then(element);
        if let Some((names, _)) = alternatives
            && elements(names.contents).any(|name| name.tag == DNS_NAME)
        {
            return false;
        }
        elements(self.subject)
            .filter_map(|set| element(set.contents))
            .filter_map(|(pair, _)| {
                let (kind, rest) = element(pair.contents)?;
                let (value, _) = element(rest)?;
                (kind.contents == COMMON_NAME).then_some(value.contents)
            })
            .filter_map(|name| std::str::from_utf8(name).ok())
            .any(|name| matches(name, host))
    }

    /// The value of an extension.
    fn extension(&self, id: &[u8]) -> Option<&'a [u8]> {
        elements(self.extensions)
            .find(|entry| element(entry.contents).is_some_and(|(kind, _)| kind.contents == id))
            .and_then(|entry| elements(entry.contents).last())
            .map(|value| value.contents)
    }
}

/// True for equal names, and for a star in place of the first label (RFC 6125 section 6.4.3).
fn matches(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix("*.") {
        Some(domain) => {
            domain.contains('.')
                && host.split_once('.').is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(domain))
        }
        None => pattern.eq_ignore_ascii_case(host),
    }
}

/// Days of the Gregorian calendar.
fn days_since_1970(year: u64, month: u64, day: u64) -> Option<u64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Years begin in March, so that the leap day is the last one.
    let year = if month < 3 { year.checked_sub(1)? } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = 365 * year + year / 4 - year / 100 + year / 400 + day_of_year;
    days.checked_sub(719_468)
}

/// One element of DER.
#[derive(Clone, Copy)]
struct Element<'a> {
    contents: &'a [u8],
    tag: u8,
}

/// Splits off one element.
fn element(der: &[u8]) -> Option<(Element<'_>, &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (len, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        if bytes.len() > 4 {
            return None;
        }
        (bytes.iter().fold(0, |len, &byte| len << 8 | usize::from(byte)), rest)
    };
    let (contents, rest) = rest.split_at_checked(len)?;
    Some((Element { contents, tag }, rest))
}

/// All elements up to the first that is broken.
fn elements(mut der: &[u8]) -> impl Iterator<Item = Element<'_>> {
    std::iter::from_fn(move || {
        let (next, rest) = element(der)?;
        der = rest;
        Some(next)
    })
}

/// Tags.
const VERSION: u8 = 0xa0;
const EXTENSIONS: u8 = 0xa3;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const DNS_NAME: u8 = 0x82;

/// Object identifiers: 2.5.4.3, 2.5.29.17 and 2.5.29.30.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const ALTERNATIVE_NAMES: &[u8] = &[0x55, 0x1d, 0x11];
const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x1e];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn valid_until(tag: u8, text: &str) -> Option<u64> {
        let time = |tag: u8, text: &str| {
            [&[tag, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat()
        };
        let validity = [time(UTC_TIME, "700101000000Z"), time(tag, text)].concat();
        Fields { extensions: &[], issuer: &[], subject: &[], validity: &validity }.not_after()
    }

    #[test]
    fn times_are_seconds_since_1970() {
        assert_eq!(valid_until(UTC_TIME, "700101000000Z"), Some(0));
        assert_eq!(valid_until(UTC_TIME, "000229120000Z"), Some(951_825_600));
        assert_eq!(valid_until(UTC_TIME, "491231235959Z"), Some(2_524_607_999));
        assert_eq!(valid_until(GENERALIZED_TIME, "20500101000000Z"), Some(2_524_608_000));
        assert_eq!(valid_until(GENERALIZED_TIME, "99991231235959Z"), Some(253_402_300_799));
        assert_eq!(valid_until(UTC_TIME, "500101000000Z"), None, "before 1970");
        assert_eq!(valid_until(UTC_TIME, "701301000000Z"), None, "no month");
        assert_eq!(valid_until(UTC_TIME, "7001010000Z"), None, "too short");
    }

    #[test]
    fn a_star_stands_for_one_label_of_a_domain_with_two_or_more() {
        assert!(matches("a.test", "A.Test"));
        assert!(matches("*.b.test", "a.b.test"));
        assert!(!matches("*.b.test", "b.test"));
        assert!(!matches("*.b.test", "x.a.b.test"));
        assert!(!matches("*.test", "a.test"));
        assert!(!matches("*", "a"));
    }

    /// One element of DER.
    fn wrap(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        let contents = parts.concat();
        let len = contents.len();
        let mut der = match u8::try_from(len) {
            Ok(short) if short < 0x80 => vec![tag, short],
            _ => {
                vec![tag, 0x82, u8::try_from(len >> 8).unwrap(), u8::try_from(len & 0xff).unwrap()]
            }
        };
        der.extend(contents);
        der
    }

    proptest! {
        #[test]
        fn what_a_certificate_says_is_read(
            has_version: bool,
            issuer: String,
            host in "[a-z]{1,5}(\\.[a-z]{1,5}){0,3}",
            other in "[a-z]{6,9}",
            end in (2000_u64..2050, 1_u64..=12, 1_u64..=28),
            names in prop::option::of(prop::collection::vec((0x81_u8..0x88, "[a-z]{1,5}"), 0..4)),
            is_limited: bool,
        ) {
            const SEQUENCE: u8 = 0x30;
            let name = |value: &str| {
                let pair = [wrap(0x06, &[COMMON_NAME]), wrap(0x0c, &[value.as_bytes()])].concat();
                wrap(SEQUENCE, &[&wrap(0x31, &[&wrap(SEQUENCE, &[&pair])])])
            };
            let time = |year: u64, month: u64, day: u64| {
                wrap(UTC_TIME, &[format!("{:02}{month:02}{day:02}000000Z", year % 100).as_bytes()])
            };
            let extension = |id: &[u8], value: &[u8]| {
                wrap(SEQUENCE, &[&wrap(0x06, &[id]), &wrap(0x01, &[&[0xff]]), &wrap(0x04, &[value])])
            };
            let mut extensions = Vec::new();
            if let Some(names) = &names {
                let list: Vec<_> =
                    names.iter().map(|(tag, name)| wrap(*tag, &[name.as_bytes()])).collect();
                let list = wrap(SEQUENCE, &[&list.concat()]);
                extensions.push(extension(ALTERNATIVE_NAMES, &list));
            }
            if is_limited {
                extensions.push(extension(NAME_CONSTRAINTS, &wrap(SEQUENCE, &[])));
            }
            let (issuer, subject) = (name(&issuer), name(&host));
            let empty = wrap(SEQUENCE, &[]);
            let certificate = wrap(SEQUENCE, &[&wrap(SEQUENCE, &[
                &if has_version { wrap(VERSION, &[&[2, 1, 2]]) } else { Vec::new() },
                &[2, 1, 1],
                &empty,
                &issuer,
                &wrap(SEQUENCE, &[&time(1999, 1, 1), &time(end.0, end.1, end.2)]),
                &subject,
                &empty,
                &wrap(EXTENSIONS, &[&wrap(SEQUENCE, &[&extensions.concat()])]),
            ])]);
            let certificate = CertificateDer::from(certificate);
            let fields = Fields::read(&certificate).unwrap();
            prop_assert_eq!(fields.is_self_issued(), issuer == subject);
            prop_assert_eq!(fields.not_after(), days_since_1970(end.0, end.1, end.2).map(|d| d * 86_400));
            prop_assert_eq!(fields.has_name_constraints(), is_limited);
            let has_dns_names = names.is_some_and(|names| names.iter().any(|(tag, _)| *tag == DNS_NAME));
            prop_assert_eq!(fields.is_for_by_subject(&host.to_uppercase()), !has_dns_names);
            prop_assert!(!fields.is_for_by_subject(&other));
        }

        #[test]
        fn any_bytes_are_read_without_harm(bytes: Vec<u8>) {
            if let Some(fields) = Fields::read(&CertificateDer::from(bytes)) {
                let _ = (fields.not_after(), fields.is_for_by_subject("a"));
            }
        }
    }
}
