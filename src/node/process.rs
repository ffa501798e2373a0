//! What all Node.js environments (main thread and workers) of this process share.

use std::sync::{Arc, LazyLock, OnceLock};

use napi::bindgen_prelude::create_custom_tokio_runtime;

use crate::clock::SystemClock;
use crate::deadlines::Deadlines;
use crate::source::{CAPACITY, TokenSource};
use crate::transport::HttpTransport;

/// One table for all sources, so that a look at a ticket needs the ticket's number alone.
pub(super) static DEADLINES: LazyLock<Arc<Deadlines>> = LazyLock::new(Arc::default);

/// Two threads are enough for signing and waiting; napi's default is one a core.
#[napi_derive::module_init]
fn start() {
    // What a panic says could hold anything; where it happened is enough to find it. The hook is
    // this library's own: nothing else in the process uses its copy of the standard library.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        eprintln!("jsforce-connection-manager has a defect at {place}: please report it.");
    }));
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    if let Ok(runtime) = runtime {
        create_custom_tokio_runtime(runtime);
    }
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

/// The source behind `getInstance()`, in all threads.
pub(super) fn source() -> Arc<TokenSource> {
    static SOURCE: OnceLock<Arc<TokenSource>> = OnceLock::new();
    SOURCE
        .get_or_init(|| {
            Arc::new(TokenSource::new(
                transport(),
                Arc::new(SystemClock),
                DEADLINES.clone(),
                CAPACITY,
                Vec::new(),
            ))
        })
        .clone()
}
