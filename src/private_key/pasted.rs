//! Pasted text → DER.
//!
//! Everything that pasting adds (line ends, escapes, quotes, indentation) is removed first. One
//! spelling is left to read.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use zeroize::Zeroizing;

use super::der::SEQUENCE;
use super::refusal::Refusal;

/// The DER in the text. The text is PEM or bare base64, or one of the two encoded in base64 again.
pub(super) fn der_of(text: &str) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let compact = compact(text);
    if compact.is_empty() {
        return Err(Refusal::Empty);
    }
    if compact.contains("--BEGIN") {
        return decode(body_of(&compact)?).ok_or(Refusal::Damaged);
    }
    if compact.contains("--END") {
        return Err(Refusal::Cut);
    }
    let bytes = decode(&compact).unwrap_or_default();
    if bytes.first() == Some(&SEQUENCE) {
        return Ok(bytes);
    }
    match str::from_utf8(&bytes) {
        // `inner` is shorter than the text that it was decoded from, so the recursion ends.
        Ok(inner) if !inner.is_empty() => der_of(inner),
        _ => Err(foreign_bytes(&bytes).unwrap_or_else(|| foreign_text(text))),
    }
}

/// The text without padding and escapes: `-----BEGINRSAPRIVATEKEY-----MII…`.
fn compact(text: &str) -> Zeroizing<String> {
    // With this capacity the string never grows, and leaves no unwiped buffer behind.
    let mut compact = Zeroizing::new(String::with_capacity(text.len()));
    let mut chars = text.chars();
    while let Some(mut c) = chars.next() {
        if c == '\\' {
            (c, chars) = unescape(chars.as_str());
        }
        if !is_padding(c) {
            compact.push(c);
        }
    }
    compact
}

/// Whether pasting has added the character. No key contains such a character.
fn is_padding(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '"' | '\'' | '`' | '\u{feff}' | '\u{200b}')
}

/// Reads an escape after its backslash. Returns the character, and the text after the escape.
fn unescape(rest: &str) -> (char, std::str::Chars<'_>) {
    // Text that was escaped more than once has several backslashes.
    let rest = rest.trim_start_matches('\\');
    // Some writers of JSON and .properties files write `+` and `=` as `\u002b` and `\u003d`.
    let code = rest.strip_prefix('u').and_then(|rest| rest.get(..4));
    if let Some(c) = code.and_then(|hex| char::from_u32(u32::from_str_radix(hex, 16).ok()?)) {
        return (c, rest[5..].chars());
    }
    let mut chars = rest.chars();
    match chars.next() {
        None | Some('n' | 'r' | 't') => (' ', chars),
        Some(c) => (c, chars),
    }
}

/// The base64 between the BEGIN and END lines of the only private key in the compact text.
fn body_of(compact: &str) -> Result<&str, Refusal> {
    let blocks = || compact.split("--BEGIN").skip(1).map(|block| block.split_once("--"));
    // Certificates, `EC PARAMETERS` and the like may stand beside the key.
    let mut keys = blocks().flatten().filter(|(label, _)| label.ends_with("PRIVATEKEY"));
    let (label, rest) = match (keys.next(), keys.next()) {
        (Some(_), Some(_)) => return Err(Refusal::Several),
        (key, _) => key.or_else(|| blocks().next()?).ok_or(Refusal::Cut)?,
    };
    let end = rest.find("--END");
    let body = &rest[..end.unwrap_or(rest.len())];
    match label {
        // Formats older than PKCS#8 name the encryption in a header line below the label.
        _ if label.contains("ENCRYPTED") || body.contains("ENCRYPTED") => Err(Refusal::Encrypted),
        "OPENSSHPRIVATEKEY" => Err(Refusal::OpenSsh),
        _ if label.ends_with("PUBLICKEY") => Err(Refusal::Public),
        _ if label.contains("CERTIFICATEREQUEST") => Err(Refusal::Request),
        _ if label.contains("CERTIFICATE") => Err(Refusal::Certificate),
        "PRIVATEKEY" | "RSAPRIVATEKEY" if end.is_none() => Err(Refusal::Cut),
        "PRIVATEKEY" | "RSAPRIVATEKEY" => {
            // Three of the five dashes are left on each side. A further dash at the end is
            // base64url.
            let body = body.trim_start_matches('-');
            let body = (0..3).fold(body, |body, _| body.strip_suffix('-').unwrap_or(body));
            match body {
                "" => Err(Refusal::Cut),
                // The base64 of DER of this size begins with MI. An `n` before it is left of a
                // `\n`.
                _ if body.starts_with("nMI") || body.starts_with("rnMI") => {
                    Err(Refusal::NoBackslashes)
                }
                _ => Ok(body),
            }
        }
        _ if label.ends_with("PRIVATEKEY") => Err(Refusal::NotRsa),
        _ => Err(Refusal::OtherLabel),
    }
}

