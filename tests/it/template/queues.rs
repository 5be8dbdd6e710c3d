//! Queues, and the functions behind them.

use serde_json::{Value, json};
use shared::domain::session::{HANDSHAKE_LEASE, LIFETIME};

use super::{Resource, arn_of, functions, of_type, properties, template};

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
        let dead_letters = properties(arn_of(&properties(queue)["RedrivePolicy"]["deadLetterTargetArn"]));
        assert!(seconds(dead_letters, "MessageRetentionPeriod") > FOUR_DAYS, "{queue}");
        // One bad message must not bring the others of its batch back.
        assert_eq!(mapping["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]), "{id}");
    }
    for (id, queue) in queues() {
        assert_eq!(queue["SqsManagedSseEnabled"], true, "{id}");
        assert!(queue["MessageRetentionPeriod"].is_null() || id.ends_with("DeadLetters"), "{id}");
        assert_eq!(read.contains(&id), !id.ends_with("DeadLetters"), "{id}: who reads it?");
    }
}

#[test]
fn no_message_is_delivered_again_while_its_function_may_still_be_at_it() {
    for (id, mapping) in mappings() {
        let function = properties(mapping["FunctionName"]["Ref"].as_str().expect("a function"));
        let queue = properties(arn_of(&mapping["EventSourceArn"]));
        // Lambda refuses a mapping without this.
        assert!(seconds(queue, "VisibilityTimeout") >= seconds(function, "Timeout"), "{id}");
    }
}

#[test]
fn a_confirmation_waits_for_the_callbacks_lease_and_a_new_session_for_its_end() {
    assert_eq!(seconds(properties("ConfirmationsQueue"), "DelaySeconds"), HANDSHAKE_LEASE.as_secs());
    assert_eq!(seconds(properties("ExpiriesQueue"), "DelaySeconds"), LIFETIME.as_secs());
}

#[test]
fn a_function_reads_the_queue_that_it_is_behind_and_a_pipe_writes_to_its_own() {
    let may = |role: &'static Value, action: &str| -> Vec<&'static str> {
        let statements = role["Policies"][0]["PolicyDocument"]["Statement"].as_array().expect("statements");
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
            .filter(|(_, mapping)| mapping["FunctionName"]["Ref"] == id)
            .map(|(_, mapping)| arn_of(&mapping["EventSourceArn"]))
            .collect();
        assert_eq!(may(properties(arn_of(&function["Role"])), "sqs:ReceiveMessage"), behind, "{id}");
    }
    for (id, pipe) in of_type(template(), "AWS::Pipes::Pipe") {
        let stream = &pipe["SourceParameters"]["DynamoDBStreamParameters"];
        let to = [arn_of(&pipe["Target"]), arn_of(&stream["DeadLetterConfig"]["Arn"])];
        assert_eq!(may(properties(arn_of(&pipe["RoleArn"])), "sqs:SendMessage"), to, "{id}");
        assert_eq!(pipe["Source"], json!({ "Fn::GetAtt": ["Table", "StreamArn"] }), "{id}");
    }
}
