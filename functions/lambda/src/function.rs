//! What a function is: one constant next to its code. Whatever must know the functions is made of
//! these: the local gateway and queues, whose turn it is in a process that all of them share, which
//! log lines are written, and what repeats in the deployment (`infra/deployment`).

use std::pin::Pin;
use std::time::Duration;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::timestamp::Timestamp;
use shared::logging::Crates;
use shared::service::{Service, WarmUp};
use web::routes::Routes;

/// What a function with nothing else to say gets of time. API Gateway gives up after 30 seconds;
/// what goes on after that nobody sees.
pub const TIMEOUT: Duration = Duration::from_secs(29);

/// Something that a function does with the service.
pub type Work<'a, A> = Pin<Box<dyn Future<Output = A> + Send + 'a>>;

#[derive(Clone, Copy)]
pub struct Function {
    /// Its crate's name, which is that of its binary, too.
    pub name: &'static str,
    /// What whoever reads the deployment's template should know of it.
    pub about: &'static str,
    pub kind: Kind,
    /// What it reads in init; `None` if it works without the service.
    pub warm_up: Option<WarmUp>,
    /// How much memory it has, and with it how much of a processor.
    pub memory: Memory,
    /// After which time it is ended.
    pub timeout: Duration,
    /// For how long a message of its queue may wait before an alarm says so.
    pub patience: Duration,
}

#[derive(Clone, Copy)]
pub enum Kind {
    /// API Gateway, for a route of the API.
    Http {
        routes: fn(Service) -> Routes<Service>,
        /// How often those may be called that are open to the world.
        open: Throttle,
    },
    /// API Gateway, before a route for API owners.
    Authorizer,
    Queue(Queue),
    Schedule {
        every: Duration,
        /// A run that ends before a moment. What went wrong is in the log.
        run: for<'a> fn(&'a Service, Timestamp) -> Work<'a, ()>,
    },
}

/// How often a route that is open to the world may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Throttle {
    /// As often as farmers' browsers do, and their link checkers' `HEAD` like the others.
    Farmers,
    /// As often as API owners sign in.
    SignIn,
    /// Like whatever else is open.
    Others,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// What most functions have.
    Usual,
    /// What functions have that compute.
    Heavy,
}

/// A queue with one function behind it, which gets one message at a time.
#[derive(Clone, Copy)]
pub struct Queue {
    /// Its name, which the metrics have, too.
    pub name: &'static str,
    /// How messages come into it.
    pub source: Source,
}

/// How messages come into a queue.
#[derive(Clone, Copy)]
pub enum Source {
    /// By a rule of the event bus. Queue, dead letters, rule and their alarms follow from it.
    Rule(Rule),
    /// By a pipe, in order, and by the function itself, which also puts messages off: a FIFO queue.
    /// There is one such, and the template has it in full.
    PipeAndItself,
}

/// The message group of a backlog. SQS delivers what has no group, or another one, before the
/// messages of a group that keeps its readers busy (docs/decisions/fair-queues.md).
pub const BACKLOG: &str = "backlog";

/// A rule of the event bus that fills a standard queue.
#[derive(Clone, Copy)]
pub struct Rule {
    /// What whoever reads the deployment's template should know of the queue.
    pub about: &'static str,
    /// Which changes it takes: an event pattern's `detail`, in YAML.
    pub pattern: &'static str,
    /// Which changes another rule takes, whose messages come after those of this one: there may be
    /// very many of them. No change may be taken by both.
    pub backlog: Option<&'static str>,
    /// The message's fields, each with where in the change it is.
    pub message: &'static [(&'static str, &'static str)],
    /// After which time a message comes for the first time.
    pub delay: Duration,
    /// After which time a message that was not done comes again; `None` is six times the function's
    /// time-out, as AWS advises.
    pub again_after: Option<Duration>,
    /// How often a message is delivered before it is a dead letter.
    pub deliveries: u32,
    /// Under which condition of the template it is in force; `None` is always.
    pub only_if: Option<&'static str>,
    /// What is done with a delivery. The messages in the answer are delivered again.
    pub work: for<'a> fn(&'a Service, SqsEvent) -> Work<'a, SqsBatchResponse>,
}

impl Rule {
    /// The rules by their names, in a queue of that name: each with its pattern and with the group
    /// of its messages.
    pub fn each(&self, queue: &str) -> Vec<(String, &'static str, Option<&'static str>)> {
        let backlog = self.backlog.map(|it| (format!("{queue}-{BACKLOG}"), it, Some(BACKLOG)));
        [(queue.to_owned(), self.pattern, None)].into_iter().chain(backlog).collect()
    }
}

impl Function {
    /// A function with nothing special to it.
    pub const fn new(name: &'static str, about: &'static str, kind: Kind) -> Self {
        Self {
            name,
            about,
            kind,
            warm_up: Some(WarmUp::Table),
            memory: Memory::Usual,
            timeout: TIMEOUT,
            patience: Duration::from_hours(1),
        }
    }

    /// Its routes; none if API Gateway does not call it for any.
    pub fn routes(&self, service: Service) -> Option<Routes<Service>> {
        match self.kind {
            Kind::Http { routes, .. } => Some(routes(service)),
            Kind::Authorizer | Kind::Queue(_) | Kind::Schedule { .. } => None,
        }
    }

    /// Its queue, if it is behind one.
    pub fn queue(&self) -> Option<Queue> {
        match self.kind {
            Kind::Queue(queue) => Some(queue),
            Kind::Http { .. } | Kind::Authorizer | Kind::Schedule { .. } => None,
        }
    }

    /// What fills its queue, if it is a rule.
    pub fn rule(&self) -> Option<Rule> {
        match self.queue()?.source {
            Source::Rule(rule) => Some(rule),
            Source::PipeAndItself => None,
        }
    }

    /// Its crate and the one that runs it, as log lines name them.
    pub fn own_crates(&self) -> [String; 2] {
        [self.name.replace('-', "_"), env!("CARGO_CRATE_NAME").to_owned()]
    }

    /// The crates that log in its process.
    pub fn logging_crates(&self) -> Crates {
        Crates::with_those_below(self.own_crates())
    }
}
