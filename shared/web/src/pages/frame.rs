//! What every page has: its head, its language, its style, and the headers that lock it down. No
//! page has a policy of its own.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use axum::response::{IntoResponse as _, Response};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderName, HeaderValue, StatusCode, header};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use url::Url;

use crate::words::Language;

/// The one style sheet, written into every page.
pub(super) const STYLE: &str = include_str!("farmer.css");

/// The Content-Security-Policy of a page without a form.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| policy("'none'"));

/// The Content-Security-Policy of a page with a form. Chrome holds the redirect that answers a form
/// against `form-action` too, and ours leads to Panorama's portal, another origin. So any web
/// address is allowed; `javascript:` is not.
static FORM_POLICY: LazyLock<HeaderValue> = LazyLock::new(|| policy("https: http:"));

/// Nothing but [`STYLE`]. Its hash is computed, once per process, so that it cannot fall behind the
/// file.
fn policy(form_action: &str) -> HeaderValue {
    let style = STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
    HeaderValue::try_from(format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action {form_action}; base-uri \
         'none'; frame-ancestors 'none'"
    ))
    .expect("a policy is plain ASCII")
}

/// A page, whatever is on it.
pub(super) struct Frame<'a> {
    pub(super) language: Language,
    /// What the page is, for programs: `data-outcome` on its `<body>`.
    pub(super) name: &'static str,
    pub(super) title: &'a str,
    /// In how many seconds it loads itself again.
    pub(super) again: Option<u64>,
    /// Whether there is a form on it.
    pub(super) posts: bool,
    /// Its `<main>`.
    pub(super) main: Markup,
}

impl Frame<'_> {
    /// The answer to a browser.
    pub(super) fn answer(self, status: StatusCode) -> Response {
        (status, self.headers(), self.render()).into_response()
    }

    /// The address may carry what is nobody else's, hence `no-referrer` and `no-store`. A page with
    /// a form tells ourselves where it is, so that browsers without `Sec-Fetch-Site` send an
    /// `Origin` with it.
    fn headers(&self) -> [(HeaderName, HeaderValue); 8] {
        let (policy, referrer) =
            if self.posts { (&FORM_POLICY, "same-origin") } else { (&POLICY, "no-referrer") };
        [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (header::CONTENT_LANGUAGE, HeaderValue::from_static(self.language.tag())),
            (header::VARY, HeaderValue::from_static("accept-language")),
            (header::CONTENT_SECURITY_POLICY, HeaderValue::clone(policy)),
            (header::REFERRER_POLICY, HeaderValue::from_static(referrer)),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex")),
        ]
    }

    fn render(self) -> String {
        html! {
            (DOCTYPE)
            html lang=(self.language.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    @if let Some(again) = self.again {
                        meta http-equiv="refresh" content=(again);
                    }
                    title { (self.title) }
                    style { (PreEscaped(STYLE)) }
                }
                body data-outcome=(self.name) { (self.main) }
            }
        }
        .into_string()
    }
}

/// Sends a farmer's browser elsewhere. The address that it leaves may carry an organization code.
///
/// # Panics
/// Never: a URL is ASCII.
pub fn redirect(to: &Url) -> Response {
    let to = HeaderValue::try_from(to.as_str()).expect("a URL is ASCII");
    let headers = [
        (header::LOCATION, to),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (StatusCode::SEE_OTHER, headers).into_response()
}
