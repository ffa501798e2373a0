//! How reqwest learns the addresses of a host.

use std::io;
use std::net::SocketAddr;
use std::sync::LazyLock;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::time::timeout;

use super::lookup::Lookups;
use crate::entropy::random;

/// A lookup that takes longer has failed.
const LIMIT: Duration = Duration::from_secs(3);
/// Addresses that one attempt tries. reqwest divides its time for connecting by their number, so each
/// has at least half of that time.
const TRIED: usize = 2;

static LOOKUPS: LazyLock<Lookups> = LazyLock::new(Lookups::default);

/// Looks names up, a limited number at once. Each attempt tries other addresses of a host, where the
/// host has many.
pub(super) struct Resolver;

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = timeout(LIMIT, LOOKUPS.addresses(name.as_str())).await;
            let found = found.map(|addresses| chosen(&addresses, start())).unwrap_or_default();
            if found.is_empty() {
                return Err(io::Error::from(io::ErrorKind::NotFound).into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

fn start() -> usize {
    random().map_or(0, |[byte]: [u8; 1]| usize::from(byte))
}

/// Of each family the address at `start`, and the next one of the only family.
fn chosen(addresses: &[SocketAddr], start: usize) -> Vec<SocketAddr> {
    let (v6, v4): (Vec<SocketAddr>, Vec<SocketAddr>) =
        addresses.iter().partition(|address| address.is_ipv6());
    let of = |mut family: Vec<SocketAddr>, count: usize| {
        let turn = start % family.len().max(1);
        family.rotate_left(turn);
        family.truncate(count);
        family
    };
    if v6.is_empty() || v4.is_empty() {
        return of([v6, v4].concat(), TRIED);
    }
    [of(v6, 1), of(v4, 1)].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(list: &[&str]) -> Vec<SocketAddr> {
        list.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn fault_55_an_attempt_tries_two_addresses_and_the_next_one_others() {
        let eight: Vec<String> = (1..=8).map(|last| format!("192.0.2.{last}:0")).collect();
        let eight = addresses(&eight.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(chosen(&eight, 0), addresses(&["192.0.2.1:0", "192.0.2.2:0"]));
        assert_eq!(chosen(&eight, 15), addresses(&["192.0.2.8:0", "192.0.2.1:0"]));
        let both = addresses(&["[2001:db8::1]:0", "[2001:db8::2]:0", "192.0.2.1:0"]);
        assert_eq!(chosen(&both, 1), addresses(&["[2001:db8::2]:0", "192.0.2.1:0"]));
        assert_eq!(chosen(&both[..1], 9), both[..1]);
        assert_eq!(chosen(&[], 9), []);
    }
}
