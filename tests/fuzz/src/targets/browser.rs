//! What a farmer's browser sends.

use axum::body::Bytes;
use domain::organization_code::IndexKey;
use domain::timestamp::Timestamp;
use http::header::{ACCEPT_LANGUAGE, COOKIE, REFERER};
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use sharing_confirmation::address::Address;
use time::macros::datetime;
use web::cookies::binding_cookies;
use web::referrer::{came_from, is_a_page};
use web::ticket::Ticket;
use web::words::Language;

use super::lines;

/// The address of a callback: nothing is read out of it that is not in it, letter for letter.
pub(crate) fn callback(data: &[u8]) {
    let Ok(uri) = Uri::from_maybe_shared(Bytes::copy_from_slice(data)) else { return };
    let address = Address::read(&uri);
    let whole = uri.to_string();
    let decoded = percent_decoded(&whole.replace('+', " "));
    if let Some(id) = address.sharing_url_id {
        assert!(decoded.to_lowercase().contains(&id.to_string()), "an id that was not sent");
    }
    if let Some(code) = &address.code {
        assert!(
            decoded.contains(code.expose()) || percent_decoded(&whole).contains(code.expose()),
            "a code that was not sent"
        );
        assert!(whole.contains('?'), "a code without a query");
    }
    assert!(!address.is_callback || address.sharing_url_id.is_some(), "nobody's callback");
    // What is passed on is one query: it makes an address, and the same code is read out of it.
    let passed_on = format!("/sharing-confirmation?{}", address.query);
    let again = Address::read(&passed_on.parse().expect("the query makes an address"));
    if let (Some(code), Some(again)) = (&address.code, &again.code) {
        assert_eq!(code.expose(), again.expose(), "another code is passed on");
    }
}

/// A `Cookie` header: a cookie that is read is one that we would set.
pub(crate) fn cookies(data: &[u8]) {
    let Some(headers) = header(COOKIE, data) else { return };
    let shown = binding_cookies(&headers);
    for cookie in shown.all().into_iter().flatten() {
        let set = cookie.set_cookie();
        let pair = set.split(';').next().expect("a pair");
        let again = header(COOKIE, pair.as_bytes()).expect("what is set is a header");
        let again = binding_cookies(&again);
        let again = again.of(cookie.session_id).expect("what was read is set, and read again");
        assert_eq!(again.hash(), cookie.hash());
        assert_eq!(again.leaf_user_id, cookie.leaf_user_id);
    }
}

/// `Accept-Language`, `Referer` and `Sec-Fetch-Dest`, a line each.
pub(crate) fn headers(data: &[u8]) {
    let [languages, referrer, destination] = lines(data);
    if let Some(headers) = header(ACCEPT_LANGUAGE, languages) {
        let language = Language::accepted(&headers);
        assert!(Language::ALL.contains(&language));
    }
    if let Some(headers) = header(REFERER, referrer) {
        let panorama = "https://panorama.ag".parse().expect("an address");
        if came_from(&headers, &panorama) {
            assert!(referrer.to_ascii_lowercase().starts_with(b"https:"), "a page without TLS");
        }
    }
    if let Some(headers) = header(HeaderName::from_static("sec-fetch-dest"), destination) {
        assert_eq!(is_a_page(&headers), destination == b"document");
    }
}

/// A page's sealed address: nobody can make one.
pub(crate) fn ticket(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    let now = Timestamp::new(datetime!(2026-11-30 12:00 UTC));
    let key = IndexKey::new(&[7; 32]);
    assert!(Ticket::open(text, &key, now).is_none(), "a ticket that was not sealed");
}

fn header(name: HeaderName, value: &[u8]) -> Option<HeaderMap> {
    let value = HeaderValue::from_bytes(value).ok()?;
    Some(HeaderMap::from_iter([(name, value)]))
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, others @ ..] = rest {
        let hex = |place: usize| others.get(place).and_then(|byte| (*byte as char).to_digit(16));
        if let (b'%', Some(high), Some(low)) = (first, hex(0), hex(1)) {
            bytes.push(u8::try_from(high * 16 + low).expect("two hexadecimal digits"));
            rest = &others[2..];
        } else {
            bytes.push(*first);
            rest = others;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
