//! One request by the real transport, with secrets that no failure may show.

use std::process::Command;
use std::time::{Duration, Instant};

use jsforce_connection_manager::failure::Failure;
use jsforce_connection_manager::secret::Secret;
use jsforce_connection_manager::transport::{HttpTransport, Request, Response, Transport as _};
use url::Url;

/// What a secret of the request or of the answer begins with in these tests.
pub const CANARY: &str = "CANARY";
pub const FORM: &str = "grant_type=x&assertion=CANARY-ASSERTION";

pub fn request(url: &str, timeout: Duration) -> Request {
    let header = |name, value: &str| (name, Secret::new(value.to_owned()));
    Request {
        method: "POST",
        url: Url::parse(url).unwrap(),
        headers: vec![
            header("accept", "application/json"),
            header("content-type", "application/x-www-form-urlencoded"),
        ],
        body: Secret::new(FORM.into()),
        timeout,
        wanted_headers: vec!["date", "retry-after"],
        body_limit: 64 * 1_024,
    }
}

pub async fn post(url: &str) -> Result<Response, Failure> {
    HttpTransport::new(vec![], None).send(request(url, Duration::from_secs(4))).await
}

/// The failure of a request that must fail, and how long the request took. The form and the URL
/// hold canaries. Neither text of the failure may hold a canary.
#[expect(clippy::disallowed_methods, reason = "a real request takes real time")]
pub async fn failure_within(
    transport: &HttpTransport,
    url: &str,
    timeout: Duration,
) -> (Failure, Duration) {
    let mut request = request(url, timeout);
    request.url.set_username("CANARY-USER").unwrap();
    request.url.set_password(Some("CANARY-PASSWORD")).unwrap();
    request.url.set_query(Some("CANARY-QUERY"));
    let started = Instant::now();
    let outcome = transport.send(request).await;
    let took = started.elapsed();
    let failure = outcome.err().unwrap_or_else(|| panic!("{url} answered"));
    let shown = format!("{failure} {failure:?}");
    assert!(!shown.contains(CANARY), "a secret is shown: {shown}");
    (failure, took)
}

pub async fn failure(url: &str) -> Failure {
    let transport = HttpTransport::new(vec![], None);
    failure_within(&transport, url, Duration::from_secs(4)).await.0
}

/// Runs the test `name` of this binary again, in a process whose environment names only the proxies
/// of `proxies`. Returns `true` in that process, where the test must do its work. A process cannot
/// safely change its own environment.
pub fn in_a_process_of_its_own(name: &str, proxies: &[(&str, &str)]) -> bool {
    const MARK: &str = "TESTED_IN_A_PROCESS_OF_ITS_OWN";
    if std::env::var_os(MARK).is_some() {
        return true;
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", name, "--nocapture"]).env(MARK, "1");
    for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy", "request_method"] {
        command.env_remove(name).env_remove(name.to_uppercase());
    }
    command.envs(proxies.iter().copied());
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}\n{errors}");
    false
}

/// A runtime for tests that do their work in one of the processes only.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}
