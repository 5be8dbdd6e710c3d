//! The page of a magic link: a farmer who was mailed it connects an operation there, and sees what
//! comes of it.

mod door;
mod press;
mod receipt;
mod visit;

use http::{Method, StatusCode};
use lambda::function::{Function, Kind, Throttle};
use shared::service::Service;
use web::routes::Routes;

pub const FUNCTION: Function = Function::new(
    env!("CARGO_PKG_NAME"),
    "The page of a magic link. Its button starts a session; while Panorama does not answer, the \
     page that waits finishes the handshake.",
    Kind::Http { routes, open: Throttle::Farmers },
);

pub fn routes(service: Service) -> Routes<Service> {
    let page = "/magic-link/{address}";
    let (receipt, json) = ("/magic-link/{address}/receipt", "/magic-link/{address}/receipt.json");
    Routes::new(service)
        .public(Method::GET, page, visit::show)
        .public(Method::HEAD, page, nothing)
        .public(Method::POST, page, press::press)
        .public(Method::GET, receipt, receipt::page)
        .public(Method::HEAD, receipt, nothing)
        .public(Method::GET, json, receipt::json)
        .public(Method::HEAD, json, nothing)
}

/// `HEAD` is what link checkers send. A router would answer it with what `GET` does.
async fn nothing() -> StatusCode {
    StatusCode::OK
}
