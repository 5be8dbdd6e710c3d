//! `POST /alerts/leaf`: Leaf's webhook. `POST /alerts/leaf/registration`: has Leaf call it.

use application::ports::records::{AlertError, RegisterAlertsError};
use axum::body::to_bytes;
use axum::extract::{Request, State};
use http::{Method, StatusCode};
use lambda::function::{Function, Kind, Throttle};
use shared::service::Service;
use web::error_key::ErrorKey;
use web::fields::MAX_BODY;
use web::problem::Problem;
use web::routes::Routes;

/// base64(HMAC-SHA256(secret, raw body)) (Leaf's documents, "Alert Authentication").
const SIGNATURE: &str = "x-leaf-signature";

pub const FUNCTION: Function = Function::new(
    env!("CARGO_PKG_NAME"),
    "Leaf's webhook, which is open to the world and signed, and its registration.",
    Kind::Http { routes, open: Throttle::Others },
);

pub fn routes(service: Service) -> Routes<Service> {
    Routes::new(service).public(Method::POST, "/alerts/leaf", receive).owner(
        Method::POST,
        "/alerts/leaf/registration",
        register,
    )
}

async fn receive(State(service): State<Service>, request: Request) -> Result<StatusCode, Problem> {
    let (head, body) = request.into_parts();
    // The bytes as they came: a signature is over those, and not over what they mean.
    let body = to_bytes(body, MAX_BODY).await.map_err(|_| {
        Problem::new(ErrorKey::BodyTooLarge, "The body may have at most 65536 bytes (64 KiB).")
    })?;
    let signature = head.headers.get(SIGNATURE).and_then(|value| value.to_str().ok());
    match service.records.receive_alert(&body, signature).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(AlertError::NotSigned) => Err(Problem::new(
            ErrorKey::AlertNotSigned,
            "The request has no valid signature. Nothing was changed.",
        )),
        Err(AlertError::Failure(error)) => Err(error.into()),
    }
}

async fn register(State(service): State<Service>) -> Result<StatusCode, Problem> {
    let url = service.settings.public_url(&["alerts", "leaf"]);
    match service.records.register_alerts(&url).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(RegisterAlertsError::NoAlerts) => Err(Problem::new(
            ErrorKey::NoLeafAccount,
            "This deployment is not in proxy mode (UPSTREAM=panorama): there is no Leaf that could \
             send alerts.",
        )),
        Err(RegisterAlertsError::Secrets(error)) => {
            // It may be the last step that failed, after Leaf has registered.
            let detail = format!(
                "{error}. Leaf may already have registered the webhook: send this request again."
            );
            Err(Problem { detail, ..error.into() })
        }
        Err(RegisterAlertsError::Upstream(error)) => {
            // Leaf has one webhook per event and no update, so ours is deleted before it is
            // created again.
            let detail = format!("{error}. Leaf may have no webhook now: send this request again.");
            Err(Problem { detail, ..error.into() })
        }
    }
}
