//! Queues, and the functions behind them.

use std::collections::{BTreeMap, BTreeSet};

use domain::session::{HANDSHAKE_LEASE, LIFETIME};
use domain::webhook_call::RETRIES;
use serde_json::{Value, json};

use super::{Resource, arn_of, behind_alias, functions, of_type, properties, template};

/// SQS' default, in seconds.
const FOUR_DAYS: u64 = 345_600;

fn queues() -> Vec<Resource> {
    of_type(template(), "AWS::SQS::Queue").collect()
}

fn mappings() -> Vec<Resource> {
    of_type(template(), "AWS::Lambda::EventSourceMapping").collect()
}

fn seconds(of: &Value, what: &str) -> u64 {
    of[what].as_u64().unwrap_or_else(|| panic!("{what} of {of}"))
}

#[test]
fn every_message_ends_at_a_function_or_among_dead_letters_that_keep_it_longer() {
    let mut read = Vec::new();
    for (id, mapping) in mappings() {
        let queue = arn_of(&mapping["EventSourceArn"]);
        read.push(queue);
        let dead_letters =
            properties(arn_of(&properties(queue)["RedrivePolicy"]["deadLetterTargetArn"]));
        assert!(seconds(dead_letters, "MessageRetentionPeriod") > FOUR_DAYS, "{queue}");
        // One bad message must not bring the others of its batch back.
        assert_eq!(mapping["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]), "{id}");
    }
    for (id, queue) in queues() {
        assert_eq!(queue["SqsManagedSseEnabled"], true, "{id}");
        // Of a FIFO queue SQS counts anew when it moves a message to the dead letters.
        let is_fifo = queue["FifoQueue"] == true;
        assert!(
            queue["MessageRetentionPeriod"].is_null() || is_fifo || id.ends_with("DeadLetters"),
            "{id}"
        );
        assert_eq!(read.contains(&id), !id.ends_with("DeadLetters"), "{id}: who reads it?");
    }
}

#[test]
fn no_message_is_delivered_again_while_its_function_may_still_be_at_it() {
    for (id, mapping) in mappings() {
        let function = properties(behind_alias(&mapping["FunctionName"]));
        let queue = properties(arn_of(&mapping["EventSourceArn"]));
        // Lambda refuses a mapping without this.
        assert!(seconds(queue, "VisibilityTimeout") >= seconds(function, "Timeout"), "{id}");
    }
}

#[test]
fn a_confirmation_waits_for_the_callbacks_lease_and_a_new_session_for_its_end() {
    assert_eq!(
        seconds(properties("ConfirmationsQueue"), "DelaySeconds"),
        HANDSHAKE_LEASE.as_secs()
    );
    assert_eq!(seconds(properties("ExpiriesQueue"), "DelaySeconds"), LIFETIME.as_secs());
}

#[test]
fn a_function_reads_the_queue_that_it_is_behind_and_a_pipe_writes_to_its_own() {
    let may = |role: &'static Value, action: &str| -> Vec<&'static str> {
        let statements =
            role["Policies"][0]["PolicyDocument"]["Statement"].as_array().expect("statements");
        let with = statements.iter().filter(|it| it["Action"].to_string().contains(action));
        with.flat_map(|it| match &it["Resource"] {
            Value::Array(resources) => resources.iter().map(arn_of).collect(),
            resource => vec![arn_of(resource)],
        })
        .collect()
    };
    for (id, function) in functions() {
        let behind: Vec<_> = mappings()
            .iter()
            .filter(|(_, mapping)| behind_alias(&mapping["FunctionName"]) == id)
            .map(|(_, mapping)| arn_of(&mapping["EventSourceArn"]))
            .collect();
        assert_eq!(
            may(properties(arn_of(&function["Role"])), "sqs:ReceiveMessage"),
            behind,
            "{id}"
        );
    }
    let mut readers: BTreeMap<&str, usize> = BTreeMap::new();
    for (id, pipe) in of_type(template(), "AWS::Pipes::Pipe") {
        let stream = &pipe["SourceParameters"]["DynamoDBStreamParameters"];
        let role = properties(arn_of(&pipe["RoleArn"]));
        let to: Vec<_> = [may(role, "sqs:SendMessage"), may(role, "events:PutEvents")].concat();
        let expected =
            BTreeSet::from([arn_of(&pipe["Target"]), arn_of(&stream["DeadLetterConfig"]["Arn"])]);
        assert_eq!(BTreeSet::from_iter(to), expected, "{id}");
        let source = pipe["Source"]["Fn::GetAtt"][0].as_str().expect("a table");
        assert_eq!(pipe["Source"], json!({ "Fn::GetAtt": [source, "StreamArn"] }), "{id}");
        *readers.entry(source).or_default() += 1;
    }
    assert_eq!(readers.keys().copied().collect::<Vec<_>>(), ["Catalogue", "Table"]);
    assert!(
        readers.values().all(|count| *count <= 2),
        "more would be throttled (AWS: no more than two processes should read from a shard)"
    );
}

/// One or more resources, by their ARNs.
fn arns(one_or_more: &'static Value) -> BTreeSet<&'static str> {
    match one_or_more {
        Value::Array(list) => list.iter().map(arn_of).collect(),
        one => BTreeSet::from([arn_of(one)]),
    }
}

/// Where every rule sends what, and what it could not send: the queue and the rule.
fn sent_by_rules() -> BTreeSet<(&'static str, &'static str)> {
    let rules = of_type(template(), "AWS::Events::Rule")
        .filter(|(_, rule)| !rule["EventPattern"].is_null());
    rules
        .flat_map(|(id, rule)| {
            assert_eq!(rule["EventBusName"], json!({ "Ref": "ChangesBus" }), "{id}");
            let target = &rule["Targets"][0];
            [(arn_of(&target["Arn"]), id), (arn_of(&target["DeadLetterConfig"]["Arn"]), id)]
        })
        .collect()
}

#[test]
fn a_rule_may_send_to_its_queue_and_to_the_dead_letters_and_nothing_else_may() {
    let mut allowed = BTreeSet::new();
    for (id, policy) in of_type(template(), "AWS::SQS::QueuePolicy") {
        for statement in policy["PolicyDocument"]["Statement"].as_array().expect("statements") {
            assert_eq!(
                statement["Principal"],
                json!({ "Service": "events.amazonaws.com" }),
                "{id}"
            );
            assert_eq!(statement["Action"], "sqs:SendMessage", "{id}");
            for queue in arns(&statement["Resource"]) {
                allowed.extend(
                    arns(&statement["Condition"]["ArnEquals"]["aws:SourceArn"])
                        .iter()
                        .map(|it| (queue, *it)),
                );
            }
        }
    }
    assert_eq!(allowed, sent_by_rules());
}

#[test]
fn a_queues_policy_is_about_that_queue_alone_and_it_has_one_policy() {
    let mut with_policy = BTreeSet::new();
    for (id, policy) in of_type(template(), "AWS::SQS::QueuePolicy") {
        let queues = policy["Queues"].as_array().expect("queues");
        let [queue] = queues.as_slice() else { panic!("{id} is set on {} queues", queues.len()) };
        let queue = queue["Ref"].as_str().expect("a queue");
        assert!(with_policy.insert(queue), "{id}: the later of two policies replaces the other");
        for statement in policy["PolicyDocument"]["Statement"].as_array().expect("statements") {
            assert_eq!(arns(&statement["Resource"]), BTreeSet::from([queue]), "{id}");
        }
    }
}

/// How long a stream keeps its records, in seconds.
const STREAM_KEEPS: u64 = 86_400;

#[test]
fn a_record_that_is_not_taken_is_given_up_while_the_stream_still_has_it() {
    for (id, pipe) in of_type(template(), "AWS::Pipes::Pipe") {
        let stream = &pipe["SourceParameters"]["DynamoDBStreamParameters"];
        assert!(
            stream["MaximumRetryAttempts"].as_u64().is_some_and(|attempts| attempts > 0),
            "{id}: for ever"
        );
        let age = stream["MaximumRecordAgeInSeconds"].as_u64().unwrap_or(u64::MAX);
        assert!(age <= STREAM_KEEPS / 2, "{id}: nobody has time to replay it");
    }
}

#[test]
fn alerts_are_tried_as_often_as_there_are_retries_one_at_a_time_and_in_order() {
    let queue = properties("AlertsQueue");
    let retries = u64::try_from(RETRIES.len()).expect("a few");
    assert_eq!(queue["FifoQueue"], true);
    assert_eq!(seconds(&queue["RedrivePolicy"], "maxReceiveCount"), 1 + retries);
    let (_, mapping) = mappings()
        .into_iter()
        .find(|(_, mapping)| arn_of(&mapping["EventSourceArn"]) == "AlertsQueue")
        .expect("somebody reads it");
    assert_eq!(
        mapping["BatchSize"], 1,
        "a message that waits behind a failed one would lose attempts"
    );
}

/// What leaves the table: harmless fields, and no code.
#[test]
fn both_pipes_send_the_same_fields_and_never_a_row() {
    let template = |id: &str| {
        properties(id)["TargetParameters"]["InputTemplate"].as_str().expect("a template")
    };
    assert_eq!(template("ChangesPipe"), template("AlertsPipe"));
    let fields: BTreeSet<_> = template("AlertsPipe")
        .split("Image.")
        .skip(1)
        .map(|rest| rest.split('.').next().expect("a name"))
        .collect();
    let harmless = [
        "appName",
        "clientEnvironment",
        "id",
        "leafUserId",
        "refusedSince",
        "state",
        "status",
        "version",
    ];
    assert_eq!(fields, BTreeSet::from(harmless));
}

#[test]
fn of_the_catalogue_ids_leave_the_table_and_no_names() {
    let template = &properties("CataloguePipe")["TargetParameters"]["InputTemplate"]["Fn::Sub"];
    let text = template[0].as_str().expect("a template");
    let fields: BTreeSet<_> =
        text.split("Image.").skip(1).map(|rest| rest.split('.').next().expect("a name")).collect();
    let harmless = [
        "deletedBytes",
        "deletedFiles",
        "failure",
        "fieldId",
        "fileId",
        "id",
        "kind",
        "leafUserId",
        "objectKey",
        "operationId",
        "output",
        "position",
        "removedTime",
        "requestedAt",
        "size",
        "status",
        "storedAttempt",
        "turn",
    ];
    assert_eq!(fields, BTreeSet::from(harmless));
    // What CloudFormation writes into it is the bucket's name, which every function has.
    assert_eq!(text.matches("${").count(), 1, "{text}");
    let (_, function) = &functions()[0];
    assert_eq!(template[1]["Bucket"], function["Environment"]["Variables"]["FILES_BUCKET"]);
}

/// The guide names the fields of the event, one by one.
#[test]
fn the_guide_lists_what_is_on_the_bus_about_data() {
    let guide = include_str!("../../../infra/README.md");
    let (_, section) = guide.split_once("## 11. Rules of your own").expect("the section");
    let text = properties("CataloguePipe")["TargetParameters"]["InputTemplate"]["Fn::Sub"][0]
        .as_str()
        .expect("a template");
    let event: Value = serde_json::from_str(text).expect("JSON");
    for (name, value) in event.as_object().expect("fields") {
        let Value::Object(image) = value else {
            assert!(section.contains(&format!("`{name}`")), "{name}");
            continue;
        };
        for field in image.keys() {
            assert!(section.contains(&format!("`{name}.{field}`")), "{name}.{field}");
        }
    }
}
