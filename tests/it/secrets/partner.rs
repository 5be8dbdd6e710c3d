//! The partner's part of the scenario: signing in, app keys, starts with credentials in them, a
//! login that is renewed.

use reqwest::header::AUTHORIZATION;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::scenario::{LeakScenario, OWNED, RENEWED, faults};
use crate::world::MANAGEMENT;

impl LeakScenario {
    pub(super) async fn sign_in(&mut self) {
        let owner = self.world.machine.ready.owner;
        self.planted.plant("wrong password of an API owner", "Planted-Wrong-Owner-1");
        let (right, wrong) = (owner.password, "Planted-Wrong-Owner-1");
        for (body, expected) in [
            (json!({ "username": owner.username, "password": wrong }), "badCredentials"),
            (json!({ "username": wrong, "password": right }), "badCredentials"),
            (json!({ "username": owner.username, "password": [right] }), "mistypedField"),
            (
                json!({ "username": owner.username, "password": right, "rememberMe": right }),
                "mistypedField",
            ),
            (json!({ "username": owner.username, "password": right.repeat(99) }), "fieldTooLong"),
            (
                json!({ "username": owner.username, "password": format!("{right}\u{7}") }),
                "malformedField",
            ),
        ] {
            let answer =
                self.public(Method::POST, "/api/authenticate", |request| request.json(&body)).await;
            assert_eq!(answer.error_key(), expected, "{answer:#?}");
        }
        let broken = format!(r#"{{"username":"{}","password":"{right}""#, owner.username);
        let answer =
            self.public(Method::POST, "/api/authenticate", |request| request.body(broken)).await;
        assert_eq!(answer.error_key(), "malformedJson");
        let token = self.world.token.clone();
        let body = json!({ "username": owner.username, "password": right, "rememberMe": "true" });
        let request = self.world.http.post(self.world.api("/api/authenticate")).json(&body);
        let answer = self.ask_showing(request, &[&token]).await;
        assert_eq!(
            answer.json()["id_token"],
            token.as_str(),
            "the clock stands still, so it is the same"
        );
        for header in
            [format!("Bearer {token}x"), format!("Basic {token}"), token, "Bearer x".to_owned()]
        {
            let path = format!("{MANAGEMENT}/users");
            let answer = self
                .public(Method::GET, &path, |request| request.header(AUTHORIZATION, &header))
                .await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        }
    }

    pub(super) async fn register_app_keys(&mut self) {
        let ready = self.world.machine.ready.clone();
        let stage = ready.stage;
        let new = |name: &str, environment: &str| {
            format!("{MANAGEMENT}/app-keys/Panorama/{name}/{environment}")
        };
        let (wrong, unknown) = ("Planted-Wrong-Partner-2", "planted-nobody@prairie.example");
        self.planted.plant("wrong partner password", wrong);
        self.planted.plant("unknown partner username", unknown);
        self.planted.plant("unknown client id", "plantedunknownclient1");
        let id = "0e7c4a52-60a7-4d8f-9f6e-0d2f5b7f9b11";
        let body = |client: &str, username: &str, password: &str| {
            json!({
                "clientId": client, "username": username, "password": password, "sharingUrlId": id,
            })
        };
        let (client, username, password) =
            (stage.client_id, stage.partner.username, stage.partner.password);
        let production = ready.production;
        for (body, expected) in [
            (body(client, username, wrong), "panoramaBadPassword"),
            (body(client, unknown, password), "panoramaUnknownUser"),
            (body("plantedunknownclient1", username, password), "panoramaUnknownClient"),
            (body(production.client_id, username, password), "panoramaUnknownClient"),
            (body("2nf4stage0nopasswordflow17", username, password), "panoramaFlowNotEnabled"),
            (body(client, "sms-mfa-stage@prairie-insights.example", password), "panoramaChallenge"),
            (
                body(client, "password-reset-stage@prairie-insights.example", password),
                "panoramaPasswordResetRequired",
            ),
            (
                json!({ "clientId": client, "username": username, "password": password }),
                "missingField",
            ),
            (
                json!({
                    "clientId": [client], "username": { "is": username }, "password": 1,
                    "sharingUrlId": id,
                }),
                "mistypedField",
            ),
            (
                json!({
                    "clientId": client, "username": username, "password": password,
                    "sharingUrlId": password,
                }),
                "malformedField",
            ),
            (body(&client.repeat(9), &username.repeat(9), &password.repeat(99)), "fieldTooLong"),
        ] {
            for (method, name) in [(Method::POST, "planted"), (Method::PUT, ready.app_name)] {
                let answer = self.owner(method, &new(name, "STAGE"), Some(&body)).await;
                assert_eq!(answer.error_key(), expected, "{answer:#?}");
            }
        }
        for fault in faults("initiateAuth") {
            self.world.fault(fault).await;
            let answer = self
                .owner(
                    Method::POST,
                    &new("planted", "STAGE"),
                    Some(&body(client, username, password)),
                )
                .await;
            assert!(answer.status.is_server_error(), "{answer:#?}");
        }
        let body = json!({
            "clientId": production.client_id,
            "username": production.partner.username,
            "password": production.partner.password,
            "sharingUrlId": production.sharing_url_id,
        });
        for (method, name, expected) in [
            (Method::POST, "harvest-hub", StatusCode::CREATED),
            (Method::POST, "harvest-hub", StatusCode::OK),
            (Method::PUT, "harvest-hub", StatusCode::OK),
            (Method::GET, "harvest-hub", StatusCode::OK),
            (Method::POST, "spare", StatusCode::CONFLICT),
        ] {
            let body = Some(&body).filter(|_| method != Method::GET);
            let answer = self.owner(method, &new(name, "PRODUCTION"), body).await;
            // Which status a sharing URL id in use has is not this test's business.
            assert!(answer.status == expected || name == "spare", "{answer:#?}");
        }
        let answer =
            self.owner(Method::GET, &format!("{MANAGEMENT}/app-keys/Panorama"), None).await;
        assert_eq!(answer.json().as_array().map(Vec::len), Some(2));
    }

    pub(super) async fn start_with_all_bodies(&mut self) {
        let user = self.user("bodies").await;
        let stage = self.world.machine.ready.stage.clone();
        let wrong = "Planted-Wrong-Partner-3";
        self.planted.plant("wrong partner password in a start", wrong);
        let inline = json!({
            "clientId": stage.client_id,
            "username": stage.partner.username,
            "password": stage.partner.password,
            "clientEnvironment": "STAGE",
        });
        let with = |name: &str, value: Value| {
            let mut body = inline.clone();
            body[name] = value;
            body
        };
        for (body, expected) in [
            (inline.clone(), ""),
            (with("sharingUrlId", stage.sharing_url_id.into()), ""),
            (with("appName", "prairie-insights".into()), ""),
            (with("password", wrong.into()), "panoramaBadPassword"),
            (with("password", json!({ "is": wrong })), "mistypedField"),
            (with("username", wrong.into()), "panoramaUnknownUser"),
            (with("clientId", "plantedunknownclient1".into()), "missingField"),
            (with("organizationCode", json!([OWNED])), "mistypedField"),
            (with("organizationCode", format!("{OWNED}/..").into()), "malformedField"),
            (with("organizationCode", OWNED.repeat(9).into()), "fieldTooLong"),
            (with("clientEnvironment", wrong.into()), "unknownEnvironment"),
            (with("appName", wrong.repeat(9).into()), "fieldTooLong"),
            (with("sharingUrlId", OWNED.into()), "malformedField"),
            (
                json!({
                    "appName": "prairie-insights", "clientEnvironment": "STAGE",
                    "clientId": stage.client_id,
                }),
                "missingField",
            ),
            (json!({ "appName": "nobody", "clientEnvironment": "STAGE" }), "unknownAppKey"),
            (json!({ "clientEnvironment": "STAGE", "organizationCode": OWNED }), "missingField"),
        ] {
            let path = format!("{MANAGEMENT}/users/{user}/one-click-integration/Panorama");
            let answer = self.owner(Method::POST, &path, Some(&body)).await;
            assert_eq!(answer.error_key(), expected, "{body} {answer:#?}");
        }
        // Another password: that one is known to be wrong, and is not asked about.
        let unknown = format!("{wrong}-too");
        for fault in faults("initiateAuth") {
            self.world.fault(fault).await;
            let path = format!("{MANAGEMENT}/users/{user}/one-click-integration/Panorama");
            let body = with("password", unknown.as_str().into());
            assert!(self.owner(Method::POST, &path, Some(&body)).await.status.is_server_error());
        }
        let nobody = "5f0c2b1e-0000-4000-8000-000000000000";
        let path = format!("{MANAGEMENT}/users/{nobody}/one-click-integration/Panorama");
        let body = with("organizationCode", OWNED.into());
        assert_eq!(
            self.owner(Method::POST, &path, Some(&body)).await.error_key(),
            "leafUserNotFound"
        );
    }

    /// The partner's tokens expire, are revoked, and the password is changed: each time there are
    /// new ones, or none.
    pub(super) async fn renew_the_login(&mut self) {
        let user = self.user("renews").await;
        self.start(&user, Some(RENEWED)).await;
        self.world.share(RENEWED).await;
        assert_eq!(self.callback(RENEWED, None).await.outcome(), "connected");
        for order in ["expireTokens", "revokeRefreshTokens", "expireTokens"] {
            self.world.fault(json!({ "fault": order })).await;
            self.events_and_resources(&user).await;
            self.plant_tokens().await;
        }
        let password = "Planted-New-Partner-4";
        self.planted.plant("new partner password", password);
        let change = self.world.panorama("/control/partners/STAGE/password");
        let changed = self
            .world
            .http
            .post(change)
            .json(&json!({ "password": password }))
            .send()
            .await
            .expect("an answer");
        assert!(changed.status().is_success());
        self.world.fault(json!({ "fault": "revokeRefreshTokens" })).await;
        self.world.fault(json!({ "fault": "expireTokens" })).await;
        self.events_and_resources(&user).await;
        self.world.check_after(0).await;
        self.status_of(&user, &[RENEWED]).await;
        let stage = self.world.machine.ready.stage.clone();
        let body = json!({
            "clientId": stage.client_id,
            "username": stage.partner.username,
            "password": password,
            "sharingUrlId": stage.sharing_url_id,
        });
        let path = format!("{MANAGEMENT}/app-keys/Panorama/prairie-insights/STAGE");
        let answer = self.owner(Method::PUT, &path, Some(&body)).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:#?}");
        self.plant_tokens().await;
        self.events_and_resources(&user).await;
    }
}
