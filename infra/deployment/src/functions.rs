//! The functions, each with its log group and a role of exactly the calls that it makes.

use std::fmt::Write as _;

use all_functions::FUNCTIONS;
use lambda::function::{Function, Kind, Memory, Source, TIMEOUT};

use crate::region::Region;
use crate::rights::Rights;
use crate::text::{comment, filled, id};

/// What the template has of them.
pub(crate) fn regions(rights: &Rights) -> Vec<Region> {
    let all = FUNCTIONS.iter().map(|function| resources(function, rights));
    let for_leaf = FUNCTIONS.iter().filter_map(|function| {
        let statements = rights.for_leaf(function.name, 8)?;
        Some(filled(FOR_LEAF, &[("Id", &id(function.name)), ("statements", &statements)]))
    });
    let roles = FUNCTIONS.iter().map(|function| format!("- !Ref {}Role\n", id(function.name)));
    vec![
        Region::between_comments("functions", all.collect()),
        Region::between_comments("policies for proxy mode", for_leaf.collect()),
        Region::between_comments("roles of functions", roles.collect()),
    ]
}

fn resources(function: &Function, rights: &Rights) -> String {
    let mut statements = rights.of_role(function.name, 12);
    if let Some(queue) = function.queue() {
        let more = match queue.source {
            Source::Rule(_) => "sqs:DeleteMessage, sqs:GetQueueAttributes, sqs:ReceiveMessage",
            Source::PipeAndItself => {
                "sqs:ChangeMessageVisibility, sqs:DeleteMessage, sqs:GetQueueAttributes, \
                 sqs:ReceiveMessage, sqs:SendMessage"
            }
        };
        let queue = id(queue.name);
        statements += &filled(MAY_READ, &[("actions", more), ("Queue", &queue)]);
    }
    format!("\n{}", comment(function.about, 0))
        + &filled(
            FUNCTION,
            &[
                ("Id", &id(function.name)),
                ("name", function.name),
                ("more", &more(function)),
                ("statements", &statements),
            ],
        )
}

/// What not every function has.
fn more(function: &Function) -> String {
    let mut more = String::new();
    if function.memory == Memory::Heavy {
        more += "    MemorySize: !Ref HeavyMemorySize\n";
    }
    if function.timeout != TIMEOUT {
        let _ = writeln!(more, "    Timeout: {}", function.timeout.as_secs());
    }
    match function.kind {
        Kind::Http { .. } | Kind::Authorizer => {}
        Kind::Schedule { .. } => more += NOT_REPEATED,
        Kind::Queue(queue) => {
            if matches!(queue.source, Source::PipeAndItself) {
                more += SENDS_TO_ITSELF;
            }
            more += &filled(BEHIND_A_QUEUE, &[("Queue", &id(queue.name))]);
        }
    }
    more
}

const FUNCTION: &str = r#"%Id%Function:
  Type: AWS::Serverless::Function
  Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: %name%}}
  Properties:
    FunctionName: !Sub ${AWS::StackName}-%name%
    Role: !GetAtt %Id%Role.Arn
    LoggingConfig: {LogFormat: JSON, LogGroup: !Ref %Id%Logs}
    AutoPublishAliasAllProperties: true
    AutoPublishCodeSha256: !Ref Release
    DeploymentPreference: {Alarms: [!Sub "${AWS::StackName}-errors-%name%"]}
%more%%Id%Logs:
  Type: AWS::Logs::LogGroup
  Properties:
    LogGroupName: !Sub /aws/lambda/${AWS::StackName}-%name%
    RetentionInDays: !Ref LogRetentionDays
%Id%Role:
  Type: AWS::IAM::Role
  Properties:
    AssumeRolePolicyDocument:
      Version: "2012-10-17"
      Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}]
    Policies:
      - PolicyName: calls
        PolicyDocument:
          Version: "2012-10-17"
          Statement:
            - Effect: Allow
              Action: [logs:CreateLogStream, logs:PutLogEvents]
              Resource: !GetAtt %Id%Logs.Arn
%statements%"#;

const MAY_READ: &str = "            - Effect: Allow
              Action: [%actions%]
              Resource: !GetAtt %Queue%Queue.Arn
";

const NOT_REPEATED: &str =
    "    # A run that failed is not repeated: the next one comes by the schedule.
    EventInvokeConfig: {MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 600}
";

const SENDS_TO_ITSELF: &str =
    "    # It writes to the queue that it reads: a change becomes a call, a page of a replay the
    # next page. After about 16 of those Lambda would take it for an endless loop and stop it.
    RecursiveLoop: Allow
";

const BEHIND_A_QUEUE: &str = "    Events:
      Queue:
        Type: SQS
        Properties:
          Queue: !GetAtt %Queue%Queue.Arn
          # One at a time: if nobody answers, ten in a row would outlast their visibility
          # time-out, and one that waits behind a failed one must not use up its own attempts.
          BatchSize: 1
          FunctionResponseTypes: [ReportBatchItemFailures]
          # After an outage thousands may wait: they must overwhelm neither the account's
          # functions nor whoever was down.
          ScalingConfig: {MaximumConcurrency: 5}
";

const FOR_LEAF: &str = r#"%Id%LeafPolicy:
  Type: AWS::IAM::Policy
  Condition: FrontsLeaf
  Properties:
    PolicyName: leaf
    PolicyDocument:
      Version: "2012-10-17"
      Statement:
%statements%    Roles: [!Ref %Id%Role]
"#;
