//! Logs: one JSON object a line, as `CloudWatch` Logs Insights reads them.

use tracing::Subscriber;
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::Layer;
use tracing_subscriber::registry::LookupSpan;

/// The workspace's crates that log.
const OURS: [&str; 15] = [
    "api_document",
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
pub fn init() {
    use tracing_subscriber::layer::SubscriberExt as _;
    use tracing_subscriber::util::SubscriberInitExt as _;

    tracing_subscriber::registry().with(lines(std::io::stdout)).init();
}

/// What [`init`] writes, to anywhere.
///
/// Only this workspace's own crates are logged: libraries log requests, and those have organization codes in their URLs.
pub fn lines<S, W>(writer: W) -> impl Layer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_current_span(true);
    let ours = filter_fn(|metadata| is_ours(metadata.target()));
    lines.with_span_list(false).with_writer(writer).with_filter(ours).with_filter(LevelFilter::INFO)
}

/// Whether a log line's target is a crate of this workspace.
pub fn is_ours(target: &str) -> bool {
    let name = target.split("::").next().unwrap_or(target);
    OURS.contains(&name)
}
