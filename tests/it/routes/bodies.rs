//! What holds for the body of every route that reads one.

use local::gateway;
use reqwest::Method;
use serde_json::json;

use super::NOBODY;
use crate::answer::Answer;
use crate::world::{MANAGEMENT, World};

/// What .NET's, Windows' and some spreadsheets' UTF-8 begins with.
const MARK: &str = "\u{feff}";

#[tokio::test]
async fn a_byte_order_mark_before_a_body_means_nothing() {
    let world = World::start().await;
    let mut read = 0;
    for (_, routes) in gateway::routes(&world.machine.service) {
        for route in routes {
            let path = route
                .path
                .replace("{provider}", "Panorama")
                .replace("{kind}", "authentication")
                .replace("{clientEnvironment}", "STAGE");
            let path = path
                .replace("{appName}", "nobodys")
                .replace("{id}", NOBODY)
                .replace("{leafUserId}", NOBODY);
            let outcome = async |body: &str| {
                let request = world.owner(route.method.clone(), &path).body(body.to_owned());
                let answer = request.send().await.expect("an answer");
                let (status, text) = (answer.status(), answer.text().await.expect("a body"));
                let key =
                    text.split("\"errorKey\":\"").nth(1).and_then(|rest| rest.split('"').next());
                (status, key.map(ToOwned::to_owned))
            };
            if outcome("[").await.1.as_deref() != Some("malformedJson") {
                continue;
            }
            assert_eq!(
                outcome(&format!("{MARK}{{}}")).await,
                outcome("{}").await,
                "{} {path}",
                route.method
            );
            assert_eq!(
                outcome(&format!("{MARK}{MARK}{{}}")).await.1.as_deref(),
                Some("malformedJson"),
                "{path}"
            );
            read += 1;
        }
    }
    assert!(read >= 8, "{read}");

    let user = json!({ "name": "Maria", "email": "maria@farm.example" }).to_string();
    let request =
        world.owner(Method::POST, &format!("{MANAGEMENT}/users")).body(format!("{MARK}{user}"));
    assert_eq!(Answer::of(request).await.json(201)["name"], "Maria");
}

#[tokio::test]
async fn a_body_in_utf_16_is_told_to_be_that() {
    let world = World::start().await;
    let user = "\u{feff}{\"name\":\"Maria\",\"email\":\"maria@farm.example\"}";
    for bytes in [
        user.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(),
        user.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    ] {
        let request = world.owner(Method::POST, &format!("{MANAGEMENT}/users")).body(bytes);
        let problem = Answer::of(request).await.problem(400, "malformedJson");
        assert!(problem["detail"].as_str().expect("a text").contains("UTF-16"), "{problem}");
    }
}
