//! `POST /magic-link/{address}`: a button of the page. "Continue" starts a session in this browser
//! and sends it to Panorama.

use application::use_cases::continue_magic_link::{self, Continued, continue_magic_link};
use application::use_cases::disconnect::{Again, Scope, disconnect};
use application::use_cases::open_magic_link::{OpenedLink, open_magic_link};
use application::use_cases::start_integration::StartError;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use domain::browser::BindingCookie;
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue};
use shared::service::Service;
use url::form_urlencoded;
use web::own_page::pressed_on_our_page;
use web::pages::Page;
use web::pages::frame::redirect;
use web::pages::link::{BUTTON, Button, View};

use crate::door::{Door, Segment};
use crate::visit::{Visitor, connection};

/// Most bytes of a form.
const MAX_FORM: usize = 1_024;

pub(crate) async fn press(
    State(service): State<Service>,
    segment: Segment,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let visitor = Visitor::of(&service, &segment, &parts.headers);
    let door = match visitor.door().await {
        Ok(door) => door,
        Err(page) => return page,
    };
    let button = button(&service, &parts.headers, body).await;
    match button {
        Some(Button::Continue) => {
            go_on(&visitor, &door, continue_magic_link::Button::Continue).await
        }
        Some(Button::TakeOver) => {
            go_on(&visitor, &door, continue_magic_link::Button::TakeOver).await
        }
        Some(Button::Disconnect) => end(&visitor, &door).await,
        // Another site's page, or no button of ours: as if it had looked.
        None => look(&visitor, &door).await,
    }
}

/// The button that was pressed on a page of ours.
async fn button(service: &Service, headers: &HeaderMap, body: Body) -> Option<Button> {
    if !pressed_on_our_page(headers, &service.settings.public_url(&[])) {
        return None;
    }
    let form = to_bytes(body, MAX_FORM).await.ok()?;
    let mut fields = form_urlencoded::parse(&form);
    match fields.find(|(name, _)| name == BUTTON) {
        Some((_, value)) => Button::named(&value),
        None => Some(Button::Continue),
    }
}

async fn look(visitor: &Visitor<'_>, door: &Door) -> Response {
    match open_magic_link(&visitor.service.ports, door.key(), &visitor.cookies).await {
        Ok(opened) => shown(visitor, door, &opened, door.ended()).await,
        Err(error) => {
            tracing::error!(%error, "a magic link could not be opened");
            visitor.unavailable(door.age())
        }
    }
}

async fn shown(
    visitor: &Visitor<'_>,
    door: &Door,
    opened: &OpenedLink,
    ended: Option<Page<'static>>,
) -> Response {
    match opened {
        OpenedLink::Known(known) => visitor.show(door, known, ended).await,
        OpenedLink::Unknown => visitor.unknown(),
    }
}

async fn go_on(
    visitor: &Visitor<'_>,
    door: &Door,
    button: continue_magic_link::Button,
) -> Response {
    let Service { ports, records, app_keys, settings, .. } = visitor.service;
    let key = door.key();
    let continued =
        continue_magic_link(ports, &**records, app_keys, key, &visitor.cookies, button).await;
    match continued {
        Ok(Continued::Onward { to, cookie }) => with_cookie(redirect(&to), cookie.as_deref()),
        Ok(Continued::Confirmed { cookie }) => {
            let here = settings.public_url(&["magic-link", visitor.path]);
            with_cookie(redirect(&here), cookie.as_deref())
        }
        Ok(Continued::Look(opened)) => shown(visitor, door, &opened, None).await,
        Err(error) => not_started(visitor, door, error).await,
    }
}

fn with_cookie(mut response: Response, cookie: Option<&BindingCookie>) -> Response {
    if let Some(cookie) = cookie {
        let cookie = HeaderValue::try_from(cookie.set_cookie()).expect("a cookie is ASCII");
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// What only a link that reconnects can find in its way: its code is another's by now, or its
/// farmer has withdrawn it.
async fn not_started(visitor: &Visitor<'_>, door: &Door, error: StartError) -> Response {
    let page = match error {
        StartError::OperationOwned => Page::OperationOwned,
        StartError::OperationWithdrawn => Page::NotShared,
        error => {
            tracing::error!(%error, "a tap on a magic link could not start a session");
            return visitor.unavailable(door.age());
        }
    };
    match open_magic_link(&visitor.service.ports, door.key(), &visitor.cookies).await {
        Ok(OpenedLink::Known(known)) => visitor.view(&known, View::Ended(page), None),
        Ok(OpenedLink::Unknown) => visitor.unknown(),
        Err(error) => {
            tracing::error!(%error, "a magic link could not be opened");
            visitor.unavailable(door.age())
        }
    }
}

/// Ends the connection, if this browser has made it and the partner lets farmers end it here.
async fn end(visitor: &Visitor<'_>, door: &Door) -> Response {
    let Service { ports, records, .. } = visitor.service;
    let known = match open_magic_link(ports, door.key(), &visitor.cookies).await {
        Ok(OpenedLink::Known(known)) => known,
        Ok(OpenedLink::Unknown) => return visitor.unknown(),
        Err(error) => {
            tracing::error!(%error, "a magic link could not be opened");
            return visitor.unavailable(door.age());
        }
    };
    if connection(&known).is_none() || !known.link.settings.disconnect_enabled {
        return visitor.show(door, &known, None).await;
    }
    // The farmer has said so. That somebody has the code does not take it back.
    let again = if records.decide_who_connects() { Again::OnceSwitchedOff } else { Again::ByCode };
    let user = known.link.leaf_user_id;
    match disconnect(ports, &**records, user, Scope::Connection, again).await {
        Ok(()) => {
            tracing::info!("disconnected by the farmer");
            visitor.view(&known, View::Disconnected, None)
        }
        Err(error) => {
            tracing::error!(%error, "a farmer could not disconnect");
            visitor.unavailable(door.age())
        }
    }
}
