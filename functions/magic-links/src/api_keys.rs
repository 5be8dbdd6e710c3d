//! `/services/usermanagement/api/api-keys`: what a partner's page shows, for one Leaf user.

use application::ports::portion::Portion;
use application::use_cases::api_keys::{NewKey, make_api_key};
use axum::extract::{OriginalUri, Request, State};
use axum::response::Response;
use domain::api_key::{ApiKey, PageOrigin};
use domain::client_environment::ClientEnvironment;
use domain::ids::{ApiKeyId, LeafUserId};
use domain::magic_link::Lifetime;
use domain::timestamp::Timestamp;
use http::StatusCode;
use serde::Serialize;
use shared::service::Service;
use web::USER_MANAGEMENT;
use web::error_key::ErrorKey;
use web::fields::Fields;
use web::listing::{created, listed};
use web::parameters::{Query, Segments, segment};
use web::problem::Problem;
use web::refusals::no_such_user;

/// A key as the contract shows it: Leaf's fields, then ours.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Resource {
    id: ApiKeyId,
    key: String,
    leaf_user_id: LeafUserId,
    expires_at: Timestamp,
    description: Option<String>,
    revoked_at: Option<Timestamp>,
    valid: bool,
    created_at: Timestamp,
    origins: Vec<String>,
    app_name: Option<String>,
    client_environment: Option<ClientEnvironment>,
}

impl Resource {
    fn of(key: ApiKey, text: String, now: Timestamp) -> Self {
        Self {
            id: key.id,
            key: text,
            leaf_user_id: key.leaf_user_id,
            expires_at: key.expires_at,
            valid: key.is_valid(now),
            description: key.description.map(|text| text.as_str().to_owned()),
            revoked_at: key.revoked_at,
            created_at: key.created_at,
            origins: key.origins.iter().map(ToString::to_string).collect(),
            app_name: key.app_name.map(|name| name.to_string()),
            client_environment: key.environment,
        }
    }
}

pub(crate) async fn create(
    State(service): State<Service>,
    request: Request,
) -> Result<Response, Problem> {
    let mut fields = Fields::read(request.into_body()).await?;
    let user = fields.required::<LeafUserId>("leafUserId");
    let lifetime = fields
        .number(
            "expiresIn",
            900..=31_536_000,
            "must be a whole number of seconds, 900 to 31536000 (a year)",
        )
        .and_then(|seconds| Lifetime::seconds(seconds).ok());
    let description = fields.optional("description");
    let origins = if fields.has("origins") {
        fields.required_list::<PageOrigin>("origins").unwrap_or_default()
    } else {
        Vec::new()
    };
    if origins.len() > 20 {
        fields.refuse("origins", ErrorKey::FieldTooLong, "must have at most 20 entries");
    }
    let app_name = fields.optional("appName");
    let environment = fields.optional("clientEnvironment");
    fields.finish()?;
    let Some(user) = user else { unreachable!("it was required") };
    let new = NewKey {
        leaf_user_id: user,
        lifetime: lifetime.unwrap_or(Lifetime::LONGEST),
        origins,
        description,
        app_name,
        environment,
    };
    let made = make_api_key(&service.ports, &*service.records, new).await?;
    let (key, whole) = made.ok_or_else(|| no_such_user(user))?;
    tracing::info!(leaf_user_id = %user, api_key = %key.id, "made an API key");
    let id = key.id.to_string();
    Ok(created(
        &service.settings.public_url(&["services", "usermanagement", "api", "api-keys", &id]),
        Resource::of(key, whole.expose(), service.ports.clock.now()),
    ))
}

/// Of one Leaf user, who has few: without `size` all of them, as at Leaf.
pub(crate) async fn list(
    State(service): State<Service>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let query = Query::of(&uri);
    let user: LeafUserId = query.required("leafUserId")?;
    let page = query.page_of_short_list()?;
    let now = service.ports.clock.now();
    let keys = service.ports.api_keys.of_user(user).await?;
    let keys = Portion::of_whole(keys, page.number, page.size);
    let Portion { entries, total } = keys.map(|key| {
        let text = key.id.shown_key();
        Resource::of(key, text, now)
    });
    Ok(listed(
        &service.settings.public_url_of(uri.path()),
        &query.sent().named(&["leafUserId"]),
        page,
        entries.len(),
        total,
        entries,
    ))
}

pub(crate) async fn revoke(
    State(service): State<Service>,
    Segments(id): Segments<String>,
) -> Result<StatusCode, Problem> {
    let id: ApiKeyId = segment("apiKeyId", &id)?;
    if service.ports.api_keys.revoke(id, service.ports.clock.now()).await? {
        tracing::info!(api_key = %id, "revoked an API key");
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Problem::new(
        ErrorKey::ApiKeyNotFound,
        format!(
            "No API key has this id: its Leaf user was deleted, or it ended more than 90 days \
             ago. GET {USER_MANAGEMENT}/api-keys?leafUserId=… lists those of a Leaf user."
        ),
    ))
}
