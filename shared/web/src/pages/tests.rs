use std::collections::HashSet;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, header};

use super::frame::STYLE;
use super::*;

const ASK: Ask<'static> = Ask { action: "/connect/0b9d3c5e", account: ShownName::Named("Dale P.") };
const AGAIN: Option<u64> = Some(7);

/// Every page, and what asks for the line of one that is new.
macro_rules! every {
    ($(Page::$page:ident $(($ask:expr))? $({ again: $again:expr })?,)*) => {
        const EVERY: &[Page<'static>] = &[$(Page::$page $(($ask))? $({ again: $again })?),*];

        const fn _each_has_a_line(page: &Page<'_>) {
            match page { $(Page::$page { .. } => {})* }
        }
    };
}

every! {
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
}

/// Three of them, with a page that has stopped to ask again.
const STOPPED: [Page<'static>; 3] = [
    Page::Finishing { again: None },
    Page::Busy { again: None },
    Page::Unavailable { again: None },
];

/// A page as a browser gets it.
struct Got {
    page: Page<'static>,
    language: Language,
    status: StatusCode,
    headers: HeaderMap,
    html: String,
}

impl Got {
    fn policy(&self) -> &str {
        self.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap()
    }

    /// Which it is, for a message.
    fn which(&self) -> String {
        format!("{} in {}", self.page.name(), self.language.tag())
    }
}

async fn got(page: Page<'static>, language: Language, partner: Option<&str>) -> Got {
    let (parts, body) = page.answer(language, partner).into_parts();
    let html = axum::body::to_bytes(body, 100_000).await.unwrap();
    let html = String::from_utf8(html.to_vec()).unwrap();
    Got { page, language, status: parts.status, headers: parts.headers, html }
}

/// Every page in every language.
async fn every(partner: Option<&str>) -> Vec<Got> {
    let mut all = Vec::new();
    for language in Language::ALL {
        for page in EVERY.iter().copied().chain(STOPPED) {
            all.push(got(page, language, partner).await);
        }
    }
    all
}

fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let (_, rest) = text.split_once(start).expect(start);
    rest.split_once(end).expect(end).0
}

#[tokio::test]
async fn every_page_is_a_whole_document_in_its_language_that_names_its_outcome_and_the_partner() {
    for got in every(Some("Acme Fields")).await {
        let (which, html, tag) = (got.which(), &got.html, got.language.tag());
        let head = format!("<!DOCTYPE html><html lang=\"{tag}\"><head><meta charset=\"utf-8\">");
        assert!(html.starts_with(&head), "{which}");
        assert!(html.ends_with("</main></body></html>"), "{which}");
        assert_eq!(got.headers[header::CONTENT_LANGUAGE], tag, "{which}");
        assert_eq!(got.headers[header::VARY], "accept-language", "{which}");
        assert!(html.contains(&format!("<body data-outcome=\"{}\">", got.page.name())), "{which}");
        assert_eq!(html.matches("<h1>").count(), 1, "{which}");
        let main = between(html, "<h1>", "</main>");
        assert!(main.contains("<bdi>Acme Fields</bdi>"), "{which} does not say whose app");
        let headline = between(html, "<h1>", "</h1>");
        assert!(html.contains(&format!("<title>{headline} – Acme Fields</title>")), "{which}");
        assert!(html.len() < 40_000, "{which} has {} bytes", html.len());
    }
}

#[tokio::test]
async fn no_page_is_like_its_english_one() {
    for language in Language::ALL.into_iter().skip(1) {
        for &page in EVERY {
            let main = async |language| {
                let got = got(page, language, Some("Acme Fields")).await;
                between(&got.html, "<main", "</main>").to_owned()
            };
            assert_ne!(main(language).await, main(Language::ALL[0]).await, "{page:?}");
        }
    }
}

#[test]
fn every_outcome_has_a_name_of_its_own_in_camel_case() {
    let names: HashSet<_> = EVERY.iter().map(Page::name).collect();
    assert_eq!(names.len(), EVERY.len());
    for &page in EVERY {
        let variant = format!("{page:?}").split([' ', '(']).next().unwrap().to_owned();
        assert!(page.name().eq_ignore_ascii_case(&variant), "{page:?} is named {}", page.name());
        assert!(page.name().starts_with(|first: char| first.is_ascii_lowercase()), "{page:?}");
    }
}

