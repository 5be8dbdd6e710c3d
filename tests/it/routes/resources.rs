//! `GET /services/integrations/api/resources`.

use reqwest::Method;
use serde_json::{Value, json};

use super::{NO_UUIDS, NOBODY, with};
use crate::answer::{Answer, assert_leaf_time, fields_of};
use crate::world::{FARM, OTHER_FARM, THIRD_FARM, World};

const RESOURCES: &str = "/services/integrations/api/resources";

async fn of(world: &World, user: &str) -> Answer {
    world.ask(Method::GET, &format!("{RESOURCES}?provider=Panorama&leafUserId={user}")).await
}

#[tokio::test]
async fn counts_are_those_of_the_operation() {
    let world = World::start().await;
    // Growers, farms and fields of the simulated Panorama's seed.
    for (code, growers, farms, fields) in [
        (FARM, 2, 3, 4),
        ("t8Zq2mLx", 2, 2, 3),
        (OTHER_FARM, 2, 2, 3),
        ("b3VxKq9R", 1, 1, 2),
        (THIRD_FARM, 1, 2, 3),
    ] {
        let user = world.connected("farmer", code).await;
        let answer = of(&world, &user).await;
        answer.says_nothing_of([code]);
        let summary = answer.json(200);
        assert_eq!(fields_of(&summary), ["message", "summaries"]);
        assert_eq!(summary["message"], "SUCCESS");
        let summaries = summary["summaries"].as_array().expect("an array");
        assert_eq!(summaries.len(), 1);
        assert_leaf_time(&summaries[0]["syncReferenceTime"]);
        let counts = with(&summaries[0], "syncReferenceTime", Value::Null);
        let expected = json!({
            "provider": "Panorama", "leafUserId": user, "growers": growers, "farms": farms,
            "fields": fields,
        });
        assert_eq!(counts, expected, "{code}");
    }
}

#[tokio::test]
async fn a_user_without_a_credential_has_no_summary() {
    let world = World::start().await;
    let user = world.create_user("maria").await;
    let none = json!({ "message": "SUCCESS", "summaries": [] });
    assert_eq!(of(&world, &user).await.json(200), none);
    world.start_session(&user, Some(FARM)).await;
    assert_eq!(of(&world, &user).await.json(200), none);
    assert_eq!(world.calls("listFields").await, 0);
}

#[tokio::test]
async fn the_one_summary_is_on_the_first_page() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    for (page, expected) in [(0, 1), (1, 0)] {
        let path = format!("{RESOURCES}?leafUserId={user}&page={page}&size=1");
        let answer = world.ask(Method::GET, &path).await.json(200);
        assert_eq!(
            answer["summaries"].as_array().expect("an array").len(),
            expected,
            "page {page}"
        );
    }
}

#[tokio::test]
async fn what_is_wrong_with_the_query_is_named() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    for (query, status, error_key, field) in [
        (format!("leafUserId={user}&page=-1"), 400, "malformedField", "page"),
        (format!("leafUserId={user}&size=0"), 400, "malformedField", "size"),
        (format!("leafUserId={user}&size=101"), 400, "malformedField", "size"),
    ] {
        world.ask(Method::GET, &format!("{RESOURCES}?{query}")).await.problem_of(
            status,
            error_key,
            &[field],
        );
    }
    for (id, error_key) in NO_UUIDS {
        of(&world, id).await.problem_of(400, error_key, &["leafUserId"]);
    }
    of(&world, NOBODY).await.problem(404, "leafUserNotFound");
    assert_eq!(world.calls("listFields").await, 0);
}

#[tokio::test]
async fn another_provider_has_no_summaries() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    for query in [
        "provider=JohnDeere".to_owned(),
        format!("provider=CNHI&leafUserId={user}"),
        "provider=panorama".to_owned(),
    ] {
        let answer = world.ask(Method::GET, &format!("{RESOURCES}?{query}")).await;
        assert_eq!(answer.json(200), json!({ "message": "SUCCESS", "summaries": [] }), "{query}");
        assert_eq!(answer.header("x-total-count"), Some("0"), "{query}");
    }
    let path = format!("{RESOURCES}?provider=JohnDeere&leafUserId={NOBODY}");
    world.ask(Method::GET, &path).await.problem(404, "leafUserNotFound");
    assert_eq!(world.calls("listFields").await, 0);
}

