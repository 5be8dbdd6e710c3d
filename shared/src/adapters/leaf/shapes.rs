//! Leaf's JSON, as far as it is read (Leaf's documents, "Panorama", "Leaf users", "Alerts"). Tokens and passwords in it are not even parsed.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use url::Url;

use super::api::Answer;
use crate::domain::credential::CredentialStatus;
use crate::domain::event::Event;
use crate::domain::ids::LeafUserId;
use crate::domain::leaf_user::Profile;
use crate::domain::timestamp::Timestamp;
use crate::ports::upstream::{Kept, SyncSummary, Theirs, UpstreamError};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Credential {
    id: Option<String>,
    status: String,
    organization_code: Option<String>,
    client_environment: Option<String>,
    client_id: Option<String>,
}

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
#[serde(rename_all = "camelCase")]
struct LeafUser {
    id: String,
    name: String,
    email: String,
    phone: Option<String>,
    address: Option<String>,
    external_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HistoryRow {
    id: String,
    created_date: String,
    status_code: u16,
}

#[derive(Deserialize)]
struct Resources {
    summaries: Vec<Summary>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    growers: u64,
    farms: u64,
    fields: u64,
    sync_reference_time: Option<String>,
}

/// A registered webhook.
#[derive(Deserialize)]
pub(super) struct Webhook {
    pub(super) id: String,
    pub(super) url: String,
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

/// A credential.
pub(super) fn credential(answer: &Answer) -> Result<Kept, UpstreamError> {
    let read: Credential = answer.read()?;
    if read.status == "PENDING" {
        return Ok(Kept::Nothing);
    }
    let Some(status) = CredentialStatus::ALL.into_iter().find(|known| known.as_str() == read.status) else {
        let word: String =
            read.status.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_').take(32).collect();
        tracing::warn!(%word, "Leaf says something of a credential that this version does not know; nothing is changed");
        return Ok(Kept::Unclear);
    };
    let unknown = || answer.unknown_form();
    let (Some(id), Some(code), Some(environment)) = (read.id, read.organization_code, read.client_environment) else {
        return Err(unknown());
    };
    Ok(Kept::Credential(Theirs {
        id: id.parse().map_err(|_| unknown())?,
        status,
        organization_code: code.parse().map_err(|_| unknown())?,
        environment: environment.parse().map_err(|_| unknown())?,
        client_id: read.client_id.and_then(|id| id.parse().ok()),
    }))
}

/// A Leaf user.
pub(super) fn user(answer: &Answer) -> Result<(LeafUserId, Profile), UpstreamError> {
    read_user(answer.read()?).ok_or_else(|| answer.unknown_form())
}

/// A page of Leaf users.
pub(super) fn users(answer: &Answer) -> Result<Vec<(LeafUserId, Profile)>, UpstreamError> {
    let users: Vec<LeafUser> = answer.read()?;
    users.into_iter().map(read_user).collect::<Option<_>>().ok_or_else(|| answer.unknown_form())
}

fn read_user(user: LeafUser) -> Option<(LeafUserId, Profile)> {
    let filled =
        |text: Option<String>| text.filter(|text| !text.trim().is_empty()).map(|text| text.parse()).transpose();
    let profile = Profile {
        name: user.name.parse().ok()?,
        email: user.email.parse().ok()?,
        phone: filled(user.phone).ok()?,
        address: filled(user.address).ok()?,
        external_id: filled(user.external_id).ok()?,
    };
    Some((user.id.parse().ok()?, profile))
}

/// A profile, as Leaf takes it.
pub(super) fn profile(profile: &Profile, id: Option<LeafUserId>) -> Value {
    let Profile { name, email, phone, address, external_id } = profile;
    let mut body = Map::new();
    body.insert("name".to_owned(), name.as_str().into());
    body.insert("email".to_owned(), email.as_str().into());
    for (field, text) in [("phone", phone), ("address", address), ("externalId", external_id)] {
        if let Some(text) = text {
            body.insert(field.to_owned(), text.as_str().into());
        }
    }
    if let Some(id) = id {
        body.insert("id".to_owned(), json!(id));
    }
    body.into()
}

/// A page of a credential's history: when, and with which status. Leaf's `headers` and `body` quote what it sent and got, which may be codes
/// and tokens, so they stay behind.
pub(super) fn events(answer: &Answer) -> Result<Vec<Event>, UpstreamError> {
    let rows: Vec<HistoryRow> = answer.read()?;
    let read = |row: HistoryRow| {
        let body = match row.status_code {
            200..=299 => "Leaf asked Panorama, and it was done.",
            400..=499 => {
                "Leaf asked Panorama, and was refused. Leaf's own words are in its history of this credential."
            }
            _ => {
                "Leaf asked Panorama, and had no useful answer. Leaf's own words are in its history of this credential."
            }
        };
        Some(Event {
            id: row.id.parse().ok()?,
            created_at: moment(&row.created_date)?,
            status_code: row.status_code,
            headers: "Leaf".to_owned(),
            body: body.to_owned(),
        })
    };
    rows.into_iter().map(read).collect::<Option<_>>().ok_or_else(|| answer.unknown_form())
}

/// How much there is to read.
pub(super) fn summary(answer: &Answer) -> Result<SyncSummary, UpstreamError> {
    let Resources { summaries } = answer.read()?;
    Ok(match summaries.into_iter().next() {
        None => SyncSummary { growers: 0, farms: 0, fields: 0, at: None },
        Some(Summary { growers, farms, fields, sync_reference_time }) => {
            SyncSummary { growers, farms, fields, at: sync_reference_time.as_deref().and_then(moment) }
        }
    })
}

fn moment(text: &str) -> Option<Timestamp> {
    OffsetDateTime::parse(text, &Rfc3339).ok().map(Timestamp::new)
}
