//! The extension `permessage-deflate`: what is offered, and what a server may answer
//! (RFC 6455 section 9, RFC 7692 sections 5 and 7.1).

use std::fmt::Write;

/// How messages are to be compressed, complete and checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeflateOptions {
    /// Begin each sent message with an empty context, and say so in the offer.
    pub client_no_context_takeover: bool,
    /// Use no larger window for sending, 8 to 15; `None` leaves it to the server.
    pub client_max_window_bits: Option<u8>,
    /// From 1, the fastest, to 9, the smallest.
    pub level: u8,
    /// Ask the server to begin each message with an empty context.
    pub server_no_context_takeover: bool,
    /// Ask the server for no larger window, 8 to 15; `None` for no wish.
    pub server_max_window_bits: Option<u8>,
    /// Messages of fewer bytes are sent as they are.
    pub threshold: usize,
}

/// What both sides agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// This side begins each message with an empty context.
    pub client_no_context_takeover: bool,
    /// Window of what this side sends, 8 to 15.
    pub client_window_bits: u8,
    /// The server begins each message with an empty context.
    pub server_no_context_takeover: bool,
    /// Window of what the server sends, 8 to 15.
    pub server_window_bits: u8,
}

/// One parameter of an accepted extension, its value without quotes.
#[derive(Debug, PartialEq, Eq)]
struct Parameter {
    name: String,
    value: Option<String>,
}

/// One accepted extension.
#[derive(Debug, PartialEq, Eq)]
struct Extension {
    name: String,
    parameters: Vec<Parameter>,
}

impl Default for DeflateOptions {
    fn default() -> Self {
        Self {
            client_no_context_takeover: false,
            client_max_window_bits: None,
            level: 1,
            server_no_context_takeover: false,
            server_max_window_bits: None,
            threshold: 1024,
        }
    }
}

impl DeflateOptions {
    /// The value of `Sec-WebSocket-Extensions` in the request.
    #[must_use]
    pub fn offer(&self) -> String {
        let mut offer = DEFLATE.to_owned();
        if self.server_no_context_takeover {
            offer.push_str("; server_no_context_takeover");
        }
        if self.client_no_context_takeover {
            offer.push_str("; client_no_context_takeover");
        }
        if let Some(bits) = self.server_max_window_bits {
            // Writing to a string cannot fail.
            let _ = write!(offer, "; server_max_window_bits={bits}");
        }
        offer.push_str("; client_max_window_bits");
        if let Some(bits) = self.client_max_window_bits {
            let _ = write!(offer, "={bits}");
        }
        offer
    }

    /// Checks the parameters that a server accepted against this offer.
    fn agree(&self, parameters: &[Parameter]) -> Result<Agreement, String> {
        for (index, parameter) in parameters.iter().enumerate() {
            if parameters[..index].iter().any(|earlier| earlier.name == parameter.name) {
                return Err(format!("it repeats the parameter {}", parameter.name));
            }
        }
        let mut agreement = Agreement {
            client_no_context_takeover: self.client_no_context_takeover,
            client_window_bits: self.client_max_window_bits.unwrap_or(MAX_WINDOW_BITS),
            server_no_context_takeover: false,
            server_window_bits: MAX_WINDOW_BITS,
        };
        let mut limited = false;
        for parameter in parameters {
            match parameter.name.as_str() {
                "client_no_context_takeover" => {
                    parameter.without_value()?;
                    agreement.client_no_context_takeover = true;
                }
                "server_no_context_takeover" => {
                    parameter.without_value()?;
                    agreement.server_no_context_takeover = true;
                }
                // Section 7.1.2.2: the offer was a hint; the server may answer with a larger one.
                "client_max_window_bits" => {
                    agreement.client_window_bits =
                        parameter.window_bits()?.min(agreement.client_window_bits);
                }
                "server_max_window_bits" => {
                    agreement.server_window_bits = parameter.window_bits()?;
                    limited = true;
                }
                name => return Err(format!("{name:?} is no parameter of it")),
            }
        }
        if self.server_no_context_takeover && !agreement.server_no_context_takeover {
            return Err("server_no_context_takeover was asked for and is missing".to_owned());
        }
        if let Some(wanted) = self.server_max_window_bits {
            if !limited {
                return Err("server_max_window_bits was asked for and is missing".to_owned());
            }
            if agreement.server_window_bits > wanted {
                return Err(format!(
                    "server_max_window_bits is {}, and at most {wanted} was asked for",
                    agreement.server_window_bits
                ));
            }
        }
        Ok(agreement)
    }
}

