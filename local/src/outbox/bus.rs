//! The rules of the event bus: which changes go to which queue, and as what message. As EventBridge does, a rule's pattern looks at what an
//! event says and compares nothing with anything else in it.

use deliver_alerts::Message as Change;

/// A session that is `Confirming` and was not.
pub(super) fn to_confirmations(change: &Change) -> Option<String> {
    let is_new = change.new.state.as_deref() == Some("Confirming") && change.old.state.as_deref() != Some("Confirming");
    let leaf_user_id = change.new.leaf_user_id.clone().filter(|_| is_new)?;
    serde_json::to_string(&finish_confirmations::Message { leaf_user_id }).ok()
}

/// A session that has begun to wait: a new one, whatever it has taken the place of, or one whose operation Panorama refused.
pub(super) fn to_expiries(change: &Change) -> Option<String> {
    let is_first = change.new.version.as_deref() == Some("1");
    let waits = change.new.state.as_deref() == Some("Pending");
    if !waits || !(is_first || change.old.state.as_deref() == Some("Confirming")) {
        return None;
    }
    let (leaf_user_id, session_id) = (change.new.leaf_user_id.clone()?, change.new.id.clone()?);
    serde_json::to_string(&expire_sessions::Message { leaf_user_id, session_id }).ok()
}
