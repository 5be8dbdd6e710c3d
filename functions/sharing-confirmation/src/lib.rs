//! The Sharing Confirmation URL: the farmer's browser comes back from Panorama with `?orgCode=`.
//! And the page that tells what became of it.

pub mod address;
mod answer;
mod outcome;

use application::ports::failure::Failure;
use application::use_cases::receive_confirmation::{
    Confirmation, Intent, Outcome, receive_confirmation,
};
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse as _, Response};
use domain::caller::Caller;
use domain::ids::SharingUrlId;
use domain::magic_link::Pass;
use http::header::ACCEPT;
use http::{HeaderMap, Method, StatusCode};
use lambda::function::{Function, Kind, Throttle};
use shared::service::Service;
use web::caller::FromCaller;
use web::cookies::binding_cookies;
use web::envelope::route_not_found;
use web::pages::Page;
use web::referrer::{came_from, is_a_page};
use web::routes::Routes;
use web::ticket::Claim;
use web::words::Language;

use address::Address;
use answer::{Answering, pass_of};

pub const FUNCTION: Function = Function::new(
    env!("CARGO_PKG_NAME"),
    "Step 5. The callback makes up to two calls to Panorama of 8 seconds each, beside its own \
     writes. It also gets whatever is at no other route: a callback whose URL was mistyped in \
     the Partner Portal.",
    Kind::Http { routes, open: Throttle::Farmers },
);

pub fn routes(service: Service) -> Routes<Service> {
    let (in_path, in_query) = ("/sharing-confirmation/{sharingUrlId}", "/sharing-confirmation");
    let outcome = "/sharing-outcome/{ticket}";
    Routes::new(service)
        .public(Method::GET, in_path, callback)
        .public(Method::HEAD, in_path, nothing)
        .public(Method::GET, in_query, callback)
        .public(Method::HEAD, in_query, nothing)
        .public(Method::GET, outcome, outcome::show)
        .public(Method::HEAD, outcome, nothing)
        .public(Method::POST, outcome, outcome::go_on)
        .otherwise(elsewhere)
}

/// `HEAD` is what link checkers send. A router would answer it with what `GET` does, which connects
/// an operation.
async fn nothing() -> StatusCode {
    StatusCode::OK
}

async fn callback(
    State(service): State<Service>,
    FromCaller(caller): FromCaller,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    answer_to(&service, Address::read(&uri), caller, &headers).await
}

/// What came to no route of ours. It may be a farmer, whom Panorama has sent to a Sharing
/// Confirmation URL that somebody has mistyped.
async fn elsewhere(
    State(service): State<Service>,
    FromCaller(caller): FromCaller,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    let address = Address::read(&uri);
    let accepts = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match method {
        Method::GET if address.is_callback => answer_to(&service, address, caller, &headers).await,
        // A browser, so a person: a page rather than a problem document.
        Method::GET if accepts.contains("text/html") => {
            let language = Language::accepted(&headers);
            Answering { service: &service, language }.show(Page::UnknownLink)
        }
        _ => route_not_found().into_response(),
    }
}

async fn answer_to(
    service: &Service,
    address: Address,
    caller: Caller,
    headers: &HeaderMap,
) -> Response {
    let language = Language::accepted(headers);
    let answering = Answering { service, language };
    // Whatever id comes with an error: nothing was shared. The session stays as it was, for the
    // redirect proves nothing, and the farmer may yet change their mind.
    if address.has_error {
        if let Some(pass) = linked_browser(service, headers).await {
            return answering.linked((pass, Some(Page::Declined))).await;
        }
        return answering.end_with(Page::Declined, None).await;
    }
    let Some(sharing_url_id) = address.sharing_url_id else {
        return answering.end_here(Page::UnknownLink).await;
    };
    // None, two, or one that Panorama would not write.
    let Some(code) = address.code else { return answering.end_with(Page::NotBound, None).await };
    // Another site's picture or frame is no farmer, and must not use up what farmers behind the
    // same address may have stored.
    if !is_a_page(headers) {
        return answering.end_here(Page::NotBound).await;
    }
    let intent = if is_from_panorama(service, sharing_url_id, headers).await {
        Intent::FromPanorama
    } else {
        Intent::Unknown
    };
    let goes_on = service.ports.upstream.onward(sharing_url_id).is_some();
    let claim = Claim { sharing_url_id, code, query: goes_on.then_some(address.query) };
    match receive(service, &claim, intent, caller, headers).await {
        Ok(outcome) => answering.outcome(outcome, claim).await,
        Err(_) => answering.try_again(claim).await,
    }
}

/// What opens the page of the magic link that the browser is in a session of, if it is in no other.
async fn linked_browser(service: &Service, headers: &HeaderMap) -> Option<Pass> {
    let cookies = binding_cookies(headers);
    let [cookie] = cookies.all()? else { return None };
    let session = service.ports.connections.find_session(cookie.session_id).await.ok()??;
    pass_of(session.told()).filter(|_| session.is_bound_to(cookie))
}

/// Whether the browser says that it comes from the portal of the app key's environment.
async fn is_from_panorama(service: &Service, id: SharingUrlId, headers: &HeaderMap) -> bool {
    // An app key that cannot be read now cannot be read in a moment either, and that is answered
    // then.
    let Ok(Some(app_key)) = service.app_keys.find_by_sharing_url(id).await else { return false };
    came_from(
        headers,
        &service.ports.partner_account.share_initiation_url(app_key.id.environment, id),
    )
}

/// Takes what a browser claims.
async fn receive(
    service: &Service,
    claim: &Claim,
    intent: Intent,
    caller: Caller,
    headers: &HeaderMap,
) -> Result<Outcome, Failure> {
    let confirmation = Confirmation {
        sharing_url_id: claim.sharing_url_id,
        code: claim.code.clone(),
        cookies: binding_cookies(headers),
        caller,
        intent,
    };
    let received = receive_confirmation(&service.ports, &service.app_keys, &confirmation).await;
    received.inspect_err(|error| tracing::error!(%error, "a callback could not be taken"))
}
