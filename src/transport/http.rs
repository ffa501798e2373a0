//! HTTPS by reqwest and rustls: TLS roots, proxy, time and size limits.

use std::future::Future;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderValue};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio::time::timeout;
use url::Url;
use zeroize::Zeroizing;

use super::breakage::failure_of;
use super::permits::Permits;
use super::proxy::{Proxies, Proxy};
use super::resolver::Resolver;
use super::{Answer, Permit, Request, Response, Transport};
use crate::failure::{Code, Failure};
use crate::secret::Secret;

const CONNECT_TIMEOUT: Duration = Duration::from_millis(1_500);
/// How much longer an answer is awaited after its time. An answer that arrived during a freeze is
/// read in this time, although the timer has fired.
const GRACE: Duration = Duration::from_millis(250);

static PERMITS: LazyLock<Permits> = LazyLock::new(Permits::default);

/// HTTPS by reqwest and rustls. The HTTP clients are made at the first request.
pub struct HttpTransport {
    ca: Vec<u8>,
    extra_roots: Option<PathBuf>,
    direct: OnceLock<Result<reqwest::Client, Failure>>,
    proxied: OnceLock<Result<reqwest::Client, Failure>>,
}

impl HttpTransport {
    /// `ca` is PEM text of certificate authorities to trust beside the bundled ones. The file
    /// `extra_roots` holds more of them. As in Node.js, an unusable file is ignored.
    pub fn new(ca: Vec<u8>, extra_roots: Option<PathBuf>) -> Self {
        Self { ca, extra_roots, direct: OnceLock::new(), proxied: OnceLock::new() }
    }

    /// Whether `ca` can be used.
    ///
    /// # Errors
    /// `CONFIG_INVALID` if `ca` holds no PEM certificate, or a broken one.
    pub fn check(&self) -> Result<(), Failure> {
        self.roots().map(drop)
    }

    /// Bundled roots cost 0.13 ms at the first use; the roots of the platform would cost 2.7 ms.
    fn roots(&self) -> Result<RootCertStore, Failure> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let extra = self.extra_roots.as_ref().and_then(|file| std::fs::read(file).ok());
        let extra = extra.unwrap_or_default();
        roots.add_parsable_certificates(CertificateDer::pem_slice_iter(&extra).flatten());
        let refuse = || Failure::of_option("ca", "ca holds no PEM certificate, or a broken one.");
        let before = roots.len();
        for certificate in CertificateDer::pem_slice_iter(&self.ca) {
            roots.add(certificate.map_err(|_| refuse())?).map_err(|_| refuse())?;
        }
        if roots.len() == before && !self.ca.is_empty() {
            return Err(refuse());
        }
        Ok(roots)
    }

    fn tls(&self) -> Result<ClientConfig, Failure> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        Ok(ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| Failure::new(Code::Internal, "TLS cannot be set up."))?
            .with_root_certificates(self.roots()?)
            .with_no_client_auth())
    }

    /// The client for requests that use this proxy, or none. A process has one proxy.
    fn client(&self, proxy: Option<&Proxy>) -> Result<reqwest::Client, Failure> {
        let client = if proxy.is_none() { &self.direct } else { &self.proxied };
        client
            .get_or_init(|| {
                let builder = reqwest::Client::builder()
                    .tls_backend_preconfigured(self.tls()?)
                    .redirect(reqwest::redirect::Policy::none())
                    .retry(reqwest::retry::never())
                    .referer(false)
                    .http1_only()
                    .connect_timeout(CONNECT_TIMEOUT)
                    .dns_resolver(Arc::new(Resolver))
                    .no_proxy()
                    // No connection is reused. A freeze makes idle sockets useless, and requests
                    // come about once an hour.
                    .pool_max_idle_per_host(0);
                let unfit = |_| Failure::new(Code::Internal, "The HTTP client cannot be set up.");
                let builder = match proxy {
                    Some(proxy) => builder.proxy(proxy.of_reqwest().map_err(unfit)?),
                    None => builder,
                };
                builder.build().map_err(unfit)
            })
            .clone()
    }

    async fn send_and_read(&self, request: Request) -> Result<Response, Failure> {
        let proxy = proxy_to(&request.url).map_err(unsent)?;
        let client = self.client(proxy).map_err(unsent)?;
        let failure_of = |error| failure_of(&error, proxy.map(|proxy| proxy.variable));
        let (method, headers) = head_of(&request).map_err(unsent)?;
        let mut sending = client.request(method, request.url).headers(headers);
        if !request.body.expose().is_empty() {
            sending = sending.body(Bytes::from_owner(Body(request.body)));
        }
        let mut response = sending.send().await.map_err(failure_of)?;
        let status = response.status().as_u16();
        let headers = wanted(response.headers(), &request.wanted_headers);
        let mut body = Zeroizing::new(Vec::new());
        while let Some(chunk) = response.chunk().await.map_err(failure_of)? {
            if body.len() + chunk.len() > request.body_limit {
                let limit = request.body_limit / 1_024;
                let what = format!("The answer is larger than {limit} KiB.");
                return Err(Failure {
                    status: Some(status),
                    ..Failure::new(Code::ResponseTooLarge, what)
                });
            }
            append(&mut body, &chunk);
        }
        Ok(Response { status, headers, body: Secret::new(std::mem::take(&mut *body)) })
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: Request) -> Answer<'_> {
        Box::pin(async move {
            let limit = request.timeout;
            with_grace(limit, self.send_and_read(request)).await.unwrap_or_else(|| {
                Err(Failure::new(
                    Code::NetworkTimeout,
                    format!("The host did not answer within {} ms.", limit.as_millis()),
                ))
            })
        })
    }

    fn permit(&self, origin: String) -> Permit<'_> {
        Box::pin(async { Box::new(PERMITS.permit(origin).await) as Box<dyn Send> })
    }

    fn crowd(&self, origin: &str) -> Option<String> {
        PERMITS.crowd(origin)
    }
}

