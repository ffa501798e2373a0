//! Which hosts may be called: the rules for configured URLs and for the instance URL of an answer.

use url::{Host, Url};

use crate::failure::{Code, Failure};

/// The domains of Salesforce's own that serve APIs, of those in `isSalesforceDomain` of `sfdcUrl.ts` in
/// forcedotcom/sfdx-core. A host must lie below one of them, label by label.
const SALESFORCE_DOMAINS: [&str; 3] = ["salesforce.com", "force.com", "cloudforce.com"];

/// Domains of the browser's pages, which answer no API call.
const PAGE_DOMAINS: [&str; 2] = ["lightning.force.com", "my.salesforce-setup.com"];

/// In bytes: longer than any URL of a login or of an org. Reading one takes forty times its length in
/// memory.
const LONGEST: usize = 2_048;

/// A configured URL: https to any host, or http to this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// Reads the URL of `option`. A path is kept: Experience Cloud sites have one.
    ///
    /// # Errors
    /// `CONFIG_INVALID` with the rule that the URL breaks, never with the URL.
    pub fn parse(option: &'static str, text: &str) -> Result<Self, Failure> {
        let refuse = |rule: &str| Err(Failure::of_option(option, format!("{option} {rule}")));
        if text.len() > LONGEST {
            return refuse("is longer than 2,048 bytes.");
        }
        let Ok(mut url) = Url::parse(text.trim()) else {
            return refuse("is not a URL, such as https://acme.my.salesforce.com.");
        };
        drop_trailing_dot(&mut url);
        // Other characters than ASCII take up to nine in a URL.
        if url.as_str().len() > LONGEST {
            return refuse("is longer than 2,048 bytes.");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("must not hold a user name or password.");
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
        if url.port().is_some_and(|port| port < 1_024) {
            return refuse("must use port 443, or one above 1023.");
        }
        if let Some(my_domain) = my_domain_of_page(host) {
            return refuse(&format!("is a page of the browser: use https://{my_domain} instead."));
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

    /// The token endpoint (RFC 6749 §3.2) below this URL.
    pub fn token_endpoint(&self) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}/services/oauth2/token", self.0.path().trim_end_matches('/')));
        url
    }
}

/// The hosts that a token may be sent to, whatever an answer says: the configured ones, those under
/// a domain of Salesforce's, and those that the user allows.
pub struct TrustedHosts<'a> {
    /// The org's host as configured.
    pub instance: &'a BaseUrl,
    /// The token endpoint's host.
    pub login: &'a BaseUrl,
    /// `allowedInstanceHosts`.
    pub allowed: &'a [String],
}

impl TrustedHosts<'_> {
    /// Checks the instance URL that a token response names, and returns its origin.
    ///
    /// # Errors
    /// `INSTANCE_URL_REFUSED`, with the rule that the URL breaks, never with the URL.
    pub fn instance_url(&self, text: &str) -> Result<String, Failure> {
        let url = self.check(text)?;
        if url.path() == "/" {
            return Ok(url.origin().ascii_serialization());
        }
        Err(refused("is more than scheme and host"))
    }

    /// The identity URL of a token response, if it may be trusted: jsforce sends the token there.
    pub fn identity_url(&self, text: &str) -> Option<String> {
        self.check(text).ok().map(String::from)
    }

    fn check(&self, text: &str) -> Result<Url, Failure> {
        if text.len() > LONGEST {
            return Err(refused("is longer than 2,048 bytes"));
        }
        let mut url = Url::parse(text).map_err(|_| refused("is no URL"))?;
        drop_trailing_dot(&mut url);
        let bare = url.query().is_none() && url.fragment().is_none();
        if !bare || !url.username().is_empty() || url.password().is_some() {
            return Err(refused("is more than scheme and host"));
        }
        let local = is_loopback(&self.instance.0) || is_loopback(&self.login.0);
        if is_loopback(&url) && local {
            return Ok(url);
        }
        let (Some(Host::Domain(host)), "https") = (url.host(), url.scheme()) else {
            return Err(refused("is not https, or no named host"));
        };
        let configured = [self.instance, self.login];
        let same = configured.iter().any(|known| known.0.origin() == url.origin());
        if !same && url.port().is_some() {
            return Err(refused("has a port of its own"));
        }
        let known = same
            || configured.iter().any(|known| known.host() == host)
            || SALESFORCE_DOMAINS.iter().any(|domain| lies_below(host, domain))
            || self.allowed.iter().any(|allowed| allowed == host);
        if !known || my_domain_of_page(host).is_some() {
            return Err(refused(
                "is neither the configured host nor one of Salesforce's API domains",
            ));
        }
        Ok(url)
    }
}

fn refused(rule: &str) -> Failure {
    Failure::new(
        Code::InstanceUrlRefused,
        format!("The token response names an instance URL that {rule}."),
    )
}

/// Reads one entry of `allowedInstanceHosts` into the form hosts are compared in.
///
/// # Errors
/// `CONFIG_INVALID` if the entry is not a bare host name.
pub fn allowed_host(text: &str) -> Result<String, Failure> {
    let is_plain =
        |host: &str| host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
    match Host::parse(text.trim().trim_end_matches('.')) {
        Ok(Host::Domain(host)) if host.contains('.') && is_plain(&host) => Ok(host),
        _ => Err(Failure::of_option(
            "allowedInstanceHosts",
            "allowedInstanceHosts must hold host names, such as api.example.com.",
        )),
    }
}

/// Below, by labels that DNS can hold: the URL standard allows empty ones, and braces.
fn lies_below(host: &str, domain: &str) -> bool {
    let plain = |label: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        !label.is_empty() && label.bytes().all(allowed)
    };
    let labels = host.strip_suffix(domain).and_then(|rest| rest.strip_suffix('.'));
    labels.is_some_and(|labels| labels.split('.').all(plain))
}

fn my_domain_of_page(host: &str) -> Option<String> {
    let domain = PAGE_DOMAINS.iter().find(|domain| lies_below(host, domain))?;
    Some(format!("{}my.salesforce.com", host.strip_suffix(domain)?))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(host)) => host == "localhost",
        Some(Host::Ipv4(ip)) => ip == std::net::Ipv4Addr::LOCALHOST,
        Some(Host::Ipv6(ip)) => ip == std::net::Ipv6Addr::LOCALHOST,
        None => false,
    }
}

fn drop_trailing_dot(url: &mut Url) {
    let host = url.host_str().and_then(|host| host.strip_suffix('.'));
    // Not a lone dot: `url` cuts an emptied host out wrongly, and panics later.
    if let Some(host) = host.filter(|host| !host.is_empty()) {
        let host = host.to_owned();
        // The host without its dot is valid wherever the host was.
        let _ = url.set_host(Some(&host));
    }
}
