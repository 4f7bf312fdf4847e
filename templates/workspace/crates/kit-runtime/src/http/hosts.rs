//! The hosts that a gateway is asked for.
//!
//! A page of a stranger can have its own name point at this machine and then ask as if it were the
//! system's own page. It cannot choose an address, `localhost` or a name without a dot for that, so
//! these are always fine; a name of the public has to be told.

use std::collections::BTreeSet;
use std::net::IpAddr;

/// The hosts of a gateway.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hosts {
    names: BTreeSet<String>,
}

impl Hosts {
    /// The hosts in a list with commas: names, `*.name` for all names below one, or `*` for any.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let names = text.split(',').map(|name| name.trim().to_ascii_lowercase());
        Self { names: names.filter(|name| !name.is_empty()).collect() }
    }

    /// Whether a request for `host`, with a port or without, is for this gateway.
    #[must_use]
    pub fn know(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let name = without_port(&host).trim_end_matches('.');
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        if bare.parse::<IpAddr>().is_ok() || !name.contains('.') || name.ends_with(".localhost") {
            return true;
        }
        self.names.iter().any(|known| match known.strip_prefix('*') {
            Some(end) => name.ends_with(end),
            None => name == known,
        })
    }
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_a_dot_are_known_only_when_they_are_told() {
        let hosts = Hosts::parse("Shop.example, *.shop.test");
        for fine in [
            "127.0.0.1:8000",
            "[::1]:8000",
            "localhost",
            "my.localhost:1",
            "gateway:8000",
            "shop.example",
            "SHOP.EXAMPLE:443",
            "a.shop.test",
            "shop.example.",
        ] {
            assert!(hosts.know(fine), "{fine}");
        }
        for foreign in ["other.example", "shop.example.evil", "evilshop.test", "1.2.3", "a.b:80"] {
            assert!(!hosts.know(foreign), "{foreign}");
        }
        assert!(Hosts::parse("*").know("other.example"));
        assert!(!Hosts::default().know("other.example"));
    }
}
