//! `GET /magic-link/{address}/receipt`, and the same as JSON: for the browser that has connected
//! the operation, and for nobody else who has the link.

use application::use_cases::open_magic_link::{KnownLink, OpenedLink, open_magic_link};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::CACHE_CONTROL;
use http::{HeaderMap, HeaderName, HeaderValue};
use shared::service::Service;
use web::pages::link::View;
use web::pages::link::receipt::Receipt;

use crate::door::Segment;
use crate::visit::{Look, Visitor, connection};

pub(crate) async fn page(
    State(service): State<Service>,
    segment: Segment,
    headers: HeaderMap,
) -> Response {
    let visitor = Visitor::of(&service, &segment, &headers);
    match found(&visitor).await {
        Ok((known, receipt)) => {
            Look::of(&visitor, &known, View::Connected(None)).page(&visitor, None).receipt(receipt)
        }
        Err(page) => page,
    }
}

pub(crate) async fn json(
    State(service): State<Service>,
    segment: Segment,
    headers: HeaderMap,
) -> Response {
    let visitor = Visitor::of(&service, &segment, &headers);
    match found(&visitor).await {
        Ok((known, receipt)) => {
            let look = Look::of(&visitor, &known, View::Connected(None));
            let json = look.page(&visitor, None).receipt_json(receipt);
            let headers = [
                (CACHE_CONTROL, HeaderValue::from_static("no-store")),
                (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex")),
            ];
            (headers, Json(json)).into_response()
        }
        Err(page) => page,
    }
}

/// The link and what is to be written down, or the page that says that there is nothing.
async fn found(visitor: &Visitor<'_>) -> Result<(Box<KnownLink>, Receipt), Response> {
    let door = visitor.door().await?;
    let known = match open_magic_link(&visitor.service.ports, door.key(), &visitor.cookies).await {
        Ok(OpenedLink::Known(known)) => known,
        Ok(OpenedLink::Unknown) => return Err(visitor.unknown()),
        Err(error) => {
            tracing::error!(%error, "a magic link could not be opened");
            return Err(visitor.unavailable(door.age()));
        }
    };
    let issued = visitor.service.ports.clock.now();
    let receipt = connection(&known).zip(known.reference()).map(|(connection, reference)| {
        Receipt { reference, issued, since: connection.connected_at }
    });
    receipt.map(|receipt| (known, receipt)).ok_or_else(|| visitor.unknown())
}
