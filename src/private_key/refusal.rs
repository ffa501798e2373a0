//! Why a value is not a usable private key. A refusal holds no text, so that no part of the value
//! can get into its sentence.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    TooLong,
    Empty,
    Unset,
    Object,
    Path,
    Reference,
    NotAKey,
    OtherLabel,
    Several,
    Cut,
    Damaged,
    NoBackslashes,
    Encrypted,
    OpenSsh,
    PuTty,
    Pkcs12,
    JavaKeyStore,
    Public,
    Certificate,
    Request,
    NotRsa,
    RsaPss,
    TooSmall { bits: usize },
    TooLarge { bits: usize },
}

impl Refusal {
    /// What the value is and what to do.
    pub(super) fn sentence(self) -> String {
        let what = match self {
            Self::TooLong => {
                "The private key is longer than 16 KiB, and no RSA key is that long: pass the text of the key file alone."
            }
            Self::Empty => {
                "The private key is empty: check that the variable or secret that the key comes from is set."
            }
            Self::Unset => {
                "The private key is the word that JavaScript writes for a missing value: check that the variable or secret is set before its value is turned into text."
            }
            Self::Object => {
                "The private key is an object or array turned into text: pass a string instead, such as buffer.toString('utf8'), keyObject.export({ type: 'pkcs8', format: 'pem' }), or the awaited value of a promise."
            }
            Self::Path => {
                "The private key is the path of a file: pass the file's text, for example fs.readFileSync(path, 'utf8')."
            }
            Self::Reference => {
                "The private key is a reference to a secret (an ARN, a URL or an unfilled placeholder): fetch the secret first and pass its value."
            }
            Self::NotAKey => {
                "The text is not a private key: pass everything from the key's BEGIN line to its END line."
            }
            Self::OtherLabel => {
                "The text has a BEGIN line, but not the BEGIN line of a private key: pass the key whose BEGIN line says PRIVATE KEY."
            }
            Self::Several => {
                "The text holds more than one private key: pass only the key that belongs to the app."
            }
            Self::Cut => {
                "The private key is cut off: its beginning or its end is missing; pass everything from the BEGIN line to the END line."
            }
            Self::Damaged => {
                "The private key is damaged: characters were changed, added or lost; copy the file's text again."
            }
            Self::NoBackslashes => {
                "The private key has lost its line ends: they were written as \\n, and a shell took the backslashes away; put the value in single quotes, or pass the key as base64."
            }
            Self::Encrypted => {
                "The private key is encrypted: pass the output of `openssl pkey -in encrypted.pem -out decrypted.pem`."
            }
            Self::OpenSsh => {
                "The private key is in OpenSSH's own format: convert a copy in place with `ssh-keygen -p -m PEM -f copy`, and pass the copy's text."
            }
            Self::PuTty => {
                "The private key is in PuTTY's own format: convert it with `puttygen in.ppk -O private-openssh -o out.pem`."
            }
            Self::Pkcs12 => {
                "The value is a PKCS#12 key store (.p12, .pfx): take the private key out with `openssl pkcs12 -in store.p12 -nocerts -nodes -out out.pem`."
            }
            Self::JavaKeyStore => {
                "The value is a Java key store: convert it with `keytool -importkeystore -srckeystore in.jks -destkeystore out.p12 -deststoretype PKCS12`, then take the private key out with `openssl pkcs12 -in out.p12 -nocerts -nodes -out out.pem`."
            }
            Self::Public => "The text is a public key: pass the private key that belongs to it.",
            Self::Certificate => {
                "The text is a certificate, and certificates belong in Salesforce: pass the private key that the certificate was made with."
            }
            Self::Request => {
                "The text is a certificate request: pass the private key that the request was made with."
            }
            Self::NotRsa => {
                "The private key is not an RSA key (but EC, Ed25519, DSA or the like), and RS256 needs an RSA key: make one with `openssl genrsa -out out.pem 2048` and upload its certificate."
            }
            Self::RsaPss => {
                "The private key is restricted to RSA-PSS, and RS256 needs a plain RSA key: make one with `openssl genrsa -out out.pem 2048` and upload its certificate."
            }
            Self::TooSmall { bits } => {
                return format!(
                    "The RSA key has {bits} bits, too few to be safe: make one with `openssl genrsa -out out.pem 2048` and upload its certificate."
                );
            }
            Self::TooLarge { bits } => {
                return format!(
                    "The RSA key has {bits} bits, more than the 8192 that are supported: make one with `openssl genrsa -out out.pem 4096` and upload its certificate."
                );
            }
        };
        what.into()
    }
}
