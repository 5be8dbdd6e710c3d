//! Webhooks in the table: all in one partition, each event a claim beside them; alerts about
//! connections, those about data, and failed calls in three others, in the order in which it
//! happened.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;

use super::failure::failure;
use super::item::{Item, Reading, Writing, key, number, text};
use super::rows::{REPLAY_PREFIX, WEBHOOKS};
use super::table::{Cancelled, Condition, Table};
use application::ports::portion::Portion;
use application::ports::store_error::StoreError;
use application::ports::webhooks::{Log, RegisterWebhookError, Webhooks};
use domain::alert::data::{DataAlert, DataAlertType, DataEvent};
use domain::alert::{Alert, ConnectionAlert, Notice, Told};
use domain::app_key::AppKeyId;
use domain::catalogue::file_copy::CopyFailure;
use domain::change_id::ChangeId;
use domain::ids::{LeafUserId, ReplayId, WebhookId};
use domain::replay::{Replay, Replayed};
use domain::timestamp::Timestamp;
use domain::webhook::{CallFailure, FAILED_CALLS_RETENTION, FailedCall, SecretVersion, Webhook};
use domain::webhook_event::WebhookEvent;

const FAILED: &str = "FAILEDCALLS";
const ALERTS: &str = "ALERTS";
/// Alerts about data are many: whoever replays the others does not read them.
const DATA_ALERTS: &str = "DATAALERTS";
const WEBHOOK: &str = "WEBHOOK#";

fn webhook_key(id: WebhookId) -> Item {
    key(WEBHOOKS, format!("{WEBHOOK}{id}"))
}

fn event_key(event: WebhookEvent) -> Item {
    key(WEBHOOKS, format!("EVENT#{}", event.as_str()))
}

/// The same for every attempt at the same call, whichever webhook makes it: an alert has one at a
/// time.
fn failed_call_key(notice: &Notice) -> Item {
    key(FAILED, in_time(notice.at, &notice.id))
}

fn in_time(at: Timestamp, change: &ChangeId) -> String {
    format!("{at}#{}", change.as_str())
}

fn alert_key(id: &ChangeId) -> Item {
    key(format!("ALERT#{}", id.as_str()), "ALERT")
}

fn replay_key(id: ReplayId) -> Item {
    key(WEBHOOKS, format!("{REPLAY_PREFIX}{id}"))
}

#[async_trait]
impl Webhooks for Table {
    async fn create(&self, webhook: &Webhook) -> Result<(), RegisterWebhookError> {
        let claim = |event: &WebhookEvent| {
            let row = Writing::row(event_key(*event)).text("webhookId", webhook.id).done();
            self.put_where(row, Condition::absent())
        };
        let mut changes: Vec<_> = webhook.events.iter().map(claim).collect();
        changes.push(self.put_where(webhook_row(webhook), Condition::absent()));
        match self.transact(changes).await {
            Ok(()) => Ok(()),
            Err(Cancelled::Condition { .. }) => Err(RegisterWebhookError::EventTaken),
            Err(Cancelled::Store(error)) => Err(error.into()),
        }
    }

    async fn list(&self) -> Result<Vec<Webhook>, StoreError> {
        let rows = self.partition(WEBHOOKS.to_owned(), WEBHOOK).await?;
        let read = rows.iter().map(|item| read_webhook(Reading { operation: "Query", item }));
        let mut webhooks = read.collect::<Result<Vec<_>, _>>()?;
        webhooks.sort_by_key(|webhook| (webhook.created_at, webhook.id));
        Ok(webhooks)
    }

    async fn delete(&self, webhook: &Webhook) -> Result<(), StoreError> {
        // Its own claims only: a second delete of the same one may come after another webhook has
        // taken the event.
        let release = |event: &WebhookEvent| {
            let mine = Condition::new("webhookId = :id").value(":id", text(webhook.id));
            self.delete_where(event_key(*event), mine)
        };
        let mut changes: Vec<_> = webhook.events.iter().map(release).collect();
        changes.push(Table::delete(self, webhook_key(webhook.id)));
        match self.transact(changes).await {
            Ok(()) | Err(Cancelled::Condition { .. }) => Ok(()),
            Err(Cancelled::Store(error)) => Err(error),
        }
    }

    async fn disable(&self, id: WebhookId, at: Timestamp) -> Result<(), StoreError> {
        let exists = Condition::exists().value(":at", text(at));
        match self.update_one(webhook_key(id), "SET disabledAt = :at", exists).await {
            Ok(()) | Err(Cancelled::Condition { .. }) => Ok(()),
            Err(Cancelled::Store(error)) => Err(error),
        }
    }

    async fn note_secret(&self, id: WebhookId, version: &SecretVersion) -> Result<(), StoreError> {
        let exists = Condition::exists().value(":version", text(&version.0));
        match self.update_one(webhook_key(id), "SET secretVersion = :version", exists).await {
            Ok(()) | Err(Cancelled::Condition { .. }) => Ok(()),
            Err(Cancelled::Store(error)) => Err(error),
        }
    }

