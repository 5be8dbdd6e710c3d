//! `POST /users/{leafUserId}/one-click-integration/{provider}`.

mod malformed;

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{NOBODY, user_path, with};
use crate::answer::{Answer, assert_leaf_time, fields_of};
use crate::world::{FARM, World};

const SEEDED: &str = "/services/usermanagement/api/app-keys/Panorama/prairie-insights/STAGE";
const LIST: &str = "/services/usermanagement/api/app-keys/Panorama";

/// A machine and a Leaf user for whom nothing was started.
struct Scene {
    world: World,
    user: String,
}

impl Scene {
    async fn new() -> Self {
        let world = World::start().await;
        let user = world.create_user("maria").await;
        Self { world, user }
    }

    fn path(&self) -> String {
        user_path(&self.user, "/one-click-integration/Panorama")
    }

    /// The body of Leaf's tutorial.
    fn tutorial(&self) -> Value {
        let stage = &self.world.machine.ready.stage;
        json!({
            "clientId": stage.client_id,
            "username": stage.partner.username,
            "password": stage.partner.password,
            "organizationCode": FARM,
            "clientEnvironment": "STAGE",
        })
    }

    /// The body of Leaf's reference: no code, but the sharing URL id.
    fn reference(&self) -> Value {
        let id = self.world.machine.ready.stage.sharing_url_id;
        with(&with(&self.tutorial(), "organizationCode", Value::Null), "sharingUrlId", json!(id))
    }

    async fn post(&self, body: &Value) -> Answer {
        self.world.ask_with(Method::POST, &self.path(), body).await
    }

    async fn post_bytes(&self, body: impl Into<reqwest::Body>) -> Answer {
        Answer::of(self.world.owner(Method::POST, &self.path()).body(body)).await
    }

    async fn starts(&self, body: &Value) -> Value {
        let answer = self.post(body).await;
        let started = answer.json(200);
        answer.says_nothing_of(secrets(body));
        assert_eq!(self.world.status(&self.user).await, "PENDING", "{body}");
        started
    }

    /// This body is refused, its secrets are not repeated, and nothing has come of it, but these
    /// logins at Panorama.
    async fn refuses(&self, body: &Value, logins: usize, expected: (u16, &str, &[&str])) -> Value {
        let calls = self.world.all_calls().await;
        let answer = self.post(body).await;
        let (status, error_key, fields) = expected;
        assert_eq!(answer.status, status, "{body}: {answer:?}");
        let problem = answer.problem_of(status, error_key, fields);
        answer.says_nothing_of(secrets(body));
        answer.says_nothing_of(["planted"]);
        self.nothing_happened(calls + logins).await;
        problem
    }

    async fn nothing_happened(&self, calls: usize) {
        assert_eq!(self.world.status(&self.user).await, "integrationNotStarted");
        assert_eq!(self.world.all_calls().await, calls, "calls of Panorama");
    }

    async fn app_keys(&self) -> Vec<Value> {
        self.world.ask(Method::GET, LIST).await.json(200).as_array().expect("an array").clone()
    }

    /// Registers the seeded account a second time, under another name and sharing URL id.
    async fn second_app_key(&self) -> String {
        let id = Uuid::new_v4().to_string();
        let content = with(
            &with(&self.reference(), "clientEnvironment", Value::Null),
            "sharingUrlId",
            json!(id),
        );
        let path = SEEDED.replace("prairie-insights", "second");
        self.world.ask_with(Method::POST, &path, &content).await.json(201);
        id
    }
}

/// Our own body: the app key by its name.
fn named() -> Value {
    json!({ "appName": "prairie-insights", "clientEnvironment": "STAGE", "organizationCode": FARM })
}

/// What an answer may not show of what it was sent.
fn secrets(body: &Value) -> impl Iterator<Item = &str> {
    let names = ["clientId", "username", "password", "organizationCode"];
    names.into_iter().filter_map(|name| body[name].as_str()).filter(|text| text.len() > 3)
}

