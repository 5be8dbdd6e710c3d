//! What the address of a callback says, however somebody has entered it in the Partner Portal.
//!
//! The portal puts `?orgCode=` (or `&orgCode=`) after what a person has typed there, perhaps months
//! ago, and no farmer can mend that. So a slash, a brace or a query too many, or an id where
//! another place was meant for it, loses nobody's confirmation. It stays an id that is there in
//! full: of none, or of two, nothing is guessed.

use std::collections::BTreeSet;

use domain::ids::SharingUrlId;
use domain::organization_code::OrganizationCode;
use http::Uri;
use percent_encoding::percent_decode_str;
use web::parameters::Query;

/// Characters of a UUID.
const LENGTH: usize = 36;

/// A callback's address, read.
pub struct Address {
    /// Whose Sharing Confirmation URL it is.
    pub sharing_url_id: Option<SharingUrlId>,
    /// What Panorama says was shared: one code, in the part of the query that Panorama has written.
    pub code: Option<OrganizationCode>,
    /// Whether Panorama says that nothing was shared.
    pub has_error: bool,
    /// Whether it is a callback at all, if it came to no route of ours.
    pub is_callback: bool,
    /// The whole query, as pairs.
    pub query: String,
}

impl Address {
    pub fn read(uri: &Uri) -> Self {
        let path = percent_decode_str(uri.path()).decode_utf8_lossy();
        let raw = uri.query().unwrap_or_default();
        // Who appends `?orgCode=` to an address that has a query, makes a second question mark.
        let parts: Vec<_> = raw.split('?').map(Query::read).collect();
        let query = raw.replace('?', "&");
        let pairs = Query::read(&query);
        let panoramas = parts.iter().rev().find(|part| part.sent().all("orgCode").next().is_some());
        let mut codes = panoramas.into_iter().flat_map(|part| part.sent().all("orgCode"));
        let code = match (codes.next(), codes.next()) {
            (Some(code), None) => code.parse().ok(),
            // None, or two that may contradict each other.
            _ => None,
        };
        let sharing_url_id = id_in([&*path]).or_else(|| {
            let named =
                pairs.sent().pairs().filter(|(name, _)| name.eq_ignore_ascii_case("sharingUrlId"));
            id_in(named.map(|(_, value)| value))
        });
        let has_error = pairs.sent().all("error").next().is_some();
        let is_named = || path.to_ascii_lowercase().contains("sharing-confirmation");
        let is_callback =
            sharing_url_id.is_some() && (panoramas.is_some() || (has_error && is_named()));
        Self {
            sharing_url_id,
            code,
            has_error,
            is_callback,
            query: query.trim_matches('&').to_owned(),
        }
    }
}

/// The one id that is in these texts.
fn id_in<'a>(texts: impl IntoIterator<Item = &'a str>) -> Option<SharingUrlId> {
    let found: BTreeSet<SharingUrlId> = texts.into_iter().flat_map(ids_in).collect();
    let mut found = found.into_iter();
    match (found.next(), found.next()) {
        (Some(id), None) => Some(id),
        _ => None,
    }
}

/// Every id in a text that is not a part of a longer word.
fn ids_in(text: &str) -> impl Iterator<Item = SharingUrlId> + '_ {
    let ends =
        |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'-');
    (0..text.len()).filter_map(move |start| {
        let word = text.get(start..start + LENGTH)?;
        let bytes = text.as_bytes();
        let is_whole = ends(start.checked_sub(1).and_then(|before| bytes.get(before)))
            && ends(bytes.get(start + LENGTH));
        word.parse().ok().filter(|_| is_whole && !word.contains(char::is_whitespace))
    })
}
