use http::header;

use super::receipt::Receipt;
use super::*;
use domain::ids::SessionId;
use domain::timestamp::Timestamp;

const TOLD: Told = Told { arrived: Some((3, 12)), may_disconnect: true };

/// Every view once.
const EVERY: [View; 15] = [
    View::Ask,
    View::Reconnect,
    View::UnderWay(Duration::from_secs(690)),
    View::Elsewhere,
    View::Finishing,
    View::Connected(None),
    View::Connected(Some(TOLD)),
    View::TimedOut,
    View::OtherOperation,
    View::Ended(Page::OtherOperation),
    View::Disconnected,
    View::Over,
    View::UsedUp,
    View::Unknown,
    View::Unavailable,
];

fn branded() -> PageSettings {
    serde_json::from_value(serde_json::json!({
        "backgroundColor": "#0a7d44",
        "headerImage": "https://cdn.example/a;script-src,'self'.png?x=1;y",
        "companyLogo": "https://cdn.example/logo.svg",
        "disconnectEnabled": true,
    }))
    .expect("settings")
}

fn page<'a>(language: Language, settings: &'a PageSettings, to: &'a Url) -> LinkPage<'a> {
    LinkPage {
        language,
        partner: Some("Acme Fields"),
        account: Some(ShownName::Named("Dale P.")),
        settings,
        path: "/magic-link/abc",
        return_to: Some(to),
        is_framed: false,
        opener: Some("https://app.example"),
        ancestors: vec!["https://app.example".to_owned()],
        again: Some(7),
    }
}

fn to() -> Url {
    "https://app.example/done".parse().expect("a URL")
}

async fn read(response: Response) -> (String, String) {
    let (parts, body) = response.into_parts();
    let policy = parts.headers[header::CONTENT_SECURITY_POLICY].to_str().expect("ASCII").to_owned();
    let html = axum::body::to_bytes(body, 100_000).await.expect("a body");
    (String::from_utf8(html.to_vec()).expect("UTF-8"), policy)
}

fn texts<'t>(html: &'t str, start: &str, end: &str) -> Vec<&'t str> {
    html.split(start).skip(1).map(|rest| rest.split_once(end).expect(end).0).collect()
}

#[tokio::test]
async fn the_policy_admits_what_is_on_the_page_and_no_more() {
    let (settings, to) = (branded(), to());
    for view in EVERY {
        let (html, policy) = read(page(Language::En, &settings, &to).show(view)).await;
        let source = |text: &&str| super::super::frame::source(text);
        let styles = texts(&html, "<style>", "</style>").iter().map(source).collect::<Vec<_>>();
        assert!(policy.contains(&format!("style-src {};", styles.join(" "))), "{view:?}");
        let scripts = texts(&html, "<script>", "</script>").iter().map(source).collect::<Vec<_>>();
        assert_eq!(scripts.len(), 1);
        assert!(policy.contains(&format!("script-src {}; connect-src 'self';", scripts[0])));
        let images = "img-src https://cdn.example/a%3Bscript-src%2C'self'.png \
                      https://cdn.example/logo.svg;";
        assert!(policy.contains(images), "{policy}");
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"));
        assert!(policy.ends_with("frame-ancestors https://app.example"));
        let posts = html.contains("<form");
        let form_action = if posts { "form-action https: http:;" } else { "form-action 'none';" };
        assert!(policy.contains(form_action), "{view:?}");
        assert!(html.len() < 40_000, "{view:?} has {} bytes", html.len());
    }
    let plain =
        LinkPage { opener: None, ancestors: Vec::new(), ..page(Language::En, &settings, &to) };
    assert!(read(plain.show(View::Ask)).await.1.ends_with("frame-ancestors 'none'"));
}

#[tokio::test]
async fn what_leads_on_says_whose_account_it_is_in_every_language() {
    let (settings, to) = (PageSettings::default(), to());
    for language in Language::ALL {
        for view in [View::Ask, View::Reconnect, View::UnderWay(Duration::ZERO), View::Elsewhere] {
            let (html, _) = read(page(language, &settings, &to).show(view)).await;
            assert!(html.contains("<b><bdi>Dale P.</bdi></b>"), "{view:?} {}", language.tag());
            assert!(html.contains("<bdi>Acme Fields</bdi>"), "{view:?} {}", language.tag());
            // What is not closed swallows the rest of its drawing.
            let drawn = |what: &str| html.matches(what).count();
            assert_eq!(drawn("<circle"), drawn("</circle>"), "{view:?}");
            assert_eq!(
                drawn("<path"),
                drawn("</path>") + 1,
                "{view:?}: all but the head's only one"
            );
        }
    }
}

