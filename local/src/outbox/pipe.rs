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

/// The message for `finish-confirmations`, if there is one: a session is `Confirming` and was not.
pub(super) fn to_confirmations(record: &Record) -> Option<String> {
    TO_CONFIRMATIONS.message(record)
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