/// The proxy on the way to the host of `url`. Requests to this machine never use one.
fn proxy_to(url: &Url) -> Result<Option<&'static Proxy>, Failure> {
    static PROXIES: LazyLock<Proxies> = LazyLock::new(Proxies::of_environment);
    let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    match (url.host(), url.port_or_known_default()) {
        (Some(host), Some(port)) if !local => PROXIES.to(&host, port),
        _ => Ok(None),
    }
}

/// A request's body as the HTTP library takes it: wiped when the last of it is dropped.
struct Body(Secret);

impl AsRef<[u8]> for Body {
    fn as_ref(&self) -> &[u8] {
        self.0.expose().as_bytes()
    }
}

/// A vector that grows by itself leaves its old content behind.
fn append(body: &mut Zeroizing<Vec<u8>>, chunk: &[u8]) {
    let length = body.len() + chunk.len();
    if length > body.capacity() {
        let mut larger = Zeroizing::new(Vec::with_capacity(2 * length));
        larger.extend_from_slice(body);
        *body = larger;
    }
    body.extend_from_slice(chunk);
}

/// Method and headers as reqwest takes them.
fn head_of(request: &Request) -> Result<(reqwest::Method, HeaderMap), Failure> {
    let unfit = || Failure::new(Code::Internal, "The request has no valid HTTP head.");
    let method = request.method.parse().map_err(|_| unfit())?;
    let mut headers = HeaderMap::new();
    for (name, secret) in &request.headers {
        let wiped = Bytes::from_owner(Zeroizing::new(secret.expose().clone().into_bytes()));
        let mut value = HeaderValue::from_maybe_shared(wiped).map_err(|_| unfit())?;
        value.set_sensitive(true);
        headers.insert(*name, value);
    }
    Ok((method, headers))
}

fn wanted(headers: &HeaderMap, names: &[&'static str]) -> Vec<(&'static str, String)> {
    let value = |name: &str| headers.get(name)?.to_str().ok().map(str::to_owned);
    names.iter().filter_map(|name| Some((*name, value(name)?))).collect()
}

/// The failure of a request that was not sent.
fn unsent(failure: Failure) -> Failure {
    Failure { had_no_effect: true, ..failure }
}

/// Runs `future` for `limit`, and then for `GRACE` more.
async fn with_grace<T>(limit: Duration, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    match timeout(limit, &mut future).await {
        Ok(output) => Some(output),
        Err(_) => timeout(GRACE, future).await.ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn fault_5_an_answer_that_came_during_a_freeze_is_saved() {
        let limit = Duration::from_secs(4);
        let late = tokio::time::sleep(limit + GRACE / 2);
        assert!(with_grace(limit, late).await.is_some());
        let later = tokio::time::sleep(limit + GRACE * 2);
        assert!(with_grace(limit, later).await.is_none());
    }
}
