//! Who calls what is open to the world: the address of a client, as far as a budget needs it.

use std::net::IpAddr;

/// A client's address. Farmers are people: it is counted under a keyed hash, for as long as a
/// budget lasts, and never logged.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Caller(Option<IpAddr>);

impl Caller {
    /// A client at this address; those whose address nobody knows are one.
    pub fn at(address: Option<IpAddr>) -> Self {
        Self(address.map(|address| address.to_canonical()))
    }

    /// What tells it from others: an IPv4 address; of an IPv6 address the first 64 bits, since
    /// whoever has one has all of those.
    pub(super) fn bytes(self) -> [u8; 16] {
        match self.0 {
            None => [0; 16],
            Some(IpAddr::V4(address)) => address.to_ipv6_mapped().octets(),
            Some(IpAddr::V6(address)) => (u128::from(address) >> 64 << 64).to_be_bytes(),
        }
    }
}

impl std::fmt::Debug for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Caller(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(address: &str) -> Caller {
        Caller::at(Some(address.parse().expect("an address")))
    }

    #[test]
    fn a_client_is_an_ipv4_address_or_the_half_of_an_ipv6_address_that_it_cannot_choose() {
        let same = |one: &str, other: &str| caller(one).bytes() == caller(other).bytes();
        assert!(same("203.0.113.7", "::ffff:203.0.113.7"));
        assert!(!same("203.0.113.7", "203.0.113.8"));
        assert!(same("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert!(!same("2001:db8:1:2::1", "2001:db8:1:3::1"));
        assert_ne!(caller("203.0.113.7").bytes(), Caller::at(None).bytes());
        assert!(!format!("{:?}", caller("203.0.113.7")).contains("203"));
    }
}
