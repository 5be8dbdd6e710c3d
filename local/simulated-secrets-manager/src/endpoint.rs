//! AWS JSON 1.1 over HTTP: one path, the operation in a header.

use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::{ErrorKind, ServiceError};
use crate::operations::{self, Operation};
use crate::state_file::StateFile;
use crate::store::Store;

const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

pub(crate) struct Service {
    address: IpAddr,
    store: Mutex<Store>,
    file: Option<StateFile>,
    now: Arc<dyn Fn() -> OffsetDateTime + Send + Sync>,
}

impl Service {
    pub(crate) fn new(
        address: IpAddr,
        store: Store,
        file: Option<StateFile>,
        now: Arc<dyn Fn() -> OffsetDateTime + Send + Sync>,
    ) -> Self {
        Self { address, store: Mutex::new(store), file, now }
    }

    pub(crate) fn router(self) -> Router {
        Router::new().route("/", post(handle)).with_state(Arc::new(self))
    }

    /// Runs one operation as a transaction: it sees one state, and changes it wholly, durably, or
    /// not at all.
    fn run(&self, operation: &Operation, body: &[u8]) -> Result<Vec<u8>, ServiceError> {
        let now = (self.now)().into();
        // A panic cannot leave half a change behind: only a finished draft is ever assigned.
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let mut draft = store.clone();
        draft.delete_expired(now);
        let answer = (operation.run)(&mut draft, body, now)?;
        if draft != *store {
            if let Some(file) = &self.file {
                file.save(&draft).map_err(|error| not_saved(&error))?;
            }
            *store = draft;
        }
        Ok(answer)
    }
}

async fn handle(State(service): State<Arc<Service>>, headers: HeaderMap, body: Bytes) -> Response {
    if !is_addressed_to(service.address, &headers) {
        return StatusCode::MISDIRECTED_REQUEST.into_response();
    }
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let Some(operation) = target.and_then(operations::named) else {
        tracing::debug!(outcome = ErrorKind::UnknownOperation.name(), "simulated Secrets Manager");
        return refusal(&ServiceError::new(
            ErrorKind::UnknownOperation,
            "This operation is not simulated.",
        ));
    };
    // Saving waits for the disk, which a runtime's thread must not.
    let result =
        tokio::task::spawn_blocking(move || service.run(operation, &body)).await.unwrap_or_else(
            |_| Err(ServiceError::new(ErrorKind::InternalService, "The operation did not finish.")),
        );
    let outcome = result.as_ref().map_or_else(|error| error.kind.name(), |_| "OK");
    tracing::debug!(operation = operation.name, outcome, "simulated Secrets Manager");
    match result {
        Ok(answer) => {
            let headers = [(header::CONTENT_TYPE.as_str(), CONTENT_TYPE.to_owned()), request_id()];
            (headers, answer).into_response()
        }
        Err(error) => refusal(&error),
    }
}

/// A web page in the developer's browser can reach this port under a name of its own (DNS
/// rebinding); nobody else uses such a name.
fn is_addressed_to(own: IpAddr, headers: &HeaderMap) -> bool {
    let authority =
        headers.get(header::HOST).and_then(|host| Authority::try_from(host.as_bytes()).ok());
    authority.is_some_and(|authority| {
        let host = authority.host();
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        host.eq_ignore_ascii_case("localhost")
            || address.is_ok_and(|address| address.is_loopback() || address == own)
    })
}

fn refusal(error: &ServiceError) -> Response {
    let status = match error.kind {
        ErrorKind::InternalService => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    };
    let headers = [
        (header::CONTENT_TYPE.as_str(), CONTENT_TYPE.to_owned()),
        ("x-amzn-errortype", error.kind.name().to_owned()),
        request_id(),
    ];
    let body = json!({ "__type": error.kind.name(), "Message": error.message });
    (status, headers, body.to_string()).into_response()
}

fn request_id() -> (&'static str, String) {
    ("x-amzn-requestid", Uuid::new_v4().to_string())
}

fn not_saved(error: &io::Error) -> ServiceError {
    tracing::error!(%error, "the simulated Secrets Manager cannot save its secrets");
    ServiceError::new(ErrorKind::InternalService, "An error occurred on the server side.")
}