#[tokio::test]
async fn the_three_bodies_of_the_contract_start_a_session() {
    let scene = Scene::new().await;
    let ready = &scene.world.machine.ready;
    let sign_in = scene.world.panorama(&format!("/connections/{}", ready.stage.sharing_url_id));
    let calls = scene.world.all_calls().await;
    for body in [
        scene.tutorial(),
        with(&scene.tutorial(), "sharingUrlId", json!(ready.stage.sharing_url_id)),
        named(),
    ] {
        let started = scene.starts(&body).await;
        assert_eq!(
            fields_of(&started),
            ["expiresAt", "reference", "sessionId", "signInUrl", "status"]
        );
        assert_eq!(started["signInUrl"], *sign_in, "as Leaf answers: Panorama's own link");
        assert_eq!(started["status"], "PENDING");
        assert_eq!(started["expiresAt"], "2026-11-22T12:15:00.000000Z");
        assert_leaf_time(&started["expiresAt"]);
    }
    for body in [scene.reference(), with(&named(), "organizationCode", Value::Null)] {
        let started = scene.starts(&body).await;
        let session = started["sessionId"].as_str().expect("a text");
        assert_eq!(
            started["signInUrl"],
            scene.world.api(&format!("/connect/{session}")),
            "the hop link"
        );
    }
    assert_eq!(scene.world.all_calls().await, calls, "known credentials are not tried at Panorama");
    assert_eq!(scene.app_keys().await.len(), 1, "and they are the app key that is there");
}

#[tokio::test]
async fn unknown_fields_are_ignored_and_blanks_around_a_code_too() {
    let scene = Scene::new().await;
    let mut body = scene.tutorial();
    body["redirectUri"] = json!("https://app.example/done");
    body["refreshToken"] = json!({ "deep": [[[1]]] });
    body["provider"] = json!(7);
    body["organizationCode"] = json!(format!(" {FARM}\n"));
    body["appName"] = Value::Null;
    scene.starts(&body).await;
    let (_, pending) = scene.world.credential(&scene.user).await;
    assert_eq!(pending["organizationCode"], FARM);
}

#[tokio::test]
async fn the_content_type_is_not_looked_at() {
    let scene = Scene::new().await;
    for content_type in
        [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("nonsense")]
    {
        let mut request = scene.world.owner(Method::POST, &scene.path()).body(named().to_string());
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        Answer::of(request).await.json(200);
    }
}

#[tokio::test]
async fn an_unknown_client_without_a_sharing_url_id_is_told_to_send_one() {
    let scene = Scene::new().await;
    let unknown = with(&scene.tutorial(), "clientId", json!("plantedclient"));
    let needed = (400, "missingField", &["sharingUrlId"][..]);
    scene.refuses(&unknown, 0, needed).await;
    scene.refuses(&with(&unknown, "appName", json!("new-name")), 0, needed).await;
    // In PRODUCTION the deployment knows the id, and Panorama that STAGE's client is none there.
    let elsewhere = with(&scene.tutorial(), "clientEnvironment", json!("PRODUCTION"));
    scene.refuses(&elsewhere, 1, (400, "panoramaUnknownClient", &["clientId"])).await;
    assert_eq!(scene.app_keys().await.len(), 1);
}

#[tokio::test]
async fn the_tutorials_body_becomes_an_app_key_where_the_deployment_knows_the_sharing_url_id() {
    let scene = Scene::new().await;
    scene.world.ask(Method::DELETE, SEEDED).await.no_content();
    scene.starts(&scene.tutorial()).await;
    let [ref stage] = scene.app_keys().await[..] else { panic!("one app key") };
    assert_eq!(stage["sharingUrlId"], scene.world.machine.ready.stage.sharing_url_id);

    // PRODUCTION has no app key on a fresh machine.
    let production = &scene.world.machine.ready.production;
    let body = json!({
        "clientId": production.client_id,
        "username": production.partner.username,
        "password": production.partner.password,
        "organizationCode": FARM,
        "clientEnvironment": "PRODUCTION",
    });
    scene.starts(&body).await;
    assert_eq!(scene.app_keys().await.len(), 2);
}

