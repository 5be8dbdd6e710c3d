//! Alarms and the dashboard watch what there is.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{after_the_stacks_name, binary, functions, monitoring, of_type, template};

/// A metric that an alarm or the dashboard looks at: its namespace and name, a dimension and that one's value.
type Metric = (String, String, String, String);

/// A text, whether it stands as it is or in a `Fn::Sub` or `Ref`.
fn text(value: &Value) -> String {
    let value = [&value["Fn::Sub"], &value["Ref"], value].into_iter().find_map(Value::as_str);
    value.unwrap_or_default().to_owned()
}

fn metric(metric: &Value) -> Metric {
    let dimension = &metric["Dimensions"][0];
    (text(&metric["Namespace"]), text(&metric["MetricName"]), text(&dimension["Name"]), text(&dimension["Value"]))
}

fn metrics_of_alarms() -> Vec<Metric> {
    let metrics = |alarm: &Value| match alarm["Metrics"].as_array() {
        None => vec![metric(alarm)],
        Some(all) => all.iter().map(|it| &it["MetricStat"]["Metric"]).filter(|it| it.is_object()).map(metric).collect(),
    };
    of_type(monitoring(), "AWS::CloudWatch::Alarm").flat_map(|(_, alarm)| metrics(alarm)).collect()
}

/// The dashboard's rows that name a metric, not those that search for some.
fn metrics_of_the_dashboard() -> Vec<Metric> {
    let (_, dashboard) = of_type(monitoring(), "AWS::CloudWatch::Dashboard").next().expect("a dashboard");
    let body: Value = serde_json::from_str(&text(&dashboard["DashboardBody"])).expect("the dashboard's body is JSON");
    let widgets = body["widgets"].as_array().expect("widgets").iter();
    let rows = widgets.flat_map(|widget| widget["properties"]["metrics"].as_array().expect("metrics"));
    rows.filter(|row| row[0].is_string())
        .map(|row| (text(&row[0]), text(&row[1]), text(&row[2]), text(&row[3])))
        .collect()
}

fn watched(namespace: &str, name: &str) -> BTreeSet<String> {
    let of = |(in_namespace, metric, ..): &Metric| in_namespace == namespace && metric == name;
    metrics_of_alarms().into_iter().filter(of).map(|(.., value)| value).collect()
}

/// Names as the nested stack writes them.
fn named(names: impl IntoIterator<Item = &'static str>) -> BTreeSet<String> {
    names.into_iter().map(|name| format!("${{Service}}-{name}")).collect()
}

#[test]
fn every_function_has_alarms_for_errors_and_throttles_and_those_behind_the_api_for_slowness() {
    let all = named(functions().iter().map(|(id, _)| binary(id)));
    assert_eq!(watched("AWS/Lambda", "Errors"), all);
    assert_eq!(watched("AWS/Lambda", "Throttles"), all);
    let called = of_type(template(), "AWS::Lambda::Permission").map(|(_, it)| it["FunctionName"]["Ref"].as_str());
    assert_eq!(watched("AWS/Lambda", "Duration"), named(called.map(|id| binary(id.expect("a function")))));
}

#[test]
fn every_queue_and_pipe_has_an_alarm() {
    let queues: BTreeSet<_> =
        of_type(template(), "AWS::SQS::Queue").map(|(_, it)| after_the_stacks_name(&it["QueueName"])).collect();
    let (dead_letters, others): (Vec<_>, Vec<_>) = queues.into_iter().partition(|name| name.ends_with("dead-letters"));
    assert_eq!(watched("AWS/SQS", "ApproximateNumberOfMessagesVisible"), named(dead_letters));
    assert_eq!(watched("AWS/SQS", "ApproximateAgeOfOldestMessage"), named(others));
    let pipes = of_type(template(), "AWS::Pipes::Pipe").map(|(_, it)| after_the_stacks_name(&it["Name"]));
    assert_eq!(watched("AWS/EventBridge/Pipes", "ExecutionFailed"), named(pipes));
}

#[test]
fn what_alarms_and_dashboard_look_at_is_there() {
    let functions = named(functions().iter().map(|(id, _)| binary(id)));
    let queues = named(of_type(template(), "AWS::SQS::Queue").map(|(_, it)| after_the_stacks_name(&it["QueueName"])));
    let pipes = named(of_type(template(), "AWS::Pipes::Pipe").map(|(_, it)| after_the_stacks_name(&it["Name"])));
    for (namespace, name, dimension, value) in metrics_of_alarms().into_iter().chain(metrics_of_the_dashboard()) {
        let is_there = match &*dimension {
            "FunctionName" => functions.contains(&value),
            "QueueName" => queues.contains(&value),
            "PipeName" => pipes.contains(&value),
            "ApiId" => value.contains("ApiId"),
            "TableName" => value.contains("TableName"),
            "ClientEnvironment" => ["STAGE", "PRODUCTION"].contains(&&*value),
            _ => false,
        };
        assert!(is_there, "{namespace} {name} of {dimension} {value}");
    }
}
