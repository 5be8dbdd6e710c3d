//! The pages that a farmer sees, usually on a phone, in the middle of connecting an operation.
//!
//! Each is one whole document: no script, no image, nothing fetched, so that there is nothing to leak to and nothing to
//! wait for out in the field. No page shows an id, a code or a secret; the only thing that varies is the partner's name.
//!
//! What is said is in `pages/words.rs`, how it looks in `pages/farmer.css`, the drawings in `pages/emblem.rs`.

mod emblem;
mod words;

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderName, HeaderValue, StatusCode, header};
use maud::{DOCTYPE, PreEscaped, html};

use self::{emblem::Emblem, words::Words};

/// The one style sheet, written into every page.
const STYLE: &str = include_str!("pages/farmer.css");

/// The Content-Security-Policy of a page without a form.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| policy("'none'"));

/// The Content-Security-Policy of a page with a form. Chrome holds the redirect that answers a form against `form-action`
/// too, and ours leads to Panorama's portal, another origin. So any web address is allowed; `javascript:` is not.
static FORM_POLICY: LazyLock<HeaderValue> = LazyLock::new(|| policy("https: http:"));

/// Nothing but [`STYLE`]. Its hash is computed, once per process, so that it cannot fall behind the file.
fn policy(form_action: &str) -> HeaderValue {
    let style = STANDARD.encode(digest(&SHA256, STYLE.as_bytes()));
    HeaderValue::try_from(format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
    ))
    .expect("a policy is plain ASCII")
}

/// What the farmer is told; one variant per outcome.
///
/// [`status`](Self::status), [`headers`](Self::headers) and [`render`](Self::render) together are the whole answer; axum
/// takes the three as one tuple.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page<'a> {
    /// The operation is connected.
    Connected,
    /// The farmer's confirmation is safely recorded, Panorama has not answered yet. The page asks again every 3 seconds,
    /// at the same address.
    Finishing,
    /// The farmer came after the 15 minutes. The confirmation is kept for 24 hours: starting again with the same
    /// organization code connects at once.
    Expired,
    /// The confirmation could not be matched to anybody, or Panorama says that sharing is not on. One page for all such
    /// causes, so that it never tells whether a code exists.
    NotBound,
    /// This browser started connecting one operation and another one came back.
    OtherOperation,
    /// Panorama did not confirm: the operation's switch seems to be off.
    NotShared,
    /// The operation is already connected to another account, of which nothing is said.
    OperationOwned,
    /// Too many different operations were tried with one link.
    TooManyOperations,
    /// The farmer declined in Panorama. Nothing was shared; it can still be switched on.
    Declined,
    /// The hop link was already opened in another browser; the farmer may continue in this one.
    OpenedElsewhere {
        /// Where the button posts to: a path of our own, such as `/connect/{sessionId}`.
        action: &'a str,
    },
    /// The link is not one of ours, or incomplete, or misspelled.
    UnknownLink,
    /// We cannot work right now, by our own fault. Nothing was changed; trying again may help.
    Unavailable,
}

