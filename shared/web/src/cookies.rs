//! The `Cookie` header.

use std::str;

use http::HeaderMap;
use http::header::COOKIE;

use domain::browser::{BindingCookie, ShownCookies};

/// Our binding cookies that a browser showed. Each pair is read by itself: what another cookie
/// holds, perhaps no text at all, must not hide ours.
pub fn binding_cookies(headers: &HeaderMap) -> ShownCookies {
    let pairs = headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b';'));
    let pairs = pairs.filter_map(|pair| str::from_utf8(pair).ok()?.trim().split_once('='));
    pairs.filter_map(|(name, value)| BindingCookie::read(name, value)).collect()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use domain::ids::{LeafUserId, SessionId};

    fn pair(cookie: &BindingCookie) -> String {
        let header = cookie.set_cookie();
        header.split(';').next().expect("a pair").to_owned()
    }

    fn cookie(number: u8) -> BindingCookie {
        BindingCookie::new(LeafUserId::new([1; 16]), SessionId::new([number; 16]), [number; 32])
    }

    fn showing(header: &[u8]) -> ShownCookies {
        binding_cookies(&HeaderMap::from_iter([(
            COOKIE,
            HeaderValue::from_bytes(header).expect("a header"),
        )]))
    }

    #[test]
    fn a_cookie_of_others_that_is_no_text_hides_none_of_ours() {
        let ours = cookie(1);
        let header = [b"name=J\xfcrgen; ".as_slice(), pair(&ours).as_bytes(), b"; \xff"].concat();
        let shown = showing(&header);
        assert_eq!(shown.of(ours.session_id).map(BindingCookie::hash), Some(ours.hash()));
    }

    #[test]
    fn more_cookies_than_are_read_are_not_none() {
        let cookies: Vec<_> = (0..).take(ShownCookies::MOST + 1).map(cookie).collect();
        let header = |cookies: &[BindingCookie]| {
            cookies.iter().map(pair).collect::<Vec<_>>().join("; ").into_bytes()
        };
        let most = showing(&header(&cookies[1..]));
        assert_eq!(most.all().map(<[_]>::len), Some(ShownCookies::MOST));
        let more = showing(&header(&cookies));
        assert!(more.all().is_none());
        assert!(
            more.of(cookies[0].session_id).is_some(),
            "its own session's cookie is still found"
        );
        assert_eq!(showing(b"theme=dark").all().map(<[_]>::len), Some(0));
    }
}
