//! Pipes and rules of the template: what they let through, and as what message. What is tried here is what is deployed.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::pattern::Pattern;

/// What SAM makes of `template.yaml`.
static TEMPLATE: LazyLock<Value> = LazyLock::new(|| {
    let snapshot: Value =
        serde_json::from_str(include_str!("../../../infra/cloudformation.json")).expect("the snapshot is JSON");
    snapshot["template"]["Resources"].clone()
});

/// From the table's stream to the event bus.
pub(super) static CHANGES: LazyLock<Way> = LazyLock::new(|| Way::pipe("ChangesPipe"));
/// From the table's stream to the alerts' queue.
pub(super) static ALERTS: LazyLock<Way> = LazyLock::new(|| Way::pipe("AlertsPipe"));
/// From the event bus to the queue of `finish-confirmations`.
pub(super) static CONFIRMATIONS: LazyLock<Way> = LazyLock::new(|| Way::rule("ConfirmationsRule"));
/// From the event bus to the queue of `expire-sessions`.
pub(super) static EXPIRIES: LazyLock<Way> = LazyLock::new(|| Way::rule("ExpiriesRule"));

/// A pipe, or a rule with its one target.
pub(super) struct Way {
    /// The resource's properties.
    properties: &'static Value,
    filters: Vec<Pattern>,
    /// The names in the message's template, and the path of the field that each stands for.
    fields: Vec<(String, String)>,
    message: &'static str,
}

impl Way {
    fn pipe(id: &str) -> Self {
        let properties = &TEMPLATE[id]["Properties"];
        let filters =
            properties["SourceParameters"]["FilterCriteria"]["Filters"].as_array().expect("a pipe has filters");
        let pattern = |filter: &Value| serde_json::from_str(filter["Pattern"].as_str()?).ok();
        let filters = filters.iter().map(|filter| read(&pattern(filter).expect("a filter is JSON")));
        let message = properties["TargetParameters"]["InputTemplate"].as_str().expect("a pipe has an input template");
        // In a pipe's template the path itself is the name.
        let names = message.split('<').skip(1).filter_map(|part| part.split_once('>')).map(|(path, _)| path);
        let fields = names.map(|path| (path.to_owned(), pointer(path))).collect();
        Self { filters: filters.collect(), fields, message, properties }
    }

    fn rule(id: &str) -> Self {
        let properties = &TEMPLATE[id]["Properties"];
        let transformer = &properties["Targets"][0]["InputTransformer"];
        let paths = transformer["InputPathsMap"].as_object().expect("a rule's target has an input transformer");
        let field = |(name, path): (&String, &Value)| (name.clone(), pointer(path.as_str().expect("a path")));
        Self {
            filters: vec![read(&properties["EventPattern"])],
            fields: paths.iter().map(field).collect(),
            message: transformer["InputTemplate"].as_str().expect("a target has an input template"),
            properties,
        }
    }

    /// The message about an event, if it is let through.
    pub(super) fn message(&self, event: &Value) -> Option<String> {
        if !self.filters.iter().any(|filter| filter.lets_through(Some(event))) {
            return None;
        }
        let mut message = self.message.to_owned();
        for (name, path) in &self.fields {
            let text = match event.pointer(path) {
                Some(Value::String(text)) => text.clone(),
                Some(Value::Number(number)) => number.to_string(),
                _ => String::new(),
            };
            message = message.replace(&format!("<{name}>"), &text);
        }
        Some(message)
    }

    /// The event that a pipe to an event bus makes of a message.
    pub(super) fn event(&self, message: &str) -> Option<Value> {
        let bus = &self.properties["TargetParameters"]["EventBridgeEventBusParameters"];
        let detail: Value = serde_json::from_str(message).ok()?;
        Some(json!({ "source": bus["Source"], "detail-type": bus["DetailType"], "detail": detail }))
    }

    /// What a pipe to a FIFO queue groups a message by, and what it is deduplicated by.
    pub(super) fn group_and_id(&self, event: &Value) -> Option<(String, String)> {
        let queue = &self.properties["TargetParameters"]["SqsQueueParameters"];
        let field = |name: &str| event.pointer(&pointer(queue[name].as_str()?))?.as_str().map(ToOwned::to_owned);
        Some((field("MessageGroupId")?, field("MessageDeduplicationId")?))
    }
}

fn read(pattern: &Value) -> Pattern {
    Pattern::read(pattern).expect("a filter's pattern is known here")
}

/// `$.path.to.a.field` as a JSON pointer.
fn pointer(path: &str) -> String {
    path.trim_start_matches('$').replace('.', "/")
}
