//! Whether a button of one of our own pages was pressed, or another site's page sends a form in the
//! farmer's name.

use http::HeaderMap;
use http::header::ORIGIN;
use url::Url;

/// Whether a POST comes from a page of ours, which is served below `public_url`.
///
/// Browsers say where a request comes from: in `Sec-Fetch-Site` (W3C Fetch Metadata), and older
/// ones in `Origin` (RFC 6454), which a page must not keep from us by `Referrer-Policy:
/// no-referrer`. What sends neither is no browser, and has no farmer to deceive.
pub fn pressed_on_our_page(headers: &HeaderMap, public_url: &Url) -> bool {
    let is = |name: &str, wanted: &str| headers.get_all(name).iter().all(|value| value == wanted);
    if headers.contains_key("sec-fetch-site") {
        is("sec-fetch-site", "same-origin")
    } else {
        is(ORIGIN.as_str(), &public_url.origin().ascii_serialization())
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn only_our_own_page_and_what_is_no_browser_may_press() {
        let public_url = Url::parse("https://connect.example/prod").expect("a URL");
        for (headers, may) in [
            (&[][..], true),
            (&[("sec-fetch-site", "same-origin"), ("origin", "null")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site"), ("origin", "https://connect.example")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")], false),
            (&[("origin", "https://connect.example")], true),
            (&[("origin", "https://connect.example:8443")], false),
            (&[("origin", "http://connect.example")], false),
            (&[("origin", "https://evil.example")], false),
            (&[("origin", "null")], false),
            (&[("origin", "https://connect.example"), ("origin", "https://evil.example")], false),
        ] {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
            }
            assert_eq!(pressed_on_our_page(&map, &public_url), may, "{headers:?}");
        }
    }
}
