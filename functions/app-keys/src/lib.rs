//! Step 1: `/app-keys/{provider}` and `/app-keys/{provider}/{appName}/{clientEnvironment}`.

mod verify;

use application::ports::portion::Portion;
use application::use_cases::log_in::Asked;
use application::use_cases::register_app_key::{
    RegisterError, Registration, register_app_key, remove_app_key, update_app_key,
};
use axum::Json;
use axum::extract::{OriginalUri, Request, State};
use axum::response::{IntoResponse as _, Response};
use domain::app_key::{AppKey, AppKeyId};
use domain::client_environment::ClientEnvironment;
use domain::ids::SharingUrlId;
use domain::partner::PartnerCredentials;
use domain::timestamp::Timestamp;
use http::{Method, StatusCode};
use lambda::function::{Function, Kind, Throttle};
use serde::Serialize;
use shared::service::Service;
use web::USER_MANAGEMENT;
use web::fields::Fields;
use web::listing::{created, listed};
use web::parameters::{Query, Segments, provider, segment};
use web::problem::Problem;
use web::refusals::not_registered;
use web::routes::Routes;

pub const FUNCTION: Function = Function::new(
    env!("CARGO_PKG_NAME"),
    "Step 1. The only function that deletes secrets of app keys.",
    Kind::Http { routes, open: Throttle::Others },
);

pub fn routes(service: Service) -> Routes<Service> {
    let app_keys = format!("{USER_MANAGEMENT}/app-keys/{{provider}}");
    let app_key = format!("{app_keys}/{{appName}}/{{clientEnvironment}}");
    Routes::new(service)
        .owner(Method::GET, &app_keys, list)
        .owner(Method::GET, &app_key, read)
        .owner(Method::POST, &app_key, create)
        .owner(Method::PUT, &app_key, update)
        .owner(Method::DELETE, &app_key, remove)
        .owner(Method::POST, &format!("{app_key}/verify"), verify::verify)
}

/// An app key as the contract shows it: never with its secrets. The last two fields are ours.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    provider: &'static str,
    app_name: String,
    client_environment: ClientEnvironment,
    created_time: Timestamp,
    sharing_url_id: SharingUrlId,
    /// What the partner enters in Panorama's Partner Portal.
    sharing_confirmation_url: String,
}

fn resource(service: &Service, app_key: &AppKey) -> Resource {
    let confirmation =
        service.settings.public_url(&["sharing-confirmation", &app_key.sharing_url_id.to_string()]);
    Resource {
        provider: "Panorama",
        app_name: app_key.id.name.to_string(),
        client_environment: app_key.id.environment,
        created_time: app_key.created_at,
        sharing_url_id: app_key.sharing_url_id,
        sharing_confirmation_url: confirmation.into(),
    }
}

type Named = Segments<(String, String, String)>;

fn named(Segments((of, name, environment)): Named) -> Result<AppKeyId, Problem> {
    provider(&of)?;
    Ok(AppKeyId {
        name: segment("appName", &name)?,
        environment: segment("clientEnvironment", &environment)?,
    })
}

async fn list(
    State(service): State<Service>,
    Segments(of): Segments<String>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    provider(&of)?;
    let page = Query::of(&uri).page_of_short_list()?;
    let Portion { entries, total } =
        Portion::of_whole(service.ports.app_keys.list().await?, page.number, page.size);
    let entries: Vec<_> = entries.iter().map(|app_key| resource(&service, app_key)).collect();
    Ok(listed(
        &service.settings.public_url_of(uri.path()),
        &[],
        page,
        entries.len(),
        total,
        entries,
    ))
}

async fn read(State(service): State<Service>, path: Named) -> Result<Json<Resource>, Problem> {
    let id = named(path)?;
    let found = service.ports.app_keys.find(&id).await?;
    let app_key = found.ok_or_else(|| not_registered(RegisterError::NotFound, id.environment))?;
    Ok(Json(resource(&service, &app_key)))
}

async fn create(
    State(service): State<Service>,
    path: Named,
    request: Request,
) -> Result<Response, Problem> {
    let id = named(path)?;
    let (credentials, sharing_url_id) = content(request).await?;
    let (app_key, registration) =
        register_app_key(&service.ports, &id, &credentials, sharing_url_id, Asked::OnPurpose)
            .await
            .map_err(|error| not_registered(error, id.environment))?;
    service.app_keys.forget();
    let body = resource(&service, &app_key);
    let segments = [
        "services",
        "usermanagement",
        "api",
        "app-keys",
        "Panorama",
        &body.app_name,
        id.environment.as_str(),
    ];
    Ok(match registration {
        Registration::Created => created(&service.settings.public_url(&segments), &body),
        Registration::AlreadyThere => Json(body).into_response(),
    })
}

async fn update(
    State(service): State<Service>,
    path: Named,
    request: Request,
) -> Result<Json<Resource>, Problem> {
    let id = named(path)?;
    let (credentials, sharing_url_id) = content(request).await?;
    let app_key = update_app_key(&service.ports, &id, &credentials, sharing_url_id)
        .await
        .map_err(|error| not_registered(error, id.environment))?;
    service.app_keys.forget();
    Ok(Json(resource(&service, &app_key)))
}

async fn remove(State(service): State<Service>, path: Named) -> Result<StatusCode, Problem> {
    let id = named(path)?;
    remove_app_key(&service.ports, &id)
        .await
        .map_err(|error| not_registered(error, id.environment))?;
    service.app_keys.forget();
    Ok(StatusCode::NO_CONTENT)
}

async fn content(request: Request) -> Result<(PartnerCredentials, SharingUrlId), Problem> {
    let mut fields = Fields::read(request.into_body()).await?;
    let client_id = fields.required("clientId");
    let username = fields.required("username");
    let password = fields.required("password");
    let sharing_url_id = fields.required("sharingUrlId");
    fields.finish()?;
    match (client_id, username, password, sharing_url_id) {
        (Some(client_id), Some(username), Some(password), Some(sharing_url_id)) => {
            Ok((PartnerCredentials { client_id, username, password }, sharing_url_id))
        }
        _ => unreachable!("all four were required"),
    }
}