#[tokio::test]
async fn where_nobody_knows_the_sharing_url_id_the_error_has_the_call_that_mends_it() {
    let scene = Scene::new().await;
    scene.world.ask(Method::DELETE, SEEDED).await.no_content();
    // Another account has the id that the deployment knows for STAGE.
    let (stage, production) =
        (&scene.world.machine.ready.stage, &scene.world.machine.ready.production);
    let content = json!({
        "clientId": production.client_id,
        "username": production.partner.username,
        "password": production.partner.password,
        "sharingUrlId": stage.sharing_url_id,
    });
    scene
        .world
        .ask_with(Method::POST, &SEEDED.replace("STAGE", "PRODUCTION"), &content)
        .await
        .json(201);

    let problem =
        scene.refuses(&scene.tutorial(), 0, (400, "missingField", &["sharingUrlId"])).await;
    let detail = problem["detail"].as_str().expect("a text");
    let (path, body) = call_in(detail);
    let mut body: Value = serde_json::from_str(body).expect("a body to be filled in");
    let content = scene.tutorial();
    for (field, value) in body.as_object_mut().expect("fields") {
        *value = content.get(field).cloned().unwrap_or_else(|| json!(Uuid::new_v4()));
    }
    scene.world.ask_with(Method::POST, path, &body).await.json(201);
    scene.starts(&content).await;
}

#[tokio::test]
async fn an_unknown_app_name_is_told_the_call_that_registers_it() {
    let scene = Scene::new().await;
    let body = with(&named(), "appName", json!("harvest"));
    let problem = scene.refuses(&body, 0, (400, "unknownAppKey", &["appName"])).await;
    let (path, _) = call_in(problem["detail"].as_str().expect("a text"));
    assert_eq!(path, SEEDED.replace("prairie-insights", "harvest"));
}

/// The path and the body of the call that an error says.
fn call_in(detail: &str) -> (&str, &str) {
    let (_, call) = detail.split_once("POST ").expect("a call");
    let (path, body) = call.split_once(' ').expect("a path");
    (path, &body[..=body.find('}').expect("a body")])
}

#[tokio::test]
async fn unknown_credentials_with_a_sharing_url_id_become_an_app_key() {
    let scene = Scene::new().await;
    scene.world.ask(Method::DELETE, SEEDED).await.no_content();
    assert_eq!(scene.app_keys().await.len(), 0);
    let id = scene.world.machine.ready.stage.sharing_url_id;
    scene.starts(&scene.reference()).await;
    let app_keys = scene.app_keys().await;
    assert_eq!(app_keys.len(), 1);
    assert_eq!(app_keys[0]["appName"], id, "its name, when none is sent");
    assert_eq!(app_keys[0]["sharingUrlId"], id);
    // From now on the tutorial's body finds it.
    scene.starts(&scene.tutorial()).await;

    scene.world.ask(Method::DELETE, &SEEDED.replace("prairie-insights", id)).await.no_content();
    scene.starts(&with(&scene.reference(), "appName", json!("chosen"))).await;
    assert_eq!(scene.app_keys().await[0]["appName"], "chosen");
    let callback = scene.world.share(FARM).await;
    scene.starts(&with(&named(), "appName", json!("chosen"))).await;
    assert_eq!(scene.world.browser().open(&callback).await.outcome, "connected");
}

