//! Configured URLs: which hosts a user may name, and how.

use url::{Host, Url};

use crate::failure::Failure;
use crate::pasted::{Mistake, bare, is_missing, mistake};

/// Domains of browser pages, and the domain of the same orgs' My Domains. Hosts below the first answer
/// no API call. The last two: `toLightningDomain` of src/util/sfdcUrl.ts in
/// github.com/forcedotcom/sfdx-core.
const PAGE_DOMAINS: [(&str, &str); 4] = [
    ("lightning.force.com", "my.salesforce.com"),
    ("my.salesforce-setup.com", "my.salesforce.com"),
    ("lightning.crmforce.mil", "my.salesforce.mil"),
    ("lightning.sfcrmapps.cn", "my.sfcrmproducts.cn"),
];

/// What follows `services` in the paths of Salesforce's endpoints. A site may be called `services`.
const ENDPOINTS: [&str; 8] =
    ["oauth2", "data", "soap", "apexrest", "async", "auth", "authcallback", "wave"];

/// First parts of the paths of the browser's pages at Salesforce's own hosts.
const PAGES: [&str; 7] = ["lightning", "one", "setup", "secur", "_ui", "ui", "home"];

/// In bytes: longer than the URL of any login host or org. Parsing a URL takes forty times its
/// length in memory.
pub(crate) const LONGEST: usize = 2_048;

/// A configured URL: https to any host, or http to this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// Reads the URL of `option`. The path stays part of the URL, because Experience Cloud sites
    /// have one.
    ///
    /// # Errors
    /// `CONFIG_INVALID`. The text names the rule that the URL breaks, and what to write in place of a
    /// known path. It never shows the URL.
    pub fn parse(option: &'static str, text: &str) -> Result<Self, Failure> {
        let refuse = |rule: &str| Err(Failure::of_option(option, format!("{option} {rule}")));
        if text.len() > LONGEST {
            return refuse("is longer than 2,048 bytes.");
        }
        let text = bare(text);
        if let Some(mistake) = mistake(text) {
            return refuse(mistake.predicate());
        }
        if text.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("https%3")) {
            return refuse("is percent-encoded: write it with a colon and slashes.");
        }
        let Ok(mut url) = Url::parse(text) else {
            return refuse("is not a URL, such as https://acme.my.salesforce.com.");
        };
        drop_trailing_dot(&mut url);
        // Parsing escapes characters outside ASCII, so the URL may be longer than the text.
        if url.as_str().len() > LONGEST {
            return refuse("is longer than 2,048 bytes.");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("must not hold a user name or password.");
        }
        if matches!(url.scheme(), "http" | "https") {
            if let Some(instead) = instead_of_page(&url) {
                return refuse(&format!("is a browser page: use {instead} instead."));
            }
            if let Some(instead) = instead_of_endpoint(&url) {
                return refuse(&format!("is the URL of one endpoint: use {instead} instead."));
            }
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refuse("must not hold a query or fragment.");
        }
        match (url.scheme(), is_loopback(&url)) {
            ("http" | "https", true) => return Ok(Self(url)),
            ("http", false) => return refuse("must use https; http is for this machine only."),
            ("https", false) => {}
            _ => return refuse("must use https."),
        }
        let Some(Host::Domain(host)) = url.host() else {
            return refuse("must name a host, not an IP address.");
        };
        if host.split('.').any(str::is_empty) {
            return refuse("must name a host without empty parts.");
        }
        if host.split('.').any(|part| is_missing(part) || part == "nan") {
            return refuse(&format!("names a host that {}", Mistake::Missing.predicate()));
        }
        if url.port().is_some_and(|port| port < 1_024) {
            return refuse("must use port 443, or one above 1023.");
        }
        Ok(Self(url))
    }

    /// Scheme, host and port, without a trailing slash (RFC 6454).
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// Origin and path, without a trailing slash: what Salesforce calls the site URL.
    pub fn site(&self) -> String {
        format!("{}{}", self.origin(), self.0.path().trim_end_matches('/'))
    }

    /// The host's name.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// The URL of `path`, which begins with a slash, below this URL.
    pub fn below(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}{path}", self.0.path().trim_end_matches('/')));
        url
    }

    /// Whether the host is this machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }
}

/// What to write in place of a browser page: the org's My Domain.
fn instead_of_page(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    if let Some(my_domain) = my_domain_of_page(host) {
        return Some(format!("https://{my_domain}"));
    }
    let mut parts = url.path_segments()?;
    let first = parts.next()?.to_ascii_lowercase();
    // Elsewhere, the first part is the path of a site.
    let is_page = PAGES.contains(&&*first) && lies_below(host, "salesforce.com");
    let is_setup = first == "lightning" && parts.next().is_some_and(|next| !next.is_empty());
    (is_page || is_setup).then(|| url.origin().ascii_serialization())
}

/// What to write in place of the URL of an endpoint: the origin with the path of a site, if there is
/// one.
fn instead_of_endpoint(url: &Url) -> Option<String> {
    let parts: Vec<_> = url.path_segments()?.map(str::to_ascii_lowercase).collect();
    let is_endpoint =
        |pair: &[String]| pair[0] == "services" && ENDPOINTS.contains(&pair[1].as_str());
    let at = parts.windows(2).position(is_endpoint)?;
    let site: Vec<_> = url.path_segments()?.take(at).collect();
    let site: String = site.iter().flat_map(|part| ["/", part]).collect();
    Some(format!("{}{site}", url.origin().ascii_serialization()))
}

/// Whether `host` lies below `domain`. Every label before `domain` must be valid in DNS: the URL
/// standard also allows empty labels and braces.
pub(crate) fn lies_below(host: &str, domain: &str) -> bool {
    let plain = |label: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        !label.is_empty() && label.bytes().all(allowed)
    };
    let labels = host.strip_suffix(domain).and_then(|rest| rest.strip_suffix('.'));
    labels.is_some_and(|labels| labels.split('.').all(plain))
}

/// The My Domain host of the org whose browser pages `host` serves; `None` for other hosts.
pub(crate) fn my_domain_of_page(host: &str) -> Option<String> {
    let (page, my_domain) = PAGE_DOMAINS.iter().find(|(page, _)| lies_below(host, page))?;
    Some(format!("{}{my_domain}", host.strip_suffix(page)?))
}

/// Whether the host of `url` is this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(host)) => host == "localhost",
        Some(Host::Ipv4(ip)) => ip == std::net::Ipv4Addr::LOCALHOST,
        Some(Host::Ipv6(ip)) => ip == std::net::Ipv6Addr::LOCALHOST,
        None => false,
    }
}

/// Removes the dot at the end of an absolute host name.
pub(crate) fn drop_trailing_dot(url: &mut Url) {
    let host = url.host_str().and_then(|host| host.strip_suffix('.'));
    // A lone dot stays: the crate `url` removes an emptied host wrongly, and panics later.
    if let Some(host) = host.filter(|host| !host.is_empty()) {
        let host = host.to_owned();
        // Cannot fail: the host was valid with its dot.
        let _ = url.set_host(Some(&host));
    }
}
