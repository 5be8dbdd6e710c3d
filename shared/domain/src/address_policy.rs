//! Which receivers may be called. A webhook's URL is whatever somebody wrote into it, and we call
//! it from inside an AWS account.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Which network addresses others may name, for webhooks and files. No setting of a deployment
/// widens it: it is an argument of whoever wires the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressPolicy {
    /// Public addresses, by HTTPS.
    Public,
    /// Those, and this machine, by HTTP as well: for trying it out.
    ThisMachineToo,
}

/// IPv4 addresses that are not public (IANA's special-purpose registry, multicast and the reserved
/// rest).
const NOT_PUBLIC_V4: [(Ipv4Addr, u32); 15] = [
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// Global unicast. Outside it are loopback, unspecified, link-local, unique-local, multicast, and
/// IPv4 in IPv6 (mapped, compatible, NAT64).
const GLOBAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// What is not public inside it: protocol assignments with Teredo, documentation, 6to4.
const NOT_PUBLIC_V6: [(Ipv6Addr, u32); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

impl AddressPolicy {
    /// Whether an address may be called.
    pub fn allows(self, address: IpAddr) -> bool {
        is_public(address) || (self == Self::ThisMachineToo && address.is_loopback())
    }

    /// Whether a URL may be called, as far as it can be told without resolving its name.
    pub fn allows_url(self, url: &Url) -> bool {
        let is_this_machine = match url.host() {
            Some(Host::Ipv4(address)) if !self.allows(address.into()) => return false,
            Some(Host::Ipv6(address)) if !self.allows(address.into()) => return false,
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => return false,
        };
        match url.scheme() {
            "https" => true,
            "http" => self == Self::ThisMachineToo && is_this_machine,
            _ => false,
        }
    }
}

/// Whether an address is one of the public internet. What is in doubt is not.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !NOT_PUBLIC_V4.iter().any(|(net, bits)| {
            let shift = 32 - bits;
            address.to_bits() >> shift == net.to_bits() >> shift
        }),
        IpAddr::V6(address) => {
            let is_in = |(net, bits): &(Ipv6Addr, u32)| {
                let shift = 128 - bits;
                address.to_bits() >> shift == net.to_bits() >> shift
            };
            is_in(&GLOBAL_V6) && !NOT_PUBLIC_V6.iter().any(is_in)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_and_last_address_of_each_range_are_refused_and_their_neighbours_are_not() {
        for (first, last, before, after) in [
            ("0.0.0.0", "0.255.255.255", None, Some("1.0.0.0")),
            ("10.0.0.0", "10.255.255.255", Some("9.255.255.255"), Some("11.0.0.0")),
            ("100.64.0.0", "100.127.255.255", Some("100.63.255.255"), Some("100.128.0.0")),
            ("127.0.0.0", "127.255.255.255", Some("126.255.255.255"), Some("128.0.0.0")),
            ("169.254.0.0", "169.254.255.255", Some("169.253.255.255"), Some("169.255.0.0")),
            ("172.16.0.0", "172.31.255.255", Some("172.15.255.255"), Some("172.32.0.0")),
            ("192.0.0.0", "192.0.0.255", Some("191.255.255.255"), Some("192.0.1.0")),
            ("192.0.2.0", "192.0.2.255", Some("192.0.1.255"), Some("192.0.3.0")),
            ("192.88.99.0", "192.88.99.255", Some("192.88.98.255"), Some("192.88.100.0")),
            ("192.168.0.0", "192.168.255.255", Some("192.167.255.255"), Some("192.169.0.0")),
            ("198.18.0.0", "198.19.255.255", Some("198.17.255.255"), Some("198.20.0.0")),
            ("198.51.100.0", "198.51.100.255", Some("198.51.99.255"), Some("198.51.101.0")),
            ("203.0.113.0", "203.0.113.255", Some("203.0.112.255"), Some("203.0.114.0")),
            ("224.0.0.0", "255.255.255.255", Some("223.255.255.255"), None),
            ("::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", None, None),
            (
                "2001::",
                "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
                Some("2000:ffff::"),
                Some("2001:200::"),
            ),
            (
                "2001:db8::",
                "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
                Some("2001:db7::"),
                Some("2001:db9::"),
            ),
            (
                "2002::",
                "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                Some("2001:ffff::"),
                Some("2003::"),
            ),
            (
                "3fff::",
                "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
                Some("3ffe::"),
                Some("3fff:1000::"),
            ),
            ("4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", Some("3fff:ffff::"), None),
        ] {
            let is_public = |text: &str| is_public(text.parse().expect("an address"));
            assert!(!is_public(first) && !is_public(last), "{first} to {last}");
            assert!(before.is_none_or(is_public), "{before:?}");
            assert!(after.is_none_or(is_public), "{after:?}");
        }
    }

    #[test]
    fn disguises_of_this_machine_and_of_the_metadata_service_are_seen_through() {
        for address in [
            "::1",
            "::",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::a9fe:a9fe",
            "2002:7f00:1::",
            "2001:0:7f00:1::",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            let address = address.parse().expect("an address");
            assert!(!AddressPolicy::Public.allows(address), "{address}");
        }
        for url in [
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://169.254.169.254/latest/meta-data/",
            "https://[::1]/",
            "https://[::ffff:a9fe:a9fe]/",
            "http://receiver.example/",
            "http://localhost/",
        ] {
            let url = Url::parse(url).expect("a URL");
            assert!(!AddressPolicy::Public.allows_url(&url), "{url}");
        }
        assert!(
            AddressPolicy::Public
                .allows_url(&Url::parse("https://receiver.example:8443/x").expect("a URL"))
        );
    }

    #[test]
    fn this_machine_is_reached_only_when_it_is_asked_for_and_nothing_else_private_is() {
        let allows =
            |url: &str| AddressPolicy::ThisMachineToo.allows_url(&Url::parse(url).expect("a URL"));
        assert!(
            allows("http://127.0.0.1:4000/")
                && allows("http://[::1]:4000/")
                && allows("http://localhost:4000/")
        );
        assert!(
            !allows("http://receiver.example/")
                && !allows("https://10.0.0.1/")
                && !allows("http://169.254.169.254/")
        );
    }
}
