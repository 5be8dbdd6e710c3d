//! The `Cookie` header.

use http::HeaderMap;
use http::header::COOKIE;

use crate::domain::browser::BindingCookie;

/// How many hop links' cookies of one browser are looked at: each costs a row to read.
const MOST: usize = 8;

/// Our binding cookies that a browser showed.
pub fn binding_cookies(headers: &HeaderMap) -> Vec<BindingCookie> {
    let pairs =
        headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    let pairs = pairs.filter_map(|pair| pair.trim().split_once('='));
    pairs.filter_map(|(name, value)| BindingCookie::read(name, value)).take(MOST).collect()
}