#[tokio::test]
async fn new_credentials_that_panorama_refuses_leave_no_app_key_and_no_session() {
    let scene = Scene::new().await;
    let production = &scene.world.machine.ready.production;
    let right = json!({
        "clientId": production.client_id,
        "username": production.partner.username,
        "password": production.partner.password,
        "sharingUrlId": production.sharing_url_id,
        "clientEnvironment": "PRODUCTION",
    });
    for (field, value, error_key, named) in [
        ("password", "planted-Wrong", "panoramaBadPassword", "password"),
        ("username", "planted@partner.example", "panoramaUnknownUser", "username"),
        ("clientId", "plantedclient", "panoramaUnknownClient", "clientId"),
        ("clientId", "8nf4produc0nopasswordflow3", "panoramaFlowNotEnabled", "clientId"),
        ("username", "sms-mfa@prairie-insights.example", "panoramaChallenge", "username"),
        (
            "username",
            "password-reset@prairie-insights.example",
            "panoramaPasswordResetRequired",
            "password",
        ),
    ] {
        scene.refuses(&with(&right, field, json!(value)), 1, (400, error_key, &[named])).await;
        assert_eq!(scene.app_keys().await.len(), 1, "{value}");
    }
    for (fault, status, error_key) in [
        (json!({ "call": "initiateAuth", "fault": "dropBefore" }), 503, "panoramaUnavailable"),
        (
            json!({ "call": "initiateAuth", "fault": "status", "status": 429 }),
            503,
            "panoramaUnavailable",
        ),
        (json!({ "call": "initiateAuth", "fault": "malformed" }), 502, "panoramaBadAnswer"),
    ] {
        scene.world.fault(fault).await;
        scene.refuses(&right, 1, (status, error_key, &[])).await;
        assert_eq!(scene.app_keys().await.len(), 1);
    }
    scene.starts(&right).await;
    assert_eq!(scene.app_keys().await.len(), 2);
}

#[tokio::test]
async fn a_wrong_inline_password_for_a_known_client_changes_nothing() {
    let scene = Scene::new().await;
    let wrong = with(&scene.tutorial(), "password", json!("planted-Wrong"));
    // The second one is known to be wrong.
    for (body, logins) in
        [(wrong.clone(), 1), (with(&wrong, "appName", json!("prairie-insights")), 0)]
    {
        scene.refuses(&body, logins, (400, "panoramaBadPassword", &["password"])).await;
    }
    let calls = scene.world.all_calls().await;
    scene.starts(&scene.tutorial()).await;
    assert_eq!(scene.world.all_calls().await, calls, "the stored password is the one that it was");
}

#[tokio::test]
async fn a_new_inline_password_that_panorama_accepts_is_the_app_keys_from_then_on() {
    let scene = Scene::new().await;
    scene.world.change_partner_password("STAGE", "Changed-Harvest-2027").await;
    let new = with(&scene.tutorial(), "password", json!("Changed-Harvest-2027"));
    let calls = scene.world.all_calls().await;
    scene.starts(&new).await;
    assert_eq!(scene.world.all_calls().await, calls + 1, "one login");
    scene.starts(&new).await;
    assert_eq!(scene.world.all_calls().await, calls + 1, "and no second one");
    let content = with(
        &with(&new, "sharingUrlId", scene.reference()["sharingUrlId"].clone()),
        "appName",
        Value::Null,
    );
    scene.world.ask_with(Method::POST, SEEDED, &content).await.json(200);
    assert_eq!(
        scene.post(&scene.tutorial()).await.problem(400, "panoramaBadPassword")["status"],
        400,
        "the old one"
    );
}

#[tokio::test]
async fn what_does_not_fit_the_app_key_is_refused() {
    let scene = Scene::new().await;
    let other = json!(Uuid::new_v4().to_string());
    let mismatch = (400, "sharingUrlIdMismatch", &["sharingUrlId"][..]);
    scene.refuses(&with(&scene.reference(), "sharingUrlId", other.clone()), 0, mismatch).await;
    scene.refuses(&with(&named(), "sharingUrlId", other.clone()), 0, mismatch).await;

    let unknown = (400, "unknownAppKey", &["appName"][..]);
    scene.refuses(&with(&named(), "appName", json!("nobodys")), 0, unknown).await;
    scene.refuses(&with(&named(), "clientEnvironment", json!("PRODUCTION")), 0, unknown).await;
    let named = with(&named(), "appName", json!("nobodys"));
    scene.refuses(&with(&named, "sharingUrlId", other), 0, unknown).await;

    let client = with(
        &with(&scene.tutorial(), "clientId", json!("plantedclient")),
        "appName",
        json!("prairie-insights"),
    );
    scene.refuses(&client, 0, (400, "clientIdMismatch", &["clientId"])).await;

    // Another partner's credentials do not take over a sharing URL id.
    let taken = with(&scene.reference(), "clientId", json!("plantedclient"));
    scene.refuses(&taken, 0, (409, "sharingUrlIdInUse", &["sharingUrlId"])).await;
    assert_eq!(scene.app_keys().await.len(), 1);
}

