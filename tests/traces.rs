//! What could be printed. Types that hold a secret have no text. The libraries below log no secret,
//! even at the level `trace`, which the package never switches on.

mod support;

use std::fmt::{self, Debug, Display, Formatter};
use std::marker::PhantomData;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsforce_connection_manager::authorization_server::salesforce::{Mint, Refreshed, Salesforce};
use jsforce_connection_manager::cache::{CachedToken, TokenCache};
use jsforce_connection_manager::clock::SystemClock;
use jsforce_connection_manager::credential::JwtCredential;
use jsforce_connection_manager::credential::{Client, ClientAuthentication};
use jsforce_connection_manager::grant::TokenRequest;
use jsforce_connection_manager::grant::authorization_code::AuthorizationCode;
use jsforce_connection_manager::identity::IdentityKey;
use jsforce_connection_manager::lineage::KnownLineages;
use jsforce_connection_manager::lineage::{Lineage, Next, Offer};
use jsforce_connection_manager::private_key::SigningKey;
use jsforce_connection_manager::secret::Secret;
use jsforce_connection_manager::source::TokenSource;
use jsforce_connection_manager::source::login::{Grant, Login, RefreshTokenGrant};
use jsforce_connection_manager::token::AccessToken;
use jsforce_connection_manager::transport::{HttpTransport, Request, Response};

use support::loopback::{Act, Loopback, answer, tls_file};
use support::wire::{in_a_process_of_its_own, runtime};
use support::{BUDGET, Config, KEY, source_on, token_of};

/// Tells whether a type has a text. An inherent method is found before a method of a trait.
struct Text<T: ?Sized>(PhantomData<T>);

trait NoText {
    fn debug(&self) -> bool {
        false
    }
    fn display(&self) -> bool {
        false
    }
}
impl<T: ?Sized> NoText for Text<T> {}
impl<T: ?Sized + Debug> Text<T> {
    #[expect(clippy::unused_self, reason = "it takes the place of the trait's")]
    fn debug(&self) -> bool {
        true
    }
}
impl<T: ?Sized + Display> Text<T> {
    #[expect(clippy::unused_self, reason = "it takes the place of the trait's")]
    fn display(&self) -> bool {
        true
    }
}

macro_rules! printable {
    ($($type:ty),+ $(,)?) => {
        vec![$({
            let text = Text::<$type>(PhantomData);
            (stringify!($type), [text.debug(), text.display()])
        }),+]
    };
}

#[derive(Debug)]
struct DebugOnly;

struct DisplayOnly;

impl Display for DisplayOnly {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str("text")
    }
}

#[test]
fn a_text_of_either_kind_is_found() {
    let found = printable!(DebugOnly, DisplayOnly, String);
    let found: Vec<_> = found.iter().map(|(_, printable)| *printable).collect();
    assert_eq!(found, [[true, false], [false, true], [true, true]]);
}

#[test]
fn no_type_that_holds_a_secret_has_a_text() {
    for (name, printable) in printable!(
        Secret<String>,
        Secret<Vec<u8>>,
        SigningKey,
        JwtCredential,
        IdentityKey,
        Login,
        Grant,
        RefreshTokenGrant,
        Client,
        ClientAuthentication,
        AuthorizationCode,
        TokenRequest,
        Refreshed,
        Lineage,
        KnownLineages,
        Next,
        Offer,
        AccessToken,
        Mint,
        CachedToken,
        TokenCache,
        Request,
        Response,
        HttpTransport,
        Salesforce,
        TokenSource,
        Arc<CachedToken>,
        Option<Secret<String>>,
    ) {
        assert_eq!(printable, [false, false], "{name}");
    }
}

/// Collects everything that a library logs, by `log` or by `tracing`.
struct Listener;

static HEARD: Mutex<String> = Mutex::new(String::new());

impl log::Log for Listener {
    fn enabled(&self, _: &log::Metadata) -> bool {
        true
    }
    fn log(&self, record: &log::Record) {
        let line = format!("{} {}\n", record.target(), record.args());
        HEARD.lock().unwrap().push_str(&line);
    }
    fn flush(&self) {}
}

