//! The headers of the console's files: what its page may do, and whether a browser has a file
//! already.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};
use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use shared::settings::Settings;

use crate::files::File;

/// Answers with a file, or that the browser has it: it asks each time, so that a deployment is seen
/// at the next reload, and gets the bytes once.
pub(crate) fn answer(file: &File, asked: &HeaderMap, settings: &Settings) -> Response {
    let tag = tag_of(&file.content);
    let has_it = asked.get_all(IF_NONE_MATCH).iter().any(|tags| is_among(&tag, tags));
    let mut response = if has_it {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(file.content.clone().into_owned()).into_response()
    };
    let headers = response.headers_mut();
    let fixed = [
        (CONTENT_TYPE, file.media_type),
        (CACHE_CONTROL, "no-cache"),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
    ];
    headers.extend(fixed.map(|(name, value)| (name, HeaderValue::from_static(value))));
    headers.extend(HeaderValue::try_from(tag).map(|tag| (ETAG, tag)));
    headers.extend(
        HeaderValue::try_from(policy(settings)).map(|policy| (CONTENT_SECURITY_POLICY, policy)),
    );
    response
}

/// Nothing from elsewhere, nothing inline, in nobody's frame, and no text that becomes markup
/// (`trusted-types`). On a laptop it also calls the simulated Panorama.
fn policy(settings: &Settings) -> String {
    let mut policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'"
        .to_owned();
    if let Some(simulation) = &settings.simulation {
        // Writing to a text does not fail.
        let _ = write!(policy, " {}", simulation.panorama_url);
    }
    policy
        + "; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; \
           require-trusted-types-for 'script'; trusted-types 'none'"
}

fn tag_of(content: &str) -> String {
    format!("\"{}\"", URL_SAFE_NO_PAD.encode(&digest(&SHA256, content.as_bytes()).as_ref()[..12]))
}

/// Whether `If-None-Match` names a tag (RFC 9110, 13.1.2: compared weakly).
fn is_among(tag: &str, tags: &HeaderValue) -> bool {
    let Ok(tags) = tags.to_str() else { return false };
    tags.split(',').map(str::trim).any(|it| it == "*" || it.trim_start_matches("W/") == tag)
}
