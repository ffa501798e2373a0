//! Which hosts an answer may name: the rules for its instance URL and its identity URL.

use url::{Host, Url};

use super::domains::is_api_host;
use crate::failure::{Code, Failure};
use crate::origin::{BaseUrl, LONGEST, drop_trailing_dot, is_loopback, my_domain_of_page};

/// The hosts that a token may be sent to: the configured hosts, hosts below a domain of Salesforce,
/// and hosts that the user allows.
pub struct InstanceHosts<'a> {
    /// The org's host as configured.
    pub instance: &'a BaseUrl,
    /// The token endpoint's host.
    pub login: &'a BaseUrl,
    /// `allowedInstanceHosts`.
    pub allowed: &'a [String],
}

impl InstanceHosts<'_> {
    /// Checks the instance URL that a token response names, and returns its origin.
    ///
    /// # Errors
    /// `INSTANCE_URL_REFUSED`. The text names the rule that the URL breaks and its host, and never
    /// shows more of the URL.
    pub fn instance_url(&self, text: &str) -> Result<String, Failure> {
        let url = self.check(text)?;
        if url.path() == "/" {
            return Ok(url.origin().ascii_serialization());
        }
        Err(refused_at(&url, "has more than scheme and host"))
    }

    /// The identity URL of a token response, if its host may be trusted. jsforce sends the token to
    /// this URL.
    pub fn identity_url(&self, text: &str) -> Option<String> {
        self.check(text).ok().map(String::from)
    }

    fn check(&self, text: &str) -> Result<Url, Failure> {
        if text.len() > LONGEST {
            return Err(refused("is longer than 2,048 bytes"));
        }
        let mut url = Url::parse(text).map_err(|_| refused("is no URL"))?;
        drop_trailing_dot(&mut url);
        let refused = |rule: &str| Err(refused_at(&url, rule));
        let bare = url.query().is_none() && url.fragment().is_none();
        if !bare || !url.username().is_empty() || url.password().is_some() {
            return refused("has more than scheme and host");
        }
        let local = self.instance.is_loopback() || self.login.is_loopback();
        if is_loopback(&url) && local {
            return Ok(url);
        }
        let (Some(Host::Domain(host)), "https") = (url.host(), url.scheme()) else {
            return refused("is not https, or names an IP address");
        };
        let configured = [self.instance, self.login];
        let same =
            configured.iter().any(|known| known.origin() == url.origin().ascii_serialization());
        if !same && url.port().is_some() {
            return refused("has a port of its own");
        }
        if my_domain_of_page(host).is_some() {
            return refused("is a browser page");
        }
        let known = same
            || configured.iter().any(|known| known.host() == host)
            || is_api_host(host)
            || self.allowed.iter().any(|allowed| allowed == host);
        if !known {
            return refused(
                "is neither at the configured host, nor at a domain of Salesforce, nor at a host of allowedInstanceHosts",
            );
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

/// The same, with the host of the URL. Only characters that DNS knows are shown.
fn refused_at(url: &Url, rule: &str) -> Failure {
    let plain =
        |character: &char| character.is_ascii_alphanumeric() || "-._:[]".contains(*character);
    match url.host_str().filter(|_| matches!(url.scheme(), "http" | "https")) {
        Some(host) => {
            let host: String = host.chars().take(253).filter(plain).collect();
            refused(&format!("{rule} (host {host})"))
        }
        None => refused(rule),
    }
}

/// Reads one entry of `allowedInstanceHosts`. Returns the host as a parsed URL spells it.
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
