//! Receivers that do not answer are left alone for a while.
//!
//! The function that calls webhooks runs a few times at once, and a receiver that hangs holds one of them for the whole time-out. With a thousand
//! farmers' alerts to tell, it would hold all of them for an hour, and every other webhook would wait.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use url::Url;

use crate::domain::timestamp::Timestamp;
use crate::domain::webhook::CallFailure;
use crate::domain::webhook_signature::SignedHeaders;
use crate::ports::clock::Clock;
use crate::ports::webhooks::{Answer, Receivers};

/// How long after a time-out the same receiver's calls fail at once. Shorter than the first retry, so that one finds out whether it answers again;
/// three time-outs long, so that a receiver which hangs takes a quarter of the function at most.
const LEFT_FOR: Duration = Duration::from_secs(45);

/// Receivers, of which those that hang are not called for a while. What they answered nothing to is failed, like the call before.
pub struct LeavesHungReceivers {
    receivers: Arc<dyn Receivers>,
    clock: Arc<dyn Clock>,
    /// Until when; one entry a webhook at most.
    left: Mutex<HashMap<Url, Timestamp>>,
}

impl LeavesHungReceivers {
    /// The same receivers, with this in between.
    pub fn new(receivers: Arc<dyn Receivers>, clock: Arc<dyn Clock>) -> Self {
        Self { receivers, clock, left: Mutex::default() }
    }

    fn is_left(&self, url: &Url) -> bool {
        let now = self.clock.now();
        let mut left = self.left.lock().expect("no thread panics while it holds the list");
        left.retain(|_, until| now < *until);
        left.contains_key(url)
    }
}

#[async_trait]
impl Receivers for LeavesHungReceivers {
    async fn call(&self, url: &Url, headers: &SignedHeaders, body: &str) -> Result<Answer, CallFailure> {
        if self.is_left(url) {
            return Err(CallFailure::TimedOut);
        }
        let answer = self.receivers.call(url, headers, body).await;
        if answer == Err(CallFailure::TimedOut) {
            let until = self.clock.now().plus(LEFT_FOR);
            self.left.lock().expect("no thread panics while it holds the list").insert(url.clone(), until);
        }
        answer
    }
}
