use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{PKCS1, PKCS8, assert_is_the_key, body, key, wrapped};

fn with_nuls(text: &str) -> String {
    text.chars().flat_map(|c| [c, '\0']).collect()
}

fn percent_encoded(text: &str) -> String {
    let encode = |byte: u8| {
        let plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if plain { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    text.bytes().map(encode).collect()
}

#[test]
fn fault_32_every_spelling_gives_the_same_key() {
    for pem in [PKCS8, PKCS1] {
        let label = pem.lines().next().unwrap().trim_matches('-').trim_start_matches("BEGIN ");
        let base64 = STANDARD.encode(pem);
        let spellings = [
            ("as it is", pem.to_string()),
            ("no last line end", pem.trim_end().to_string()),
            ("CRLF", pem.replace('\n', "\r\n")),
            ("CR", pem.replace('\n', "\r")),
            ("blank lines", pem.replace('\n', "\n\n")),
            ("literal \\n", pem.replace('\n', "\\n")),
            ("literal \\r\\n", pem.replace('\n', "\\r\\n")),
            ("escaped twice", pem.replace('\n', "\\\\n")),
            ("escaped four times", pem.replace('\n', "\\\\\\\\n")),
            ("literal and real line ends", pem.replace('\n', "\\n\n")),
            ("continued lines", pem.replace('\n', "\\\n")),
            ("spaces as line ends", pem.replace('\n', " ")),
            ("no line ends", pem.replace('\n', "")),
            ("no white space at all", pem.replace(['\n', ' '], "")),
            ("indented", pem.replace('\n', "\n      ")),
            ("tabs and trailing spaces", pem.replace('\n', " \t\n\t")),
            ("no-break spaces", pem.replace('\n', "\n\u{a0}\u{200b}")),
            ("double quotes", format!("\"{pem}\"")),
            ("single quotes", format!("'{pem}'")),
            ("back quotes", format!("`{pem}`")),
            ("escaped quotes", format!("\\\"{}\\\"", pem.replace('\n', "\\n"))),
            ("quotes in quotes", format!("'\"{}\"'", pem.replace('\n', "\\n"))),
            ("spaces around", format!("  \n {pem} \n ")),
            ("BOM", format!("\u{feff}{pem}")),
            ("escaped slashes", pem.replace('/', "\\/")),
            ("escaped plus and equals", pem.replace('+', "\\u002B").replace('=', "\\u003d")),
            ("a variable's name", format!("SF_KEY=\"{}\"", pem.replace('\n', "\\n"))),
            ("in JSON", format!("{{\"key\":\"{}\",\"x\":\"y\"}}", pem.replace('\n', "\\n"))),
            ("bag attributes", format!("Bag Attributes\n  localKeyID: 01\nKey: <X>\n{pem}# end")),
            ("beside a certificate", format!("{}{pem}", key!("certificate.pem"))),
            ("before its public key", format!("{pem}{}", key!("public.pem"))),
            ("fewer dashes", pem.replace("-----", "--")),
            ("the other END line", pem.replace(&format!("END {label}"), "END X")),
            ("base64url", pem.replace('+', "-").replace('/', "_")),
            ("no padding", pem.replace('=', "")),
            ("typographic quotes", format!("\u{201c}{pem}\u{201d}")),
            ("turned around", format!("\u{202a}{pem}\u{202c}")),
            ("percent-encoded", percent_encoded(pem)),
            ("percent-encoded as a form", percent_encoded(pem).replace("%20", "+")),
            ("a BOM read as Latin-1", format!("\u{ef}\u{bb}\u{bf}{pem}")),
            ("UTF-16 read as Latin-1", format!("\u{ff}\u{fe}{}", with_nuls(pem))),
            ("UTF-16 read as UTF-8", format!("\u{fffd}\u{fffd}{}", with_nuls(pem))),
            ("base64, percent-encoded", percent_encoded(&base64)),
            ("base64 in UTF-16", format!("\u{ff}\u{fe}{}", with_nuls(&base64))),
            ("base64", base64.clone()),
            ("base64 in lines", wrapped(&base64)),
            ("base64 in escaped lines", wrapped(&base64).replace('\n', "\\n")),
            ("base64 of escaped text", STANDARD.encode(pem.replace('\n', "\\n"))),
            ("quoted base64", format!("\"{base64}\"\n")),
            ("base64 of base64", STANDARD.encode(wrapped(&base64))),
            ("base64 of the bare body", STANDARD.encode(wrapped(&body(pem)))),
            ("bare body", body(pem)),
            ("bare body in lines", wrapped(&body(pem))),
            ("bare body in escaped lines", wrapped(&body(pem)).replace('\n', "\\n")),
            ("bare body, base64url", body(pem).replace('+', "-").replace('/', "_")),
        ];
        for (name, text) in spellings {
            assert_is_the_key(name, &text);
        }
    }
    let mislabelled = PKCS1.replace("RSA PRIVATE KEY", "PRIVATE KEY");
    assert_is_the_key("PKCS#1 under the label of PKCS#8", &mislabelled);
}