    async fn note_failed_call(&self, call: &FailedCall) -> Result<(), StoreError> {
        let status = match call.failure {
            CallFailure::Status(status) => Some(status),
            _ => None,
        };
        let row = Writing::row(failed_call_key(&call.notice)).text("webhookId", call.webhook_id);
        let mut row = write_notice(row, &call.notice)
            .text("url", call.url.url())
            .optional("apiOwner", call.api_owner.as_ref())
            .optional("response", call.response.as_ref())
            .with("attempts", number(call.attempts))
            .text("lastAttemptAt", call.last_attempt_at)
            .text("failure", call.failure.as_str())
            .ttl(call.last_attempt_at.plus(FAILED_CALLS_RETENTION));
        if let Some(status) = status {
            row = row.with("answered", number(status));
        }
        let request = self.client.put_item().table_name(&self.name).set_item(Some(row.done()));
        request.send().await.map(|_| ()).map_err(|error| failure("PutItem", &error))
    }

    async fn forget_failed_call(&self, notice: &Notice) -> Result<(), StoreError> {
        let request = self.client.delete_item().table_name(&self.name);
        let request = request.set_key(Some(failed_call_key(notice)));
        request.send().await.map(|_| ()).map_err(|error| failure("DeleteItem", &error))
    }

    async fn note_alert(&self, notice: &Notice) -> Result<(), StoreError> {
        let until = notice.at.plus(FAILED_CALLS_RETENTION);
        let row = |key| self.put(write_notice(Writing::row(key), notice).ttl(until).done());
        // Once by its time, for replays of a time; once by its id, for those of one.
        let partition = match notice.alert() {
            Some(Alert::Data(_)) => DATA_ALERTS,
            Some(Alert::Connection(_)) | None => ALERTS,
        };
        let rows =
            vec![row(key(partition, in_time(notice.at, &notice.id))), row(alert_key(&notice.id))];
        Ok(self.transact(rows).await?)
    }

    async fn alert(&self, id: &ChangeId) -> Result<Option<Notice>, StoreError> {
        let row = self.get(alert_key(id)).await?;
        row.map(|item| read_notice(Reading { operation: "GetItem", item: &item })).transpose()
    }

    async fn told(
        &self,
        log: Log,
        from: Timestamp,
        to: Timestamp,
        after: Option<&(Timestamp, ChangeId)>,
        limit: u32,
    ) -> Result<Vec<Notice>, StoreError> {
        let partition = match log {
            Log::Connections => ALERTS,
            Log::Data => DATA_ALERTS,
            Log::Failed => FAILED,
        };
        // The keys of a moment begin with it, so its own text is before all of them.
        let query = self
            .client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", text(partition))
            .expression_attribute_values(":from", text(from))
            .expression_attribute_values(":to", text(to))
            .set_exclusive_start_key(after.map(|(at, id)| key(partition, in_time(*at, id))))
            .limit(i32::try_from(limit).unwrap_or(i32::MAX));
        let rows =
            query.send().await.map_err(|error| failure("Query", &error))?.items.unwrap_or_default();
        rows.iter().map(|item| read_notice(Reading { operation: "Query", item })).collect()
    }

    async fn ask_for_replay(&self, replay: &Replay) -> Result<(), StoreError> {
        let row = Writing::row(replay_key(replay.id))
            // What the pipe lets through has one.
            .text("id", replay.id)
            .text("webhookId", replay.webhook_id)
            .text("askedAt", replay.asked_at)
            .ttl(replay.asked_at.plus(FAILED_CALLS_RETENTION));
        let row = match &replay.what {
            Replayed::One(change) => row.text("changeId", change.as_str()),
            Replayed::Range { from, to, only_failed } => row
                .text("from", from)
                .text("to", to)
                .with("onlyFailed", AttributeValue::Bool(*only_failed)),
        };
        let request = self.client.put_item().table_name(&self.name).set_item(Some(row.done()));
        request.send().await.map(|_| ()).map_err(|error| failure("PutItem", &error))
    }

    async fn replay(&self, id: ReplayId) -> Result<Option<Replay>, StoreError> {
        let row = self.get(replay_key(id)).await?;
        row.map(|item| read_replay(Reading { operation: "GetItem", item: &item })).transpose()
    }

    async fn failed_calls(
        &self,
        of_user: Option<LeafUserId>,
        page: u32,
        size: u32,
        since: Timestamp,
    ) -> Result<Portion<FailedCall>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND sk >= :since")
            .expression_attribute_values(":pk", AttributeValue::S(FAILED.to_owned()))
            .expression_attribute_values(":since", text(since))
            .scan_index_forward(false);
        let rows = match of_user {
            None => self.page_of(query, page, size).await?,
            Some(user) => {
                let theirs = query
                    .filter_expression("leafUserId = :user")
                    .expression_attribute_values(":user", text(user));
                Portion::of_whole(self.all_of(theirs).await?, page, size)
            }
        };
        rows.map(|item| read_failed_call(Reading { operation: "Query", item: &item }))
            .all_or_error()
    }
}

