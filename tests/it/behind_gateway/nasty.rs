//! Whatever API Gateway hands over is answered with a page or a problem, and is no error of a
//! function: strangers must not ring its alarm.

use serde_json::{Value, json};

use super::{Deployed, event, filled, of_owner};

/// What a path's segment or a query may have in it by the time that API Gateway has decoded it.
const NASTY: [&str; 30] = [
    "\"",
    "<script>",
    "a b",
    " ",
    "%",
    "%z",
    "%zz",
    "%2",
    "%FF%FE",
    "%00",
    "\u{0}",
    "\u{1}\u{1f}\u{7f}",
    "\t\r\n",
    "é ü 漢 🚜",
    "\u{fffd}",
    "\u{202e}",
    "?",
    "#",
    "[::1]",
    "{}",
    "^|`\\",
    "..",
    ".",
    "..%2f..",
    "a/b",
    "//",
    "&=&&==;",
    "+",
    "http://elsewhere.example:99999999/",
    "a:b@c",
];

#[tokio::test]
async fn every_route_answers_whatever_is_in_its_path_and_query() {
    let deployed = Deployed::start().await;
    let long = "\"".repeat(20_000);
    for (function, key, _) in deployed.keys() {
        // The document is as it is, whatever is asked of it.
        let always = function == "api-document" || key.starts_with("HEAD");
        let (_, template) = key.split_once(' ').unwrap_or(("", "/"));
        for nasty in NASTY.into_iter().chain([&*long]) {
            let (path, parameters) = filled(template, nasty);
            for (path, parameters, query) in [
                (&*path, &parameters, nasty.to_owned()),
                (&*path, &Value::Null, format!("orgCode={nasty}&page={nasty}")),
                (nasty, &parameters, format!("{nasty}={nasty}")),
                (&*format!("{path}{nasty}"), &parameters, String::new()),
            ] {
                let mut event = of_owner(event(&key, path, parameters));
                event["rawQueryString"] = query.into();
                event["body"] = nasty.into();
                let reply = deployed.give(function, &event).await;
                let list =
                    reply.status == 200 && reply.headers["content-type"] == "application/json";
                if !always && !list {
                    reply.is_a_page_or_a_problem();
                }
                assert!(reply.status < 500, "{key} {path:?}: {reply:?}");
            }
        }
    }
}

#[tokio::test]
async fn every_function_answers_whatever_is_in_its_headers_cookies_and_body() {
    let deployed = Deployed::start().await;
    for (function, key, _) in deployed.keys() {
        let (_, template) = key.split_once(' ').unwrap_or(("", "/"));
        let (path, parameters) = filled(template, "5f0c2b1e-8d3a-4a76-9c54-1e7f3b9a6d20");
        for nasty in NASTY {
            let mut event = of_owner(event(&key, &path, &parameters));
            event["headers"] = json!({
                nasty: "x", "host": nasty, "x-forwarded-proto": nasty, "content-type": nasty,
                "authorization": nasty, "referer": nasty,
                "content-length": nasty, "number": 1, "list": ["x"],
            });
            event["cookies"] = json!([nasty, format!("__Host-connect-{nasty}={nasty}")]);
            event["body"] = nasty.into();
            event["isBase64Encoded"] = true.into();
            event["requestContext"]["requestId"] = nasty.into();
            event["requestContext"]["stage"] = nasty.into();
            event["requestContext"]["domainName"] = nasty.into();
            event["requestContext"]["http"]["sourceIp"] = nasty.into();
            let reply = deployed.give(function, &event).await;
            assert!(reply.status < 500, "{key} {nasty:?}: {reply:?}");
        }
    }
}

#[tokio::test]
async fn what_is_no_event_is_answered_too() {
    let deployed = Deployed::start().await;
    for function in deployed.functions.keys().copied() {
        for text in [
            "null",
            "{}",
            "[]",
            "1",
            r#""x""#,
            r#"{"rawPath":"\ud800"}"#,
            r#"{"routeKey":1}"#,
            r#"{"requestContext":[]}"#,
        ] {
            deployed.give_text(function, text).await.is_a_page_or_a_problem();
        }
    }
}

#[tokio::test]
async fn a_foreign_cookie_that_no_header_may_have_takes_ours_with_it_in_no_event() {
    let deployed = Deployed::start().await;
    let user = deployed.world.create_user("maria").await;
    let browser = deployed.world.hop(&deployed.world.start_session(&user, None).await).await;
    let (name, value) = browser.cookies.iter().next().expect("the hop link's cookie");
    let code = &deployed.world.machine.ready.stage.growers[0].operations[0].organization_code;
    let back = url::Url::parse(&deployed.world.share(code).await).expect("a URL");
    let mut event = event(
        "GET /sharing-confirmation/{sharingUrlId}",
        back.path(),
        &json!({ "sharingUrlId": back.path().rsplit('/').next() }),
    );
    event["rawQueryString"] = back.query().into();
    event["headers"]["referer"] = deployed.world.panorama("/").into();
    event["cookies"] = json!(["theme=\u{1}dark", "grüße=1", format!("{name}={value}"), "x=\n"]);
    let reply = deployed.give("sharing-confirmation", &event).await;
    assert_eq!(deployed.world.status(&user).await, "ACTIVE", "{reply:?}");
}
