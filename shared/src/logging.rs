//! Logs: one JSON object a line, as `CloudWatch` Logs Insights reads them.

/// The workspace's crates that log.
const OURS: [&str; 14] = [
    "app_keys",
    "authenticate",
    "authorizer",
    "check_connections",
    "credentials",
    "finish_confirmations",
    "lambda",
    "local",
    "resources",
    "shared",
    "sharing_confirmation",
    "simulated_panorama",
    "start_integration",
    "users",
];

/// Sends every log line of the process to standard output.
///
/// Only this workspace's own crates are logged: libraries log requests, and those have organization codes in their URLs.
pub fn init() {
    use tracing_subscriber::filter::{LevelFilter, filter_fn};
    use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
    use tracing_subscriber::util::SubscriberInitExt as _;

    let lines =
        tracing_subscriber::fmt::layer().json().flatten_event(true).with_current_span(true).with_span_list(false);
    let ours = filter_fn(|metadata| is_ours(metadata.target()));
    tracing_subscriber::registry().with(lines.with_filter(ours).with_filter(LevelFilter::INFO)).init();
}

/// Whether a log line's target is a crate of this workspace.
pub fn is_ours(target: &str) -> bool {
    let name = target.split("::").next().unwrap_or(target);
    OURS.contains(&name)
}