#[tokio::test]
async fn a_client_with_two_app_keys_has_to_say_which() {
    let scene = Scene::new().await;
    let second = scene.second_app_key().await;
    let ambiguous = (400, "appKeyAmbiguous", &["clientId"][..]);
    scene.refuses(&scene.tutorial(), 0, ambiguous).await;
    scene
        .refuses(
            &with(&scene.reference(), "sharingUrlId", json!(Uuid::new_v4().to_string())),
            0,
            ambiguous,
        )
        .await;
    let started = scene.starts(&with(&scene.tutorial(), "sharingUrlId", json!(second))).await;
    assert_eq!(started["signInUrl"], scene.world.panorama(&format!("/connections/{second}")));
    let started = scene.starts(&with(&scene.tutorial(), "appName", json!("second"))).await;
    assert_eq!(started["signInUrl"], scene.world.panorama(&format!("/connections/{second}")));
    scene.starts(&scene.reference()).await;
}

#[tokio::test]
async fn an_unknown_leaf_user_is_refused_before_anything_is_asked_or_stored() {
    let scene = Scene::new().await;
    let path = user_path(NOBODY, "/one-click-integration/Panorama");
    scene.world.change_partner_password("STAGE", "Changed-Harvest-2027").await;
    let production = &scene.world.machine.ready.production;
    let new = json!({
        "clientId": production.client_id,
        "username": production.partner.username,
        "password": production.partner.password,
        "sharingUrlId": production.sharing_url_id,
        "clientEnvironment": "PRODUCTION",
    });
    let changed = with(&scene.tutorial(), "password", json!("Changed-Harvest-2027"));
    let wrong = with(&scene.tutorial(), "password", json!("planted-Wrong"));
    let calls = scene.world.all_calls().await;
    for body in [scene.tutorial(), scene.reference(), named(), new, changed.clone(), wrong] {
        let answer = scene.world.ask_with(Method::POST, &path, &body).await;
        answer.problem(404, "leafUserNotFound");
        answer.says_nothing_of(secrets(&body));
        assert_eq!(scene.world.all_calls().await, calls, "{body}");
    }
    assert_eq!(scene.app_keys().await.len(), 1);
    let content = with(&changed, "sharingUrlId", scene.reference()["sharingUrlId"].clone());
    scene.world.ask_with(Method::POST, SEEDED, &content).await.problem(409, "appKeyExists");
}

#[tokio::test]
async fn an_operation_of_another_leaf_user_is_refused() {
    let scene = Scene::new().await;
    let owner = scene.world.create_user("owner").await;
    scene.world.connect(&owner, FARM).await;
    for body in [scene.tutorial(), named()] {
        scene.refuses(&body, 0, (409, "operationAlreadyConnected", &["organizationCode"])).await;
    }
    assert_eq!(scene.world.status(&owner).await, "ACTIVE");
}

#[tokio::test]
async fn two_first_starts_at_once_with_new_credentials_share_one_app_key() {
    let scene = Scene::new().await;
    scene.world.ask(Method::DELETE, SEEDED).await.no_content();
    let second = scene.world.create_user("dale").await;
    let path = user_path(&second, "/one-click-integration/Panorama");
    let body = scene.reference();
    // Panorama takes its time, so that both are at the login when neither has stored anything.
    scene
        .world
        .fault(json!({ "call": "initiateAuth", "fault": "slow", "delayMs": 200, "times": 2 }))
        .await;
    let (one, other) =
        tokio::join!(scene.post(&body), scene.world.ask_with(Method::POST, &path, &body));
    assert_eq!((one.status, other.status), (200, 200), "{one:?} {other:?}");
    assert_eq!(scene.app_keys().await.len(), 1);
    let calls = scene.world.all_calls().await;
    scene.starts(&scene.tutorial()).await;
    assert_eq!(scene.world.all_calls().await, calls, "the app key has its secret");
}
