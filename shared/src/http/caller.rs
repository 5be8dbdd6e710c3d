//! Where a request comes from.

use std::net::IpAddr;

/// The client's address, for whoever puts one into the request's extensions: what the gateway saw, never what a header claims.
#[derive(Debug, Clone, Copy)]
pub struct CallerAddress(pub IpAddr);
