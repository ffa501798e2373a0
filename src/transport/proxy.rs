//! The proxy that the environment names, read as the URL standard and Node.js read it.

use std::ffi::OsString;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use reqwest::header::HeaderValue;
use url::{Host, Url};

use super::no_proxy::NoProxy;
use crate::failure::Failure;
use crate::secret::Secret;

/// The variables that name the proxy for https. The first one that is set counts. As in Node.js, small
/// letters count before capitals.
const VARIABLES: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

/// Where a proxy is, and what it wants to know.
pub(super) struct Proxy {
    /// The variable that names this proxy.
    pub variable: &'static str,
    pub host: Host<String>,
    pub port: u16,
    /// Whether the proxy itself is reached by TLS.
    pub tls: bool,
    /// The value of `Proxy-Authorization`.
    pub authorization: Option<Secret>,
}

/// The proxy of the environment, and the hosts that are reached without it.
pub(super) struct Proxies {
    proxy: Option<Result<Proxy, Failure>>,
    without: NoProxy,
}

impl Proxy {
    /// The proxy as reqwest takes it.
    ///
    /// # Errors
    /// As reqwest.
    pub fn of_reqwest(&self) -> reqwest::Result<reqwest::Proxy> {
        let scheme = if self.tls { "https" } else { "http" };
        let proxy = reqwest::Proxy::all(format!("{scheme}://{}:{}", self.host, self.port))?;
        let header = self.authorization.as_ref();
        let header = header.and_then(|text| HeaderValue::from_str(text.expose()).ok());
        Ok(match header {
            Some(mut header) => {
                header.set_sensitive(true);
                proxy.custom_http_auth(header)
            }
            None => proxy,
        })
    }
}

impl Proxies {
    /// Reads the variables of the environment.
    pub fn of_environment() -> Self {
        Self::read(|name| std::env::var_os(name))
    }

    fn read(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name: &&'static str| {
            let value = variable(name).filter(|value| !value.is_empty())?;
            Some((*name, value))
        };
        let proxy = VARIABLES.iter().find_map(set).map(|(name, value)| parse(name, value));
        let without = ["no_proxy", "NO_PROXY"].iter().find_map(set);
        let without = without.map(|(_, value)| NoProxy::parse(&value.to_string_lossy()));
        Self { proxy, without: without.unwrap_or_default() }
    }

    /// The proxy on the way to the host; none if the host is reached without one.
    ///
    /// # Errors
    /// `CONFIG_INVALID` if the variable cannot be read. The text names the variable, and never shows
    /// its value.
    pub fn to(&self, host: &Host<&str>, port: u16) -> Result<Option<&Proxy>, Failure> {
        match &self.proxy {
            Some(proxy) if !self.without.covers(host, port) => {
                proxy.as_ref().map(Some).map_err(Clone::clone)
            }
            _ => Ok(None),
        }
    }
}

fn parse(variable: &'static str, value: OsString) -> Result<Proxy, Failure> {
    let refuse = |rule: &str| Failure::of_option(variable, format!("{variable} {rule}"));
    let no_url = || {
        refuse(
            "is not the URL of a proxy, such as http://user:password@proxy.example:3128. Percent-encode / # ? \\ and spaces in its user name and password.",
        )
    };
    let text = value.into_string().map_err(|_| no_url())?;
    let text = text.trim();
    if text.contains(|character: char| character.is_control()) {
        return Err(refuse("holds a line end or another control character."));
    }
    if text.starts_with(['"', '\'', '`', '“', '‘']) {
        return Err(refuse("begins with a quotation mark: remove the quotation marks."));
    }
    let url = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let url = Url::parse(&url).map_err(|_| no_url())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refuse("must begin with http:// or https://: no other proxy is supported."));
    }
    // An `@` behind the host: an unencoded character of the password has ended the host too early.
    let rest = [Some(url.path()), url.query(), url.fragment()];
    let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
        return Err(no_url());
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    if rest.iter().flatten().any(|part| part.contains('@'))
        || matches!(host, Host::Domain(name) if !name.bytes().all(plain))
    {
        return Err(no_url());
    }
    let tls = url.scheme() == "https";
    Ok(Proxy { variable, host: host.to_owned(), port, tls, authorization: authorization(&url) })
}

