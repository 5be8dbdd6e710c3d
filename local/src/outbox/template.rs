//! Pipes and rules of the template: what they let through, and as what message. What is tried here
//! is what is deployed.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::pattern::Pattern;
use crate::environment::FILES_BUCKET;

/// What SAM makes of `template.yaml`.
static TEMPLATE: LazyLock<Value> = LazyLock::new(|| {
    let snapshot: Value = serde_json::from_str(include_str!("../../../infra/cloudformation.json"))
        .expect("the snapshot is JSON");
    snapshot["template"]["Resources"].clone()
});

/// From the table's stream to the event bus.
pub(super) static CHANGES: LazyLock<Way> = LazyLock::new(|| Way::pipe("ChangesPipe"));
/// From the table's stream to the alerts' queue.
pub(super) static ALERTS: LazyLock<Way> = LazyLock::new(|| Way::pipe("AlertsPipe"));
/// From the stream of the catalogue's table to the event bus.
pub(super) static CATALOGUE: LazyLock<Way> = LazyLock::new(|| Way::pipe("CataloguePipe"));

/// A pipe, or a rule with its one target.
pub(super) struct Way {
    properties: &'static Value,
    filters: Vec<Pattern>,
    /// The names in the message's template, and the path of the field that each stands for.
    fields: Vec<(String, String)>,
    message: String,
}

impl Way {
    fn pipe(id: &str) -> Self {
        let properties = &TEMPLATE[id]["Properties"];
        let filters = properties["SourceParameters"]["FilterCriteria"]["Filters"]
            .as_array()
            .expect("a pipe has filters");
        let pattern = |filter: &Value| serde_json::from_str(filter["Pattern"].as_str()?).ok();
        let filters =
            filters.iter().map(|filter| read(&pattern(filter).expect("a filter is JSON")));
        let message = input_template(&properties["TargetParameters"]["InputTemplate"]);
        // In a pipe's template the path itself is the name.
        let names = message
            .split('<')
            .skip(1)
            .filter_map(|part| part.split_once('>'))
            .map(|(path, _)| path);
        let fields = names.map(|path| (path.to_owned(), pointer(path))).collect();
        Self { filters: filters.collect(), fields, message, properties }
    }

    /// The rule of that name, from the event bus to a queue.
    pub(super) fn rule(name: &str) -> Self {
        let rules = TEMPLATE.as_object().expect("resources").values();
        let has_name = |rule: &&Value| {
            rule["Type"] == "AWS::Events::Rule"
                && rule["Properties"]["Name"]["Fn::Sub"] == format!("${{AWS::StackName}}-{name}")
        };
        let rule = rules.into_iter().find(has_name);
        let properties = &rule.unwrap_or_else(|| {
            panic!("the snapshot has no rule {name}: write the deployment and the snapshot")
        })["Properties"];
        let transformer = &properties["Targets"][0]["InputTransformer"];
        let paths = transformer["InputPathsMap"]
            .as_object()
            .expect("a rule's target has an input transformer");
        let field = |(name, path): (&String, &Value)| {
            (name.clone(), pointer(path.as_str().expect("a path")))
        };
        Self {
            filters: vec![read(&properties["EventPattern"])],
            fields: paths.iter().map(field).collect(),
            message: input_template(&transformer["InputTemplate"]),
            properties,
        }
    }

    /// The message about an event, if it is let through.
    pub(super) fn message(&self, event: &Value) -> Option<String> {
        if !self.filters.iter().any(|filter| filter.lets_through(Some(event))) {
            return None;
        }
        let mut message = self.message.clone();
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

    /// The group of all messages that a rule sends, if it says one.
    pub(super) fn group(&self) -> Option<&'static str> {
        self.properties["Targets"][0]["SqsParameters"]["MessageGroupId"].as_str()
    }

    /// What a pipe to a FIFO queue groups a message by, and what it is deduplicated by.
    pub(super) fn group_and_id(&self, event: &Value) -> Option<(String, String)> {
        let queue = &self.properties["TargetParameters"]["SqsQueueParameters"];
        let field = |name: &str| {
            event.pointer(&pointer(queue[name].as_str()?))?.as_str().map(ToOwned::to_owned)
        };
        Some((field("MessageGroupId")?, field("MessageDeduplicationId")?))
    }
}