/// The summaries of all: the Leaf user and the fields of each.
async fn of_all(world: &World, query: &str) -> Vec<(String, u64, bool)> {
    let answer = world.ask(Method::GET, &format!("{RESOURCES}{query}")).await.json(200);
    let summaries = answer["summaries"].as_array().expect("an array");
    let read = |summary: &Value| {
        let user = summary["leafUserId"].as_str().expect("an id").to_owned();
        (
            user,
            summary["fields"].as_u64().expect("a number"),
            summary["syncReferenceTime"].is_string(),
        )
    };
    summaries.iter().map(read).collect()
}

#[tokio::test]
async fn without_a_leaf_user_all_connections_are_summed_up_each_asked_about_once_an_hour() {
    let world = World::start().await;
    assert_eq!(of_all(&world, "").await, []);
    let mut expected = Vec::new();
    for (name, code, fields) in
        [("maria", FARM, 4), ("dale", OTHER_FARM, 3), ("zoe", "b3VxKq9R", 2)]
    {
        let user = world.create_user(name).await;
        world.connect(&user, code).await;
        expected.push((user, fields, true));
    }
    world.create_user("nobody's").await;
    expected.sort();
    let mut seen = of_all(&world, "?provider=Panorama").await;
    let pages = [
        of_all(&world, "?size=2").await,
        of_all(&world, "?size=2&page=1").await,
        of_all(&world, "?size=2&page=2").await,
    ];
    assert_eq!(pages.concat(), seen, "in the same order");
    seen.sort();
    assert_eq!(seen, expected);
    assert_eq!(world.calls("listFields").await, 3);
    let first = world.ask(Method::GET, &format!("{RESOURCES}?size=2")).await;
    assert_eq!(first.header("x-total-count"), Some("3"));
    assert!(
        first.header("link").expect("links").contains("page=1&size=2>; rel=\"next\""),
        "{first:?}"
    );

    world.clock.advance(std::time::Duration::from_mins(61));
    of_all(&world, "").await;
    assert_eq!(world.calls("listFields").await, 6);
    world
        .ask(Method::DELETE, &super::user_path(&expected[0].0, "/panorama-credentials"))
        .await
        .no_content();
    let answer = world.ask(Method::GET, &format!("{RESOURCES}?size=1")).await;
    assert_eq!(answer.header("x-total-count"), Some("2"));
}

#[tokio::test]
async fn a_panorama_that_cannot_answer_spoils_no_list_and_is_not_asked_again_and_again() {
    let world = World::start().await;
    let (maria, dale) = (world.connected("maria", FARM).await, world.create_user("dale").await);
    world.connect(&dale, OTHER_FARM).await;
    world
        .fault(json!({ "call": "listFields", "fault": "status", "status": 503, "times": 0 }))
        .await;
    let mut none = vec![(maria.clone(), 0, false), (dale.clone(), 0, false)];
    none.sort();
    let mut seen = of_all(&world, "").await;
    seen.sort();
    assert_eq!(seen, none, "nothing was counted yet, and it says so");
    assert_eq!(world.calls("listFields").await, 1);
    world.mend().await;
    assert!(of_all(&world, "").await.iter().all(|(_, _, counted)| *counted));
    world.clock.advance(std::time::Duration::from_mins(61));
    world.unshare(FARM).await;
    let mut seen = of_all(&world, "").await;
    seen.sort();
    let mut last = vec![(maria, 4, true), (dale, 3, true)];
    last.sort();
    assert_eq!(
        seen, last,
        "one that is not shared any more is shown as it was, and the other one's turn comes"
    );
}

