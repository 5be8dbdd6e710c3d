//! Alarms and rows of the dashboard for functions and queues.

use all_functions::FUNCTIONS;
use lambda::function::{Function, Kind, Queue, Source};

use crate::region::Region;
use crate::text::{filled, id};

/// How many metrics an alarm takes.
const METRICS: usize = 10;

/// What the nested stack's template has of them.
pub(crate) fn regions() -> Vec<Region> {
    let mut regions = vec![
        Region::between_comments("alarms of functions", of_functions()),
        Region::between_comments("alarms of queues", of_queues()),
    ];
    let functions = |metric: &str, statistic: &str| {
        let row = |function: &&Function| {
            row("AWS/Lambda", metric, "FunctionName", function.name, statistic, function.name)
        };
        FUNCTIONS.iter().map(row).collect()
    };
    regions.push(graph("Functions: p99 (ms)", functions("Duration", "p99")));
    regions.push(graph("Functions: errors", functions("Errors", "Sum")));
    regions.push(graph("Functions at once", functions("ConcurrentExecutions", "Maximum")));
    let queue = |metric: &str, name: &str, label: &str| {
        row("AWS/SQS", metric, "QueueName", name, "Maximum", label)
    };
    let messages = queues().map(|(_, it)| queue(VISIBLE, &in_full(it), it.name));
    let given_up = queues().map(|(_, it)| dead_letters(it)).chain(["pipe-dead-letters".to_owned()]);
    let given_up = given_up.map(|name| queue(VISIBLE, &name, name.trim_end_matches(".fifo")));
    regions.push(graph("Queues: messages", messages.chain(given_up).collect()));
    let oldest = queues().map(|(_, it)| queue(AGE, &in_full(it), it.name));
    regions.push(graph("Queues: oldest message (s)", oldest.collect()));
    regions
}

const VISIBLE: &str = "ApproximateNumberOfMessagesVisible";
const AGE: &str = "ApproximateAgeOfOldestMessage";

fn queues() -> impl Iterator<Item = (&'static Function, Queue)> {
    FUNCTIONS.into_iter().filter_map(|function| Some((function, function.queue()?)))
}

/// A FIFO queue's name ends with what it is.
fn suffix(queue: Queue) -> &'static str {
    match queue.source {
        Source::Rule(_) => "",
        Source::PipeAndItself => ".fifo",
    }
}

fn in_full(queue: Queue) -> String {
    format!("{}{}", queue.name, suffix(queue))
}

fn dead_letters(queue: Queue) -> String {
    format!("{}-dead-letters{}", queue.name, suffix(queue))
}

/// Whether API Gateway waits for it.
fn is_behind_the_api(function: &Function) -> bool {
    matches!(function.kind, Kind::Http { .. } | Kind::Authorizer)
}

fn of_functions() -> String {
    let alarm = |text: &str, function: &Function| {
        filled(text, &[("Id", &id(function.name)), ("name", function.name)])
    };
    let errors = FUNCTIONS.iter().map(|function| alarm(ERRORS, function));
    let waited_for = FUNCTIONS.into_iter().filter(|function| is_behind_the_api(function));
    let slow = waited_for.map(|function| alarm(SLOW, function));
    format!(
        "{}\n\
         # An alarm takes up to ten metrics, so those behind the API that do not fit into one are with\n\
         # the others.\n\
         {}\n\
         # Functions behind the API. 10 seconds: Panorama gets 8 before it counts as not answering, so\n\
         # what takes longer is more than one slow answer.\n\
         {}",
        errors.collect::<String>(),
        throttles(),
        slow.collect::<String>()
    )
}

fn throttles() -> String {
    let (behind_the_api, others): (Vec<&Function>, Vec<&Function>) =
        FUNCTIONS.into_iter().partition(|function| is_behind_the_api(function));
    let (requests, more) = behind_the_api.split_at(METRICS.min(behind_the_api.len()));
    let background: Vec<_> = others.into_iter().chain(more.iter().copied()).collect();
    let numbered =
        (1..).map(|n| if n == 1 { "background".to_owned() } else { format!("background-{n}") });
    let alarms = std::iter::once(("requests".to_owned(), requests))
        .chain(numbered.zip(background.chunks(METRICS)));
    alarms
        .map(|(name, functions)| {
            let metrics = functions.iter().zip(1..).map(|(function, n): (_, u32)| {
                filled(THROTTLED, &[("n", &n.to_string()), ("name", function.name)])
            });
            let metrics: String = metrics.collect();
            filled(THROTTLES, &[("Id", &id(&name)), ("name", &name), ("metrics", &metrics)])
        })
        .collect()
}

