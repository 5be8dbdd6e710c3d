//! Every log line of a test, at every level, and what the production configuration makes of them.
//!
//! A process has one subscriber, so all tests of the binary run under it: one for a thread alone
//! would be deaf to what another thread logged first, since `tracing` remembers whether anybody
//! listens. Only the lines of threads that are watched are kept. A test's machine runs on the
//! test's own thread.

use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::io;
use std::sync::{Arc, LazyLock, Mutex};
use std::thread::ThreadId;

use application::ports::clock::ManualClock;
use domain::timestamp::Timestamp;
use shared::logging::Origin;
use time::macros::datetime;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

static LOG: LazyLock<Log> = LazyLock::new(|| {
    let log = Log::default();
    let clock = Arc::new(ManualClock::new(Timestamp::new(datetime!(2026-11-22 12:00 UTC))));
    let origin =
        Origin { function: "sharing-confirmation", metrics_namespace: "Farms".to_owned(), clock };
    let lines = shared::logging::lines(origin, local::logging::crates(), log.clone());
    let subscriber = tracing_subscriber::registry().with(lines).with(Everything(log.clone()));
    tracing::subscriber::set_global_default(subscriber)
        .expect("nobody else in this binary sets one");
    tracing::callsite::rebuild_interest_cache();
    log
});

/// A line, or a span's fields.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) target: String,
    pub(crate) level: Level,
    pub(crate) text: String,
}

#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<HashMap<ThreadId, Kept>>>);

#[derive(Default)]
struct Kept {
    lines: Vec<Line>,
    production: Vec<u8>,
}

impl Log {
    /// Keeps the lines of this thread from now on.
    pub(crate) fn watch() -> Self {
        let log = LOG.clone();
        log.0.lock().expect("the log").insert(std::thread::current().id(), Kept::default());
        log
    }

    /// All lines, of all crates and levels.
    pub(crate) fn lines(&self) -> Vec<Line> {
        self.kept(|kept| kept.lines.clone()).unwrap_or_default()
    }

    /// What the production configuration wrote.
    pub(crate) fn production(&self) -> String {
        String::from_utf8(self.kept(|kept| kept.production.clone()).unwrap_or_default())
            .expect("text")
    }

    /// The same, since the last look.
    pub(crate) fn take_production(&self) -> String {
        String::from_utf8(
            self.kept(|kept| std::mem::take(&mut kept.production)).unwrap_or_default(),
        )
        .expect("text")
    }

    /// What is kept of this thread, if it is watched.
    fn kept<T>(&self, use_it: impl FnOnce(&mut Kept) -> T) -> Option<T> {
        self.0.lock().expect("the log").get_mut(&std::thread::current().id()).map(use_it)
    }

    fn is_watched(&self) -> bool {
        self.kept(|_| ()).is_some()
    }
}

/// The layer that keeps everything.
struct Everything(Log);

impl Everything {
    fn keep(&self, metadata: &tracing::Metadata<'_>, write: impl FnOnce(&mut Text)) {
        if self.0.is_watched() {
            let mut text = Text(metadata.name().to_owned());
            write(&mut text);
            let line = Line {
                target: metadata.target().to_owned(),
                level: *metadata.level(),
                text: text.0,
            };
            self.0.kept(|kept| kept.lines.push(line));
        }
    }
}

impl<S: Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>> Layer<S> for Everything {
    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        self.keep(attributes.metadata(), |text| attributes.record(text));
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            self.keep(span.metadata(), |text| values.record(text));
        }
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        self.keep(event.metadata(), |text| event.record(text));
    }
}

struct Text(String);

impl Visit for Text {
    fn record_str(&mut self, field: &Field, value: &str) {
        write!(self.0, " {field}={value}").expect("a text takes everything");
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, " {field}={value:?}").expect("a text takes everything");
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = ProductionWriter;

    fn make_writer(&'a self) -> ProductionWriter {
        ProductionWriter(self.is_watched().then(|| self.clone()))
    }
}

/// Where the production configuration writes to.
pub(crate) struct ProductionWriter(Option<Log>);

impl io::Write for ProductionWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(log) = &self.0 {
            log.kept(|kept| kept.production.extend_from_slice(bytes));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