impl Page<'_> {
    /// The answer's status code: what a person reading the access log should think of it.
    ///
    /// Where the farmer can put it right and come back, it is 409, a conflict with how things stand (RFC 9110, 15.5.10).
    /// [`Page::NotBound`] is 400, since what came in lacks the proof that would match it to somebody.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Connected | Self::Declined => StatusCode::OK,
            Self::Finishing => StatusCode::ACCEPTED,
            Self::NotBound => StatusCode::BAD_REQUEST,
            Self::UnknownLink => StatusCode::NOT_FOUND,
            Self::OtherOperation | Self::NotShared | Self::OperationOwned | Self::OpenedElsewhere { .. } => {
                StatusCode::CONFLICT
            }
            Self::Expired => StatusCode::GONE,
            Self::TooManyOperations => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The outcome's stable name, in camel case: `outcome` in the partner's return URL, a label in metrics, and
    /// `data-outcome` on the page's `<body>`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Finishing => "finishing",
            Self::Expired => "expired",
            Self::NotBound => "notBound",
            Self::OtherOperation => "otherOperation",
            Self::NotShared => "notShared",
            Self::OperationOwned => "operationOwned",
            Self::TooManyOperations => "tooManyOperations",
            Self::Declined => "declined",
            Self::OpenedElsewhere { .. } => "openedElsewhere",
            Self::UnknownLink => "unknownLink",
            Self::Unavailable => "unavailable",
        }
    }

    /// The answer's headers, content type included. A page with a form lets the browser say `Origin` to us, and to nobody else
    /// where it was; the address of the others may carry an organization code, hence `no-referrer` and
    /// `no-store`.
    pub fn headers(&self) -> [(HeaderName, HeaderValue); 6] {
        let (policy, referrer) = match self {
            Self::OpenedElsewhere { .. } => (&FORM_POLICY, "same-origin"),
            _ => (&POLICY, "no-referrer"),
        };
        [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (header::CONTENT_SECURITY_POLICY, HeaderValue::clone(policy)),
            (header::REFERRER_POLICY, HeaderValue::from_static(referrer)),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex")),
        ]
    }

    /// The whole HTML document. `partner_name` is the application's name as farmers know it; it is escaped.
    pub fn render(&self, partner_name: &str) -> String {
        let Words { headline, happened, steps, button, aside } = Words::of(*self, partner_name);
        let emblem = Emblem::of(*self);
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    @if *self == Self::Finishing {
                        meta http-equiv="refresh" content="3";
                    }
                    title { (headline) " – " (partner_name) }
                    style { (PreEscaped(STYLE)) }
                }
                body data-outcome=(self.name()) {
                    main class=(emblem.mood()) {
                        div.link {
                            (emblem)
                            p.ends { span { "Panorama" } span.unseen { " and " } bdi { (partner_name) } }
                        }
                        h1 { (headline) }
                        h2.unseen { "What happened" }
                        p { (happened) }
                        h2 { "What to do next" }
                        ol { @for step in &steps { li { (step) } } }
                        @if let Some(button) = button { (button) }
                        @if let Some(aside) = aside { p.aside { (aside) } }
                    }
                }
            }
        }
        .into_string()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;

    const ACTION: &str = "/connect/0b9d3c5e";
    const EVERY: [Page<'static>; 12] = [
        Page::Connected,
        Page::Finishing,
        Page::Expired,
        Page::NotBound,
        Page::OtherOperation,
        Page::NotShared,
        Page::OperationOwned,
        Page::TooManyOperations,
        Page::Declined,
        Page::OpenedElsewhere { action: ACTION },
        Page::UnknownLink,
        Page::Unavailable,
    ];

    fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
        let (_, rest) = text.split_once(start).expect(start);
        rest.split_once(end).expect(end).0
    }

    fn policy_of(page: Page<'_>) -> String {
        let headers = HashMap::from(page.headers());
        headers[&header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned()
    }

    #[test]
    fn every_page_is_a_whole_document_that_names_its_outcome_and_the_partner() {
        for page in EVERY {
            let html = page.render("Acme Fields");
            assert!(html.starts_with("<!DOCTYPE html><html lang=\"en\">"), "{page:?}");
            assert!(html.ends_with("</html>"), "{page:?}");
            assert!(html.contains(&format!("<body data-outcome=\"{}\">", page.name())), "{page:?}");
            assert_eq!(html.matches("<h1>").count(), 1, "{page:?}");
            assert!(between(&html, "<h1>", "</main>").contains("Acme Fields"), "{page:?} does not say whose app");
        }
    }

    #[test]
    fn every_outcome_has_a_name_of_its_own_in_camel_case() {
        let names: HashSet<_> = EVERY.iter().map(Page::name).collect();
        assert_eq!(names.len(), EVERY.len());
        for page in EVERY {
            let variant = format!("{page:?}").split(' ').next().unwrap().to_owned();
            assert!(page.name().eq_ignore_ascii_case(&variant), "{page:?} is named {}", page.name());
            assert!(page.name().starts_with(|first: char| first.is_ascii_lowercase()), "{page:?}");
        }
    }

    #[test]
    fn every_page_gives_one_to_three_steps() {
        for page in EVERY {
            let html = page.render("Acme Fields");
            let steps = between(&html, "<ol>", "</ol>").matches("<li>").count();
            assert!((1..=3).contains(&steps), "{page:?} has {steps} steps");
        }
    }

    #[test]
    fn every_page_fetches_nothing_and_runs_nothing() {
        for page in EVERY {
            let html = page.render("Acme Fields");
            for forbidden in ["<script", "<link", "<img", "src=", " style=", "@import", "url(", "://"] {
                assert!(!html.contains(forbidden), "{page:?} contains {forbidden}");
            }
        }
    }

    #[test]
    fn a_hostile_partner_name_is_shown_and_not_obeyed() {
        for page in EVERY {
            let html = page.render("<script>alert('x')</script>\"&");
            assert!(!html.contains("<script"), "{page:?}");
            assert!(html.contains("&lt;script&gt;alert('x')&lt;/script&gt;&quot;&amp;"), "{page:?}");
        }
    }

    #[test]
    fn the_policy_admits_the_style_as_the_page_carries_it() {
        // A browser reads CRLF as LF before it hashes.
        assert!(!STYLE.contains('\r'));
        for page in EVERY {
            let html = page.render("Acme Fields");
            let style = between(&html, "<style>", "</style>");
            let hash = STANDARD.encode(digest(&SHA256, style.as_bytes()));
            assert!(policy_of(page).contains(&format!("style-src 'sha256-{hash}';")), "{page:?}");
            assert!(policy_of(page).starts_with("default-src 'none';"), "{page:?}");
        }
    }

    #[test]
    fn only_the_page_with_a_form_may_post_and_its_answer_may_lead_to_panorama() {
        for page in EVERY {
            let html = page.render("Acme Fields");
            if matches!(page, Page::OpenedElsewhere { .. }) {
                assert!(html.contains(&format!("<form method=\"post\" action=\"{ACTION}\">")));
                assert!(policy_of(page).contains("form-action https: http:;"));
            } else {
                assert!(!html.contains("<form"), "{page:?}");
                assert!(policy_of(page).contains("form-action 'none';"), "{page:?}");
            }
        }
    }

    #[test]
    fn only_the_finishing_page_asks_again_by_itself() {
        for page in EVERY {
            let refreshes = page.render("Acme Fields").contains("<meta http-equiv=\"refresh\" content=\"3\">");
            assert_eq!(refreshes, page == Page::Finishing, "{page:?}");
        }
    }
}
