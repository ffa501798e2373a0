//! What all Node.js environments (main thread and workers) of this process share.

use std::sync::{Arc, LazyLock, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use napi::bindgen_prelude::create_custom_tokio_runtime;

use crate::clock::SystemClock;
use crate::deadlines::Deadlines;
use crate::failure::Failure;
use crate::lineages::{self, Lineages};
use crate::source::{CAPACITY, TokenSource};
use crate::transport::HttpTransport;

/// One table for all sources, so that a look at a ticket needs the ticket's number alone.
pub(super) static DEADLINES: LazyLock<Arc<Deadlines>> = LazyLock::new(Arc::default);

/// One table for all sources: two that knew a refresh token apart would spend it twice.
pub(super) fn lineages() -> Result<Arc<Lineages>, Failure> {
    static LINEAGES: LazyLock<Result<Arc<Lineages>, Failure>> =
        LazyLock::new(|| Lineages::new(lineages::CAPACITY).map(Arc::new));
    LINEAGES.clone()
}

/// Two threads are enough for signing and waiting; napi's default is one a core.
#[napi_derive::module_init]
fn start() {
    set_panic_hook();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    if let Ok(runtime) = runtime {
        create_custom_tokio_runtime(runtime);
    }
}

/// What a panic says could hold anything; where it happened is enough to find it. The hook is this
/// library's own: nothing else in the process uses its copy of the standard library.
fn set_panic_hook() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        eprintln!("jsforce-connection-manager has a defect at {place}: please report it.");
    }));
}

/// The transport of every source without certificate authorities of its own.
pub(super) fn transport() -> Arc<HttpTransport> {
    static TRANSPORT: OnceLock<Arc<HttpTransport>> = OnceLock::new();
    TRANSPORT.get_or_init(|| Arc::new(HttpTransport::new(Vec::new(), extra_roots()))).clone()
}

/// The file of Node's own setting for more certificate authorities.
pub(super) fn extra_roots() -> Option<std::path::PathBuf> {
    std::env::var_os("NODE_EXTRA_CA_CERTS").map(Into::into)
}

/// The source behind `JWTConnectionManager.getInstance()`, in all threads.
pub(super) fn source() -> Arc<TokenSource> {
    static SOURCE: LazyLock<Arc<TokenSource>> = LazyLock::new(open);
    SOURCE.clone()
}

/// The source behind `SalesforceConnectionManager.getInstance()`: a clear of one spares the other.
pub(super) fn refresh_token_source() -> Arc<TokenSource> {
    static SOURCE: LazyLock<Arc<TokenSource>> = LazyLock::new(open);
    SOURCE.clone()
}

fn open() -> Arc<TokenSource> {
    let (clock, hosts) = (Arc::new(SystemClock), Vec::new());
    listed(TokenSource::new(transport(), clock, DEADLINES.clone(), CAPACITY, hosts))
}

/// Puts a source on the list of those that live.
pub(super) fn listed(source: TokenSource) -> Arc<TokenSource> {
    let source = Arc::new(source);
    let mut all = list();
    all.retain(|source| source.strong_count() > 0);
    all.push(Arc::downgrade(&source));
    source
}

/// The sources that live: what is forgotten by one is to be dropped by all.
pub(super) fn sources() -> Vec<Arc<TokenSource>> {
    list().iter().filter_map(Weak::upgrade).collect()
}

fn list() -> MutexGuard<'static, Vec<Weak<TokenSource>>> {
    static LIST: Mutex<Vec<Weak<TokenSource>>> = Mutex::new(Vec::new());
    LIST.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::set_panic_hook;
    use std::process::Command;

    const CANARY: &str = "7215037-CANARY-of-a-panic";

    /// A process of its own, because a hook is its process's.
    #[test]
    fn a_panic_is_told_by_its_place_without_its_words() {
        const MARK: &str = "PANICS_WITH_A_CANARY";
        if std::env::var_os(MARK).is_some() {
            set_panic_hook();
            let line = line!() + 1;
            let panics = std::thread::spawn(|| panic!("{CANARY}"));
            assert!(panics.join().is_err());
            println!("line {line}");
            return;
        }
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["a_panic_is_told_by_its_place_without_its_words", "--nocapture"])
            .envs([(MARK, "1"), ("RUST_BACKTRACE", "full")])
            .output()
            .unwrap();
        let (said, told) = (text(output.stdout), text(output.stderr));
        let (_, line) = said.split_once("line ").unwrap_or_else(|| panic!("{said}{told}"));
        let line = line.lines().next().unwrap();
        let place = format!("has a defect at src/node/process.rs:{line}:");
        assert!(told.contains(&place), "{told}");
        assert!(!format!("{said}{told}").contains(CANARY), "{told}");
    }

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }
}
