//! Receivers that ask to be left alone, or do not answer, are not called for a while.
//!
//! The function that calls webhooks runs a few times at once, and a receiver that hangs holds one
//! of them for the whole time-out. With a thousand farmers' alerts to tell, it would hold all of
//! them for an hour, and every other webhook would wait.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use url::Url;

use application::ports::clock::Clock;
use application::ports::webhooks::{Answer, Receivers};
use domain::timestamp::Timestamp;
use domain::webhook::CallFailure;
use domain::webhook_call::{LONGEST_WAIT, RetryAfter};
use domain::webhook_signature::SignedHeaders;

/// How long after a time-out the same receiver's calls fail at once. Shorter than the first retry,
/// so that one finds out whether it answers again; three time-outs long, so that a receiver which
/// hangs takes a quarter of the function at most.
const AFTER_A_TIME_OUT: Duration = Duration::from_secs(45);

/// Receivers, of which those that rest are not called: their calls fail like the one before.
pub struct RestingReceivers {
    receivers: Arc<dyn Receivers>,
    clock: Arc<dyn Clock>,
    /// One entry a webhook at most.
    resting: Mutex<HashMap<Url, Rest>>,
}

#[derive(Clone)]
struct Rest {
    until: Timestamp,
    as_before: Result<Answer, CallFailure>,
}

impl RestingReceivers {
    /// The same receivers, with this in between.
    pub fn new(receivers: Arc<dyn Receivers>, clock: Arc<dyn Clock>) -> Self {
        Self { receivers, clock, resting: Mutex::default() }
    }

    fn resting(&self, url: &Url) -> Option<Rest> {
        let now = self.clock.now();
        let mut resting = self.resting.lock().expect("no thread panics while it holds the list");
        resting.retain(|_, rest| now < rest.until);
        resting.get(url).cloned()
    }

    /// The rest that an answer asks for, if it does.
    fn rest_after(&self, answer: &Result<Answer, CallFailure>) -> Option<Rest> {
        let now = self.clock.now();
        match answer {
            Err(CallFailure::TimedOut) => Some(Rest {
                until: now.plus(AFTER_A_TIME_OUT),
                as_before: Err(CallFailure::TimedOut),
            }),
            Ok(Answer { retry_after: Some(asked), .. }) => {
                let until = now.plus(asked.from(now).min(LONGEST_WAIT));
                let as_before = answer
                    .clone()
                    .map(|answer| Answer { retry_after: Some(RetryAfter::At(until)), ..answer });
                Some(Rest { until, as_before })
            }
            _ => None,
        }
    }
}

#[async_trait]
impl Receivers for RestingReceivers {
    async fn call(
        &self,
        url: &Url,
        headers: &SignedHeaders,
        body: &str,
    ) -> Result<Answer, CallFailure> {
        if let Some(rest) = self.resting(url) {
            return rest.as_before;
        }
        let answer = self.receivers.call(url, headers, body).await;
        if let Some(rest) = self.rest_after(&answer) {
            self.resting
                .lock()
                .expect("no thread panics while it holds the list")
                .insert(url.clone(), rest);
        }
        answer
    }
}
