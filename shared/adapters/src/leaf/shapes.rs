//! Leaf's JSON, as far as it is read (Leaf's documents, "Panorama", "Leaf users", "Alerts"). Tokens
//! and passwords stay out of every [`Record`].

use std::str::FromStr;

use serde::Deserialize;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use url::Url;

use super::transport::{Answer, unavailable};
use application::ports::record_keeper::{Theirs, UpstreamConnection};
use application::ports::upstream::UpstreamError;
use domain::credential::CredentialStatus;
use domain::ids::LeafUserId;
use domain::record::Record;
use domain::timestamp::Timestamp;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Created {
    pub(super) id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Begun {
    sign_in_url: String,
}

#[derive(Deserialize)]
struct Resources {
    summaries: Vec<Value>,
}

/// Where a run's farmer is to be sent.
pub(super) fn sign_in_url(answer: &Answer) -> Result<Url, UpstreamError> {
    let Begun { sign_in_url } = answer.read()?;
    // The farmer's browser goes there: nothing but a web page will do.
    match Url::parse(&sign_in_url) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url),
        _ => Err(answer.unknown_form()),
    }
}

/// Whose file it is.
pub(super) fn leaf_user_id(file: &Value) -> Result<LeafUserId, UpstreamError> {
    let id = file["leafUserId"].as_str().and_then(|id| id.parse().ok());
    id.ok_or_else(|| unavailable("it has a file that is nobody's".to_owned(), Some(200), None))
}

/// A credential. From one in words or of a form that we do not know, nothing follows.
pub(super) fn credential(answer: &Answer) -> Result<UpstreamConnection, UpstreamError> {
    let record = record(answer)?;
    if record.text("status") == Some("PENDING") {
        return Ok(UpstreamConnection::Nothing);
    }
    Ok(theirs(&record).map_or_else(
        |field| {
            tracing::warn!(
                field,
                "Leaf has a credential with something that this version does not know; nothing is \
                 changed"
            );
            UpstreamConnection::Unclear
        },
        UpstreamConnection::Credential,
    ))
}

/// What it says, or the field that cannot be read.
fn theirs(record: &Record) -> Result<Theirs, &'static str> {
    let status = record.text("status").unwrap_or_default();
    Ok(Theirs {
        id: parsed(record, "id")?,
        created_at: record.text("createdTime").and_then(moment),
        status: CredentialStatus::ALL
            .into_iter()
            .find(|known| known.as_str() == status)
            .ok_or("status")?,
        organization_code: parsed(record, "organizationCode")?,
        environment: parsed(record, "clientEnvironment")?,
        client_id: parsed(record, "clientId").ok(),
    })
}

fn parsed<T: FromStr>(record: &Record, field: &'static str) -> Result<T, &'static str> {
    record.text(field).and_then(|text| text.parse().ok()).ok_or(field)
}

/// A record, as Leaf has it.
pub(super) fn record(answer: &Answer) -> Result<Record, UpstreamError> {
    let record: Value = answer.read()?;
    if record.is_object() {
        Ok(Record::without_secrets(record))
    } else {
        Err(answer.unknown_form())
    }
}

/// A page of records. What is in each is Leaf's: one that nobody here would have written spoils no
/// page.
pub(super) fn records(answer: &Answer) -> Result<Vec<Record>, UpstreamError> {
    let records: Vec<Value> = answer.read()?;
    Ok(records.into_iter().map(Record::without_secrets).collect())
}

/// A page of a credential's history: all but its texts. Leaf's `headers` and `body` quote what it
/// sent and got, which may be codes and tokens, so they stay behind.
pub(super) fn events(answer: &Answer) -> Result<Vec<Record>, UpstreamError> {
    let with_our_words = |row: Record| {
        let status = row
            .field("statusCode")
            .and_then(|status| status.as_u64().or_else(|| status.as_str()?.parse().ok()));
        let body = match status {
            Some(200..=299) => "Leaf asked Panorama, and it was done.",
            Some(400..=499) => {
                "Leaf asked Panorama, and was refused. Leaf's own words are in its history of this \
                 credential."
            }
            _ => {
                "Leaf asked Panorama, and got no usable answer. Leaf's own words are in its \
                 history of this credential."
            }
        };
        row.with([("headers", "Leaf".into()), ("body", body.into())])
    };
    Ok(records(answer)?.into_iter().map(with_our_words).collect())
}

/// A page of sync summaries.
pub(super) fn summaries(answer: &Answer) -> Result<Vec<Record>, UpstreamError> {
    let Resources { summaries } = answer.read()?;
    Ok(summaries.into_iter().map(Record::without_secrets).collect())
}

fn moment(text: &str) -> Option<Timestamp> {
    OffsetDateTime::parse(text, &Rfc3339).ok().map(Timestamp::new)
}
