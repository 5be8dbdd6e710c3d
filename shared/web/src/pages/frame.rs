//! What every page has: its head, its language, its style, and the headers that lock it down. The
//! policy follows from what is on the page.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::iter;
use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use axum::response::{IntoResponse as _, Response};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderName, HeaderValue, StatusCode, header};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use url::Url;

use crate::words::Language;

/// The colours of all our pages, light and dark; the console's, too.
pub const COLORS: &str = include_str!("colors.css");

/// The one style sheet, written into every page.
pub(super) const STYLE: &str = concat!(include_str!("colors.css"), include_str!("farmer.css"));

/// The Content-Security-Policy of a page without a form.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| policy(false, &Extras::default()));

/// The Content-Security-Policy of a page with a form.
static FORM_POLICY: LazyLock<HeaderValue> = LazyLock::new(|| policy(true, &Extras::default()));

/// Nothing but [`STYLE`] and what the page has besides. The hashes are computed, so that they
/// cannot fall behind the files.
///
/// Chrome holds the redirect that answers a form against `form-action` too, and ours leads to
/// Panorama's portal, another origin. So any web address is allowed; `javascript:` is not.
fn policy(posts: bool, extras: &Extras<'_>) -> HeaderValue {
    let mut policy = "default-src 'none'; style-src ".to_owned();
    let styles = iter::once(STYLE).chain(extras.styles.iter().map(|style| &**style));
    policy.push_str(&styles.map(source).collect::<Vec<_>>().join(" "));
    if let Some(script) = extras.script {
        let _ = write!(policy, "; script-src {}; connect-src 'self'", source(script));
    }
    if !extras.images.is_empty() {
        let _ = write!(policy, "; img-src {}", extras.images.join(" "));
    }
    let form_action = if posts { "https: http:" } else { "'none'" };
    let ancestors =
        if extras.ancestors.is_empty() { "'none'".to_owned() } else { extras.ancestors.join(" ") };
    let _ =
        write!(policy, "; form-action {form_action}; base-uri 'none'; frame-ancestors {ancestors}");
    HeaderValue::try_from(policy).expect("a policy is plain ASCII")
}

/// What admits a style or a script as it is on the page.
pub(super) fn source(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(digest(&SHA256, text.as_bytes())))
}

/// What only some pages have.
#[derive(Default)]
pub(super) struct Extras<'a> {
    /// More styles.
    pub(super) styles: Vec<Cow<'static, str>>,
    /// A script, which may ask for the page's own address.
    pub(super) script: Option<&'static str>,
    /// Where its images are, as sources of a policy.
    pub(super) images: Vec<String>,
    /// The origins whose pages may have it in a frame.
    pub(super) ancestors: Vec<String>,
    /// The origin that is told what comes of it.
    pub(super) opener: Option<&'a str>,
    /// What is above its `<main>`.
    pub(super) above: Option<Markup>,
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
    /// What only some pages have.
    pub(super) extras: Extras<'a>,
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
        let is_plain = self.extras.styles.is_empty();
        let policy = match (self.posts, is_plain) {
            (true, true) => HeaderValue::clone(&FORM_POLICY),
            (false, true) => HeaderValue::clone(&POLICY),
            (posts, false) => policy(posts, &self.extras),
        };
        let referrer = if self.posts { "same-origin" } else { "no-referrer" };
        [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (header::CONTENT_LANGUAGE, HeaderValue::from_static(self.language.tag())),
            (header::VARY, HeaderValue::from_static("accept-language")),
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::REFERRER_POLICY, HeaderValue::from_static(referrer)),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex")),
        ]
    }

    fn render(self) -> String {
        html! {
            (DOCTYPE)
            html lang=(self.language.tag()) data-opener=[self.extras.opener] {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    @if let Some(again) = self.again {
                        @if self.extras.script.is_none() {
                            meta http-equiv="refresh" content=(again);
                        } @else {
                            noscript { meta http-equiv="refresh" content=(again); }
                        }
                    }
                    title { (self.title) }
                    style { (PreEscaped(STYLE)) }
                    @for style in &self.extras.styles { style { (PreEscaped(style)) } }
                }
                body data-outcome=(self.name) {
                    @if let Some(above) = &self.extras.above { (above) }
                    (self.main)
                    @if let Some(script) = self.extras.script {
                        p.unseen role="status" {}
                        script { (PreEscaped(script)) }
                    }
                }
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
