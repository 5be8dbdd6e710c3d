//! Asking the API, and noting what it answers.

use reqwest::header::{COOKIE, LOCATION, REFERER, SET_COOKIE};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use super::scenario::LeakScenario;
use crate::world::MANAGEMENT;

/// What the API answered.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// The request's method and path, the status, the headers without `Set-Cookie`, the body.
    pub(crate) text: String,
    /// The secrets that the contract lets this one show.
    pub(crate) may_show: Vec<String>,
    pub(super) body: String,
    /// `name=value`
    pub(super) cookie: Option<String>,
    pub(super) location: Option<String>,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:#?}"))
    }

    pub(super) fn error_key(&self) -> String {
        self.json()["errorKey"].as_str().unwrap_or_default().to_owned()
    }

    pub(super) fn outcome(&self) -> &str {
        self.body
            .split("data-outcome=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .unwrap_or_default()
    }
}

impl LeakScenario {
    pub(super) async fn user(&mut self, name: &str) -> String {
        let user = self.world.create_user(name).await;
        self.users.push(user.clone());
        user
    }

    /// Starts with the seeded app key; the `signInUrl`.
    pub(super) async fn start(&mut self, user: &str, code: Option<&str>) -> String {
        let mut body = json!({ "appName": "prairie-insights", "clientEnvironment": "STAGE" });
        if let Some(code) = code {
            body["organizationCode"] = code.into();
        }
        let path = format!("{MANAGEMENT}/users/{user}/one-click-integration/Panorama");
        let answer = self.owner(Method::POST, &path, Some(&body)).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:#?}");
        let answer = answer.json();
        answer["signInUrl"].as_str().expect("a URL").to_owned()
    }

    /// The credential resource, which may show its own codes and, by the contract, the partner's
    /// client id and username.
    pub(super) async fn status_of(&mut self, user: &str, own: &[&str]) -> Answer {
        let stage = &self.world.machine.ready.stage;
        let may_show = [own, &[stage.client_id, stage.partner.username]].concat();
        let request = self
            .world
            .owner(Method::GET, &format!("{MANAGEMENT}/users/{user}/panorama-credentials"));
        self.ask_showing(request, &may_show).await
    }

    pub(super) async fn events_and_resources(&mut self, user: &str) {
        for path in [
            format!("{MANAGEMENT}/users/{user}/panorama-credentials/events"),
            format!("/services/integrations/api/resources?provider=Panorama&leafUserId={user}"),
        ] {
            self.owner(Method::GET, &path, None).await;
        }
    }

    pub(super) async fn callback(&mut self, code: &str, cookie: Option<&str>) -> Answer {
        let url = self.world.callback(code);
        let portal = self.world.panorama("/");
        let request = self.world.http.get(url).header(REFERER, portal);
        let request =
            cookie.into_iter().fold(request, |request, cookie| request.header(COOKIE, cookie));
        let mut answer = self.ask(request).await;
        while let Some(page) =
            answer.location.clone().filter(|page| page.contains("/sharing-outcome/"))
        {
            answer = self.browse(&page, cookie).await;
        }
        answer
    }

    /// Opens a hop link, and presses the button of its page.
    pub(super) async fn go_on(&mut self, link: &str, cookie: Option<&str>) -> Answer {
        self.browse(link, cookie).await;
        let request = self.world.http.post(link).header("sec-fetch-site", "same-origin");
        self.ask(cookie.into_iter().fold(request, |request, cookie| request.header(COOKIE, cookie)))
            .await
    }

    pub(super) async fn browse(&mut self, url: &str, cookie: Option<&str>) -> Answer {
        let mut request = self.world.http.get(url);
        if let Some(cookie) = cookie {
            request = request.header(COOKIE, cookie);
        }
        self.ask(request).await
    }

    pub(super) async fn public(
        &mut self,
        method: Method,
        path: &str,
        more: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Answer {
        self.ask(more(self.world.http.request(method, self.world.api(path)))).await
    }

    pub(super) async fn owner(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        let mut request = self.world.owner(method, path);
        if let Some(body) = body {
            request = request.json(body);
        }
        self.ask(request).await
    }

    pub(super) async fn ask(&mut self, request: RequestBuilder) -> Answer {
        self.ask_showing(request, &[]).await
    }

    pub(super) async fn ask_showing(
        &mut self,
        request: RequestBuilder,
        may_show: &[&str],
    ) -> Answer {
        let request = request.build().expect("a request");
        // Without the query, which is the test's own.
        let asked = format!("{} {}", request.method(), request.url().path());
        let answer = self.world.http.execute(request).await.expect("an answer");
        let (status, mut headers) = (answer.status(), answer.headers().clone());
        let cookie = headers.remove(SET_COOKIE).map(|value| {
            let value = value.to_str().expect("ASCII");
            value.split(';').next().expect("a pair").to_owned()
        });
        if let Some(cookie) = &cookie {
            let (_, value) = cookie.split_once('=').expect("name and value");
            let (_, proof) = value.split_once('.').expect("a user and a proof");
            self.planted.plant("binding cookie", value);
            self.planted.plant("binding cookie's proof", proof);
        }
        let location = headers.get(LOCATION).map(|value| value.to_str().expect("ASCII").to_owned());
        let body = answer.text().await.expect("a body");
        let text = format!("{asked}\n{status}\n{headers:?}\n{body}");
        let may_show = may_show.iter().map(|value| (*value).to_owned()).collect();
        let answer = Answer { status, text, may_show, body, cookie, location };
        self.answers.push(answer.clone());
        answer
    }
}
