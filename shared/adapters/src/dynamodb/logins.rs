//! What is known of partners' logins, in the table. Each fact has attributes of its own in one row,
//! so that no writer needs to know the others'.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;

use super::item::{Item, Reading, key, number, text};
use super::rows::login_key;
use super::schema::TTL;
use super::table::{Cancelled, Condition, Table};
use application::ports::logins::Logins;
use application::ports::store_error::StoreError;
use domain::app_key::AppKeyId;
use domain::attempt::{Attempt, Outcome, REMEMBERED_FOR, Tried};
use domain::login_state::{EntryCursor, LoginState, RefusedLogin};
use domain::organization_code::OrganizationHash;
use domain::timestamp::Timestamp;

#[async_trait]
impl Logins for Table {
    async fn state(&self, app_key: &AppKeyId) -> Result<LoginState, StoreError> {
        let Some(item) = self.get(login_key(app_key)).await? else {
            return Ok(LoginState::default());
        };
        let row = Reading { operation: "GetItem", item: &item };
        let refused = match row.optional_text("refusal") {
            None => None,
            Some(reason) => Some(RefusedLogin {
                reason: reason.to_owned(),
                since: row.moment("refusedSince")?,
                times: row.number("refusals")?,
                retry_at: row.moment("retryAt")?,
            }),
        };
        let resume_after =
            match (row.optional_parsed("resumeUser")?, row.optional_text("resumeOperation")) {
                (Some(leaf_user_id), Some(hash)) => {
                    Some(EntryCursor { leaf_user_id, operation: OrganizationHash::stored(hash) })
                }
                _ => None,
            };
        Ok(LoginState { refused, checked_at: row.optional_moment("checkedAt")?, resume_after })
    }

    async fn note_refusal(&self, app_key: &AppKeyId, state: &LoginState) -> Result<(), StoreError> {
        let Some(RefusedLogin { reason, since, times, retry_at }) = &state.refused else {
            return Ok(());
        };
        let values = Condition::default()
            .value(":reason", text(reason))
            .value(":since", text(since))
            .value(":times", number(times))
            .value(":retry", text(retry_at));
        let set =
            "SET refusal = :reason, refusedSince = :since, refusals = :times, retryAt = :retry";
        self.update_one(login_key(app_key), set, values).await.map_err(StoreError::from)
    }

    async fn note_checked(&self, app_key: &AppKeyId, at: Timestamp) -> Result<(), StoreError> {
        let values = Condition::default().value(":at", text(at));
        let set = "SET checkedAt = :at REMOVE resumeUser, resumeOperation";
        self.update_one(login_key(app_key), set, values).await.map_err(StoreError::from)
    }

    async fn note_resume_after(
        &self,
        app_key: &AppKeyId,
        cursor: &EntryCursor,
    ) -> Result<(), StoreError> {
        let values = Condition::default()
            .value(":user", text(cursor.leaf_user_id))
            .value(":operation", text(cursor.operation.as_str()));
        let set = "SET resumeUser = :user, resumeOperation = :operation";
        self.update_one(login_key(app_key), set, values).await.map_err(StoreError::from)
    }

    async fn clear_refusal(&self, app_key: &AppKeyId) -> Result<(), StoreError> {
        let remove = "REMOVE refusal, refusedSince, refusals, retryAt";
        held(
            self.update_one(
                login_key(app_key),
                remove,
                Condition::new("attribute_exists(refusal)"),
            )
            .await,
        )
        .map(|_| ())
    }

    async fn take_refresh(
        &self,
        app_key: &AppKeyId,
        now: Timestamp,
        since: Timestamp,
    ) -> Result<bool, StoreError> {
        self.take(app_key, "lookedAt", text(now), text(since)).await
    }

    async fn take_lease(
        &self,
        app_key: &AppKeyId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        self.take(app_key, "leaseUntil", text(until), text(now)).await
    }

    async fn release_lease(&self, app_key: &AppKeyId, until: Timestamp) -> Result<(), StoreError> {
        let mine = Condition::new("leaseUntil = :until").value(":until", text(until));
        held(self.update_one(login_key(app_key), "REMOVE leaseUntil", mine).await).map(|_| ())
    }

    async fn attempt(&self, tried: Tried<'_>) -> Result<Option<Attempt>, StoreError> {
        let Some(item) = self.get(attempt_key(tried)).await? else { return Ok(None) };
        let row = Reading { operation: "GetItem", item: &item };
        let outcome = match row.text("outcome")? {
            "accepted" => Outcome::Accepted,
            "unavailable" => Outcome::Unavailable,
            "tokenRefused" => Outcome::TokenRefused,
            "refused" => Outcome::Refused(row.text("refusal")?.to_owned()),
            _ => return Err(row.corrupt("outcome")),
        };
        let (at, retry_at) = (row.moment("at")?, row.moment("retryAt")?);
        Ok(Some(Attempt { outcome, times: row.number("times")?, at, retry_at }))
    }

    async fn note_attempt(&self, tried: Tried<'_>, attempt: &Attempt) -> Result<(), StoreError> {
        let Attempt { outcome, times, at, retry_at } = attempt;
        let (outcome, refusal) = match outcome {
            Outcome::Accepted => ("accepted", ""),
            Outcome::Unavailable => ("unavailable", ""),
            Outcome::TokenRefused => ("tokenRefused", ""),
            Outcome::Refused(refusal) => ("refused", refusal.as_str()),
        };
        let values = Condition::default()
            .name("#outcome", "outcome")
            .name("#times", "times")
            .name("#at", "at")
            .name("#ttl", TTL)
            .value(":outcome", text(outcome))
            .value(":refusal", text(refusal))
            .value(":times", number(times))
            .value(":at", text(at))
            .value(":retry", text(retry_at))
            .value(":ttl", number(at.plus(REMEMBERED_FOR).epoch_seconds()));
        let set = "SET #outcome = :outcome, refusal = :refusal, #times = :times, #at = :at, \
                   retryAt = :retry, #ttl = :ttl";
        self.update_one(attempt_key(tried), set, values).await.map_err(StoreError::from)
    }
}

fn attempt_key(tried: Tried<'_>) -> Item {
    match tried {
        Tried::Credentials(hash) => key(format!("ATTEMPT#{}", hash.as_str()), "LOGIN"),
        Tried::Renewal { app_key, version } => key(
            format!("ATTEMPT#{}#{}", app_key.environment, app_key.name),
            format!("RENEWAL#{version}"),
        ),
    }
}

impl Table {
    /// Sets an attribute of the row if it is not there or not above `limit`.
    async fn take(
        &self,
        app_key: &AppKeyId,
        attribute: &str,
        value: AttributeValue,
        limit: AttributeValue,
    ) -> Result<bool, StoreError> {
        let free = Condition::new("attribute_not_exists(#taken) OR #taken <= :limit")
            .name("#taken", attribute)
            .value(":value", value)
            .value(":limit", limit);
        held(self.update_one(login_key(app_key), "SET #taken = :value", free).await)
    }
}

/// Whether the condition held.
fn held(updated: Result<(), Cancelled>) -> Result<bool, StoreError> {
    match updated {
        Ok(()) => Ok(true),
        Err(Cancelled::Condition { .. }) => Ok(false),
        Err(Cancelled::Store(error)) => Err(error),
    }
}