/// User name and password for `Proxy-Authorization` (RFC 7617).
fn authorization(url: &Url) -> Option<Secret> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let mut pair: Vec<u8> = percent_decode_str(url.username()).collect();
    pair.push(b':');
    pair.extend(percent_decode_str(url.password().unwrap_or_default()));
    let pair = Secret::new(pair);
    Some(Secret::new(format!("Basic {}", STANDARD.encode(pair.expose()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: Host<&str> = Host::Domain("acme.my.salesforce.com");

    fn proxies(variables: &[(&str, &str)]) -> Proxies {
        Proxies::read(|name| {
            let (_, value) = variables.iter().find(|(known, _)| *known == name)?;
            Some(value.into())
        })
    }

    /// Where the proxy is, by which scheme, and what it is told.
    fn read(text: &str) -> Result<(String, Option<String>), Failure> {
        let proxies = proxies(&[("HTTPS_PROXY", text)]);
        let proxy = proxies.to(&HOST, 443)?.expect("a proxy");
        let authorization = proxy.authorization.as_ref().map(|secret| {
            let pair = secret.expose().strip_prefix("Basic ").unwrap();
            String::from_utf8(STANDARD.decode(pair).unwrap()).unwrap()
        });
        let scheme = if proxy.tls { "https" } else { "http" };
        Ok((format!("{scheme}://{}:{}", proxy.host, proxy.port), authorization))
    }

    #[test]
    fn fault_56_a_proxy_is_read_as_the_url_standard_and_node_js_read_it() {
        for (text, at, pair) in [
            ("http://proxy.example:3128", "http://proxy.example:3128", None),
            ("http://proxy.example", "http://proxy.example:80", None),
            ("https://proxy.example/", "https://proxy.example:443", None),
            ("HTTP://Proxy.Example:3128/path?x", "http://proxy.example:3128", None),
            ("proxy.example:3128", "http://proxy.example:3128", None),
            ("user:secret@proxy.example:3128", "http://proxy.example:3128", Some("user:secret")),
            ("  http://10.0.0.1:3128\n", "http://10.0.0.1:3128", None),
            ("http://[::1]:3128", "http://[::1]:3128", None),
            ("http://user@proxy.example:3128", "http://proxy.example:3128", Some("user:")),
            ("http://:secret@proxy.example:3128", "http://proxy.example:3128", Some(":secret")),
            ("http://u:p@ss@proxy.example:3128", "http://proxy.example:3128", Some("u:p@ss")),
            ("http://u:p%40s%2Fs%23@proxy.example:1", "http://proxy.example:1", Some("u:p@s/s#")),
            (
                "http://u:p:s|s^ s\"<>@proxy.example:1",
                "http://proxy.example:1",
                Some("u:p:s|s^ s\"<>"),
            ),
            ("http://u:100%@proxy.example:1", "http://proxy.example:1", Some("u:100%")),
            ("http://u:pässwörd@proxy.example:1", "http://proxy.example:1", Some("u:pässwörd")),
        ] {
            let (found, told) = read(text).unwrap_or_else(|failure| panic!("{text}: {failure}"));
            assert_eq!((&*found, told.as_deref()), (at, pair), "{text}");
        }
    }

    #[test]
    fn fault_56_a_proxy_that_cannot_be_read_is_refused_and_not_shown() {
        for (text, rule) in [
            ("\"http://u:hunter2@proxy.example:3128\"", "quotation mark"),
            ("'proxy.example:3128'", "quotation mark"),
            ("http://proxy.example:3128\"", "not the URL"),
            ("http://u:hunter2@proxy.example:3128\nNO_PROXY=x", "line end"),
            ("http://u:hunt\ter2@proxy.example:3128", "control character"),
            ("http://u:hunter/2@proxy.example:3128", "not the URL"),
            ("http://u:12/hunter2@proxy.example:3128", "not the URL"),
            ("http://u:12#hunter2@proxy.example:3128", "not the URL"),
            ("http://u:12?hunter2@proxy.example:3128", "not the URL"),
            ("http://u:12\\hunter2@proxy.example:3128", "not the URL"),
            ("http://proxy example:3128", "not the URL"),
            ("http://pro\"xy", "not the URL"),
            ("http://proxy.example:port", "not the URL"),
            ("http://proxy.example:70000", "not the URL"),
            ("http://", "not the URL"),
            (" ", "not the URL"),
            ("socks5://proxy.example:1080", "no other proxy"),
            ("://proxy.example", "not the URL"),
        ] {
            let failure = read(text).expect_err(text);
            assert_eq!(failure.option, Some("HTTPS_PROXY"), "{text}");
            assert!(failure.what.starts_with("HTTPS_PROXY "), "{failure}");
            assert!(failure.what.contains(rule), "{text}: {failure}");
            assert!(!failure.what.contains("hunter"), "{failure}");
        }
        #[cfg(unix)]
        {
            use std::os::unix::ffi::OsStringExt as _;
            let proxies = Proxies::read(|_| Some(OsString::from_vec(vec![b'a', 0xff])));
            assert!(proxies.to(&HOST, 443).is_err());
        }
    }

    #[test]
    fn fault_56_the_variables_count_in_the_order_of_node_js() {
        let named = |variables: &[&'static str]| {
            let set = |name: &&'static str| (*name, "http://proxy.example");
            let variables: Vec<_> = variables.iter().map(set).collect();
            proxies(&variables).to(&HOST, 443).unwrap().map(|proxy| proxy.variable)
        };
        let mut variables = vec!["HTTP_PROXY", "http_proxy", "CGI_HTTP_PROXY"];
        assert_eq!(named(&variables), None, "the login is for https");
        for name in ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy"] {
            variables.push(name);
            assert_eq!(named(&variables), Some(name));
        }
        let empty = proxies(&[("https_proxy", ""), ("HTTPS_PROXY", "proxy.example")]);
        assert!(empty.to(&HOST, 443).unwrap().is_some_and(|proxy| proxy.variable == "HTTPS_PROXY"));
    }

    #[test]
    fn fault_57_a_proxy_is_not_read_for_the_hosts_of_no_proxy() {
        for (variable, text) in [("NO_PROXY", ".salesforce.com"), ("no_proxy", "*")] {
            let proxies = proxies(&[("HTTPS_PROXY", "\""), (variable, text)]);
            assert!(proxies.to(&HOST, 443).is_ok_and(|proxy| proxy.is_none()));
        }
        let proxies = proxies(&[("HTTPS_PROXY", "a"), ("no_proxy", "b"), ("NO_PROXY", "*")]);
        assert!(proxies.to(&HOST, 443).is_ok_and(|proxy| proxy.is_some()), "small letters count");
    }
}
