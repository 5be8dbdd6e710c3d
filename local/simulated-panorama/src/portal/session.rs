//! Who is signed in: a cookie, the session behind it, and the token that its forms carry.

use axum::extract::FromRequestParts;
use axum::http::header::COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse as _, Redirect, Response};
use time::Duration;
use url::form_urlencoded;
use uuid::Uuid;

use crate::seed::{Environment, Grower, Operation};
use crate::simulator::Site;
use crate::state::PortalSession;

const SESSION_LIFE: Duration = Duration::hours(8);

/// Proof that a request comes from a signed-in browser; one that does not is sent to sign in.
pub(crate) struct SignedIn {
    pub(crate) grower: &'static Grower,
    /// The session's; a form without it was not made by this portal.
    pub(crate) csrf: String,
}

impl SignedIn {
    pub(crate) fn find(site: &Site, headers: &HeaderMap) -> Option<Self> {
        let key = session_key(site, headers)?;
        let now = site.now();
        site.simulator.with(|state| {
            let session = state.portal_sessions.get(key)?;
            (session.environment == site.environment && now < session.expires_at)
                .then(|| Self { grower: session.grower, csrf: session.csrf.clone() })
        })
    }

    /// The grower's own; another's is not found.
    pub(crate) fn operation(&self, operation_id: &str) -> Option<&'static Operation> {
        let operation_id = Uuid::try_parse(operation_id).ok()?;
        self.grower.operations.iter().find(|operation| operation.id == operation_id)
    }
}

impl FromRequestParts<Site> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Response> {
        Self::find(site, &parts.headers).ok_or_else(|| {
            // Only a page can be come back to.
            let next = if parts.method == Method::GET {
                parts.uri.path()
            } else {
                &site.path("/operations")
            };
            let query =
                form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
            Redirect::to(&site.path(&format!("/sign-in?{query}"))).into_response()
        })
    }
}

/// Starts a session and gives the `Set-Cookie` for it.
pub(super) fn start(site: &Site, grower: &'static Grower) -> String {
    let now = site.now();
    let key = unguessable();
    let session = PortalSession {
        environment: site.environment,
        grower,
        csrf: unguessable(),
        expires_at: now + SESSION_LIFE,
    };
    let cookie = set_cookie(site, &key);
    site.simulator.with(|state| {
        state.portal_sessions.retain(|_, session| now < session.expires_at);
        state.portal_sessions.insert(key, session);
    });
    cookie
}

/// Ends the session, if there is one, and gives the `Set-Cookie` that takes the cookie away.
pub(super) fn end(site: &Site, headers: &HeaderMap) -> String {
    if let Some(key) = session_key(site, headers) {
        site.simulator.with(|state| state.portal_sessions.remove(key));
    }
    format!("{}; Max-Age=0", set_cookie(site, ""))
}

/// Not `Secure`: it is served over plain HTTP on a loopback address.
fn set_cookie(site: &Site, key: &str) -> String {
    let path = match site.environment.prefix() {
        "" => "/",
        prefix => prefix,
    };
    format!("{}={key}; Path={path}; HttpOnly; SameSite=Lax", cookie_name(site))
}

/// One each: STAGE's path is `/`, so its cookie reaches PRODUCTION too.
fn cookie_name(site: &Site) -> &'static str {
    match site.environment {
        Environment::Stage => "simulated_panorama_stage",
        Environment::Production => "simulated_panorama_production",
    }
}

fn session_key<'a>(site: &Site, headers: &'a HeaderMap) -> Option<&'a str> {
    headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok()).find_map(|header| {
        let mut pairs = header.split(';').filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(name, _)| *name == cookie_name(site)).map(|(_, key)| key)
    })
}

fn unguessable() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}
