//! Logs: one JSON object a line, as `CloudWatch` Logs Insights reads them, with the metrics among
//! them.
//!
//! A line has the fields of its event and of all spans around it at its root: `request_id` and
//! `trace_id` of the invocation, `leaf_user_id` where it is about one. They are in snake case; only
//! the names of metrics are not ours to spell.

use std::collections::BTreeSet;
use std::fmt;
use std::io::Write as _;
use std::sync::Arc;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::LookupSpan;

use adapters::system_clock::SystemClock;
use application::metrics;
use application::ports::clock::Clock;

use crate::settings;

/// The layers below the functions that log.
const LAYERS: [&str; 5] = ["adapters", "application", "domain", "shared", "web"];

/// The crates whose lines are written. No library's are: those log requests, which have
/// organization codes in their URLs.
#[derive(Debug, Clone)]
pub struct Crates(BTreeSet<String>);

impl Crates {
    /// Those of a process, named by whoever starts it, with the layers below them.
    pub fn with_those_below(of_the_process: impl IntoIterator<Item = String>) -> Self {
        Self(of_the_process.into_iter().chain(LAYERS.map(ToOwned::to_owned)).collect())
    }

    /// Whether a log line's target is in one of them.
    pub fn have(&self, target: &str) -> bool {
        self.0.contains(target.split("::").next().unwrap_or(target))
    }
}

/// What every line of a process says.
#[derive(Clone)]
pub struct Origin {
    /// The function: its crate's name.
    pub function: &'static str,
    /// The namespace of its metrics.
    pub metrics_namespace: String,
    pub clock: Arc<dyn Clock>,
}

/// Sends every log line and every metric of a function's process to standard output.
pub fn init(function: &'static str, crates: Crates) {
    use tracing_subscriber::layer::SubscriberExt as _;
    use tracing_subscriber::util::SubscriberInitExt as _;

    let metrics_namespace = settings::metrics_namespace(|variable| std::env::var(variable).ok());
    let origin = Origin { function, metrics_namespace, clock: Arc::new(SystemClock) };
    tracing_subscriber::registry().with(lines(origin, crates, std::io::stdout)).init();
}

/// What [`init`] writes, to anywhere.
pub fn lines<S, W>(origin: Origin, crates: Crates, writer: W) -> impl Layer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let ours = filter_fn(move |metadata| {
        crates.have(metadata.target()) || metadata.target() == metrics::TARGET
    });
    Lines { origin, writer }.with_filter(ours).with_filter(LevelFilter::INFO)
}

/// The layer that writes lines.
struct Lines<W> {
    origin: Origin,
    writer: W,
}

impl<S, W> Layer<S> for Lines<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        span.extensions_mut().replace(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(fields) = span.extensions_mut().get_mut::<Fields>() {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let Origin { function, metrics_namespace, clock } = &self.origin;
        let now = clock.now();
        let mut around = Map::new();
        for span in context
            .event_scope(event)
            .into_iter()
            .flat_map(tracing_subscriber::registry::Scope::from_root)
        {
            if let Some(Fields(fields)) = span.extensions().get::<Fields>() {
                around.extend(fields.clone());
            }
        }
        let mut own = Fields::default();
        event.record(&mut own);
        let mut line = if event.metadata().target() == metrics::TARGET {
            let mut line = metrics::line(metrics_namespace, &own.0, now);
            line.extend(around.remove_entry("request_id"));
            line
        } else {
            around.extend(own.0);
            around.insert("timestamp".to_owned(), now.to_string().into());
            around.insert("level".to_owned(), event.metadata().level().as_str().into());
            around.insert("target".to_owned(), event.metadata().target().into());
            around
        };
        line.insert("function".to_owned(), (*function).into());
        let mut line = Value::Object(line).to_string();
        line.push('\n');
        // A log that cannot be written is nothing that a request can be told of.
        drop(self.writer.make_writer_for(event.metadata()).write_all(line.as_bytes()));
    }
}

/// The fields of a span or an event.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn set(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.set(field, format!("{value:?}"));
    }
}
