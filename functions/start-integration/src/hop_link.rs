//! `GET /connect/{sessionId}`: binds this browser to the session and sends it to Panorama. `POST` is the farmer's "continue here" when another
//! browser was first.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse as _, Response};
use http::header::{LOCATION, REFERRER_POLICY, SET_COOKIE};
use http::{HeaderMap, HeaderValue, StatusCode};
use shared::domain::ids::SessionId;
use shared::domain::session::{Rejection, Status};
use shared::http::cookies::binding_cookies;
use shared::http::own_page::pressed_on_our_page;
use shared::http::pages::Page;
use shared::service::Service;
use shared::use_cases::open_hop_link::{Hop, Opening, open_hop_link};

/// A segment of the path; what is no text is answered with a page, like any other unknown id.
type Id = Result<Path<String>, PathRejection>;

pub(crate) async fn follow(State(service): State<Service>, id: Id, request: Request) -> Response {
    open(&service, id, request.headers(), Opening::Followed).await
}

pub(crate) async fn continue_here(State(service): State<Service>, id: Id, request: Request) -> Response {
    let ours = pressed_on_our_page(request.headers(), &service.settings.public_url(&[]));
    let opening = if ours { Opening::Continued } else { Opening::Followed };
    open(&service, id, request.headers(), opening).await
}

async fn open(service: &Service, id: Id, headers: &HeaderMap, opening: Opening) -> Response {
    let show =
        |page: Page<'_>| (page.status(), page.headers(), page.render(&service.settings.partner_name)).into_response();
    let Some(id) = id.ok().and_then(|Path(id)| id.parse::<SessionId>().ok()) else { return show(Page::UnknownLink) };
    match open_hop_link(&service.ports, id, &binding_cookies(headers), opening).await {
        Ok(Hop::Onward { to, cookie }) => {
            let mut response = StatusCode::SEE_OTHER.into_response();
            let answer = response.headers_mut();
            answer.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
            answer.insert(LOCATION, HeaderValue::try_from(to.as_str()).expect("a URL is ASCII"));
            if let Some(cookie) = cookie {
                answer.insert(SET_COOKIE, HeaderValue::try_from(cookie.set_cookie()).expect("a cookie is ASCII"));
            }
            response
        }
        Ok(Hop::OpenedElsewhere) => {
            let action = service.settings.public_url(&["connect", &id.to_string()]);
            show(Page::OpenedElsewhere { action: action.path() })
        }
        Ok(Hop::UnknownLink) => show(Page::UnknownLink),
        Ok(Hop::Over(status)) => show(match status {
            Status::Completed => Page::Connected,
            Status::Confirming => Page::Finishing,
            Status::Pending | Status::Expired => Page::Expired,
            Status::Rejected(Rejection::OperationOwned) => Page::OperationOwned,
            Status::Rejected(Rejection::TooManyOperations) => Page::TooManyOperations,
        }),
        Err(error) => {
            tracing::error!(%error, "a hop link could not be opened");
            show(Page::Unavailable)
        }
    }
}
