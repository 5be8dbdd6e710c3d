//! The pages that a farmer sees, usually on a phone, in the middle of connecting an operation.
//!
//! Each is one whole document: no script, no image, nothing fetched, so that there is nothing to
//! leak to and nothing to wait for out in the field. No page shows an id, a code or a secret; the
//! only thing that varies is the partner's name.
//!
//! What is said is in `pages/words.rs`, how it looks in `pages/farmer.css`, the drawings in
//! `pages/emblem.rs`.

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

/// What the farmer is told; one variant per outcome.
///
/// [`status`](Self::status), [`headers`](Self::headers) and [`render`](Self::render) together are
/// the whole answer; axum takes the three as one tuple.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page<'a> {
    /// The operation is connected.
    Connected,
    /// The farmer's confirmation is safely recorded, Panorama has not answered yet. The page asks
    /// again at the same address.
    Finishing {
        /// In how many seconds; see [`again_after`].
        again: Option<u64>,
    },
    /// The farmer came after the 15 minutes. The confirmation is kept for 24 hours: starting again
    /// with the same organization code connects at once.
    Expired,
    /// The hop link was opened after its 15 minutes.
    LinkExpired,
    /// The hop link was opened after its session had connected an operation, which does not share
    /// any more.
    LinkUsed,
    /// The confirmation could not be matched to anybody, or Panorama says that sharing is not on.
    /// One page for all such causes, so that it never tells whether a code exists.
    NotBound,
    /// This browser started connecting one operation and another one came back.
    OtherOperation,
    /// Panorama did not confirm: the operation's switch seems to be off.
    NotShared,
    /// The operation is already connected to another account, of which nothing is said.
    OperationOwned,
    /// Too many different operations were tried with one link.
    TooManyOperations,
    /// Panorama sent the browser back with an error: the farmer declined, or something else went
    /// wrong there.
    Declined,
    /// The hop link, before a browser is bound: whose account it is.
    WhoseAccount(Ask<'a>),
    /// The hop link was already opened in another browser; the farmer may continue in this one.
    OpenedElsewhere(Ask<'a>),
    /// A callback for an open session of which the browser did not say that it comes from Panorama:
    /// did the farmer mean it?
    CameBack(Ask<'a>),
    /// The client has as many confirmations kept as it may have, so this one could not be stored
    /// yet. The page tries again by itself.
    Busy {
        /// In how many seconds; see [`again_after`].
        again: Option<u64>,
    },
    /// The link is not one of ours, or incomplete, or misspelled.
    UnknownLink,
    /// We cannot work right now, by our own fault. The page tries again by itself.
    Unavailable {
        /// In how many seconds; see [`again_after`].
        again: Option<u64>,
    },
}

/// What a page with a button asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask<'a> {
    /// Where the button posts to: a path of our own, such as `/connect/{sessionId}`.
    pub action: &'a str,
    /// The Leaf user's name, shortened.
    pub account: &'a str,
}

/// In how many seconds a page that is so many seconds old asks again by itself: soon at first, then
/// less and less often, and after a quarter of an hour not at all, so that forgotten pages do not
/// take farmers' places.
pub fn again_after(age: u64) -> Option<u64> {
    (age < 900).then(|| (age / 4).clamp(3, 60))
}

impl Page<'_> {
    /// The answer's status code: what a person reading the access log should think of it.
    ///
    /// Where the farmer can put it right and come back, it is 409, a conflict with how things stand
    /// (RFC 9110, 15.5.10). [`Page::NotBound`] is 400, since what came in lacks the proof that
    /// would match it to somebody.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Connected | Self::Declined | Self::WhoseAccount(_) | Self::CameBack(_) => {
                StatusCode::OK
            }
            Self::Finishing { .. } => StatusCode::ACCEPTED,
            Self::NotBound => StatusCode::BAD_REQUEST,
            Self::UnknownLink => StatusCode::NOT_FOUND,
            Self::OtherOperation
            | Self::NotShared
            | Self::OperationOwned
            | Self::TooManyOperations
            | Self::OpenedElsewhere(_) => StatusCode::CONFLICT,
            Self::Expired | Self::LinkExpired | Self::LinkUsed => StatusCode::GONE,
            Self::Busy { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The outcome's stable name, in camel case: `outcome` in the partner's return URL, a label in
    /// metrics, and `data-outcome` on the page's `<body>`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Finishing { .. } => "finishing",
            Self::Expired => "expired",
            Self::LinkExpired => "linkExpired",
            Self::LinkUsed => "linkUsed",
            Self::NotBound => "notBound",
            Self::OtherOperation => "otherOperation",
            Self::NotShared => "notShared",
            Self::OperationOwned => "operationOwned",
            Self::TooManyOperations => "tooManyOperations",
            Self::Declined => "declined",
            Self::WhoseAccount(_) => "whoseAccount",
            Self::OpenedElsewhere(_) => "openedElsewhere",
            Self::CameBack(_) => "cameBack",
            Self::Busy { .. } => "busy",
            Self::UnknownLink => "unknownLink",
            Self::Unavailable { .. } => "unavailable",
        }
    }

    /// The page of this [`name`](Self::name), of those that a callback ends with.
    pub fn ended(name: &str) -> Option<Page<'static>> {
        const ENDS: [Page<'static>; 9] = [
            Page::Connected,
            Page::Expired,
            Page::NotBound,
            Page::OtherOperation,
            Page::NotShared,
            Page::OperationOwned,
            Page::TooManyOperations,
            Page::Declined,
            Page::UnknownLink,
        ];
        ENDS.into_iter().find(|page| page.name() == name)
    }

    /// In how many seconds it asks again by itself.
    fn again(&self) -> Option<u64> {
        match self {
            Self::Finishing { again } | Self::Busy { again } | Self::Unavailable { again } => {
                *again
            }
            _ => None,
        }
    }

    fn asks(&self) -> bool {
        matches!(self, Self::WhoseAccount(_) | Self::OpenedElsewhere(_) | Self::CameBack(_))
    }

    /// The answer's headers, content type included. The address may carry what is nobody else's,
    /// hence `no-referrer` and `no-store`. A page with a button tells ourselves where it is, so
    /// that browsers without `Sec-Fetch-Site` send an `Origin` with it.
    pub fn headers(&self) -> [(HeaderName, HeaderValue); 6] {
        let (policy, referrer) =
            if self.asks() { (&FORM_POLICY, "same-origin") } else { (&POLICY, "no-referrer") };
        [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            (header::CONTENT_SECURITY_POLICY, HeaderValue::clone(policy)),
            (header::REFERRER_POLICY, HeaderValue::from_static(referrer)),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex")),
        ]
    }

    /// The whole HTML document. `partner_name` is the application's name as farmers know it; it is
    /// escaped.
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
                    @if let Some(again) = self.again() {
                        meta http-equiv="refresh" content=(again);
                    }
                    title { (headline) " – " (partner_name) }
                    style { (PreEscaped(STYLE)) }
                }
                body data-outcome=(self.name()) {
                    main class=(emblem.mood()) {
                        div.link {
                            (emblem)
                            p.ends {
                                span { "Panorama" } span.unseen { " and " } bdi { (partner_name) }
                            }
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

    const ASK: Ask<'static> = Ask { action: "/connect/0b9d3c5e", account: "Dale P." };
    const AGAIN: Option<u64> = Some(7);
    const EVERY: [Page<'static>; 17] = [
        Page::Connected,
        Page::Finishing { again: AGAIN },
        Page::Expired,
        Page::LinkExpired,
        Page::LinkUsed,
        Page::NotBound,
        Page::OtherOperation,
        Page::NotShared,
        Page::OperationOwned,
        Page::TooManyOperations,
        Page::Declined,
        Page::WhoseAccount(ASK),
        Page::OpenedElsewhere(ASK),
        Page::CameBack(ASK),
        Page::Busy { again: AGAIN },
        Page::UnknownLink,
        Page::Unavailable { again: AGAIN },
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
            assert!(
                between(&html, "<h1>", "</main>").contains("Acme Fields"),
                "{page:?} does not say whose app"
            );
        }
    }

    #[test]
    fn every_outcome_has_a_name_of_its_own_in_camel_case() {
        let names: HashSet<_> = EVERY.iter().map(Page::name).collect();
        assert_eq!(names.len(), EVERY.len());
        for page in EVERY {
            let variant = format!("{page:?}").split([' ', '(']).next().unwrap().to_owned();
            assert!(
                page.name().eq_ignore_ascii_case(&variant),
                "{page:?} is named {}",
                page.name()
            );
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
            for forbidden in
                ["<script", "<link", "<img", "src=", " style=", "@import", "url(", "://"]
            {
                assert!(!html.contains(forbidden), "{page:?} contains {forbidden}");
            }
        }
    }

    #[test]
    fn a_hostile_partner_name_is_shown_and_not_obeyed() {
        for page in EVERY {
            let html = page.render("<script>alert('x')</script>\"&");
            assert!(!html.contains("<script"), "{page:?}");
            assert!(
                html.contains("&lt;script&gt;alert('x')&lt;/script&gt;&quot;&amp;"),
                "{page:?}"
            );
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
    fn only_a_page_that_names_the_account_may_post_and_its_answer_may_lead_to_panorama() {
        for page in EVERY {
            let html = page.render("Acme Fields");
            if page.asks() {
                assert!(
                    html.contains(&format!("<form method=\"post\" action=\"{}\">", ASK.action))
                );
                assert!(
                    html.contains("<b><bdi>Dale P.</bdi></b>"),
                    "{page:?} does not say whose account"
                );
                assert!(policy_of(page).contains("form-action https: http:;"));
            } else {
                assert!(!html.contains("<form"), "{page:?}");
                assert!(policy_of(page).contains("form-action 'none';"), "{page:?}");
            }
        }
    }

    #[test]
    fn a_page_asks_again_by_itself_where_that_can_help_and_no_other_does() {
        for page in EVERY {
            let refreshes =
                page.render("Acme Fields").contains("<meta http-equiv=\"refresh\" content=\"7\">");
            let can_help = matches!(
                page,
                Page::Finishing { .. } | Page::Busy { .. } | Page::Unavailable { .. }
            );
            assert_eq!(refreshes, can_help, "{page:?}");
            assert!(
                refreshes || page.status() != StatusCode::TOO_MANY_REQUESTS,
                "{page:?}: a 429 comes to an end"
            );
        }
        for page in [
            Page::Finishing { again: None },
            Page::Busy { again: None },
            Page::Unavailable { again: None },
        ] {
            let html = page.render("Acme Fields");
            assert!(
                !html.contains("refresh\"") && !html.contains("by itself"),
                "{page:?} has stopped, and says so"
            );
            assert!(html.contains("class=\"button\""), "{page:?}");
        }
    }

    #[test]
    fn asking_again_slows_down_and_ends() {
        let (mut age, mut asked, mut last) = (0, 0, 0);
        while let Some(again) = again_after(age) {
            assert!(again >= last, "never faster");
            (age, asked, last) = (age + again, asked + 1, again);
        }
        assert!((15 * 60..17 * 60).contains(&age), "{age}");
        assert!(asked < 40, "{asked}");
    }

    #[test]
    fn every_end_of_a_callback_is_found_by_its_name() {
        for page in EVERY {
            let found = Page::ended(page.name());
            assert!(found.is_none_or(|found| found == page), "{page:?}");
        }
        assert_eq!(Page::ended("connected"), Some(Page::Connected));
        assert_eq!(Page::ended("whoseAccount"), None);
    }

    #[test]
    fn no_page_promises_more_than_is_done() {
        for page in EVERY {
            let html = page.render("Acme Fields");
            assert!(
                !html.contains("othing is lost") && !html.contains("othing was changed"),
                "{page:?}"
            );
            // Only this one is shown for nothing but what is kept.
            assert_eq!(html.contains("24 hours"), page == Page::Expired, "{page:?}");
        }
    }
}
