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
    let rules: Vec<_> =
        by_rules.iter().map(|(_, name, _)| format!("!GetAtt {}Rule.Arn", id(name))).collect();
    let all = by_rules.iter().map(|(function, name, rule)| resources(function, name, rule));
    let of_rules = filled(UNDELIVERED, &[("rules", &rules.join(", "))]);
    Region::between_comments("queues", all.collect::<String>() + &of_rules)
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
            ("pattern", &indented(rule.pattern, 8)),
            ("paths", &paths.join(", ")),
            ("fields", &fields.join(",")),
            ("state", &state(rule)),
        ],
    )
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
%Id%Rule:
  Type: AWS::Events::Rule
  Properties:
    Name: !Sub ${AWS::StackName}-%name%
    EventBusName: !Ref ChangesBus
%state%    EventPattern:
      source: [panorama-connect]
      detail:
%pattern%    Targets:
      - Id: queue
        Arn: !GetAtt %Id%Queue.Arn
        DeadLetterConfig: {Arn: !GetAtt PipeDeadLetters.Arn}
        InputTransformer:
          InputPathsMap: {%paths%}
          InputTemplate: '{%fields%}'
# A queue's policy is about that queue only: SQS does not accept one that names another's ARN.
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
            ArnEquals: {aws:SourceArn: !GetAtt %Id%Rule.Arn}
"#;

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
