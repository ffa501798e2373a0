//! `NO_PROXY`: the hosts that are reached without a proxy.

use std::net::{IpAddr, Ipv4Addr};

use url::Host;

/// The entries of `NO_PROXY`, in all forms that the documentation of Node.js names. As with curl, a
/// plain name also covers the names below it, and addresses may have a prefix length.
#[derive(Default)]
pub(super) struct NoProxy(Vec<Entry>);

struct Entry {
    hosts: Hosts,
    /// The only port that the entry is for.
    port: Option<u16>,
}

enum Hosts {
    All,
    /// This name and those below it.
    Name(String),
    /// The names below this one.
    Below(String),
    /// The addresses from the first to the last.
    Addresses(u128, u128),
}

impl NoProxy {
    /// Reads the entries, with commas between them. One that is no host names no host.
    pub fn parse(text: &str) -> Self {
        let entries = text.split(',').flat_map(|entry| match range(entry) {
            Some(hosts) => vec![Entry { hosts, port: None }],
            None => entry.split_whitespace().filter_map(parse).collect(),
        });
        Self(entries.collect())
    }

    /// Whether the host is reached without a proxy.
    pub fn covers(&self, host: &Host<&str>, port: u16) -> bool {
        self.0
            .iter()
            .any(|entry| entry.port.is_none_or(|only| only == port) && entry.hosts.contain(host))
    }
}

impl Hosts {
    fn contain(&self, host: &Host<&str>) -> bool {
        let below = |host: &str, name: &str| {
            host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'))
        };
        match (self, host) {
            (Self::All, _) => true,
            (Self::Name(name), Host::Domain(host)) => host == name || below(host, name),
            (Self::Below(name), Host::Domain(host)) => below(host, name),
            (Self::Addresses(first, last), Host::Ipv4(ip)) => {
                (*first..=*last).contains(&number((*ip).into()))
            }
            (Self::Addresses(first, last), Host::Ipv6(ip)) => {
                (*first..=*last).contains(&number((*ip).into()))
            }
            _ => false,
        }
    }
}

/// An address as a number; an IPv4 one as the IPv6 address that it is mapped to.
fn number(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().to_bits(),
        IpAddr::V6(ip) => ip.to_bits(),
    }
}

/// `192.168.1.1-192.168.1.100`
fn range(text: &str) -> Option<Hosts> {
    let (first, last) = text.split_once('-')?;
    let ip = |text: &str| Some(number(text.trim().parse::<Ipv4Addr>().ok()?.into()));
    Some(Hosts::Addresses(ip(first)?, ip(last)?))
}

/// `10.0.0.0/8`
fn block(text: &str) -> Option<Hosts> {
    let (ip, length) = text.split_once('/')?;
    let ip: IpAddr = ip.parse().ok()?;
    let bits: u32 = if ip.is_ipv4() { 32 } else { 128 };
    let free = bits.checked_sub(length.parse().ok()?)?;
    let free = u128::MAX.checked_shr(128 - free).unwrap_or(0);
    Some(Hosts::Addresses(number(ip) & !free, number(ip) | free))
}

fn parse(text: &str) -> Option<Entry> {
    if let Some(hosts) = block(text) {
        return Some(Entry { hosts, port: None });
    }
    // The colons of an address begin no port.
    let is_address = text.ends_with(']') || text.parse::<IpAddr>().is_ok();
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) if !is_address => (name, Some(port.parse().ok()?)),
        _ => (text, None),
    };
    let hosts = if name == "*" {
        Hosts::All
    } else if let Some(name) = name.strip_prefix("*.") {
        Hosts::Below(domain(name)?)
    } else {
        let name = name.strip_prefix('.').unwrap_or(name);
        let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
        match bare.parse::<IpAddr>() {
            Ok(ip) => Hosts::Addresses(number(ip), number(ip)),
            Err(_) => Hosts::Name(domain(name)?),
        }
    };
    Some(Entry { hosts, port })
}

/// The name as a parsed URL spells it.
fn domain(name: &str) -> Option<String> {
    match Host::parse(name.trim_end_matches('.')) {
        Ok(Host::Domain(name)) if !name.is_empty() => Some(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(text: &str, host: &str) -> bool {
        let url = url::Url::parse(&format!("https://{host}")).unwrap();
        let port = url.port_or_known_default().unwrap();
        NoProxy::parse(text).covers(&url.host().unwrap(), port)
    }

    #[test]
    fn fault_57_no_proxy_is_read_in_all_forms_of_node_js() {
        for (text, covered, others) in [
            ("*", &["acme.example", "10.0.0.1", "[::1]"][..], &[][..]),
            (
                "acme.example",
                &["acme.example", "ACME.example", "acme.example:8443"],
                &["badacme.example", "example"],
            ),
            (".acme.example", &["a.acme.example", "a.b.acme.example"], &["badacme.example"]),
            (
                "*.acme.example",
                &["a.acme.example", "a.b.acme.example"],
                &["acme.example", "badacme.example"],
            ),
            ("acme.example:8443", &["acme.example:8443"], &["acme.example", "acme.example:8080"]),
            ("acme.example:443", &["acme.example"], &["acme.example:8443"]),
            ("192.168.1.100", &["192.168.1.100"], &["192.168.1.10", "192.168.1.101"]),
            ("192.168.1.1:8443", &["192.168.1.1:8443"], &["192.168.1.1"]),
            (
                "192.168.1.1-192.168.1.100",
                &["192.168.1.1", "192.168.1.42", "192.168.1.100"],
                &["192.168.1.0", "192.168.1.101", "192.168.2.42", "acme.example"],
            ),
            ("[::1]", &["[::1]"], &["[::2]"]),
            ("::1,[2001:db8::1]:8443", &["[::1]", "[2001:db8::1]:8443"], &["[2001:db8::1]"]),
        ] {
            for host in covered {
                assert!(covers(text, host), "{text} covers {host}");
                assert!(covers(&format!("first.example , {text},,"), host), "{text}, {host}");
            }
            for host in others {
                assert!(!covers(text, host), "{text} does not cover {host}");
            }
        }
    }

    #[test]
    fn a_name_covers_those_below_it_and_an_address_may_have_a_prefix_length() {
        assert!(covers("acme.example", "a.acme.example"));
        assert!(covers("Acme.Example.", "acme.example"));
        assert!(covers(" one.example two.example", "two.example"));
        assert!(covers("münchen.example", "xn--mnchen-3ya.example"));
        for (text, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
            ("10.1.2.3/32", "10.1.2.3", "10.1.2.4"),
            ("2001:db8::/32", "[2001:db8:1::1]", "[2001:db9::1]"),
        ] {
            assert!(covers(text, inside) && !covers(text, outside), "{text}");
        }
        assert!(covers("0.0.0.0/0", "10.0.0.1"));
    }

    #[test]
    fn an_entry_that_is_no_host_covers_none() {
        let none = ["", " ", ",", ".", "*.", "-", "<local>", "10.0.0.0/33", "acme.example:port"];
        for text in none.into_iter().chain(["1.2.3.4-", "1.2.3.9-1.2.3.1", ":443", "[::1"]) {
            for host in ["acme.example", "10.0.0.1", "1.2.3.4", "[::1]"] {
                assert!(!covers(text, host), "{text} covers {host}");
            }
        }
    }
}
