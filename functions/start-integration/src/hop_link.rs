//! `GET /connect/{sessionId}`: shows whose account it is. `POST`, that page's button, binds this
//! browser to the session and sends it to Panorama.

use application::ports::secrets::SecretsError;
use application::use_cases::open_hop_link::{Hop, Opening, open_hop_link};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use domain::ids::{LeafUserId, SessionId};
use domain::session::{Rejection, Status};
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};
use shared::service::Service;
use url::Url;
use web::cookies::binding_cookies;
use web::own_page::pressed_on_our_page;
use web::pages::frame::redirect;
use web::pages::{Ask, Page, again_after};
use web::ticket::Ticket;
use web::words::Language;

/// A segment of the path; what is no text is answered with a page, like any other unknown id.
type Id = Result<Path<String>, PathRejection>;

pub(crate) async fn follow(State(service): State<Service>, id: Id, request: Request) -> Response {
    open(&service, id, request.headers(), Opening::Followed).await
}

pub(crate) async fn continue_here(
    State(service): State<Service>,
    id: Id,
    request: Request,
) -> Response {
    let ours = pressed_on_our_page(request.headers(), &service.settings.public_url(&[]));
    let opening = if ours { Opening::Continued } else { Opening::Followed };
    open(&service, id, request.headers(), opening).await
}

async fn open(service: &Service, id: Id, headers: &HeaderMap, opening: Opening) -> Response {
    let language = Language::accepted(headers);
    let show = |page: Page<'_>| page.answer(language, service.settings.partner_name.as_deref());
    let Some(id) = id.ok().and_then(|Path(id)| id.parse::<SessionId>().ok()) else {
        return show(Page::UnknownLink);
    };
    match open_hop_link(&service.ports, &*service.records, id, &binding_cookies(headers), opening)
        .await
    {
        Ok(Hop::Onward { to, cookie }) => {
            let mut response = redirect(&to);
            if let Some(cookie) = cookie {
                let cookie = HeaderValue::try_from(cookie.set_cookie()).expect("a cookie is ASCII");
                response.headers_mut().insert(SET_COOKIE, cookie);
            }
            response
        }
        Ok(Hop::Ask { account, elsewhere }) => {
            let action = service.settings.public_url(&["connect", &id.to_string()]);
            let ask = Ask { action: action.path(), account: account.as_str() };
            show(if elsewhere { Page::OpenedElsewhere(ask) } else { Page::WhoseAccount(ask) })
        }
        Ok(Hop::UnknownLink) => show(Page::UnknownLink),
        Ok(Hop::Waiting(user)) => match waiting(service, user, id).await {
            Ok(page) => redirect(&page),
            Err(error) => {
                tracing::error!(
                    %error,
                    "a hop link could not be answered at an address of its own"
                );
                show(Page::Unavailable { again: again_after(0) })
            }
        },
        Ok(Hop::Connected) => show(Page::Connected),
        Ok(Hop::Used) => show(Page::LinkUsed),
        Ok(Hop::Over(status)) => show(match status {
            Status::Rejected(Rejection::OperationOwned) => Page::OperationOwned,
            Status::Rejected(Rejection::TooManyOperations) => Page::TooManyOperations,
            Status::Pending | Status::Confirming | Status::Completed | Status::Expired => {
                Page::LinkExpired
            }
        }),
        Err(error) => {
            tracing::error!(%error, "a hop link could not be opened");
            show(Page::Unavailable { again: again_after(0) })
        }
    }
}

/// Where it is told how far the handshake is.
async fn waiting(service: &Service, user: LeafUserId, id: SessionId) -> Result<Url, SecretsError> {
    let ticket = Ticket::Waiting(user, id)
        .seal(&service.ports.index_key().await?, service.ports.clock.now());
    Ok(service.settings.public_url(&["sharing-outcome", &ticket]))
}