fn of_queues() -> String {
    let dead = queues().map(|(_, queue)| {
        filled(
            DEAD_LETTERS,
            &[("Id", &id(queue.name)), ("name", queue.name), ("queue", &dead_letters(queue))],
        )
    });
    let by_rules = queues().filter(|(_, queue)| matches!(queue.source, Source::Rule(_)));
    let waiting = by_rules.map(|(function, it)| {
        let seconds = function.patience.as_secs();
        let hours = match seconds / 3_600 {
            1 => "an hour".to_owned(),
            hours => format!("{hours} hours"),
        };
        let seconds = seconds.to_string();
        let filled_in =
            [("Id", &*id(it.name)), ("name", it.name), ("s", &seconds), ("hours", &hours)];
        filled(WAITING, &filled_in)
    });
    format!(
        "{}\n\
         # An hour, or what a function's queue is given: Panorama was down for that long, or a\n\
         # partner's login is refused. SQS reports the age of messages that were received less than\n\
         # three times; the functions report the age of those that they could not finish.\n\
         {}\n\
         # What a rule can send neither to its queue nor to the dead-letter queue is lost.\n\
         {}",
        dead.collect::<String>(),
        waiting.collect::<String>(),
        alarms_of_rules(),
    )
}

fn alarms_of_rules() -> String {
    let rules = queues()
        .filter_map(|(function, queue)| Some(function.rule()?.each(queue.name)))
        .flatten()
        .map(|(name, ..)| filled(RULE, &[("Id", &id(&name)), ("name", &name)]));
    rules.collect()
}

fn graph(title: &str, rows: Vec<String>) -> Region {
    Region::of_graph(title, &rows)
}

fn row(
    namespace: &str,
    metric: &str,
    dimension: &str,
    name: &str,
    statistic: &str,
    label: &str,
) -> String {
    format!(
        r#"["{namespace}", "{metric}", "{dimension}", "${{Service}}-{name}", {{"stat": "{statistic}", "label": "{label}"}}]"#
    )
}

const ERRORS: &str = r#"Errors%Id%:
  Type: AWS::CloudWatch::Alarm
  Properties:
    AlarmName: !Sub ${Service}-errors-%name%
    AlarmDescription: The function crashed, ran out of time, or could not start.
    Namespace: AWS/Lambda
    MetricName: Errors
    Dimensions: [{Name: FunctionName, Value: !Sub "${Service}-%name%"}]
    Statistic: Sum
    Period: 300
    EvaluationPeriods: 1
    Threshold: 1
    ComparisonOperator: GreaterThanOrEqualToThreshold
    TreatMissingData: notBreaching
    AlarmActions: [!If [NewTopic, !Ref Topic, !Ref AlarmTopicArn]]
"#;

const THROTTLES: &str = "Throttles%Id%:
  Type: AWS::CloudWatch::Alarm
  Properties:
    AlarmName: !Sub ${Service}-throttles-%name%
    AlarmDescription: The account's limit of concurrent executions was reached.
    Metrics:
      - {Id: sum, Expression: SUM(METRICS()), Label: throttles}
%metrics%    EvaluationPeriods: 1
    Threshold: 1
    ComparisonOperator: GreaterThanOrEqualToThreshold
    TreatMissingData: notBreaching
    AlarmActions: [!If [NewTopic, !Ref Topic, !Ref AlarmTopicArn]]
";

const THROTTLED: &str = r#"      - Id: m%n%
        ReturnData: false
        MetricStat:
          Metric: {Namespace: AWS/Lambda, MetricName: Throttles, Dimensions: [{Name: FunctionName, Value: !Sub "${Service}-%name%"}]}
          Period: 300
          Stat: Sum
"#;

