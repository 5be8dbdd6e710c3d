//! What the service does, as far as it makes calls: each story is played once for each of its calls
//! and each fault.

mod api;
mod farmers;
mod queues;

use std::future::Future;
use std::pin::Pin;

use local::Options;
use reqwest::Method;
use serde_json::Value;

use super::process::Process;
use crate::world::{MANAGEMENT, World};

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Something that the service does by itself or when it is asked.
pub(crate) struct Story {
    pub(crate) title: &'static str,
    /// How it ends when nothing goes wrong.
    pub(crate) answer: &'static str,
    /// How it may end when something does.
    pub(crate) refusals: &'static [&'static str],
    /// How it may end, too, when it is asked for again after it is done.
    pub(crate) again: &'static [&'static str],
    /// Whether one that is refused and has changed nothing that others see has changed nothing.
    pub(crate) stays: bool,
    pub(crate) options: fn(&mut Options),
    /// What is there before.
    pub(crate) prepare: for<'a> fn(&'a World) -> Boxed<'a, Case>,
    /// It is undone, for the next who plays it here.
    pub(crate) tidy: for<'a> fn(&'a World, &'a Case) -> Boxed<'a, ()>,
    /// It is asked for; how it ends.
    pub(crate) act: for<'a> fn(&'a Process, &'a World, &'a Case) -> Boxed<'a, String>,
    /// What has come of it, as others see it.
    pub(crate) state: for<'a> fn(&'a World, &'a Case) -> Boxed<'a, String>,
}

/// Whom a story is about, and what it needs to know.
#[derive(Debug, Default)]
pub(crate) struct Case {
    pub(crate) user: String,
    pub(crate) more: Value,
}

impl Case {
    fn of(user: String) -> Self {
        Self { user, more: Value::Null }
    }

    fn with(user: String, more: impl Into<Value>) -> Self {
        Self { user, more: more.into() }
    }
}

/// All of them, in the order of the document.
pub(crate) fn all() -> Vec<Story> {
    [api::stories(), farmers::stories(), queues::stories()].into_iter().flatten().collect()
}

fn usual(_: &mut Options) {}

/// The Leaf user is gone, and its operation nobody's.
fn no_user<'a>(world: &'a World, case: &'a Case) -> Boxed<'a, ()> {
    Box::pin(async {
        if !case.user.is_empty() {
            let path = format!("{MANAGEMENT}/users/{}", case.user);
            world.owner(Method::DELETE, &path).send().await.expect("an answer");
        }
    })
}

/// What a caller of the API is told when it is to try again.
const LATER: &[&str] = &["503 storageUnavailable"];