/// The template of a message: a text, or one in which CloudFormation writes the bucket's name.
fn input_template(template: &Value) -> String {
    let text = template.as_str().map(ToOwned::to_owned);
    let with_bucket = || Some(template["Fn::Sub"][0].as_str()?.replace("${Bucket}", FILES_BUCKET));
    text.or_else(with_bucket).expect("there is a message's template")
}

fn read(pattern: &Value) -> Pattern {
    Pattern::read(pattern).expect("a filter's pattern is known here")
}

/// `$.path.to.a.field` as a JSON pointer.
fn pointer(path: &str) -> String {
    path.trim_start_matches('$').replace('.', "/")
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;

    static CONFIRMATIONS: LazyLock<Way> = LazyLock::new(|| Way::rule("confirmations"));
    static EXPIRIES: LazyLock<Way> = LazyLock::new(|| Way::rule("expiries"));

    fn session(state: &str, version: &str) -> Value {
        let fields = [
            ("sk", "SESSION"),
            ("state", state),
            ("leafUserId", "the user"),
            ("id", "the session"),
        ];
        let mut row: Map<_, _> = fields
            .map(|(name, text)| (name.to_owned(), json!({ "S": text })))
            .into_iter()
            .collect();
        row.insert("version".to_owned(), json!({ "N": version }));
        row.into()
    }

    /// A record of the stream.
    fn record(sk: &str, old: impl Into<Option<Value>>, new: impl Into<Option<Value>>) -> Value {
        let mut images = json!({ "Keys": { "pk": { "S": "USER#1" }, "sk": { "S": sk } } });
        for (name, image) in [("OldImage", old.into()), ("NewImage", new.into())] {
            if let Some(image) = image {
                images[name] = image;
            }
        }
        json!({ "eventID": "e1", "dynamodb": images })
    }

    /// What goes through the bus to a queue.
    fn through(
        rule: &Way,
        old: impl Into<Option<Value>>,
        new: impl Into<Option<Value>>,
    ) -> Option<String> {
        let message = CHANGES.message(&record("SESSION", old, new))?;
        rule.message(&CHANGES.event(&message).expect("a pipe's message is JSON"))
    }

    #[test]
    fn a_session_that_becomes_confirming_goes_to_the_finisher_once() {
        let message = Some(r#"{"leafUserId":"the user"}"#.to_owned());
        let (pending, confirming) = (session("Pending", "1"), session("Confirming", "2"));
        assert_eq!(through(&CONFIRMATIONS, pending.clone(), confirming.clone()), message);
        assert_eq!(through(&CONFIRMATIONS, None, confirming.clone()), message);
        for (old, new) in [
            (Some(confirming.clone()), Some(session("Confirming", "3"))),
            (None, Some(pending)),
            (Some(confirming.clone()), Some(session("Completed", "3"))),
            (Some(confirming), None),
        ] {
            assert_eq!(through(&CONFIRMATIONS, old, new), None);
        }
    }

    #[test]
    fn a_session_that_begins_to_wait_goes_to_the_queue_of_its_end() {
        let message = Some(r#"{"leafUserId":"the user","sessionId":"the session"}"#.to_owned());
        let new = session("Pending", "1");
        for old in [None, Some(session("Pending", "4")), Some(session("Completed", "3"))] {
            assert_eq!(
                through(&EXPIRIES, old, new.clone()),
                message,
                "a start, whatever was there"
            );
        }
        assert_eq!(
            through(&EXPIRIES, session("Confirming", "2"), session("Pending", "3")),
            message
        );
        // A tap on a magic link begins with version 2, over whatever was there; nothing tells it
        // from a session whose browser was bound.
        for old in [None, Some(session("Pending", "1")), Some(session("Expired", "3"))] {
            assert_eq!(through(&EXPIRIES, old, session("Pending", "2")), message);
        }
        assert_eq!(
            through(&EXPIRIES, session("Pending", "2"), session("Pending", "3")),
            None,
            "it goes on in another browser"
        );
        assert_eq!(through(&EXPIRIES, new, None), None);
        assert_eq!(CHANGES.message(&record("PROFILE", None, session("Pending", "1"))), None);
    }

    #[test]
    fn only_what_may_be_an_alert_goes_to_the_alerts_queue_in_the_group_of_its_connection() {
        let refused = |since: &str| Some(json!({ "refusedSince": { "S": since } }));
        let is_sent = |sk, old: Option<Value>, new: Option<Value>| {
            ALERTS.message(&record(sk, old, new)).is_some()
        };
        assert!(is_sent("CREDENTIAL", None, None));
        assert!(is_sent("SESSION", Some(session("Pending", "1")), Some(session("Expired", "2"))));
        assert!(is_sent(
            "SESSION",
            Some(session("Confirming", "1")),
            Some(session("Expired", "2"))
        ));
        assert!(
            is_sent("STATE", None, refused("today"))
                && is_sent("STATE", refused("today"), Some(json!({})))
        );
        for (sk, old, new) in [
            ("SESSION", None, Some(session("Pending", "1"))),
            ("SESSION", Some(session("Expired", "2")), Some(session("Expired", "3"))),
            ("STATE", refused("today"), refused("today")),
            ("STATE", None, Some(json!({ "leaseUntil": { "S": "soon" } }))),
            ("PROFILE", None, None),
        ] {
            assert!(!is_sent(sk, old, new), "{sk}");
        }
        let (group, id) = ALERTS.group_and_id(&record("CREDENTIAL", None, None)).expect("both");
        assert_eq!((group.as_str(), id.as_str()), ("USER#1", "e1"));
    }

    #[test]
    fn what_is_only_noted_at_a_credential_is_not_on_the_bus() {
        let credential = |noted: Option<&str>| {
            let mut row = json!({ "sk": { "S": "CREDENTIAL" }, "status": { "S": "ACTIVE" } });
            if let Some(noted) = noted {
                row["noted"] = json!({ "S": noted });
            }
            Some(row)
        };
        let told = |old, new| CHANGES.message(&record("CREDENTIAL", old, new)).is_some();
        for note in ["data", "check"] {
            assert!(!told(credential(None), credential(Some(note))), "{note}");
            assert!(!told(credential(Some(note)), credential(Some(note))), "{note} again");
            assert!(told(credential(Some(note)), credential(None)), "another operation");
            assert!(told(credential(Some(note)), None), "deleted");
        }
        assert!(told(None, credential(None)) && told(credential(None), credential(None)));
    }

    /// A record of the catalogue's stream.
    fn of_catalogue(old: Option<Value>, new: Option<Value>) -> Value {
        let name = if old.is_some() { "MODIFY" } else { "INSERT" };
        let mut record = record("FIELD#f", old, new);
        record["eventName"] = name.into();
        record["dynamodb"]["ApproximateCreationDateTime"] = 1_795_348_800.into();
        record
    }

    fn thing(kind: &str, status: Option<&str>) -> Value {
        let mut row = json!({
            "kind": { "S": kind }, "id": { "S": "it" }, "leafUserId": { "S": "the user" },
            "name": { "S": "planted" },
        });
        if let Some(status) = status {
            row["status"] = json!({ "S": status });
            row["objectKey"] = json!({ "S": "raw/the user/it/2" });
        }
        row
    }

    #[test]
    fn of_the_catalogue_what_is_an_alert_goes_to_the_queue_of_alerts_about_data() {
        let rule = Way::rule("data-alerts");
        let told = |old: Option<Value>, new: Option<Value>| {
            let message = CATALOGUE.message(&of_catalogue(old, new))?;
            rule.message(&CATALOGUE.event(&message).expect("a pipe's message is JSON"))
        };
        let expected = |kind: &str, event_name: &str, status: &str| {
            let begin = format!(r#"{{"id":"e1","at":"1795348800","kind":"{kind}","#);
            let middle = format!(r#""eventName":"{event_name}","leafUserId":"the user","#);
            let end = format!(r#""thingId":"it","status":"{status}","reason":""}}"#);
            Some(begin + &middle + &end)
        };
        let file = |status| Some(thing("FILE", Some(status)));
        for kind in ["FIELD", "OPERATION"] {
            let it = || Some(thing(kind, None));
            assert_eq!(told(None, it()), expected(kind, "INSERT", ""));
            assert_eq!(told(it(), it()), expected(kind, "MODIFY", ""));
            assert_eq!(told(it(), None), None, "a row that is deleted is no alert");
        }
        for status in ["processed", "failed"] {
            assert_eq!(told(file("processing"), file(status)), expected("FILE", "MODIFY", status));
            assert_eq!(told(file(status), file(status)), None, "a mark, or a lease");
        }
        assert_eq!(told(None, file("processing")), None);
        assert_eq!(told(None, Some(thing("FARM", None))), None);
    }

    #[test]
    fn a_file_whose_bytes_have_come_goes_to_the_converter_once() {
        let rule = Way::rule("conversions");
        let told = |old: Option<Value>, new: Option<Value>| {
            let message = CATALOGUE.message(&of_catalogue(old, new))?;
            rule.message(&CATALOGUE.event(&message).expect("a pipe's message is JSON"))
        };
        let file = |status| Some(thing("FILE", Some(status)));
        let expected = Some(r#"{"leafUserId":"the user","fileId":"it"}"#.to_owned());
        assert_eq!(told(file("processing"), file("processed")), expected);
        for (old, new) in [
            (file("processing"), file("failed")),
            (file("processed"), file("processed")),
            (file("failed"), file("processing")),
            (None, file("processing")),
            (None, Some(thing("FIELD", None))),
        ] {
            assert_eq!(told(old.clone(), new.clone()), None, "{old:?} {new:?}");
        }
    }

    #[test]
    fn what_may_come_later_goes_into_the_group_of_the_backlog_and_nothing_goes_twice() {
        let file = |turn: Option<&str>| {
            let mut row = thing("FILE", Some("processing"));
            row["position"] = json!({ "N": "0" });
            if let Some(turn) = turn {
                row["turn"] = json!({ "S": turn });
            }
            of_catalogue(None, Some(row))
        };
        let sync = |turn: Option<&str>| {
            let mut row = json!({ "requestedAt": { "S": "today" } });
            if let Some(turn) = turn {
                row["turn"] = json!({ "S": turn });
            }
            let mut record = of_catalogue(None, Some(row));
            record["dynamodb"]["Keys"]["sk"]["S"] = "SYNC".into();
            record
        };
        let groups = |queue: &str, record: &Value| -> Vec<_> {
            let message = CATALOGUE.message(record).expect("it is told");
            let mut event = CATALOGUE.event(&message).expect("JSON");
            let rules = [queue.to_owned(), format!("{queue}-backlog")].map(|name| Way::rule(&name));
            let taken = |event: &Value| -> Vec<_> {
                rules.iter().filter(|it| it.message(event).is_some()).map(Way::group).collect()
            };
            let groups = taken(&event);
            // As before the pipe is updated, which says no turn.
            event["detail"]["new"].as_object_mut().expect("fields").remove("turn");
            assert_eq!(taken(&event), [None]);
            groups
        };
        for (queue, record) in [("files", &file as &dyn Fn(_) -> _), ("syncs", &sync)] {
            assert_eq!(groups(queue, &record(None)), [None], "{queue}");
            assert_eq!(groups(queue, &record(Some("later"))), [Some("backlog")], "{queue}");
        }
    }

    #[test]
    fn a_stored_file_is_on_the_bus_with_bucket_and_key_and_without_any_name() {
        let (old, new) = (thing("FILE", Some("processing")), thing("FILE", Some("processed")));
        let message = CATALOGUE.message(&of_catalogue(Some(old), Some(new))).expect("a message");
        assert!(!message.contains("planted"), "{message}");
        let event = CATALOGUE.event(&message).expect("JSON");
        assert_eq!(event["detail-type"], "Panorama data changed");
        let detail = &event["detail"];
        assert_eq!((&detail["bucket"], &detail["kind"]), (&FILES_BUCKET.into(), &"FILE".into()));
        assert_eq!(detail["new"]["key"], "raw/the user/it/2");
    }
}
