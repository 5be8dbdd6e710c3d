//! `GET …/panorama-credentials`: every connection, and what to do about it.

use std::str::FromStr;

use application::use_cases::list_connections::{Connection, Filter, ListError, list_connections};
use axum::extract::State;
use axum::response::Response;
use domain::client_environment::ClientEnvironment;
use domain::credential::CredentialStatus;
use domain::ids::{CredentialId, LeafUserId};
use domain::invalid::Invalid;
use domain::timestamp::Timestamp;
use serde::Serialize;
use shared::service::Service;
use web::error_key::ErrorKey;
use web::listing::{PageAsked, listed};
use web::parameters::segment;
use web::problem::Problem;

/// What the other pages are asked for with, too.
const FILTERS: [&str; 5] =
    ["status", "appName", "clientEnvironment", "silentForDays", "leafUserId"];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    leaf_user_id: LeafUserId,
    id: CredentialId,
    app_name: String,
    client_environment: ClientEnvironment,
    status: CredentialStatus,
    /// Since when it has that.
    status_since: Timestamp,
    /// The HTTP status that Panorama answered with then.
    status_code: Option<u16>,
    /// Why it has that.
    reason: Option<String>,
    created_time: Timestamp,
    last_synced_at: Option<Timestamp>,
    last_data_at: Option<Timestamp>,
    files_pending: Option<u64>,
    next_step: &'static str,
}

impl From<Connection> for Resource {
    fn from(connection: Connection) -> Self {
        let status = connection.status();
        let Connection { listed, refused, freshness, next_step } = connection;
        // Of a login that is refused, only what Panorama said is remembered.
        let (status_since, status_code, reason) = match (refused, listed.reason) {
            (Some(refused), _) => (refused.since, None, Some(refused.reason)),
            (None, Some(why)) => (listed.status_since, Some(why.status_code), Some(why.text)),
            (None, None) => (listed.status_since, None, None),
        };
        Self {
            leaf_user_id: listed.leaf_user_id,
            id: listed.credential_id,
            app_name: listed.app_key.name.to_string(),
            client_environment: listed.app_key.environment,
            status,
            status_since,
            status_code,
            reason,
            created_time: listed.created_at,
            last_synced_at: freshness.last_synced_at,
            last_data_at: freshness.last_data_at,
            files_pending: freshness.files_pending,
            next_step,
        }
    }
}

pub(crate) async fn list(
    State(service): State<Service>,
    asked: PageAsked,
) -> Result<Response, Problem> {
    let filter = Filter {
        status: read(&asked, "status")?,
        app_name: read(&asked, "appName")?,
        environment: read(&asked, "clientEnvironment")?,
        silent_for: read(&asked, "silentForDays")?,
        leaf_user: read(&asked, "leafUserId")?,
    };
    let (ports, silent) = (&service.ports, service.settings.silent_for);
    let portion =
        list_connections(ports, &*service.records, &service.app_keys, &filter, silent, asked.page)
            .await
            .map_err(refused)?
            .map(Resource::from);
    Ok(listed(
        &service.settings.public_url_of(asked.path()),
        &asked.sent().named(&FILTERS),
        asked.page,
        portion.entries.len(),
        portion.total,
        portion.entries,
    ))
}

fn read<T: FromStr<Err = Invalid>>(asked: &PageAsked, name: &str) -> Result<Option<T>, Problem> {
    asked.sent().get(name).map(|text| segment(name, text)).transpose()
}

fn refused(error: ListError) -> Problem {
    match error {
        ListError::NoSuchAppKey => Problem::of_field(
            ErrorKey::UnknownAppKey,
            "appName",
            "is the name of no app key; GET /app-keys lists them",
        ),
        ListError::Store(error) => error.into(),
    }
}