/// Decodes base64 or base64url, with or without `=` at the end.
fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    const LENIENT: GeneralPurpose = GeneralPurpose::new(
        &STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_padding_mode(DecodePaddingMode::RequireNone)
            .with_decode_allow_trailing_bits(true),
    );
    let digits = text.trim_end_matches('=').bytes().map(|digit| match digit {
        b'-' => b'+',
        b'_' => b'/',
        _ => digit,
    });
    let mut digits: Zeroizing<Vec<u8>> = Zeroizing::new(digits.collect());
    // A lone last digit means that the text is cut off. The length inside the DER shows that later.
    if digits.len() % 4 == 1 {
        digits.pop();
    }
    let mut bytes = Zeroizing::new(vec![0; base64::decoded_len_estimate(digits.len())]);
    let length = LENIENT.decode_slice(&*digits, &mut bytes).ok()?;
    bytes.truncate(length);
    Some(bytes)
}

/// What the decoded bytes are, if they are not DER.
fn foreign_bytes(bytes: &[u8]) -> Option<Refusal> {
    if bytes.starts_with(&[0xfe, 0xed, 0xfe, 0xed]) {
        Some(Refusal::JavaKeyStore)
    } else if bytes.starts_with(b"openssh-key-v1") {
        Some(Refusal::OpenSsh)
    } else {
        None
    }
}

/// What the text is, if it is neither PEM nor the base64 of a key.
fn foreign_text(text: &str) -> Refusal {
    let text = text.trim_matches(is_padding);
    let starts = |heads: &[&str]| heads.iter().any(|head| text.starts_with(head));
    let is_list = || text.contains(',') && text.chars().all(|c| c.is_ascii_digit() || c == ',');
    if starts(&["ssh-", "ecdsa-sha2-"]) {
        Refusal::Public
    } else if starts(&["PuTTY-"]) {
        Refusal::PuTty
    } else if ["undefined", "null", "NaN", "true", "false"].contains(&text) {
        Refusal::Unset
    } else if starts(&["arn:", "$", "{{"]) || text.contains("://") && !starts(&["file:"]) {
        Refusal::Reference
    } else if starts(&["[", "{", "<Buffer", "PrivateKeyObject"]) || is_list() {
        Refusal::Object
    } else if is_path(text) {
        Refusal::Path
    } else {
        Refusal::NotAKey
    }
}

fn is_path(text: &str) -> bool {
    const STARTS: &[&str] = &["/", "./", "../", "~", "\\\\", ".\\", "..\\", "file:"];
    const ENDS: &[&str] =
        &[".pem", ".key", ".p8", ".der", ".crt", ".cer", ".p12", ".pfx", ".jks", ".txt"];
    let drive = text.strip_prefix(|c: char| c.is_ascii_alphabetic());
    !text.contains(['\n', '\r'])
        && (STARTS.iter().any(|start| text.starts_with(start))
            || ENDS.iter().any(|end| text.ends_with(end))
            || drive.is_some_and(|rest| rest.starts_with(":\\") || rest.starts_with(":/")))
}
