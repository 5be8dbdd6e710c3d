//! What is counted and measured, as `CloudWatch` metrics.
//!
//! A metric is one line of the log in the Embedded Metric Format, which `CloudWatch` Logs reads by
//! itself: no call, no agent, nothing on a request's way. So a metric is an event of `tracing` like
//! a log line, and the one layer that writes lines (`shared::logging`) knows the request that it
//! belongs to.

use std::time::Duration;

use serde_json::{Map, Value, json};

use domain::client_environment::ClientEnvironment;
use domain::timestamp::Timestamp;

/// The target of metrics' events: no crate's, so that a log for people leaves them out.
pub const TARGET: &str = "metrics";

/// The dimension of every [`Metric`]: `STAGE` or `PRODUCTION`.
const CLIENT_ENVIRONMENT: &str = "ClientEnvironment";

/// The dimension of [`oldest_unfinished`].
const QUEUE: &str = "Queue";

/// The second dimension of upstream calls.
const CALL: &str = "Call";

/// What has happened. It is recorded after the write that makes it true, by whoever made that
/// write: so once, and not by a repeat.
///
/// The names are those of the metrics, the unit is Count and the dimension `ClientEnvironment`, but
/// for [`Metric::UpstreamCall`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// A session was started.
    SessionsStarted,
    /// A callback was bound to a session, and the farmer's confirmation is stored.
    CallbacksBound,
    /// A callback was bound to nobody and is stored or, when too many are stored, dropped; or it
    /// ended its session in a refusal.
    CallbacksUnbound,
    /// A session ended with a credential.
    SessionsCompleted,
    /// A session's 15 minutes ended without its farmer.
    SessionsExpired,
    /// A credential became REVOKED.
    CredentialsRevoked,
    /// A REVOKED credential became ACTIVE again: found by a check or a status refresh, or confirmed
    /// once more.
    CredentialsRecovered,
    /// Panorama refuses an app key's login. Each check counts it for as long as it lasts, also
    /// while the login is left alone, so that an alarm stays on; a status refresh that finds it out
    /// counts it as well.
    PartnerLoginsRefused,
    /// A check of an app key's connections compared none of them: Panorama's listing could not be
    /// read, or there was no time for any. While it lasts, nobody notices a farmer who has switched
    /// off.
    ChecksWithoutComparison,
    /// One HTTP call to Panorama. Two metrics, `UpstreamLatency` in Milliseconds and
    /// `UpstreamErrors` as 0 or 1, with the dimension `Call`, too.
    UpstreamCall {
        /// Which.
        call: Call,
        /// From the request to the end of the answer.
        latency: Duration,
        /// Whether there was no useful answer: none at all, 408, 425, 429, 5xx, a redirect, or a
        /// login's in an unknown form. A refusal is an answer.
        failed: bool,
    },
}

/// A call to Panorama.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// Cognito: a login, or the exchange of a refresh token.
    InitiateAuth,
    /// Cognito: the exchange of a refresh token in a pool that rotates them.
    GetTokensFromRefreshToken,
    /// A page of `GET /sharing`.
    ListSharing,
    /// `PUT /sharing/{orgCode}/confirm`.
    ConfirmSharing,
    /// `GET /sharing/{orgCode}`.
    ListFields,
    /// `GET /sharing/{orgCode}/{streamId}/download`.
    ListDownloads,
}

impl Call {
    /// Its name; for Cognito's calls the one that the wire has.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InitiateAuth => "InitiateAuth",
            Self::GetTokensFromRefreshToken => "GetTokensFromRefreshToken",
            Self::ListSharing => "ListSharing",
            Self::ConfirmSharing => "ConfirmSharing",
            Self::ListFields => "ListFields",
            Self::ListDownloads => "ListDownloads",
        }
    }
}