#[tokio::test]
async fn a_panorama_that_cannot_answer_is_said_to_be_unavailable_and_the_credential_stays_active() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    let status = |status: u16| json!({ "call": "listFields", "fault": "status", "status": status });
    for (fault, expected, error_key, retry_after) in [
        (json!({ "call": "listFields", "fault": "dropBefore" }), 503, "panoramaUnavailable", "30"),
        (json!({ "call": "listFields", "fault": "dropAfter" }), 503, "panoramaUnavailable", "30"),
        (status(503), 503, "panoramaUnavailable", "30"),
        (with(&status(503), "retryAfter", json!(11)), 503, "panoramaUnavailable", "11"),
        (with(&status(429), "retryAfter", json!(3)), 503, "panoramaUnavailable", "3"),
        (status(500), 503, "panoramaUnavailable", "30"),
        (json!({ "call": "listFields", "fault": "malformed" }), 502, "panoramaBadAnswer", "30"),
        (status(302), 502, "panoramaBadAnswer", "30"),
    ] {
        world.fault(fault.clone()).await;
        let answer = of(&world, &user).await;
        assert_eq!(answer.status, expected, "{fault}: {answer:?}");
        answer.problem(expected, error_key);
        assert_eq!(answer.header("retry-after"), Some(retry_after), "{fault}");
        answer.says_nothing_of([FARM]);
        assert_eq!(world.status(&user).await, "ACTIVE");
        // Until a limit is over, nothing is asked.
        world.pass(1, 0);
    }
    of(&world, &user).await.json(200);
}

#[tokio::test]
async fn an_expired_access_token_is_renewed_unseen() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    world.fault(json!({ "fault": "expireTokens" })).await;
    of(&world, &user).await.json(200);
    world.fault(json!({ "fault": "expireTokens" })).await;
    world.fault(json!({ "fault": "revokeRefreshTokens" })).await;
    of(&world, &user).await.json(200);
    world.clock.advance(std::time::Duration::from_hours(5));
    of(&world, &user).await.json(200);
}

#[tokio::test]
async fn a_partner_login_that_is_refused_is_nobodys_fault_but_the_partners() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    world.change_partner_password("STAGE", "Changed-Harvest-2027").await;
    world.fault(json!({ "fault": "expireTokens" })).await;
    world.fault(json!({ "fault": "revokeRefreshTokens" })).await;
    let answer = of(&world, &user).await;
    answer.problem(502, "partnerLoginRefused");
    answer.says_nothing_of([FARM, world.machine.ready.stage.partner.password]);
    assert_eq!(world.status(&user).await, "ACTIVE");
}

#[tokio::test]
async fn an_operation_whose_sharing_is_switched_off_is_not_shared() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    world.unshare(FARM).await;
    let answer = of(&world, &user).await;
    answer.problem(409, "operationNotShared");
    answer.says_nothing_of([FARM]);
}

#[tokio::test]
async fn the_connections_of_a_deleted_app_key_work_again_when_it_is_created_anew() {
    let world = World::start().await;
    let user = world.connected("maria", FARM).await;
    let stage = &world.machine.ready.stage;
    let app_key = "/services/usermanagement/api/app-keys/Panorama/prairie-insights/STAGE";
    world.ask(Method::DELETE, app_key).await.no_content();
    // The access token that this process has is used to its end, an hour after the login.
    world.clock.advance(std::time::Duration::from_hours(1));
    let problem = of(&world, &user).await.problem(502, "partnerLoginRefused");
    assert!(problem["detail"].as_str().expect("a text").contains("POST"), "{problem}");
    assert_eq!(world.status(&user).await, "ACTIVE");

    let content = json!({
        "clientId": stage.client_id,
        "username": stage.partner.username,
        "password": stage.partner.password,
        "sharingUrlId": stage.sharing_url_id,
    });
    world.ask_with(Method::PUT, app_key, &content).await.problem(404, "appKeyNotFound");
    world.ask_with(Method::POST, app_key, &content).await.json(201);
    of(&world, &user).await.json(200);
}
