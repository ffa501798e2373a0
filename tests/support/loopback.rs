//! A server on this machine that answers byte by byte as a test says, faults included.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// What happens once a request has been read.
#[derive(Clone)]
pub enum Act {
    /// These bytes before any request, then the end of the stream.
    Greet(Vec<u8>),
    /// These bytes; then the connection stays open, as with a polite server.
    Answer(Vec<u8>),
    /// These bytes, then the end of the stream.
    AnswerAndClose(Vec<u8>),
    /// These bytes, one at a time with this pause between them.
    Drip(Vec<u8>, Duration),
    /// These bytes after a while.
    Later(Duration, Vec<u8>),
    /// These bytes, then up to 100 MB.
    Flood(Vec<u8>),
    /// A reset (RST) in place of an answer.
    Reset,
    /// Nothing at all.
    Silence,
}

const FLOOD: u64 = 100 * 1_000_000;
/// The longest life of a connection, even if a test forgets to end it.
const LONGEST: Duration = Duration::from_secs(15);

#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    requests: Mutex<Vec<String>>,
    written: AtomicU64,
    dropped: AtomicBool,
}

/// The server; it ends with the test's runtime.
pub struct Loopback {
    pub port: u16,
    seen: Arc<Seen>,
    listening: JoinHandle<()>,
}

impl Drop for Loopback {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Loopback {
    pub async fn start(act: Act) -> Self {
        Self::listen("127.0.0.1", act, None).await
    }

    /// Starts with TLS, by the certificate for `localhost` and `127.0.0.1` of the package's local
    /// org.
    pub async fn start_tls(address: &str, act: Act) -> Self {
        let (chain, key) = (tls_file("localhost.pem"), tls_file("localhost-key.pem"));
        let chain = CertificateDer::pem_slice_iter(&chain).map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_slice(&key).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        Self::listen(address, act, Some(TlsAcceptor::from(Arc::new(config)))).await
    }

    async fn listen(address: &str, act: Act, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind((address, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Seen::default());
        let shared = seen.clone();
        let listening = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, act, tls) = (shared.clone(), act.clone(), tls.clone());
                seen.connections.fetch_add(1, SeqCst);
                tokio::spawn(tokio::time::timeout(LONGEST, meet(stream, seen, act, tls)));
            }
        });
        Self { port, seen, listening }
    }

    /// The server's token endpoint, as the package would ask it.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/services/oauth2/token", self.port)
    }

    pub fn connections(&self) -> usize {
        self.seen.connections.load(SeqCst)
    }

    /// Every request so far, head and body.
    pub fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap().clone()
    }

    /// How many bytes of a flood were written.
    pub fn written(&self) -> u64 {
        self.seen.written.load(SeqCst)
    }

    /// Whether the client has dropped a connection that the server still wrote to or waited on.
    pub fn was_dropped(&self) -> bool {
        self.seen.dropped.load(SeqCst)
    }
}

pub fn tls_file(name: &str) -> Vec<u8> {
    let file = super::sources::root().join("testing/tls").join(name);
    std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// A whole answer with this status line, body and length.
pub fn answer(status: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

async fn meet(stream: TcpStream, seen: Arc<Seen>, act: Act, tls: Option<TlsAcceptor>) {
    if matches!(act, Act::Reset) {
        // The close that follows sends a reset.
        stream.set_zero_linger().unwrap();
    }
    match tls {
        None => serve(stream, seen, act).await,
        Some(tls) => {
            if let Ok(stream) = tls.accept(stream).await {
                serve(stream, seen, act).await;
            }
        }
    }
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, seen: Arc<Seen>, act: Act) {
    if let Act::Greet(bytes) = &act {
        let _ = stream.write_all(bytes).await;
        return;
    }
    while let Some(request) = read_request(&mut stream).await {
        seen.requests.lock().unwrap().push(request);
        let outcome = match &act {
            Act::Greet(_) | Act::Reset => return,
            Act::Silence => Ok(()),
            Act::Answer(bytes) => stream.write_all(bytes).await,
            Act::AnswerAndClose(bytes) => {
                let _ = stream.write_all(bytes).await;
                let _ = stream.shutdown().await;
                return;
            }
            Act::Later(wait, bytes) => {
                tokio::time::sleep(*wait).await;
                stream.write_all(bytes).await
            }
            Act::Drip(bytes, pause) => drip(&mut stream, bytes, *pause).await,
            Act::Flood(head) => flood(&mut stream, head, &seen.written).await,
        };
        if outcome.is_err() {
            break;
        }
    }
    seen.dropped.store(true, SeqCst);
}

async fn drip(
    out: &mut (impl AsyncWrite + Unpin),
    bytes: &[u8],
    pause: Duration,
) -> std::io::Result<()> {
    for byte in bytes {
        out.write_all(&[*byte]).await?;
        tokio::time::sleep(pause).await;
    }
    Ok(())
}

async fn flood(
    out: &mut (impl AsyncWrite + Unpin),
    head: &[u8],
    written: &AtomicU64,
) -> std::io::Result<()> {
    out.write_all(head).await?;
    let chunk = vec![b'x'; 16 * 1_024];
    while written.load(SeqCst) < FLOOD {
        out.write_all(&chunk).await?;
        written.fetch_add(chunk.len() as u64, SeqCst);
    }
    Ok(())
}

/// One request, head and body; none if the client leaves before it is complete.
async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
            });
            if body.len() >= length.unwrap_or(0) {
                return Some(text.into_owned());
            }
        }
        let mut chunk = vec![0; 4_096];
        match stream.read(&mut chunk).await {
            Ok(length @ 1..) => bytes.extend_from_slice(&chunk[..length]),
            _ => return None,
        }
    }
}
