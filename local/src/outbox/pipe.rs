//! The pipes: which records of the table's stream go on, and as what message. Filters and messages are those of the template, so that what is
//! tried here is what is deployed.

use std::sync::LazyLock;

use dynoxide::actions::get_records::Record;
use serde_json::Value;

use super::pattern::Pattern;

/// What SAM makes of `template.yaml`.
static TEMPLATE: LazyLock<Value> = LazyLock::new(|| {
    let snapshot: Value =
        serde_json::from_str(include_str!("../../../infra/cloudformation.json")).expect("the snapshot is JSON");
    snapshot["template"]["Resources"].clone()
});

static TO_CONFIRMATIONS: LazyLock<Pipe> = LazyLock::new(|| Pipe::of_the_template("ConfirmingPipe"));
static TO_EXPIRIES: LazyLock<Pipe> = LazyLock::new(|| Pipe::of_the_template("PendingPipe"));

/// The message for `finish-confirmations`, if there is one: a session is `Confirming` and was not.
pub(super) fn to_confirmations(record: &Record) -> Option<String> {
    TO_CONFIRMATIONS.message(record)
}

/// The message for `expire-sessions`, if there is one: a session has begun to wait, as a new one or because Panorama refused its operation.
pub(super) fn to_expiries(record: &Record) -> Option<String> {
    TO_EXPIRIES.message(record)
}

struct Pipe {
    filters: Vec<Pattern>,
    /// A text in which `<$.path.to.a.field>` stands for the field's text.
    input_template: &'static str,
}

impl Pipe {
    fn of_the_template(id: &str) -> Self {
        let pipe = &TEMPLATE[id]["Properties"];
        let filters = pipe["SourceParameters"]["FilterCriteria"]["Filters"].as_array().expect("a pipe has filters");
        let filters = filters.iter().map(|filter| {
            let pattern = filter["Pattern"].as_str().and_then(|pattern| serde_json::from_str(pattern).ok());
            pattern.and_then(|pattern: Value| Pattern::read(&pattern)).expect("a pipe's filter is known here")
        });
        let input_template = pipe["TargetParameters"]["InputTemplate"].as_str().expect("a pipe has an input template");
        Self { filters: filters.collect(), input_template }
    }

    fn message(&self, record: &Record) -> Option<String> {
        let record = serde_json::to_value(record).ok()?;
        self.filters.iter().any(|filter| filter.lets_through(Some(&record))).then(|| self.filled_in(&record))
    }

    fn filled_in(&self, record: &Value) -> String {
        let mut parts = self.input_template.split("<$");
        let mut message = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (path, rest) = part.split_once('>').unwrap_or((part, ""));
            message += record.pointer(&path.replace('.', "/")).and_then(Value::as_str).unwrap_or_default();
            message += rest;
        }
        message
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use dynoxide::{AttributeValue, Item};

    use super::*;

    /// A session's row.
    fn session(state: &str, version: &str) -> Item {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let row = BTreeMap::from([
            ("sk", text("SESSION")),
            ("state", text(state)),
            ("leafUserId", text("the user")),
            ("id", text("the session")),
            ("version", AttributeValue::N(version.to_owned())),
        ]);
        row.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    fn record(old: Option<Item>, new: Option<Item>) -> Record {
        let mut record = Record::default();
        (record.dynamodb.old_image, record.dynamodb.new_image) = (old, new);
        record
    }

    #[test]
    fn a_session_that_becomes_confirming_goes_to_the_finisher_once() {
        let pipe = Pipe::of_the_template("ConfirmingPipe");
        let message = Some(r#"{"leafUserId":"the user"}"#.to_owned());
        let (pending, confirming) = (session("Pending", "1"), session("Confirming", "2"));
        assert_eq!(pipe.message(&record(Some(pending.clone()), Some(confirming.clone()))), message);
        assert_eq!(pipe.message(&record(None, Some(confirming.clone()))), message);
        for (old, new) in [
            (Some(confirming.clone()), Some(session("Confirming", "3"))),
            (None, Some(pending)),
            (Some(confirming.clone()), Some(session("Completed", "3"))),
            (Some(confirming), None),
        ] {
            assert_eq!(pipe.message(&record(old, new)), None);
        }
    }

    #[test]
    fn a_session_that_begins_to_wait_goes_to_the_queue_of_its_end() {
        let pipe = Pipe::of_the_template("PendingPipe");
        let message = Some(r#"{"leafUserId":"the user","sessionId":"the session"}"#.to_owned());
        let new = Some(session("Pending", "1"));
        for old in [None, Some(session("Pending", "4")), Some(session("Completed", "3"))] {
            assert_eq!(pipe.message(&record(old, new.clone())), message, "a start, whatever was there");
        }
        let again = Some(session("Pending", "3"));
        assert_eq!(pipe.message(&record(Some(session("Confirming", "2")), again)), message);
        let bound = Some(session("Pending", "2"));
        assert_eq!(pipe.message(&record(new.clone(), bound)), None, "its browser was bound");
        assert_eq!(pipe.message(&record(new, None)), None);
        let profile: Item = [("sk".to_owned(), AttributeValue::S("PROFILE".to_owned()))].into();
        assert_eq!(pipe.message(&record(None, Some(profile))), None);
    }
}