const SLOW: &str = r#"Slow%Id%:
  Type: AWS::CloudWatch::Alarm
  Properties:
    AlarmName: !Sub ${Service}-slow-%name%
    AlarmDescription: One request in a hundred takes more than 10 seconds.
    Namespace: AWS/Lambda
    MetricName: Duration
    Dimensions: [{Name: FunctionName, Value: !Sub "${Service}-%name%"}]
    ExtendedStatistic: p99
    Period: 300
    EvaluationPeriods: 3
    DatapointsToAlarm: 2
    Threshold: 10000
    ComparisonOperator: GreaterThanThreshold
    TreatMissingData: notBreaching
    AlarmActions: [!If [NewTopic, !Ref Topic, !Ref AlarmTopicArn]]
"#;

const DEAD_LETTERS: &str = r#"DeadLetters%Id%:
  Type: AWS::CloudWatch::Alarm
  Properties:
    AlarmName: !Sub ${Service}-dead-letters-%name%
    AlarmDescription: >-
      A message was given up. Once the cause is fixed, `aws sqs start-message-move-task` sends it
      again.
    Namespace: AWS/SQS
    MetricName: ApproximateNumberOfMessagesVisible
    Dimensions: [{Name: QueueName, Value: !Sub "${Service}-%queue%"}]
    Statistic: Maximum
    Period: 300
    EvaluationPeriods: 1
    Threshold: 1
    ComparisonOperator: GreaterThanOrEqualToThreshold
    TreatMissingData: notBreaching
    AlarmActions: [!If [NewTopic, !Ref Topic, !Ref AlarmTopicArn]]
"#;

const WAITING: &str = r#"Waiting%Id%:
  Type: AWS::CloudWatch::Alarm
  Properties:
    AlarmName: !Sub ${Service}-waiting-%name%
    AlarmDescription: >-
      The oldest message has been waiting for %hours%; every attempt failed, or there was none.
    Metrics:
      - {Id: oldest, Expression: MAX(METRICS()), Label: oldest message (s)}
      - Id: m1
        ReturnData: false
        MetricStat:
          Metric: {Namespace: AWS/SQS, MetricName: ApproximateAgeOfOldestMessage, Dimensions: [{Name: QueueName, Value: !Sub "${Service}-%name%"}]}
          Period: 300
          Stat: Maximum
      - Id: m2
        ReturnData: false
        MetricStat:
          Metric: {Namespace: !Sub "PanoramaConnect/${Service}", MetricName: OldestUnfinished, Dimensions: [{Name: Queue, Value: %name%}]}
          Period: 300
          Stat: Maximum
    EvaluationPeriods: 1
    Threshold: %s%
    ComparisonOperator: GreaterThanOrEqualToThreshold
    TreatMissingData: notBreaching
    AlarmActions: [!If [NewTopic, !Ref Topic, !Ref AlarmTopicArn]]
"#;

const RULE: &str = r#"Rule%Id%:
  Type: AWS::CloudWatch::Alarm
  Properties:
    AlarmName: !Sub ${Service}-rule-%name%
    AlarmDescription: The rule cannot send to its queue, or not even to the dead-letter queue.
    Metrics:
      - {Id: sum, Expression: SUM(METRICS()), Label: failures}
      - Id: m1
        ReturnData: false
        MetricStat:
          Metric:
            Namespace: AWS/Events
            MetricName: FailedInvocations
            Dimensions: [{Name: RuleName, Value: !Sub "${Service}-%name%"}, {Name: EventBusName, Value: !Sub "${Service}-changes"}]
          Period: 300
          Stat: Sum
      - Id: m2
        ReturnData: false
        MetricStat:
          Metric:
            Namespace: AWS/Events
            MetricName: InvocationsFailedToBeSentToDlq
            Dimensions: [{Name: RuleName, Value: !Sub "${Service}-%name%"}, {Name: EventBusName, Value: !Sub "${Service}-changes"}]
          Period: 300
          Stat: Sum
    EvaluationPeriods: 1
    Threshold: 1
    ComparisonOperator: GreaterThanOrEqualToThreshold
    TreatMissingData: notBreaching
    AlarmActions: [!If [NewTopic, !Ref Topic, !Ref AlarmTopicArn]]
"#;
