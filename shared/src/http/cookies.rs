//! The `Cookie` header.

use http::HeaderMap;
use http::header::COOKIE;

use crate::domain::browser::BindingCookie;

/// How many hop links one browser may have opened within the life of their cookies: each costs a row to read. Somebody at a dealer's desk
/// connects one farmer after another.
const MOST: usize = 32;

/// Our binding cookies that a browser showed: all of them, or none when they are too many. A part would not do, for a session that is left
/// out may be the one that makes the others ambiguous.
pub fn binding_cookies(headers: &HeaderMap) -> Vec<BindingCookie> {
    let pairs =
        headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    let pairs = pairs.filter_map(|pair| pair.trim().split_once('='));
    let cookies: Vec<_> = pairs.filter_map(|(name, value)| BindingCookie::read(name, value)).take(MOST + 1).collect();
    if cookies.len() > MOST { Vec::new() } else { cookies }
}
