//! What all Node.js environments (main thread and workers) of this process share.

use std::sync::{Arc, LazyLock, Mutex, MutexGuard, OnceLock, Weak};

use crate::bounded::lock;
use crate::cache::Deadlines;
use crate::clock::SystemClock;
use crate::failure::Failure;
use crate::lineage::{self, KnownLineages};
use crate::source::{CAPACITY, SourceOptions, TokenSource};
use crate::transport::HttpTransport;

/// One table for all sources, so that `peek` needs only the number of a ticket.
pub(super) static DEADLINES: LazyLock<Arc<Deadlines>> = LazyLock::new(Arc::default);

/// One table for all sources, because two tables could spend a refresh token twice.
pub(super) fn known_lineages() -> Result<Arc<KnownLineages>, Failure> {
    static KNOWN: LazyLock<Result<Arc<KnownLineages>, Failure>> =
        LazyLock::new(|| KnownLineages::new(lineage::CAPACITY).map(Arc::new));
    KNOWN.clone()
}

/// The transport of all sources that configure no certificate authorities.
pub(super) fn transport() -> Arc<HttpTransport> {
    static TRANSPORT: OnceLock<Arc<HttpTransport>> = OnceLock::new();
    TRANSPORT.get_or_init(|| Arc::new(HttpTransport::new(Vec::new(), extra_roots()))).clone()
}

/// The file that Node.js's own setting names for more certificate authorities.
pub(super) fn extra_roots() -> Option<std::path::PathBuf> {
    std::env::var_os("NODE_EXTRA_CA_CERTS").map(Into::into)
}

/// The source behind `JWTConnectionManager.getInstance()`, in all threads.
pub(super) fn source() -> Arc<TokenSource> {
    static SOURCE: LazyLock<Arc<TokenSource>> = LazyLock::new(open);
    SOURCE.clone()
}

/// The source behind `SalesforceConnectionManager.getInstance()`, in all threads. Clearing one of
/// the two sources leaves the other unchanged.
pub(super) fn refresh_token_source() -> Arc<TokenSource> {
    static SOURCE: LazyLock<Arc<TokenSource>> = LazyLock::new(open);
    SOURCE.clone()
}

fn open() -> Arc<TokenSource> {
    listed(TokenSource::new(SourceOptions {
        transport: transport(),
        clock: Arc::new(SystemClock),
        deadlines: DEADLINES.clone(),
        capacity: CAPACITY,
        allowed_instance_hosts: Vec::new(),
    }))
}

/// Puts a source on the list of live sources.
pub(super) fn listed(source: TokenSource) -> Arc<TokenSource> {
    let source = Arc::new(source);
    let mut all = list();
    all.retain(|source| source.strong_count() > 0);
    all.push(Arc::downgrade(&source));
    source
}

/// All live sources. A forgotten token is dropped from each.
pub(super) fn sources() -> Vec<Arc<TokenSource>> {
    list().iter().filter_map(Weak::upgrade).collect()
}

fn list() -> MutexGuard<'static, Vec<Weak<TokenSource>>> {
    static LIST: Mutex<Vec<Weak<TokenSource>>> = Mutex::new(Vec::new());
    lock(&LIST)
}
