//! Tells from its structure what DER data is. aws-lc has one error for all data that is not an RSA
//! key.

use super::refusal::Refusal;

const INTEGER: u8 = 0x02;
const BITS: u8 = 0x03;
const OCTETS: u8 = 0x04;
const OID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;

/// rsaEncryption and id-RSASSA-PSS (RFC 8017, appendix C).
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1];
const PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10];

/// Finds the `RSAPrivateKey` (RFC 8017, appendix A.1.2) in DER data, and checks its size. aws-lc
/// checks later whether the numbers of the key belong together.
pub(super) fn pkcs1_of(der: &[u8]) -> Result<&[u8], Refusal> {
    if der.first() != Some(&SEQUENCE) {
        return Err(Refusal::Damaged);
    }
    let (_, content, rest) = element(der).ok_or(Refusal::Cut)?;
    let parts = elements(content).filter(|_| rest.is_empty()).ok_or(Refusal::Damaged)?;
    match parts.as_slice() {
        // PKCS#1: a public key has two numbers, a private key has a version and eight numbers.
        [(INTEGER, _), (INTEGER, _)] | [(SEQUENCE, _), (BITS, _)] => Err(Refusal::Public),
        [(INTEGER, _), (INTEGER, modulus), _, _, _, _, _, _, _, ..] => match bits(modulus) {
            bits @ ..2048 => Err(Refusal::TooSmall { bits }),
            2048..=8192 => Ok(der),
            bits => Err(Refusal::TooLarge { bits }),
        },
        // DSA as OpenSSL writes it, and EC (RFC 5915).
        [(INTEGER, _), (INTEGER | OCTETS, _), ..] => Err(Refusal::NotRsa),
        // PKCS#8 (RFC 5958): version, algorithm, key.
        [(INTEGER, _), (SEQUENCE, algorithm), (OCTETS, key), ..] => match element(algorithm) {
            Some((OID, RSA, _)) => pkcs1_of(key),
            Some((OID, PSS, _)) => Err(Refusal::RsaPss),
            Some((OID, ..)) => Err(Refusal::NotRsa),
            _ => Err(Refusal::Damaged),
        },
        [(INTEGER, _), (SEQUENCE, _), ..] => Err(Refusal::Pkcs12),
        [(SEQUENCE, _), (OCTETS, _)] => Err(Refusal::Encrypted),
        // Requests and certificates are both signed. A request begins with version 0, a certificate
        // with a tag or its serial number.
        [(SEQUENCE, [INTEGER, 1, 0, ..]), (SEQUENCE, _), (BITS, _)] => Err(Refusal::Request),
        [(SEQUENCE, _), (SEQUENCE, _), (BITS, _)] => Err(Refusal::Certificate),
        _ => Err(Refusal::NotAKey),
    }
}

/// The size of a number in bits, without leading zeros.
fn bits(number: &[u8]) -> usize {
    let first = number.iter().position(|byte| *byte != 0).unwrap_or(number.len());
    let zeros = number.get(first).map_or(0, |byte| byte.leading_zeros() as usize);
    (number.len() - first) * 8 - zeros
}

/// The first element: its tag, its content, and the data after the element. `None` if the data ends
/// inside the element.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, first], mut rest) = der.split_first_chunk()?;
    let mut length = usize::from(first);
    if first >= 0x80 {
        let digits;
        (digits, rest) = rest.split_at_checked(length - 0x80).filter(|(d, _)| d.len() <= 4)?;
        length = digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit));
    }
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

fn elements(mut der: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    let mut elements = Vec::new();
    while !der.is_empty() {
        let (tag, content, rest) = element(der)?;
        elements.push((tag, content));
        der = rest;
    }
    Some(elements)
}