#[test]
fn every_page_has_words_of_its_own() {
    let common = Language::ALL[0].words();
    let headlines: HashSet<_> =
        EVERY.iter().map(|page| (page.about().words)(common).headline.plain()).collect();
    assert_eq!(headlines.len(), EVERY.len());
}

#[tokio::test]
async fn every_page_gives_one_to_three_steps() {
    for got in every(Some("Acme Fields")).await {
        let steps = between(&got.html, "<ol>", "</ol>").matches("<li>").count();
        assert!((1..=3).contains(&steps), "{} has {steps} steps", got.which());
    }
}

#[tokio::test]
async fn every_page_fetches_nothing_and_runs_nothing() {
    for got in every(Some("Acme Fields")).await {
        for forbidden in ["<script", "<link", "<img", "src=", " style=", "@import", "url(", "://"] {
            assert!(!got.html.contains(forbidden), "{} contains {forbidden}", got.which());
        }
    }
}

#[tokio::test]
async fn a_hostile_name_is_shown_and_not_obeyed() {
    const SHOWN: &str = "&lt;script&gt;alert('x')&lt;/script&gt;&quot;&amp;";
    let hostile = "<script>alert('x')</script>\"&";
    for got in every(Some(hostile)).await {
        assert!(!got.html.contains("<script"), "{}", got.which());
        assert!(got.html.contains(SHOWN), "{}", got.which());
    }
    let ask = Ask { action: "/connect/\"><script>", account: ShownName::Named(hostile) };
    for page in [Page::WhoseAccount(ask), Page::OpenedElsewhere(ask), Page::CameBack(ask)] {
        for language in Language::ALL {
            let got = got(page, language, None).await;
            assert!(!got.html.contains("<script"), "{}", got.which());
            assert!(got.html.contains(&format!("<b><bdi>{SHOWN}</bdi></b>")), "{}", got.which());
        }
    }
}

#[tokio::test]
async fn a_name_that_is_written_from_right_to_left_turns_nothing_around_it() {
    for name in ["حقول الوادي", "שדות", "🌾🚜", "Ünal & Söhne"] {
        let escaped = name.replace('&', "&amp;");
        for got in every(Some(name)).await {
            let body = between(&got.html, "<body", "</body>");
            let isolated = body.matches(&format!("<bdi>{escaped}</bdi>")).count();
            assert_eq!(body.matches(&escaped).count(), isolated, "{}", got.which());
            assert!(isolated >= 2, "{}", got.which());
        }
    }
}

#[tokio::test]
async fn a_partner_without_a_name_has_one_in_each_language() {
    for got in every(None).await {
        let name = got.language.words().your_farm_software.plain();
        let main = between(&got.html, "<h1>", "</main>");
        assert!(main.contains(&format!("<bdi>{name}</bdi>")), "{}", got.which());
        for sentence in ["<li>", "<p>", ". ", "? "] {
            assert!(
                !main.contains(&format!("{sentence}<bdi>")),
                "{} begins a sentence with it",
                got.which()
            );
        }
    }
}

#[tokio::test]
async fn an_account_without_a_name_is_said_to_have_none_in_each_language() {
    let ask = Ask { account: ShownName::Unnamed("<dale>"), ..ASK };
    for (language, unnamed) in
        Language::ALL.into_iter().zip(["unnamed", "sin nombre", "sans nom", "sem nome"])
    {
        let got = got(Page::WhoseAccount(ask), language, None).await;
        let shown = format!("<b><bdi>{unnamed} (&lt;dale&gt;)</bdi></b>");
        assert!(got.html.contains(&shown), "{}", got.which());
    }
}

#[tokio::test]
async fn panoramas_menus_are_named_as_they_are_whatever_the_language() {
    for language in Language::ALL {
        let got = got(Page::NotShared, language, None).await;
        for menu in ["Manage Operation", "Data Sharing", "Connections"] {
            let named = format!("<b lang=\"en\">{menu}</b>");
            assert!(got.html.contains(&named), "{} {menu}", got.which());
        }
    }
}

