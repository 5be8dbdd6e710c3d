//! The two pipes: which records of the stream leave the table, and what of them. As EventBridge Pipes do, a filter looks at what a record says
//! and compares nothing with anything else in it; and the template takes harmless fields, never the row.

use deliver_alerts::{Image, Message};
use dynoxide::actions::get_records::Record;
use dynoxide::{AttributeValue, Item};

/// The template of both pipes.
pub(super) fn message(record: &Record) -> Message {
    let stream = &record.dynamodb;
    Message {
        id: Some(record.event_id.clone()),
        at: Some(stream.approximate_creation_date_time.to_string()),
        pk: text(&stream.keys, "pk"),
        sk: text(&stream.keys, "sk"),
        removed_by: record.user_identity.as_ref().map(|identity| identity.identity_type.clone()),
        old: stream.old_image.as_ref().map(image).unwrap_or_default(),
        new: stream.new_image.as_ref().map(image).unwrap_or_default(),
    }
}

/// The filter of the pipe to the event bus.
pub(super) fn is_for_the_bus(message: &Message) -> bool {
    let Message { sk, old, new, .. } = message;
    match sk.as_deref().unwrap_or_default() {
        "CREDENTIAL" | "SESSION" => true,
        "STATE" => old.refused_since.is_some() != new.refused_since.is_some(),
        _ => false,
    }
}

/// The filter of the pipe to the alerts' queue.
pub(super) fn may_be_an_alert(record: &Record, message: &Message) -> bool {
    let Message { pk, sk, old, new, .. } = message;
    match (pk.as_deref().unwrap_or_default(), sk.as_deref().unwrap_or_default()) {
        (_, "CREDENTIAL") => true,
        (_, "SESSION") => new.state.as_deref() == Some("Expired") && old.state.as_deref() != Some("Expired"),
        (_, "STATE") => old.refused_since.is_some() != new.refused_since.is_some(),
        ("WEBHOOKS", sk) => sk.starts_with("WEBHOOK#") && record.event_name == "INSERT",
        _ => false,
    }
}

fn image(item: &Item) -> Image {
    Image {
        id: text(item, "id"),
        leaf_user_id: text(item, "leafUserId"),
        status: text(item, "status"),
        state: text(item, "state"),
        version: match item.get("version") {
            Some(AttributeValue::N(version)) => Some(version.clone()),
            _ => None,
        },
        app_name: text(item, "appName"),
        client_environment: text(item, "clientEnvironment"),
        refused_since: text(item, "refusedSince"),
    }
}

fn text(item: &Item, name: &str) -> Option<String> {
    match item.get(name) {
        Some(AttributeValue::S(text)) => Some(text.clone()),
        _ => None,
    }
}
