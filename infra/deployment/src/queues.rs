//! Queues that a rule of the event bus fills, and what could not be delivered to them.

use std::fmt::Write as _;

use all_functions::FUNCTIONS;
use lambda::function::{Function, Rule};

use crate::region::Region;
use crate::text::{comment, filled, id, indented};

/// What the template has of them.
pub(crate) fn region() -> Region {
    let by_rules: Vec<_> = FUNCTIONS
        .iter()
        .filter_map(|function| Some((*function, function.queue()?.name, function.rule()?)))
        .collect();
    let rules: Vec<_> = by_rules.iter().flat_map(|(_, name, rule)| arns(name, rule)).collect();
    let all = by_rules.iter().map(|(function, name, rule)| resources(function, name, rule));
    let of_rules = filled(UNDELIVERED, &[("rules", &rules.join(", "))]);
    Region::between_comments("queues", all.collect::<String>() + &of_rules)
}

/// The rules that fill a queue.
fn arns(queue: &str, rule: &Rule) -> Vec<String> {
    let arn = |name: String| format!("!GetAtt {}Rule.Arn", id(&name));
    rule.each(queue).into_iter().map(|(name, ..)| arn(name)).collect()
}

fn resources(function: &Function, name: &str, rule: &Rule) -> String {
    let (again_after, advice) = match rule.again_after {
        Some(again_after) => (again_after, ""),
        None => (6 * function.timeout, ADVISED),
    };
    let mut paths = Vec::new();
    let mut fields = Vec::new();
    for (field, path) in rule.message {
        paths.push(format!("{field}: $.detail.{path}"));
        fields.push(format!("\"{field}\":\"<{field}>\""));
    }
    let mut text = String::from("\n");
    let _ = write!(text, "{}", comment(rule.about, 0));
    text + &filled(
        QUEUE,
        &[
            ("Id", &id(name)),
            ("name", name),
            ("delay", &rule.delay.as_secs().to_string()),
            ("advice", advice),
            ("again after", &again_after.as_secs().to_string()),
            ("deliveries", &rule.deliveries.to_string()),
            ("rules", &rules(name, rule, &paths.join(", "), &fields.join(","))),
            ("arns", &one_or_more(&arns(name, rule))),
        ],
    )
}

fn rules(queue: &str, rule: &Rule, paths: &str, fields: &str) -> String {
    let with = |(name, pattern, group): (String, &str, Option<&str>)| {
        let line = |group| format!("        SqsParameters: {{MessageGroupId: {group}}}\n");
        let about = group.map_or_else(String::new, |_| comment(BACKLOGS, 0));
        about
            + &filled(
                RULE,
                &[
                    ("Id", &id(&name)),
                    ("Queue", &id(queue)),
                    ("name", &name),
                    ("pattern", &indented(pattern, 8)),
                    ("group", &group.map(line).unwrap_or_default()),
                    ("paths", paths),
                    ("fields", fields),
                    ("state", &state(rule)),
                ],
            )
    };
    rule.each(queue).into_iter().map(with).collect()
}

fn one_or_more(all: &[String]) -> String {
    match all {
        [one] => one.clone(),
        all => format!("[{}]", all.join(", ")),
    }
}

/// Whether the rule is in force, where it is not always.
fn state(rule: &Rule) -> String {
    let only_if =
        rule.only_if.map(|only_if| format!("    State: !If [{only_if}, ENABLED, DISABLED]\n"));
    only_if.unwrap_or_default()
}

const ADVISED: &str = "    # Six times the function's time-out, as AWS advises.\n";

const QUEUE: &str = r#"%Id%Queue:
  Type: AWS::SQS::Queue
  Properties:
    QueueName: !Sub ${AWS::StackName}-%name%
    DelaySeconds: %delay%
%advice%    VisibilityTimeout: %again after%
    SqsManagedSseEnabled: true
    RedrivePolicy: {deadLetterTargetArn: !GetAtt %Id%DeadLetters.Arn, maxReceiveCount: %deliveries%}
# A dead-letter queue has none of its own (ES6000), and retains messages longer than its source,
# because SQS counts from the first sending.
%Id%DeadLetters:
  Type: AWS::SQS::Queue
  Metadata: {cfn-lint: {config: {ignore_checks: [ES6000]}}}
  Properties:
    QueueName: !Sub ${AWS::StackName}-%name%-dead-letters
    MessageRetentionPeriod: 1209600
    SqsManagedSseEnabled: true
%rules%# A queue's policy is about that queue only: SQS does not accept one that names another's ARN.
%Id%QueuePolicy:
  Type: AWS::SQS::QueuePolicy
  Properties:
    Queues: [!Ref %Id%Queue]
    PolicyDocument:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Principal: {Service: events.amazonaws.com}
          Action: sqs:SendMessage
          Resource: !GetAtt %Id%Queue.Arn
          Condition:
            ArnEquals: {aws:SourceArn: %arns%}
"#;

const BACKLOGS: &str = "What may come later. A group of messages that keeps the queue's readers \
                        busy is delivered after whatever else there is \
                        (docs/decisions/fair-queues.md).";

const RULE: &str = r"%Id%Rule:
  Type: AWS::Events::Rule
  Properties:
    Name: !Sub ${AWS::StackName}-%name%
    EventBusName: !Ref ChangesBus
%state%    EventPattern:
      source: [panorama-connect]
      detail:
%pattern%    Targets:
      - Id: queue
        Arn: !GetAtt %Queue%Queue.Arn
        DeadLetterConfig: {Arn: !GetAtt PipeDeadLetters.Arn}
%group%        InputTransformer:
          InputPathsMap: {%paths%}
          InputTemplate: '{%fields%}'
";

const UNDELIVERED: &str = r#"
# What a rule could not deliver goes where the pipes' records go.
PipeDeadLettersPolicy:
  Type: AWS::SQS::QueuePolicy
  Properties:
    Queues: [!Ref PipeDeadLetters]
    PolicyDocument:
      Version: "2012-10-17"
      Statement:
        - Effect: Allow
          Principal: {Service: events.amazonaws.com}
          Action: sqs:SendMessage
          Resource: !GetAtt PipeDeadLetters.Arn
          Condition:
            ArnEquals: {aws:SourceArn: [%rules%]}
"#;