const TOKEN: &str = "00D000000000001!CANARY.of.an.access.token";
const PASSWORD: &str = "CANARY-of-a-proxy-7215037";

/// Parts of all secrets: the password of the proxy, the token, the key, and what was sent.
fn secrets(requests: &[String]) -> Vec<String> {
    let body: String = KEY.lines().filter(|line| !line.starts_with("-----")).collect();
    let mut all = vec![PASSWORD.to_owned(), STANDARD.encode(format!("user:{PASSWORD}"))];
    all.extend([TOKEN.to_owned(), body, "CANARY".into()]);
    let assertion = |request: &String| Some(request.split_once("assertion=")?.1.to_owned());
    all.extend(requests.iter().filter_map(assertion));
    // The header of an assertion is no secret, but there is no reason to show it.
    let pieces = |secret: &String| {
        let bytes = secret.as_bytes();
        let piece = |piece: &[u8]| String::from_utf8_lossy(piece).into_owned();
        bytes.windows(bytes.len().min(16)).map(piece).collect::<Vec<_>>()
    };
    all.iter().flat_map(pieces).collect()
}

async fn ask(server: &Loopback, scheme: &str, ca: Vec<u8>) -> bool {
    ask_at(&format!("{scheme}://127.0.0.1:{}", server.port), ca).await
}

async fn ask_at(url: &str, ca: Vec<u8>) -> bool {
    let transport = Arc::new(HttpTransport::new(ca, None));
    let source = source_on(transport, Arc::new(SystemClock), Arc::default(), 10);
    let login = Config { instance_url: url, ..Config::default() }.login();
    token_of(&source, &login, BUDGET).await.is_ok()
}

#[test]
fn no_library_logs_a_secret() {
    let runtime = runtime();
    let refuse = Act::AnswerAndClose(answer("407 Proxy Authentication Required", ""));
    let proxy = runtime.block_on(Loopback::start(refuse));
    let proxy = format!("http://user:{PASSWORD}@127.0.0.1:{}", proxy.port);
    if !in_a_process_of_its_own("no_library_logs_a_secret", &[("https_proxy", &proxy)]) {
        return;
    }
    log::set_logger(&Listener).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    tracing::trace!("a word by way of tracing");

    let granted = format!(r#"{{"access_token":"{TOKEN}","instance_url":"http://127.0.0.1:1"}}"#);
    let page = format!("<html>{TOKEN}</html>");
    let mut requests = Vec::new();
    runtime.block_on(async {
        for (act, succeeds) in [
            (Act::Answer(answer("200 OK", &granted)), true),
            (Act::Answer(answer("500 Internal Server Error", &page)), false),
            (Act::AnswerAndClose(format!("HTTP/1.1 200 OK\r\n\r\n{TOKEN}").into()), false),
            (Act::AnswerAndClose(format!("{TOKEN} is no HTTP\r\n\r\n").into()), false),
            (Act::Flood(format!("HTTP/1.1 200 OK\r\n\r\n{TOKEN}").into()), false),
            (Act::Reset, false),
        ] {
            let server = Loopback::start(act.clone()).await;
            assert_eq!(ask(&server, "http", vec![]).await, succeeds);
            requests.extend(server.requests());
            let secure = Loopback::start_tls("127.0.0.1", act).await;
            assert_eq!(ask(&secure, "https", tls_file("ca.pem")).await, succeeds);
            requests.extend(secure.requests());
            assert!(!ask(&secure, "https", vec![]).await, "its authority is unknown");
        }
        assert!(!ask_at("https://acme.example", vec![]).await, "the proxy refuses");
    });

    let heard = HEARD.lock().unwrap();
    for part in ["a word by way of tracing", "reqwest::connect starting", "proxy("] {
        assert!(heard.contains(part), "the listener hears too little: {heard}");
    }
    assert!(requests.len() > 10);
    for secret in secrets(&requests) {
        assert!(!heard.contains(&secret), "{secret} is logged:\n{heard}");
    }
}
