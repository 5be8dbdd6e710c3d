//! A farmer's browser.

use std::collections::BTreeMap;

use reqwest::header::{COOKIE, HeaderMap, LOCATION, REFERER, SET_COOKIE};
use reqwest::{RequestBuilder, StatusCode};

/// A farmer's browser: it keeps the API's cookies.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) http: reqwest::Client,
    pub(crate) cookies: BTreeMap<String, String>,
    /// What browsers tell another site of the portal's pages: their origin
    /// (`strict-origin-when-cross-origin`, the default of the Referrer Policy; also after a
    /// redirect).
    pub(crate) portal: String,
    /// Where it was told what became of the last callback.
    pub(crate) page: String,
}

/// What a browser was shown, or where it was sent.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) location: Option<String>,
    /// The `data-outcome` of the page.
    pub(crate) outcome: String,
    pub(crate) body: String,
}

impl Seen {
    /// Where it is told what became of a callback, if the browser was sent there.
    pub(crate) fn outcome_page(&self) -> Option<&str> {
        self.location.as_deref().filter(|location| tells_what_became(location))
    }
}

/// Whether an address is that of a page that tells what became of a callback.
fn tells_what_became(location: &str) -> bool {
    ["/sharing-outcome/", "/magic-link/"].iter().any(|folder| location.contains(folder))
}

impl Browser {
    /// Opens an address, the Sharing Confirmation URL as Panorama's portal does. Redirects are not
    /// followed, but for the one to the page that tells what became of a callback.
    pub(crate) async fn open(&mut self, url: &str) -> Seen {
        let from_portal = url.contains("/sharing-confirmation").then(|| self.portal.clone());
        self.open_from(from_portal.as_deref(), url).await
    }

    /// The same from a page of which the browser tells so much.
    pub(crate) async fn open_from(&mut self, referer: Option<&str>, url: &str) -> Seen {
        let seen = self.ask_from(referer, url).await;
        self.land(seen).await
    }

    /// Sends a request and goes on to the page that tells what became of it.
    pub(crate) async fn send_and_land(&mut self, request: RequestBuilder) -> Seen {
        let seen = self.send(request).await;
        self.land(seen).await
    }

    async fn land(&mut self, mut seen: Seen) -> Seen {
        while let Some(page) = seen.outcome_page() {
            seen = self.send(self.http.get(page)).await;
        }
        seen
    }

    /// The same, and no redirect is followed.
    pub(crate) async fn ask_from(&mut self, referer: Option<&str>, url: &str) -> Seen {
        let request = self.http.get(url);
        self.send(
            referer.into_iter().fold(request, |request, referer| request.header(REFERER, referer)),
        )
        .await
    }

    /// Opens a hop link and presses the button of the page that says whose account it is.
    pub(crate) async fn go_on(&mut self, hop_link: &str) -> Seen {
        assert_eq!(self.open(hop_link).await.outcome, "whoseAccount");
        let onward = self.press(hop_link).await;
        assert_eq!(onward.status, StatusCode::SEE_OTHER);
        onward
    }

    /// Where it was told what became of the last callback.
    pub(crate) fn address(&self) -> &str {
        &self.page
    }

    /// Loads the page again that tells what became of the last callback.
    pub(crate) async fn reload(&mut self) -> Seen {
        self.send_and_land(self.http.get(&self.page)).await
    }

    /// Comes from a page that is not Panorama's, and says on ours that it was meant.
    pub(crate) async fn say_yes(&mut self, callback: &str) -> Seen {
        let asked = self.ask_from(None, callback).await;
        let page = asked.outcome_page().expect("an address of its own").to_owned();
        assert_eq!(self.open(&page).await.outcome, "cameBack");
        let seen = self.press(&page).await;
        self.land(seen).await
    }

    /// Presses the button of our own form that posts to this address.
    pub(crate) async fn press(&mut self, url: &str) -> Seen {
        self.press_from("same-origin", url).await
    }

    /// Posts to this address from a page that stands to it as `site` says.
    pub(crate) async fn press_from(&mut self, site: &str, url: &str) -> Seen {
        self.send(self.http.post(url).header("sec-fetch-site", site)).await
    }

    pub(crate) async fn send(&mut self, request: RequestBuilder) -> Seen {
        let cookies: Vec<_> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request =
            if cookies.is_empty() { request } else { request.header(COOKIE, cookies.join("; ")) };
        let answer = request.send().await.expect("an answer");
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let pair = cookie.to_str().expect("ASCII").split(';').next().expect("a pair");
            let (name, value) = pair.split_once('=').expect("name and value");
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let status = answer.status();
        let headers = answer.headers().clone();
        let location = headers.get(LOCATION).map(|value| value.to_str().expect("ASCII").to_owned());
        if let Some(page) = location.as_deref().filter(|location| tells_what_became(location)) {
            page.clone_into(&mut self.page);
        }
        let body = answer.text().await.expect("a body");
        let outcome = body.split("data-outcome=\"").nth(1).and_then(|rest| rest.split('"').next());
        Seen { status, headers, location, outcome: outcome.unwrap_or_default().to_owned(), body }
    }
}
