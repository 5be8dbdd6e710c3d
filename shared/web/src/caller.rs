//! Where a request comes from.

use std::convert::Infallible;
use std::net::IpAddr;

use axum::extract::FromRequestParts;
use domain::caller::Caller;
use http::HeaderMap;
use http::request::Parts;

/// The client's address, for whoever puts one into the request's extensions: what the gateway saw,
/// never what a header claims.
#[derive(Debug, Clone, Copy)]
pub struct CallerAddress(pub IpAddr);

impl CallerAddress {
    /// The client of a request that came through the front (see [`super::front`]), whose peer, as
    /// the gateway saw it, is the front. The front adds its own client to `X-Forwarded-For`, and
    /// the gateway the front; what is before them anybody may have written.
    pub fn behind_front(headers: &HeaderMap, front: IpAddr) -> Self {
        let hops =
            headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
        let hops: Vec<IpAddr> = hops
            .flat_map(|hops| hops.split(','))
            .filter_map(|hop| hop.trim().parse().ok())
            .collect();
        let client = hops.iter().rev().find(|hop| **hop != front);
        Self(client.copied().unwrap_or(front))
    }
}

/// Whom a request comes from, taken out of it by a handler.
#[derive(Debug, Clone, Copy)]
pub struct FromCaller(pub Caller);

impl<S: Send + Sync> FromRequestParts<S> for FromCaller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let address = parts.extensions.get::<CallerAddress>().map(|address| address.0);
        Ok(Self(Caller::at(address)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behind_a_front_the_client_is_the_one_that_the_front_saw() {
        let front = "198.51.100.9".parse().unwrap();
        for (hops, client) in [
            (&["203.0.113.7, 198.51.100.9"][..], "203.0.113.7"),
            (&["10.0.0.1, 203.0.113.7, 198.51.100.9"], "203.0.113.7"),
            (&["10.0.0.1", "203.0.113.7,198.51.100.9"], "203.0.113.7"),
            (&["203.0.113.7"], "203.0.113.7"),
            (&["2001:db8::1, 198.51.100.9"], "2001:db8::1"),
            (&["nonsense, 198.51.100.9"], "198.51.100.9"),
            (&[], "198.51.100.9"),
        ] {
            let headers = hops
                .iter()
                .map(|hops| ("x-forwarded-for".parse().unwrap(), hops.parse().unwrap()))
                .collect();
            assert_eq!(
                CallerAddress::behind_front(&headers, front).0,
                client.parse::<IpAddr>().unwrap(),
                "{hops:?}"
            );
        }
    }
}
