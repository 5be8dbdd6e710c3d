//! Where a browser says that it comes from.

use http::HeaderMap;
use http::header::REFERER;
use url::{Origin, Url};

/// Whether a browser says that it comes from `from`, or from another page of its origin.
pub fn came_from(headers: &HeaderMap, from: &Url) -> bool {
    let referer = headers.get(REFERER).and_then(|value| value.to_str().ok());
    referer.and_then(origin_of) == Some(from.origin())
}

/// Whether a browser opens the address as a page, and not as another page's picture, frame or the
/// like.
pub fn is_a_page(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-dest").is_none_or(|what| what == "document")
}

/// An opaque origin (`null`) equals none.
fn origin_of(text: &str) -> Option<Origin> {
    Url::parse(text).ok().map(|url| url.origin()).filter(Origin::is_tuple)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_browser_came_from_the_portal_when_it_says_so() {
        let portal = "https://panorama.ag/connections/7c9e6b1a".parse().unwrap();
        for (pairs, from_there) in [
            (&[("referer", "https://panorama.ag/")][..], true),
            (&[("referer", "https://panorama.ag")], true),
            (&[("referer", "https://panorama.ag/manage?x=1")], true),
            (&[("referer", "http://panorama.ag/")], false),
            (&[("referer", "https://panorama.ag.evil.example/")], false),
            (&[("referer", "https://evil.example/?https://panorama.ag/")], false),
            (&[("referer", "https://panorama.ag@evil.example/")], false),
            (&[("referer", "about:client")], false),
            (&[("referer", "")], false),
            (&[], false),
        ] {
            assert_eq!(came_from(&headers(pairs), &portal), from_there, "{pairs:?}");
        }
    }
}