fn webhook_row(webhook: &Webhook) -> Item {
    let events = webhook.events.iter().map(|event| text(event.as_str())).collect();
    Writing::row(webhook_key(webhook.id))
        .text("id", webhook.id)
        .text("name", webhook.name.as_str())
        .text("url", webhook.url.url())
        .with("events", AttributeValue::L(events))
        .text("createdTime", webhook.created_at)
        .optional("apiOwner", webhook.api_owner.as_ref())
        .optional("disabledAt", webhook.disabled_at)
        .optional("reconnectLinks", webhook.reconnect_links.then_some("yes"))
        .optional("secretVersion", webhook.secret_version.as_ref().map(|version| &version.0))
        .done()
}

fn read_webhook(row: Reading<'_>) -> Result<Webhook, StoreError> {
    let events = row
        .item
        .get("events")
        .and_then(|value| value.as_l().ok())
        .ok_or_else(|| row.corrupt("events"))?;
    let event = |value: &AttributeValue| value.as_s().ok().and_then(|event| event.parse().ok());
    Ok(Webhook {
        id: row.parsed("id")?,
        name: row.parsed("name")?,
        url: row.parsed("url")?,
        events: events
            .iter()
            .map(|value| event(value).ok_or_else(|| row.corrupt("events")))
            .collect::<Result<_, _>>()?,
        created_at: row.moment("createdTime")?,
        api_owner: row.optional_text("apiOwner").map(ToOwned::to_owned),
        disabled_at: row.optional_moment("disabledAt")?,
        reconnect_links: row.optional_text("reconnectLinks").is_some(),
        secret_version: row
            .optional_text("secretVersion")
            .map(|version| SecretVersion(version.to_owned())),
    })
}

fn write_notice(row: Writing, notice: &Notice) -> Writing {
    let row = row.text("changeId", notice.id.as_str()).text("createdAt", notice.at);
    match &notice.told {
        Told::Registration => row,
        Told::Alert(Alert::Data(DataAlert { leaf_user_id, what })) => row
            .text("type", what.kind().as_str())
            .text("leafUserId", leaf_user_id)
            .text("thingId", what.thing())
            .optional("reason", what.failure().map(CopyFailure::as_str)),
        Told::Alert(Alert::Connection(alert)) => row
            .text("type", alert.kind.as_str())
            .optional("leafUserId", alert.leaf_user_id)
            .optional("credentialId", alert.credential_id)
            .text("appName", &alert.app_key.name)
            .text("clientEnvironment", alert.app_key.environment),
    }
}

fn read_notice(row: Reading<'_>) -> Result<Notice, StoreError> {
    let told = match row.optional_text("type") {
        None => Told::Registration,
        Some(kind) => Told::Alert(match kind.parse::<DataAlertType>() {
            Ok(kind) => Alert::Data(read_data_alert(row, kind)?),
            Err(_) => Alert::Connection(ConnectionAlert {
                kind: row.parsed("type")?,
                leaf_user_id: row.optional_parsed("leafUserId")?,
                credential_id: row.optional_parsed("credentialId")?,
                app_key: AppKeyId {
                    name: row.parsed("appName")?,
                    environment: row.parsed("clientEnvironment")?,
                },
            }),
        }),
    };
    Ok(Notice { id: row.parsed("changeId")?, at: row.moment("createdAt")?, told })
}

fn read_data_alert(row: Reading<'_>, kind: DataAlertType) -> Result<DataAlert, StoreError> {
    let what = DataEvent::new(kind, row.parsed("thingId")?, row.optional_parsed("reason")?);
    let what = what.ok_or_else(|| row.corrupt("reason"))?;
    Ok(DataAlert { leaf_user_id: row.parsed("leafUserId")?, what })
}

fn read_replay(row: Reading<'_>) -> Result<Replay, StoreError> {
    let what = match row.optional_parsed("changeId")? {
        Some(change) => Replayed::One(change),
        None => Replayed::Range {
            from: row.moment("from")?,
            to: row.moment("to")?,
            only_failed: row
                .item
                .get("onlyFailed")
                .is_some_and(|value| value == &AttributeValue::Bool(true)),
        },
    };
    Ok(Replay {
        id: row.parsed("id")?,
        webhook_id: row.parsed("webhookId")?,
        asked_at: row.moment("askedAt")?,
        what,
    })
}

fn read_failed_call(row: Reading<'_>) -> Result<FailedCall, StoreError> {
    let failure = match row.text("failure")? {
        "status" => CallFailure::Status(row.number("answered")?),
        other => {
            let known =
                CallFailure::WITHOUT_STATUS.into_iter().find(|known| known.as_str() == other);
            known.ok_or_else(|| row.corrupt("failure"))?
        }
    };
    Ok(FailedCall {
        webhook_id: row.parsed("webhookId")?,
        api_owner: row.optional_text("apiOwner").map(ToOwned::to_owned),
        notice: read_notice(row)?,
        url: row.parsed("url")?,
        response: row.optional_text("response").map(ToOwned::to_owned),
        attempts: row.number("attempts")?,
        last_attempt_at: row.moment("lastAttemptAt")?,
        failure,
    })
}
