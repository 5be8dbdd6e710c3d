//! The Sharing Confirmation URL: the farmer's browser comes back from Panorama with `?orgCode=`.

mod address;

use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse as _, Response};
use http::header::{ACCEPT, LOCATION, REFERRER_POLICY};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use shared::domain::ids::{SessionId, SharingUrlId};
use shared::http::cookies::binding_cookies;
use shared::http::envelope::route_not_found;
use shared::http::pages::Page;
use shared::http::routes::Routes;
use shared::service::{Service, WarmUp};
use shared::use_cases::receive_confirmation::{Confirmation, Outcome, receive_confirmation};
use url::Url;

use self::address::Address;

/// What it reads in init.
pub const WARM_UP: WarmUp = WarmUp::Table;

/// The function's routes.
pub fn routes(service: Service) -> Routes {
    let (in_path, in_query) = ("/sharing-confirmation/{sharingUrlId}", "/sharing-confirmation");
    Routes::new(service)
        .public(Method::GET, in_path, callback)
        .public(Method::HEAD, in_path, nothing)
        .public(Method::GET, in_query, callback)
        .public(Method::HEAD, in_query, nothing)
        .otherwise(elsewhere)
}

/// `HEAD` is what link checkers send. A router would answer it with what `GET` does, which connects an operation.
async fn nothing() -> StatusCode {
    StatusCode::OK
}

async fn callback(State(service): State<Service>, OriginalUri(uri): OriginalUri, headers: HeaderMap) -> Response {
    receive(&service, Address::read(&uri), &headers).await
}

/// What came to no route of ours. It may be a farmer, whom Panorama has sent to a Sharing Confirmation URL that somebody has mistyped.
async fn elsewhere(
    State(service): State<Service>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    let address = Address::read(&uri);
    let accepts = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match method {
        Method::GET if address.is_callback => receive(&service, address, &headers).await,
        // A browser, so a person: a page rather than a problem document.
        Method::GET if accepts.contains("text/html") => show(&service, Page::UnknownLink),
        _ => route_not_found().into_response(),
    }
}

async fn receive(service: &Service, address: Address, headers: &HeaderMap) -> Response {
    // Whatever id comes with an error: nothing was shared. The session stays as it was, for the redirect proves nothing, and the farmer
    // may yet change their mind.
    if address.has_error {
        return end(service, Page::Declined, None);
    }
    let Some(sharing_url_id) = address.sharing_url_id else { return show(service, Page::UnknownLink) };
    // None, two, or one that Panorama would not write.
    let Some(code) = address.code else { return end(service, Page::NotBound, None) };
    let cookies = binding_cookies(headers);
    let confirmation = Confirmation { sharing_url_id, code, cookies };
    let outcome = match receive_confirmation(&service.ports, &service.app_keys, &confirmation).await {
        Ok(outcome) => outcome,
        Err(error) => {
            tracing::error!(%error, "a callback could not be taken");
            return show(service, Page::Unavailable);
        }
    };
    if let Some(onward) = onward(service, sharing_url_id, outcome, &address.query) {
        return onward;
    }
    match outcome {
        Outcome::UnknownLink => show(service, Page::UnknownLink),
        // It asks again by itself, so it is not the end.
        Outcome::Finishing(_) | Outcome::HandedOn(_) => {
            tracing::info!(outcome = Page::Finishing.name(), bound = true, "callback");
            show(service, Page::Finishing)
        }
        Outcome::Connected(session) => end(service, Page::Connected, Some(session)),
        Outcome::Expired(session) => end(service, Page::Expired, Some(session)),
        Outcome::NotShared(session) => end(service, Page::NotShared, Some(session)),
        Outcome::OperationOwned(session) => end(service, Page::OperationOwned, Some(session)),
        Outcome::TooManyOperations(session) => end(service, Page::TooManyOperations, Some(session)),
        Outcome::NotBound | Outcome::Contradicted => end(service, Page::NotBound, None),
        Outcome::OtherOperation => end(service, Page::OtherOperation, None),
    }
}

/// Where the upstream takes its part in the browser, the farmer goes on there with the query unchanged. So does a farmer who is nobody's or late
/// here: the upstream may know the run from elsewhere. What contradicts a proof stays: the upstream has not seen our cookie and could guess.
fn onward(service: &Service, id: SharingUrlId, outcome: Outcome, query: &str) -> Option<Response> {
    let mut to = service.ports.upstream.onward(id)?;
    match outcome {
        Outcome::HandedOn(_)
        | Outcome::Connected(_)
        | Outcome::Finishing(_)
        | Outcome::Expired(_)
        | Outcome::NotBound => {}
        Outcome::UnknownLink
        | Outcome::Contradicted
        | Outcome::OtherOperation
        | Outcome::NotShared(_)
        | Outcome::OperationOwned(_)
        | Outcome::TooManyOperations(_) => return None,
    }
    tracing::info!(outcome = "onward", "callback");
    to.set_query(Some(query));
    Some(redirect(&to))
}

fn redirect(to: &Url) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(LOCATION, HeaderValue::try_from(to.as_str()).expect("a URL is ASCII"));
    // The address that the browser leaves has the organization code in it.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// The farmer is done here: back to the partner's application if it has an address for that, else our page.
fn end(service: &Service, page: Page<'_>, session: Option<SessionId>) -> Response {
    // The session's id stays out of logs: whoever has it can open its hop link.
    tracing::info!(outcome = page.name(), bound = session.is_some(), "callback");
    let Some(return_url) = &service.settings.return_url else { return show(service, page) };
    let mut url = return_url.clone();
    url.query_pairs_mut().append_pair("outcome", page.name());
    if let Some(session) = session {
        url.query_pairs_mut().append_pair("sessionId", &session.to_string());
    }
    redirect(&url)
}

fn show(service: &Service, page: Page<'_>) -> Response {
    (page.status(), page.headers(), page.render(&service.settings.partner_name)).into_response()
}