#[tokio::test]
async fn a_page_has_one_button_that_leads_on_or_none() {
    let (settings, to) = (PageSettings::default(), to());
    for view in EVERY {
        let (html, _) = read(page(Language::En, &settings, &to).show(view)).await;
        let buttons = texts(&html, "name=\"button\" value=\"", "\"");
        let expected: &[&str] = match view {
            View::Elsewhere => &["takeOver"],
            View::Ask
            | View::Reconnect
            | View::UnderWay(_)
            | View::TimedOut
            | View::OtherOperation
            | View::Ended(_) => &["continue"],
            View::Connected(Some(_)) => &["disconnect"],
            _ => &[],
        };
        assert_eq!(buttons, expected, "{view:?}");
        for name in buttons {
            assert_eq!(Button::named(name).map(Button::name), Some(name));
        }
        let goes_back = html.contains("<a class=\"button\" href=\"https://app.example/done\">");
        assert_eq!(goes_back, view.is_end(), "{view:?}");
    }
}

#[tokio::test]
async fn in_a_frame_it_does_not_lead_back_to_the_page_around_it() {
    let (settings, to) = (PageSettings::default(), to());
    let framed = LinkPage { is_framed: true, ..page(Language::En, &settings, &to) };
    for view in EVERY {
        let (html, _) = read(framed.show(view)).await;
        assert!(!html.contains("https://app.example/done"), "{view:?}");
        assert_eq!(html.contains("<ol>"), !matches!(view, View::Connected(_)), "{view:?}");
    }
}

#[tokio::test]
async fn it_follows_with_script_and_loads_itself_again_without() {
    let (settings, to) = (PageSettings::default(), to());
    let follows = page(Language::En, &settings, &to);
    let (html, _) = read(follows.show(View::Finishing)).await;
    assert!(html.contains("<noscript><meta http-equiv=\"refresh\" content=\"7\"></noscript>"));
    assert!(html.contains("data-follow=\"7\""));
    let (html, _) = read(follows.show(View::Connected(Some(TOLD)))).await;
    assert!(html.contains("data-follow=\"7\"") && !html.contains("refresh"), "it asks something");
    let (html, _) = read(LinkPage { again: None, ..follows }.show(View::Finishing)).await;
    assert!(!html.contains("refresh") && !html.contains("data-follow="));
}

#[tokio::test]
async fn a_receipt_says_the_same_to_people_and_to_programs() {
    let (settings, to) = (PageSettings::default(), to());
    let receipt = Receipt {
        reference: SessionId::new([1; 16]).reference(),
        issued: Timestamp::new(time::macros::datetime!(2026-11-29 14:35:59 UTC)),
        since: Timestamp::new(time::macros::datetime!(2026-11-29 14:30 UTC)),
    };
    for language in Language::ALL {
        let page = page(language, &settings, &to);
        let (html, _) = read(page.receipt(receipt)).await;
        let json = page.receipt_json(receipt);
        let purpose = &json["services"][0]["purposes"][0];
        for text in ["2026-11-29 14:30 UTC", "2026-11-29 14:35 UTC", "Acme Fields", "Dale P."] {
            assert!(html.contains(text), "{text}");
        }
        let plain = html.replace("<bdi>", "").replace("</bdi>", "");
        for text in [&purpose["purpose"], &purpose["piiCategory"][0], &json["consentReceiptID"]] {
            assert!(plain.contains(text.as_str().expect("a text")), "{text} {}", language.tag());
        }
        assert_eq!(json["consentTimestamp"], 1_795_962_600);
    }
}

#[test]
fn every_view_has_a_name_of_its_own_in_camel_case() {
    let mut names: Vec<_> = EVERY.into_iter().map(View::name).collect();
    names.sort_unstable();
    names.dedup();
    // What is connected is, and another operation is one, whatever else is told.
    assert_eq!(names.len(), EVERY.len() - 2);
    assert!(names.iter().all(|name| name.chars().all(char::is_alphabetic)));
}

/// What is put into the page is what is on it, so the script has no text of a name's in it.
#[test]
fn the_script_can_stand_in_a_page() {
    assert!(!FOLLOW.contains("</") && !FOLLOW.contains("innerHTML") && !FOLLOW.contains("eval"));
    assert!(!FOLLOW.contains('\r') && !look::STYLE.contains('\r'));
}
