//! The part of the scenario with links: a farmer is mailed one, goes to Panorama and declines; a
//! partner's page has an API key, and has a link made.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::answers::Answer;
use super::scenario::LeakScenario;
use crate::world::MANAGEMENT;

/// What is after the id in a link's address: the part by which the link is opened.
const SECRET_FROM: usize = 24;

impl LeakScenario {
    pub(super) async fn go_by_a_magic_link(&mut self) {
        let user = self.user("mailed").await;
        let links = "/services/widgets/api/magic-link";
        let path = format!("{links}/users/{user}/authentication");
        let body = json!({
            "provider": "Panorama", "appName": "prairie-insights", "clientEnvironment": "STAGE",
        });
        let made = self.owner(Method::POST, &path, Some(&body)).await.json();
        let link = made["link"].as_str().expect("a link").to_owned();
        let address = self.plant_address("magic link", &link);
        // Nobody reads it again.
        let id = made["id"].as_str().expect("an id");
        let (list, one) =
            (format!("{links}/authentication"), format!("{links}/authentication/{id}"));
        for path in [&list, &one] {
            let answer = self.owner(Method::GET, path, None).await;
            assert_eq!(answer.status, StatusCode::OK, "{answer:#?}");
        }

        // Its page posts to itself, and that is all that it says of where it is.
        assert_eq!(self.browse(&link, None).await.outcome(), "ask");
        self.allow(&address);
        let cookie = self.press(&link, &address).await.cookie.expect("the browser is bound");
        assert_eq!(self.browse(&link, Some(&cookie)).await.outcome(), "underWay");
        self.allow(&address);

        let sharing_url_id = self.world.machine.ready.stage.sharing_url_id;
        let declined = format!("/sharing-confirmation/{sharing_url_id}?error=access_denied");
        let cookie = &cookie;
        let back = self.public(Method::GET, &declined, |it| it.header("cookie", cookie)).await;
        let back = back.location.expect("the page of the link");
        let pass = self.plant_address("pass", &back);
        self.allow(&pass);
        assert_eq!(self.browse(&back, None).await.outcome(), "declined");
        self.allow(&pass);
        self.browse(&format!("{back}/receipt"), None).await;
        self.allow(&pass);
        // One that is misspelled is as secret as the right one: it is nearly it.
        self.browse(&format!("{link}x"), None).await;
        self.allow(&address);

        let answer = self.owner(Method::DELETE, &one, None).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer:#?}");
        assert_eq!(self.browse(&link, None).await.outcome(), "unknownLink");
        self.allow(&address);
    }

    pub(super) async fn have_a_link_made_by_a_page(&mut self) {
        let user = self.user("visitor").await;
        let page = "https://app.prairie-insights.example";
        let keys = format!("{MANAGEMENT}/api-keys");
        let body = json!({
            "leafUserId": user, "origins": [page],
            "appName": "prairie-insights", "clientEnvironment": "STAGE",
        });
        let made = self.owner(Method::POST, &keys, Some(&body)).await.json();
        let key = made["key"].as_str().expect("a key").to_owned();
        self.planted.plant("API key", &key);
        self.allow(&key);
        self.owner(Method::GET, &format!("{keys}?leafUserId={user}"), None).await;

        for (origin, expected) in
            [(page, StatusCode::OK), ("https://elsewhere.example", StatusCode::FORBIDDEN)]
        {
            let key = &key;
            let request =
                |it: reqwest::RequestBuilder| it.header("x-api-key", key).header("origin", origin);
            let answer = self.public(Method::POST, "/components/links", request).await;
            assert_eq!(answer.status, expected, "{answer:#?}");
            if expected == StatusCode::OK {
                let link = answer.json()["link"].as_str().expect("a link").to_owned();
                let address = self.plant_address("page's magic link", &link);
                self.allow(&address);
            }
        }
    }

    /// Presses the button that goes on.
    async fn press(&mut self, link: &str, address: &str) -> Answer {
        let request = self.world.http.post(link).header("sec-fetch-site", "same-origin");
        let answer = self.ask(request.form(&[("button", "continue")])).await;
        self.allow(address);
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:#?}");
        answer
    }

    /// Plants what is last in an address, whole and without its beginning, which is an id.
    fn plant_address(&mut self, what: &str, url: &str) -> String {
        let address = url.rsplit('/').next().expect("a segment").to_owned();
        self.planted.plant(&format!("{what}'s address"), &address);
        self.planted.plant(&format!("{what}'s secret"), &address[SECRET_FROM..]);
        self.allow(&address);
        address
    }

    /// The last answer may show an address, because it was given out there, or asked for by it.
    fn allow(&mut self, address: &str) {
        let answer = self.answers.last_mut().expect("an answer");
        answer.may_show.push(address.to_owned());
        answer.may_show.extend(address.get(SECRET_FROM..).map(str::to_owned));
    }
}