impl Metric {
    /// Records it. Nothing waits for anything.
    pub fn record(self, environment: ClientEnvironment) {
        let environment = environment.as_str();
        let counted = match self {
            Self::SessionsStarted => "SessionsStarted",
            Self::CallbacksBound => "CallbacksBound",
            Self::CallbacksUnbound => "CallbacksUnbound",
            Self::SessionsCompleted => "SessionsCompleted",
            Self::SessionsExpired => "SessionsExpired",
            Self::CredentialsRevoked => "CredentialsRevoked",
            Self::CredentialsRecovered => "CredentialsRecovered",
            Self::PartnerLoginsRefused => "PartnerLoginsRefused",
            Self::ChecksWithoutComparison => "ChecksWithoutComparison",
            Self::UpstreamCall { call, latency, failed } => {
                let (call, milliseconds) = (call.as_str(), latency.as_secs_f64() * 1_000.0);
                tracing::info!(target: TARGET, environment, call, milliseconds, failed);
                return;
            }
        };
        tracing::info!(target: TARGET, environment, counted);
    }
}

/// A sign-in was refused: `SignInsRefused`, a Count without dimensions, since no environment is
/// named yet.
pub fn sign_in_refused() {
    tracing::info!(target: TARGET, counted = "SignInsRefused");
}

/// Connections whose data is late, of those that a run has come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Late {
    /// Connections at which no sync has succeeded for a day.
    pub overdue: u64,
    /// Connections that are ACTIVE and from which no file has come for too many days.
    pub silent: u64,
}

/// How many connections of an environment are late: `OperationsOverdue` and `ConnectionsSilent`,
/// both Counts. Each run says all of them anew, also that there is none.
pub fn late(environment: ClientEnvironment, Late { overdue, silent }: Late) {
    tracing::info!(target: TARGET, environment = environment.as_str(), overdue, silent);
}

/// How long ago the oldest of a queue's messages was sent that could not be done this time:
/// `OldestUnfinished` in Seconds, with the dimension `Queue`.
///
/// SQS does not tell: its `ApproximateAgeOfOldestMessage` leaves out what was received three times
/// (Amazon SQS Developer Guide, "Available `CloudWatch` metrics"), and a session that waits for
/// Panorama is received every minute.
pub fn oldest_unfinished(queue: &'static str, age: Duration) {
    tracing::info!(target: TARGET, queue, seconds = age.as_secs());
}

/// The line of a metric, from the fields of its event: nothing of the spans around it comes in.
pub fn line(namespace: &str, event: &Map<String, Value>, at: Timestamp) -> Map<String, Value> {
    let mut line = Map::new();
    let mut dimensions = Vec::new();
    for (dimension, field) in
        [(CLIENT_ENVIRONMENT, "environment"), (CALL, "call"), (QUEUE, "queue")]
    {
        if let Some(value) = event.get(field) {
            line.insert(dimension.to_owned(), value.clone());
            dimensions.push(dimension);
        }
    }
    let mut metrics = Vec::new();
    let mut measure = |name: &str, unit: &str, value: Value| {
        line.insert(name.to_owned(), value);
        metrics.push(json!({ "Name": name, "Unit": unit }));
    };
    if let Some(counted) = event.get("counted").and_then(Value::as_str) {
        measure(counted, "Count", 1.into());
    }
    for (name, field) in [("OperationsOverdue", "overdue"), ("ConnectionsSilent", "silent")] {
        if let Some(count) = event.get(field) {
            measure(name, "Count", count.clone());
        }
    }
    if let Some(seconds) = event.get("seconds") {
        measure("OldestUnfinished", "Seconds", seconds.clone());
    }
    if let Some(milliseconds) = event.get("milliseconds") {
        let failed = event.get("failed") == Some(&Value::Bool(true));
        measure("UpstreamLatency", "Milliseconds", milliseconds.clone());
        measure("UpstreamErrors", "Count", u8::from(failed).into());
    }
    let directive =
        json!({ "Namespace": namespace, "Dimensions": [dimensions], "Metrics": metrics });
    line.insert(
        "_aws".to_owned(),
        json!({ "Timestamp": at.epoch_milliseconds(), "CloudWatchMetrics": [directive] }),
    );
    line
}
