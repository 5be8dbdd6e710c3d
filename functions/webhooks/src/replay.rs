//! `POST …/webhooks/{id}/replay[/{messageId}]`: alerts are told once more, those of a time or a
//! single one.

use application::use_cases::replay_alerts::{ReplayError, ask_for_replay};
use axum::Json;
use axum::extract::{Request, State};
use domain::change_id::ChangeId;
use domain::ids::{ReplayId, WebhookId};
use domain::replay::{Replay, Replayed};
use domain::timestamp::Timestamp;
use http::StatusCode;
use serde::Serialize;
use shared::service::Service;
use web::error_key::ErrorKey;
use web::fields::Fields;
use web::parameters::{Segments, invalid, segment};
use web::problem::Problem;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Accepted {
    id: ReplayId,
    webhook_id: WebhookId,
    created_time: Timestamp,
}

type Answer = Result<(StatusCode, Json<Accepted>), Problem>;

pub(crate) async fn time(
    State(service): State<Service>,
    Segments(id): Segments<String>,
    request: Request,
) -> Answer {
    let id = segment("id", &id)?;
    let now = service.ports.clock.now();
    let mut fields = Fields::read(request.into_body()).await?;
    let from = fields.required::<Timestamp>("from");
    let to = fields.optional::<Timestamp>("to");
    let only_failed = fields.flag("onlyFailed");
    // What happens from now on is told anyway.
    let to = to.unwrap_or(now).min(now);
    if from.is_some_and(|from| from >= to) {
        fields.refuse("from", ErrorKey::MalformedField, "must be before `to`, and in the past");
    }
    fields.finish()?;
    let Some(from) = from else { unreachable!("it was required") };
    ask(&service, id, Replayed::Range { from, to, only_failed }).await
}

pub(crate) async fn one(
    State(service): State<Service>,
    Segments((id, message)): Segments<(String, String)>,
) -> Answer {
    let id = segment("id", &id)?;
    let change = ChangeId::of_message(&message).map_err(|error| invalid("messageId", error))?;
    ask(&service, id, Replayed::One(change)).await
}

async fn ask(service: &Service, id: WebhookId, what: Replayed) -> Answer {
    let Replay { id, webhook_id, asked_at, .. } =
        ask_for_replay(&service.ports, id, what).await.map_err(|error| match error {
            ReplayError::NoWebhook => super::no_such_webhook(),
            ReplayError::Disabled => Problem::new(
                ErrorKey::WebhookDisabled,
                "The webhook answered 410 and is disabled. Delete it and register it again, then \
                 replay the alerts at the new one.",
            ),
            ReplayError::NoAlert => Problem::new(
                ErrorKey::AlertNotFound,
                "No alert of the last 30 days for which this webhook is registered has this id. \
                 The id is `webhook-id` in a call's headers, and `messageId` in GET \
                 /services/alerts/api/alerts/webhooks/failed-calls.",
            ),
            ReplayError::Store(error) => error.into(),
        })?;
    Ok((StatusCode::ACCEPTED, Json(Accepted { id, webhook_id, created_time: asked_at })))
}
