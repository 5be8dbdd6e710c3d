//! Alarms and the dashboard watch what there is.

use std::collections::BTreeSet;

use domain::client_environment::ClientEnvironment;
use serde_json::Value;

use super::{
    after_the_stacks_name, behind_alias, binary, functions, monitoring, of_type, template,
};

/// A metric that an alarm or the dashboard looks at: its namespace and name, a dimension and that
/// one's value.
type Metric = (String, String, String, String);

/// A text, whether it stands as it is or in a `Fn::Sub` or `Ref`.
fn text(value: &Value) -> String {
    let value = [&value["Fn::Sub"], &value["Ref"], value].into_iter().find_map(Value::as_str);
    value.unwrap_or_default().to_owned()
}

fn metric(metric: &Value) -> Metric {
    let dimension = &metric["Dimensions"][0];
    (
        text(&metric["Namespace"]),
        text(&metric["MetricName"]),
        text(&dimension["Name"]),
        text(&dimension["Value"]),
    )
}

fn metrics_of_alarms() -> Vec<Metric> {
    let metrics = |alarm: &Value| match alarm["Metrics"].as_array() {
        None => vec![metric(alarm)],
        Some(all) => all
            .iter()
            .map(|it| &it["MetricStat"]["Metric"])
            .filter(|it| it.is_object())
            .map(metric)
            .collect(),
    };
    of_type(monitoring(), "AWS::CloudWatch::Alarm").flat_map(|(_, alarm)| metrics(alarm)).collect()
}

/// The dashboard's rows that name a metric, not those that search for some.
fn metrics_of_the_dashboard() -> Vec<Metric> {
    let (_, dashboard) =
        of_type(monitoring(), "AWS::CloudWatch::Dashboard").next().expect("a dashboard");
    let body: Value = serde_json::from_str(&text(&dashboard["DashboardBody"]))
        .expect("the dashboard's body is JSON");
    let widgets = body["widgets"].as_array().expect("widgets").iter();
    let rows =
        widgets.flat_map(|widget| widget["properties"]["metrics"].as_array().expect("metrics"));
    rows.filter(|row| row[0].is_string())
        .map(|row| (text(&row[0]), text(&row[1]), text(&row[2]), text(&row[3])))
        .collect()
}

#[test]
fn both_tables_are_watched() {
    let both = ["CatalogueTableName", "TableName"].map(str::to_owned).into();
    for name in ["ReadThrottleEvents", "WriteThrottleEvents", "SystemErrors"] {
        assert_eq!(watched("AWS/DynamoDB", name), both, "{name}");
    }
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
    let called = of_type(template(), "AWS::Lambda::Permission")
        .map(|(_, it)| behind_alias(&it["FunctionName"]));
    assert_eq!(watched("AWS/Lambda", "Duration"), named(called.map(binary)));
}

#[test]
fn every_function_and_queue_is_on_the_dashboard() {
    let shown = |namespace: &str, name: &str| -> BTreeSet<_> {
        let metrics = metrics_of_the_dashboard().into_iter();
        metrics
            .filter(|(shown_in, metric, ..)| shown_in == namespace && metric == name)
            .map(|(.., value)| value)
            .collect()
    };
    let all = named(functions().iter().map(|(id, _)| binary(id)));
    for metric in ["Duration", "Errors", "ConcurrentExecutions"] {
        assert_eq!(shown("AWS/Lambda", metric), all, "{metric}");
    }
    let queues = || {
        of_type(template(), "AWS::SQS::Queue")
            .map(|(_, it)| after_the_stacks_name(&it["QueueName"]))
    };
    assert_eq!(shown("AWS/SQS", "ApproximateNumberOfMessagesVisible"), named(queues()));
    let read = queues().filter(|name| !name.contains("dead-letters"));
    assert_eq!(shown("AWS/SQS", "ApproximateAgeOfOldestMessage"), named(read));
}

#[test]
fn every_queue_and_pipe_has_an_alarm() {
    let queues: BTreeSet<_> = of_type(template(), "AWS::SQS::Queue")
        .map(|(_, it)| after_the_stacks_name(&it["QueueName"]))
        .collect();
    let (dead_letters, others): (Vec<_>, Vec<_>) =
        queues.into_iter().partition(|name| name.contains("dead-letters"));
    assert_eq!(watched("AWS/SQS", "ApproximateNumberOfMessagesVisible"), named(dead_letters));
    assert_eq!(watched("AWS/SQS", "ApproximateAgeOfOldestMessage"), named(others));
    let pipes = named(
        of_type(template(), "AWS::Pipes::Pipe").map(|(_, it)| after_the_stacks_name(&it["Name"])),
    );
    // A batch of which some records were not taken is no failed one.
    for failure in ["ExecutionFailed", "ExecutionPartiallyFailed", "ExecutionTimeout"] {
        assert_eq!(watched("AWS/EventBridge/Pipes", failure), pipes, "{failure}");
    }
    let rules = of_type(template(), "AWS::Events::Rule")
        .filter(|(_, rule)| !rule["EventPattern"].is_null());
    let rules = named(rules.map(|(_, it)| after_the_stacks_name(&it["Name"])));
    for failure in ["FailedInvocations", "InvocationsFailedToBeSentToDlq"] {
        assert_eq!(watched("AWS/Events", failure), rules, "{failure}");
    }
}

