//! What is legitimate works: steps 0 to 6 through API Gateway, with every form of a path that
//! clients and deployments have.

use reqwest::Method;
use serde_json::{Value, json};

use super::api_gateway::Asked;
use super::{Deployed, event, of_owner};
use crate::world::MANAGEMENT;

#[tokio::test]
async fn a_farmer_is_connected_through_api_gateway_with_and_without_a_slash_at_the_end_of_each_path()
 {
    for slash in ["", "/"] {
        let deployed = Deployed::start().await;
        let ready = &deployed.world.machine.ready;
        let code = &ready.stage.growers[0].operations[0].organization_code;
        let path = |path: &str| format!("{path}{slash}");
        let ask = async |method: Method, path: &str, token: Option<&str>, body: Option<Value>| {
            deployed.ask(Asked { body, ..Asked::new(method, path, token) }).await
        };
        let login = json!({ "username": ready.owner.username, "password": ready.owner.password });
        let signed_in =
            ask(Method::POST, &path("/api/authenticate"), None, Some(login)).await.json(200);
        let token = signed_in["id_token"].as_str();

        let users = path(&format!("{MANAGEMENT}/users"));
        let profile = json!({ "name": "Maria", "email": "maria@farm.example" });
        let user = ask(Method::POST, &users, token, Some(profile)).await.json(201);
        let user = format!("{MANAGEMENT}/users/{}", user["id"].as_str().expect("an id"));
        let start = path(&format!("{user}/one-click-integration/Panorama"));
        let started =
            ask(Method::POST, &start, token, Some(deployed.world.start_body("STAGE", None)))
                .await
                .json(200);

        let hop =
            url::Url::parse(started["signInUrl"].as_str().expect("an address")).expect("a URL");
        let account = ask(Method::GET, &path(hop.path()), None, None).await;
        assert!(account.body.contains("Maria"), "{account:?}");
        let pressed = [("sec-fetch-site", "same-origin")];
        let asked = Asked { headers: &pressed, ..Asked::new(Method::POST, hop.path(), None) };
        let hopped = deployed.ask(asked).await;
        assert_eq!(hopped.status, 303, "{hopped:?}");
        let cookies: Vec<_> = hopped
            .cookies
            .iter()
            .filter_map(|cookie| Some(cookie.split(';').next()?.to_owned()))
            .collect();
        assert_eq!(cookies.len(), 1, "{hopped:?}");

        let back = url::Url::parse(&deployed.world.share(code).await).expect("a URL");
        let back = format!("{}?{}", path(back.path()), back.query().expect("a code"));
        let portal = deployed.world.panorama("/");
        let from_portal = [("referer", &*portal)];
        let asked = Asked {
            cookies: &cookies,
            headers: &from_portal,
            ..Asked::new(Method::GET, &back, None)
        };
        let came_back = deployed.ask(asked).await;
        let outcome = came_back.headers["location"]
            .as_str()
            .and_then(|to| url::Url::parse(to).ok())
            .expect("a page");
        let outcome = ask(Method::GET, &path(outcome.path()), None, None).await;
        assert!(outcome.body.contains("Your operation is connected."), "{outcome:?}");

        let credential = path(&format!("{user}/panorama-credentials"));
        assert_eq!(ask(Method::GET, &credential, token, None).await.json(200)["status"], "ACTIVE");
        assert_eq!(ask(Method::DELETE, &path(&user), token, None).await.status, 204);
    }
}

#[tokio::test]
async fn a_stage_and_the_base_path_of_a_custom_domain_are_no_part_of_the_route() {
    let deployed = Deployed::start().await;
    let user = deployed.world.create_user("maria").await;
    let (key, template) =
        (format!("GET {MANAGEMENT}/users/{{leafUserId}}"), format!("{MANAGEMENT}/users/{user}"));
    for prefix in ["", "/prod", "/v1/connect", "/a b", "/%C3%A9"] {
        for parameters in [json!({ "leafUserId": user }), Value::Null] {
            let event = of_owner(event(&key, &format!("{prefix}{template}"), &parameters));
            assert_eq!(deployed.give("users", &event).await.json(200)["id"], user, "{prefix}");
        }
        let event = of_owner(event(
            &format!("GET {MANAGEMENT}/users"),
            &format!("{prefix}{MANAGEMENT}/users"),
            &Value::Null,
        ));
        assert_eq!(deployed.give("users", &event).await.status, 200, "{prefix}");
    }
}

#[tokio::test]
async fn a_segment_is_the_same_whether_it_came_encoded_or_not() {
    let deployed = Deployed::start().await;
    let app_keys = format!("{MANAGEMENT}/app-keys/Panorama");
    let key = format!("GET {MANAGEMENT}/app-keys/{{provider}}/{{appName}}/{{clientEnvironment}}");
    for (sent, error_key) in [
        ("prairie-insights", None),
        ("prairie%2Dinsights", None),
        ("prairie insights", Some("malformedField")),
        ("prairie%20insights", Some("malformedField")),
        ("prairie/insights", Some("malformedField")),
        ("prairie%2Finsights", Some("malformedField")),
        ("prairie%insights", Some("malformedField")),
    ] {
        let parameters =
            json!({ "provider": "Panorama", "appName": sent, "clientEnvironment": "STAGE" });
        let event = of_owner(event(&key, &format!("{app_keys}/{sent}/STAGE"), &parameters));
        let reply = deployed.give("app-keys", &event).await;
        match error_key {
            None => assert_eq!(reply.json(200)["appName"], "prairie-insights", "{sent}"),
            Some(error_key) => {
                reply.problem(400, error_key);
                assert!(
                    !reply.json(400)["path"].as_str().expect("a path").contains(' '),
                    "{sent}: {reply:?}"
                );
            }
        }
    }
    let path = format!("{app_keys}/prairie-insights/STAGE");
    let asked = Asked::new(Method::GET, &path, Some(&deployed.world.token));
    assert_eq!(deployed.ask(asked).await.json(200)["appName"], "prairie-insights");
}