#[tokio::test]
async fn the_policy_admits_the_style_as_the_page_carries_it() {
    // A browser reads CRLF as LF before it hashes.
    assert!(!STYLE.contains('\r'));
    for got in every(Some("Acme Fields")).await {
        let style = between(&got.html, "<style>", "</style>");
        let hash = STANDARD.encode(digest(&SHA256, style.as_bytes()));
        let (which, policy) = (got.which(), got.policy());
        assert!(policy.contains(&format!("style-src 'sha256-{hash}';")), "{which}");
        assert!(policy.starts_with("default-src 'none';"), "{which}");
        assert!(!policy.contains("unsafe"), "{which}");
    }
}

#[tokio::test]
async fn only_a_page_that_names_the_account_may_post_and_its_answer_may_lead_to_panorama() {
    for got in every(Some("Acme Fields")).await {
        let (which, html) = (got.which(), &got.html);
        if got.page.ask().is_some() {
            let form = format!("<form method=\"post\" action=\"{}\">", ASK.action);
            assert!(html.contains(&form), "{which}");
            assert!(html.contains("<b><bdi>Dale P.</bdi></b>"), "{which}: whose account?");
            assert!(got.policy().contains("form-action https: http:;"), "{which}");
        } else {
            assert!(!html.contains("<form"), "{which}");
            assert!(!html.contains("<b><bdi>"), "{which} speaks of an account");
            assert!(got.policy().contains("form-action 'none';"), "{which}");
        }
    }
}

#[tokio::test]
async fn a_page_asks_again_by_itself_where_that_can_help_and_no_other_does() {
    for got in every(Some("Acme Fields")).await {
        let refreshes = got.html.contains("<meta http-equiv=\"refresh\" content=\"7\">");
        let can_help = matches!(
            got.page,
            Page::Finishing { again: AGAIN }
                | Page::Busy { again: AGAIN }
                | Page::Unavailable { again: AGAIN }
        );
        assert_eq!(refreshes, can_help, "{}", got.which());
        let comes_to_an_end = refreshes || STOPPED.contains(&got.page);
        assert!(
            comes_to_an_end || got.status != StatusCode::TOO_MANY_REQUESTS,
            "{}: a 429 comes to an end",
            got.which()
        );
    }
}

#[tokio::test]
async fn a_page_that_has_stopped_to_ask_says_so_and_has_a_button() {
    for language in Language::ALL {
        for (stopped, asks) in STOPPED.iter().zip([1, 14, 16].map(|place| EVERY[place])) {
            assert_eq!(stopped.name(), asks.name());
            let stopped = got(*stopped, language, None).await;
            let asks = got(asks, language, None).await;
            assert!(!stopped.html.contains("refresh\""), "{}", stopped.which());
            assert!(stopped.html.contains("<a class=\"button\" href=\"\">"), "{}", stopped.which());
            let steps = |got: &Got| {
                let steps = between(&got.html, "<ol>", "</ol>");
                steps.split("<li>").map(str::to_owned).collect::<Vec<_>>()
            };
            let (stopped, asks) = (steps(&stopped), steps(&asks));
            assert_ne!(stopped[1], asks[1]);
            assert_eq!((&stopped[2..], stopped.len()), (&asks[2..], asks.len()));
        }
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
    for &page in EVERY {
        let found = Page::ended(page.name());
        assert!(found.is_none_or(|found| found == page), "{page:?}");
    }
    assert_eq!(Page::ended("connected"), Some(Page::Connected));
    assert_eq!(Page::ended("whoseAccount"), None);
}

#[tokio::test]
async fn no_page_promises_more_than_is_done() {
    for got in every(Some("Acme Fields")).await {
        let html = between(&got.html, "<h1>", "</main>");
        assert!(
            !html.contains("othing is lost") && !html.contains("othing was changed"),
            "{}",
            got.which()
        );
        // Only this one is shown for nothing but what is stored.
        let day = html.contains("24 ") || html.contains("24\u{a0}");
        assert_eq!(day, got.page == Page::Expired, "{}", got.which());
    }
}
