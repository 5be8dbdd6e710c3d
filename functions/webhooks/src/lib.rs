//! `/services/alerts/api/alerts/webhooks`: where a partner wants to be told of what.

mod failed_calls;
mod replay;

use std::collections::BTreeSet;

use application::ports::portion::Portion;
use application::use_cases::register_webhook::{
    WebhookError, delete_webhook, find_webhook, register_webhook, rotate_secret,
};
use axum::extract::{OriginalUri, Request, State};
use axum::response::Response;
use axum::{Extension, Json};
use domain::ids::WebhookId;
use domain::timestamp::Timestamp;
use domain::webhook::{Webhook, WebhookName, WebhookSecret, WebhookUrl};
use domain::webhook_event::WebhookEvent;
use http::{Method, StatusCode};
use lambda::function::{Function, Kind, Throttle};
use serde::Serialize;
use shared::service::Service;
use web::ALERTS;
use web::api_owner::ApiOwner;
use web::error_key::ErrorKey;
use web::fields::Fields;
use web::listing::{created, listed};
use web::parameters::{Query, Segments, segment};
use web::problem::Problem;
use web::routes::Routes;

pub const FUNCTION: Function = Function::new(
    env!("CARGO_PKG_NAME"),
    "Alerts: which events a partner wants, and at which URL. A failed call shows what was sent, \
     including the app key's client id.",
    Kind::Http { routes, open: Throttle::Others },
);

pub fn routes(service: Service) -> Routes<Service> {
    let webhooks = format!("{ALERTS}/webhooks");
    let webhook = format!("{webhooks}/{{id}}");
    Routes::new(service)
        .owner(Method::POST, &webhooks, register)
        .owner(Method::GET, &webhooks, list)
        .owner(Method::GET, &format!("{webhooks}/failed-calls"), failed_calls::list)
        .owner(Method::GET, &webhook, read)
        .owner(Method::DELETE, &webhook, remove)
        .owner(Method::PUT, &format!("{webhook}/secret"), rotate)
        .owner(Method::POST, &format!("{webhook}/replay"), replay::time)
        .owner(Method::POST, &format!("{webhook}/replay/{{messageId}}"), replay::one)
}

/// What stands for a webhook's secret. Leaf shows the secret itself; clients that were written for
/// that want a text here.
const HIDDEN: &str = "********";

/// A webhook as the contract shows it, but never with its secret. The last three fields are ours.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    id: WebhookId,
    events: Vec<WebhookEvent>,
    name: String,
    secret: &'static str,
    url: String,
    created_time: Timestamp,
    api_owner: Option<String>,
    /// Since when it gets no calls, because it answered 410.
    disabled_time: Option<Timestamp>,
    reconnect_links: bool,
}

impl From<Webhook> for Resource {
    fn from(webhook: Webhook) -> Self {
        Self {
            id: webhook.id,
            name: webhook.name.as_str().to_owned(),
            secret: HIDDEN,
            url: webhook.url.url().to_string(),
            events: webhook.events,
            created_time: webhook.created_at,
            api_owner: webhook.api_owner,
            disabled_time: webhook.disabled_at,
            reconnect_links: webhook.reconnect_links,
        }
    }
}

async fn register(
    State(service): State<Service>,
    Extension(ApiOwner(owner)): Extension<ApiOwner>,
    request: Request,
) -> Result<Response, Problem> {
    let mut fields = Fields::read(request.into_body()).await?;
    let events = fields.required_list::<WebhookEvent>("events");
    let name = fields.required::<WebhookName>("name");
    let secret = fields.required::<WebhookSecret>("secret");
    let url = fields.required::<WebhookUrl>("url");
    let reconnect_links = fields.flag("reconnectLinks");
    if url.as_ref().is_some_and(|url| !service.settings.address_policy.allows_url(url.url())) {
        fields.refuse(
            "url",
            ErrorKey::MalformedField,
            "must be an https URL on the public internet",
        );
    }
    fields.finish()?;
    let (Some(events), Some(name), Some(secret), Some(url)) = (events, name, secret, url) else {
        unreachable!("all four were required")
    };
    let events = events.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    // A token of the partner's own issuer may name nobody.
    let owner = Some(owner).filter(|owner| !owner.is_empty());
    let webhook =
        register_webhook(&service.ports, owner, name, url, events, reconnect_links, secret)
            .await
            .map_err(refused)?;
    let segments = ["services", "alerts", "api", "alerts", "webhooks", &webhook.id.to_string()];
    Ok(created(&service.settings.public_url(&segments), Resource::from(webhook)))
}

async fn list(
    State(service): State<Service>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, Problem> {
    let page = Query::of(&uri).page_of_short_list()?;
    let webhooks = Portion::of_whole(service.ports.webhooks.list().await?, page.number, page.size);
    let Portion { entries, total } = webhooks.map(Resource::from);
    Ok(listed(
        &service.settings.public_url_of(uri.path()),
        &[],
        page,
        entries.len(),
        total,
        entries,
    ))
}

async fn read(
    State(service): State<Service>,
    Segments(id): Segments<String>,
) -> Result<Json<Resource>, Problem> {
    let webhook = find_webhook(&service.ports, segment("id", &id)?).await.map_err(refused)?;
    Ok(Json(webhook.into()))
}

async fn remove(
    State(service): State<Service>,
    Segments(id): Segments<String>,
) -> Result<StatusCode, Problem> {
    delete_webhook(&service.ports, segment("id", &id)?).await.map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn rotate(
    State(service): State<Service>,
    Segments(id): Segments<String>,
    request: Request,
) -> Result<Json<Resource>, Problem> {
    let id = segment("id", &id)?;
    let mut fields = Fields::read(request.into_body()).await?;
    let secret = fields.required::<WebhookSecret>("secret");
    fields.finish()?;
    let Some(secret) = secret else { unreachable!("it was required") };
    let webhook = rotate_secret(&service.ports, id, secret).await.map_err(refused)?;
    Ok(Json(webhook.into()))
}

fn refused(error: WebhookError) -> Problem {
    match error {
        WebhookError::EventTaken => Problem::of_field(
            ErrorKey::EventRegisteredTwice,
            "events",
            "names an event that another webhook is registered for; GET \
             /services/alerts/api/alerts/webhooks shows which, and DELETE frees it",
        ),
        WebhookError::NotFound => no_such_webhook(),
        // Not "the same request again": its events are taken now, by this very webhook.
        WebhookError::WithoutSecret(id) => unfinished(&format!(
            "The webhook is registered, but its secret could not be stored, so it gets no calls. \
             Store it with PUT {ALERTS}/webhooks/{id}/secret, or delete the webhook with DELETE \
             {ALERTS}/webhooks/{id}. If that answers 404, it is gone: register it again."
        )),
        WebhookError::SecretNotNoted => unfinished(
            "The new secret is stored, but for up to five minutes some calls may be signed with \
             the older one alone. Send the same request again: that finishes it.",
        ),
        WebhookError::SecretLeft => unfinished(
            "The webhook is deleted and gets no more calls, but its secret could not be removed. \
             Send the same request again: that removes it, and answers 404.",
        ),
        WebhookError::Secrets(error) => error.into(),
        WebhookError::Store(error) => error.into(),
    }
}

fn unfinished(detail: &str) -> Problem {
    Problem::new(ErrorKey::ChangeUnfinished, detail).retry_after(5)
}

fn no_such_webhook() -> Problem {
    Problem::new(
        ErrorKey::WebhookNotFound,
        "No webhook has this id. GET /services/alerts/api/alerts/webhooks lists all of them.",
    )
}
