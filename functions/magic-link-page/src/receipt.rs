//! `GET /magic-link/{address}/receipt`, and the same as JSON: for the browser that has connected
//! the operation, and for nobody else who has the link.

use application::ports::failure::Failure;
use application::use_cases::open_magic_link::{KnownLink, OpenedLink, open_magic_link};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::CACHE_CONTROL;
use http::{HeaderMap, HeaderName, HeaderValue};
use shared::service::Service;
use web::error_key::ErrorKey;
use web::pages::link::View;
use web::pages::link::receipt::Receipt;
use web::problem::Problem;

use crate::door::{Door, Segment};
use crate::visit::{Look, Visitor, connection};

pub(crate) async fn page(
    State(service): State<Service>,
    segment: Segment,
    headers: HeaderMap,
) -> Response {
    let visitor = Visitor::of(&service, &segment, &headers);
    match found(&visitor).await {
        Ok(Some((known, receipt))) => look(&visitor, &known).page(&visitor, None).receipt(receipt),
        Ok(None) => visitor.unknown(),
        Err(error) => {
            tracing::error!(%error, "a receipt could not be written");
            visitor.unavailable(None)
        }
    }
}

pub(crate) async fn json(
    State(service): State<Service>,
    segment: Segment,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let visitor = Visitor::of(&service, &segment, &headers);
    let (known, receipt) = found(&visitor).await?.ok_or_else(|| {
        Problem::new(
            ErrorKey::MagicLinkNotFound,
            "There is no such link, or this browser has connected nothing with it. The receipt is \
             for the browser that has.",
        )
    })?;
    let json = look(&visitor, &known).page(&visitor, None).receipt_json(receipt);
    let headers = [
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex")),
    ];
    Ok((headers, Json(json)).into_response())
}

fn look<'a>(visitor: &Visitor<'_>, known: &'a KnownLink) -> Look<'a> {
    Look::of(visitor, known, View::Connected(None))
}

/// The link and what is to be written down, if there is anything for this browser.
async fn found(visitor: &Visitor<'_>) -> Result<Option<(Box<KnownLink>, Receipt)>, Failure> {
    let Visitor { service, path, .. } = visitor;
    let Some(door) = Door::at(service, path).await? else { return Ok(None) };
    let opened = open_magic_link(&service.ports, door.key(), &visitor.cookies).await?;
    let OpenedLink::Known(known) = opened else { return Ok(None) };
    let issued = service.ports.clock.now();
    let receipt = connection(&known).zip(known.reference()).map(|(connection, reference)| {
        Receipt { reference, issued, since: connection.connected_at }
    });
    Ok(receipt.map(|receipt| (known, receipt)))
}