/// Checks the server's `Sec-WebSocket-Extensions`, all its lines joined by commas, against the
/// offer; `offered` is `None` when there was none.
///
/// # Errors
/// Gives the reason for which the handshake has to fail.
pub fn accept(offered: Option<&DeflateOptions>, answer: &str) -> Result<Option<Agreement>, String> {
    let extensions = parse(answer)
        .ok_or_else(|| format!("the server's Sec-WebSocket-Extensions is malformed: {answer:?}"))?;
    let mut agreement = None;
    for extension in &extensions {
        let Some(options) = offered.filter(|_| extension.name == DEFLATE) else {
            let name = &extension.name;
            return Err(format!(
                "the server accepted the extension {name:?}, which was not offered"
            ));
        };
        let agreed = options
            .agree(&extension.parameters)
            .map_err(|reason| format!("the server's answer to {DEFLATE} is not valid: {reason}"))?;
        if agreement.replace(agreed).is_some() {
            return Err(format!("the server accepted {DEFLATE} twice"));
        }
    }
    Ok(agreement)
}

impl Parameter {
    fn without_value(&self) -> Result<(), String> {
        match &self.value {
            None => Ok(()),
            Some(value) => Err(format!("{} takes no value, and {value:?} was given", self.name)),
        }
    }

    /// A number from 8 to 15, in decimal without leading zeros (section 7.1.2).
    fn window_bits(&self) -> Result<u8, String> {
        let value = self.value.as_deref();
        value
            .filter(|text| !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|text| text.parse().ok())
            .filter(|bits| (MIN_WINDOW_BITS..=MAX_WINDOW_BITS).contains(bits))
            .ok_or_else(|| {
                let given = value.map_or_else(|| "nothing".to_owned(), |text| format!("{text:?}"));
                format!("{} must be from 8 to 15, and {given} was given", self.name)
            })
    }
}

/// Parses the header by RFC 6455 section 9.1. `None` for what does not follow its grammar.
fn parse(text: &str) -> Option<Vec<Extension>> {
    let mut rest = text;
    let mut extensions = Vec::new();
    loop {
        // RFC 9110 section 5.6.1: empty members of a list are skipped.
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return Some(extensions);
        }
        let name = token(&mut rest)?;
        let mut parameters = Vec::new();
        while skip(&mut rest, ';') {
            let name = token(&mut rest)?;
            let value = if skip(&mut rest, '=') { Some(value(&mut rest)?) } else { None };
            parameters.push(Parameter { name, value });
        }
        extensions.push(Extension { name, parameters });
        rest = rest.trim_start_matches(BLANK);
        if !rest.is_empty() && !rest.starts_with(',') {
            return None;
        }
    }
}

/// Takes a separator and the blanks around it.
fn skip(rest: &mut &str, separator: char) -> bool {
    match rest.trim_start_matches(BLANK).strip_prefix(separator) {
        Some(behind) => {
            *rest = behind.trim_start_matches(BLANK);
            true
        }
        None => false,
    }
}

fn token(rest: &mut &str) -> Option<String> {
    let end = rest.find(|c| !is_token_char(c)).unwrap_or(rest.len());
    let (token, behind) = rest.split_at(end);
    *rest = behind;
    (!token.is_empty()).then(|| token.to_owned())
}

/// A token, or a token in quotes: section 9.1 wants what is quoted to be one as well.
fn value(rest: &mut &str) -> Option<String> {
    let Some(quoted) = rest.strip_prefix('"') else { return token(rest) };
    let mut value = String::new();
    let mut chars = quoted.chars();
    loop {
        match chars.next()? {
            '"' => break,
            '\\' => value.push(chars.next()?),
            c => value.push(c),
        }
    }
    *rest = chars.as_str();
    (!value.is_empty() && value.chars().all(is_token_char)).then_some(value)
}

/// RFC 9110 section 5.6.2.
fn is_token_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)
}

const BLANK: [char; 2] = [' ', '\t'];

/// The extension's name in the registry.
const DEFLATE: &str = "permessage-deflate";

/// A window has 2^8 to 2^15 bytes (section 7.1.2).
const MIN_WINDOW_BITS: u8 = 8;
const MAX_WINDOW_BITS: u8 = 15;

#[cfg(test)]
#[path = "tests/extensions.rs"]
mod tests;
