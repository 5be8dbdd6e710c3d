//! The pipes: which records of the stream go on, and as what message. As EventBridge Pipes do, each filter looks at what a record says and
//! compares nothing with anything else in it.

use dynoxide::actions::get_records::Record;
use dynoxide::{AttributeValue, Item};

/// A session that is `Confirming` and was not.
pub(super) fn to_confirmations(record: &Record) -> Option<String> {
    let (new, old) = images(record)?;
    if text(new, "state")? != "Confirming" || state_of(old) == Some("Confirming") {
        return None;
    }
    let leaf_user_id = text(new, "leafUserId")?.to_owned();
    serde_json::to_string(&finish_confirmations::Message { leaf_user_id }).ok()
}

/// A session that has begun to wait: a new one, whatever it has taken the place of, or one whose operation Panorama refused.
pub(super) fn to_expiries(record: &Record) -> Option<String> {
    let (new, old) = images(record)?;
    let is_first = matches!(new.get("version"), Some(AttributeValue::N(version)) if version == "1");
    if text(new, "state")? != "Pending" || !(is_first || state_of(old) == Some("Confirming")) {
        return None;
    }
    let (leaf_user_id, session_id) = (text(new, "leafUserId")?.to_owned(), text(new, "id")?.to_owned());
    serde_json::to_string(&expire_sessions::Message { leaf_user_id, session_id }).ok()
}

/// A session as it is now, and the row that was there before.
fn images(record: &Record) -> Option<(&Item, Option<&Item>)> {
    let new = record.dynamodb.new_image.as_ref()?;
    (text(new, "sk")? == "SESSION").then_some((new, record.dynamodb.old_image.as_ref()))
}

fn state_of(old: Option<&Item>) -> Option<&str> {
    text(old?, "state")
}

fn text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    match item.get(name) {
        Some(AttributeValue::S(text)) => Some(text),
        _ => None,
    }
}