/// SQS leaves what was received three times out of the age of the oldest message, but for a FIFO
/// queue's (Amazon SQS Developer Guide). A function that is given the same message again and again
/// must tell by itself.
#[test]
fn what_is_tried_again_and_again_is_watched_by_a_metric_of_the_functions() {
    let standard = of_type(template(), "AWS::SQS::Queue").filter(|(_, it)| it["FifoQueue"] != true);
    let queues = standard.map(|(_, it)| after_the_stacks_name(&it["QueueName"]));
    let queues: BTreeSet<_> =
        queues.filter(|name| !name.contains("dead-letters")).map(ToOwned::to_owned).collect();
    assert_eq!(watched("PanoramaConnect/${Service}", "OldestUnfinished"), queues);
    for (id, alarm) in of_type(monitoring(), "AWS::CloudWatch::Alarm") {
        if alarm["Metrics"].to_string().contains("ApproximateAgeOfOldestMessage") {
            assert_eq!(
                alarm["Metrics"][0]["Expression"], "MAX(METRICS())",
                "{id}: either of the two"
            );
        }
    }
}

/// "Alarms that evaluate metrics in the AWS/DynamoDB namespace always ignore missing data even if
/// you choose a different option" (`CloudWatch` API reference, `TreatMissingData`), and DynamoDB
/// tells of failures only. So there must be a number in every period.
#[test]
fn an_alarm_on_the_table_goes_off_again() {
    let mut on_the_table = 0;
    for (id, alarm) in of_type(monitoring(), "AWS::CloudWatch::Alarm") {
        assert_eq!(
            alarm["TreatMissingData"],
            if ["NoCheck", "ProbeFailed"].contains(&id) { "breaching" } else { "notBreaching" },
            "{id}"
        );
        assert_ne!(alarm["Namespace"], "AWS/DynamoDB", "{id}: it would stay on");
        if !alarm["Metrics"].to_string().contains("AWS/DynamoDB") {
            continue;
        }
        on_the_table += 1;
        let expression = alarm["Metrics"][0]["Expression"].as_str().expect("an expression");
        let metrics = alarm["Metrics"].as_array().expect("metrics").iter().skip(1);
        for metric in metrics {
            // The scheduled check runs in each quarter of an hour, whatever else happens.
            assert_eq!(metric["MetricStat"]["Period"], 900, "{id}");
            let term = metric["Id"].as_str().expect("an id");
            let is_check = text(&metric["MetricStat"]["Metric"]["Dimensions"][0]["Value"])
                .ends_with("-check-connections");
            let term = if is_check { format!(", {term} * 0])") } else { term.to_owned() };
            assert!(
                expression.starts_with("SUM([") && expression.contains(&term),
                "{id}: {expression}"
            );
        }
        assert!(expression.ends_with("* 0])"), "{id}: {expression}");
    }
    assert_eq!(on_the_table, 4);
}

/// "If a namespace or dimension name includes a space or a character that is no letter or digit, it
/// is in double quotes" (`CloudWatch`, "Search expression syntax"), and a stack's name has hyphens.
#[test]
fn a_search_quotes_the_name_of_its_namespace() {
    let (_, dashboard) =
        of_type(monitoring(), "AWS::CloudWatch::Dashboard").next().expect("a dashboard");
    let body: Value = serde_json::from_str(&text(&dashboard["DashboardBody"]))
        .expect("the dashboard's body is JSON");
    let body = body.to_string().replace("\\\"", "\"");
    let searches: Vec<_> = body.split("SEARCH('{").skip(1).collect();
    assert!(!searches.is_empty());
    for search in searches {
        let schema = search.split('}').next().expect("a schema").to_owned() + "}";
        assert!(schema.starts_with("\"PanoramaConnect/${Service}"), "{search}");
    }
}

#[test]
fn whoever_guesses_passwords_and_whoever_is_refused_much_rings() {
    let names = metrics_of_alarms().into_iter().map(|(namespace, name, ..)| (namespace, name));
    let names: BTreeSet<_> = names.collect();
    for (namespace, name) in
        [("PanoramaConnect/${Service}", "SignInsRefused"), ("AWS/ApiGateway", "4xx")]
    {
        assert!(names.contains(&(namespace.to_owned(), name.to_owned())), "{name}");
    }
}

#[test]
fn every_environment_has_its_alarms() {
    let all: BTreeSet<_> = ClientEnvironment::ALL.iter().map(ToString::to_string).collect();
    for metric in [
        "PartnerLoginsRefused",
        "ChecksWithoutComparison",
        "OperationsOverdue",
        "SessionsStarted",
        "CallbacksBound",
    ] {
        assert_eq!(watched("PanoramaConnect/${Service}", metric), all, "{metric}");
    }
}

#[test]
fn what_alarms_and_dashboard_look_at_is_there() {
    let functions = named(functions().iter().map(|(id, _)| binary(id)));
    let queues = named(
        of_type(template(), "AWS::SQS::Queue")
            .map(|(_, it)| after_the_stacks_name(&it["QueueName"])),
    );
    let pipes = named(
        of_type(template(), "AWS::Pipes::Pipe").map(|(_, it)| after_the_stacks_name(&it["Name"])),
    );
    let rules = named(
        of_type(template(), "AWS::Events::Rule").map(|(_, it)| after_the_stacks_name(&it["Name"])),
    );
    for (namespace, name, dimension, value) in
        metrics_of_alarms().into_iter().chain(metrics_of_the_dashboard())
    {
        let is_there = match &*dimension {
            "FunctionName" => functions.contains(&value),
            "QueueName" => queues.contains(&value),
            "PipeName" => pipes.contains(&value),
            "ApiId" => value.contains("ApiId"),
            "TableName" => value.contains("TableName"),
            "ClientEnvironment" => value.parse::<ClientEnvironment>().is_ok(),
            "Queue" => queues.contains(&format!("${{Service}}-{value}")),
            "RuleName" => rules.contains(&value),
            // Of all sign-ins.
            "" => ["ProbeFailed", "SignInsRefused"].contains(&&*name),
            _ => false,
        };
        assert!(is_there, "{namespace} {name} of {dimension} {value}");
    }
}
