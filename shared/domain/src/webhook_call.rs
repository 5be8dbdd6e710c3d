//! Calls of webhooks: what is told to whom, and when one that failed is made again.

use std::time::Duration;

use super::alert::{Alert, Notice, Told};
use super::change_id::ChangeId;
use super::ids::{ReplayId, WebhookId};
use super::timestamp::Timestamp;

/// How long after a failed call the next one is made: Leaf's 1, 30, 60 and 240 minutes, and then on
/// for a day in all, so that a receiver which fails in the evening is found repaired in the
/// morning. The eighth failure is the last.
pub const RETRIES: [Duration; 7] = [
    Duration::from_mins(1),
    Duration::from_mins(30),
    Duration::from_hours(1),
    Duration::from_hours(4),
    Duration::from_hours(6),
    Duration::from_hours(6),
    Duration::from_mins(390),
];

/// No wait is longer: SQS hides a message for 12 hours at most, counted from its delivery.
pub const LONGEST_WAIT: Duration = Duration::from_mins(11 * 60 + 50);

/// Each wait is longer by up to this part of it.
const JITTER_PERCENT: u32 = 10;

/// When a receiver wants to be called again (RFC 9110, `Retry-After`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// After this time.
    In(Duration),
    /// At this moment.
    At(Timestamp),
}

impl RetryAfter {
    /// How long that is from now.
    pub fn from(self, now: Timestamp) -> Duration {
        match self {
            Self::In(wait) => wait,
            Self::At(moment) => Duration::from_secs(moment.seconds_since(now)),
        }
    }
}

/// A call that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The webhook.
    pub webhook_id: WebhookId,
    /// What it is told.
    pub notice: Notice,
    /// The replay that it is made for, if somebody asked for it.
    pub replay: Option<ReplayId>,
}

impl Call {
    /// Calls of one group are made one after the other: those of a webhook about a connection, or
    /// about an app key's login, or about a Leaf user's data. So a receiver that is down holds up
    /// nobody's alerts but its own.
    /// At most 118 characters, none of them a blank.
    pub fn group(&self) -> String {
        let about = match &self.notice.told {
            Told::Registration => "WEBHOOK".to_owned(),
            Told::Alert(Alert::Data(alert)) => format!("DATA#{}", alert.leaf_user_id),
            Told::Alert(Alert::Connection(alert)) => match alert.leaf_user_id {
                Some(user) => format!("USER#{user}"),
                None => format!("LOGIN#{}#{}", alert.app_key.environment, alert.app_key.name),
            },
        };
        format!("{about}#{}", self.webhook_id)
    }

    /// The same whenever the same call is sent once more.
    pub fn id(&self) -> String {
        let change = self.notice.id.as_str();
        match self.replay {
            None => format!("{change}#{}", self.webhook_id),
            // It says which webhook, too.
            Some(replay) => format!("{change}#{replay}"),
        }
    }
}

/// How long to wait after this attempt (the first is 1) has failed; none if it was the last. Never
/// shorter than the schedule, nor than what the receiver has asked for as far as the queue can
/// wait.
pub fn wait_after(id: &ChangeId, attempt: u32, asked: Option<Duration>) -> Option<Duration> {
    let retry = usize::try_from(attempt).ok()?.checked_sub(1)?;
    let scheduled = RETRIES.get(retry)?;
    let wait = *scheduled + *scheduled * jitter(id, attempt) / 1_000;
    Some(wait.max(asked.unwrap_or_default()).min(LONGEST_WAIT))
}

/// In thousandths, the same for the same call: what failed at the same moment is not to come back
/// at the same moment.
fn jitter(id: &ChangeId, attempt: u32) -> u32 {
    // FNV-1a: it has to spread, and nothing else.
    let bytes = id.as_str().bytes().chain(attempt.to_be_bytes());
    let hash = bytes
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash % (JITTER_PERCENT * 10 + 1)
}

#[cfg(test)]
mod tests {
    use super::super::alert::{AlertType, ConnectionAlert};
    use super::super::app_key::AppKeyId;
    use super::super::client_environment::ClientEnvironment;
    use super::super::ids::LeafUserId;
    use super::*;

    fn call(webhook: u128, user: Option<u128>, id: &str) -> Call {
        let told = Told::Alert(Alert::Connection(ConnectionAlert {
            kind: AlertType::ConnectionRevoked,
            leaf_user_id: user.map(|user| LeafUserId(uuid::Uuid::from_u128(user))),
            credential_id: None,
            app_key: AppKeyId {
                name: "n".repeat(64).parse().expect("a name"),
                environment: ClientEnvironment::Production,
            },
        }));
        let at = Timestamp::new(time::macros::datetime!(2026-11-22 12:00 UTC));
        let notice = Notice { id: id.parse().expect("an id"), at, told };
        Call { webhook_id: WebhookId(uuid::Uuid::from_u128(webhook)), notice, replay: None }
    }

    #[test]
    fn retries_outlast_a_night_and_no_wait_is_longer_than_the_queue_s() {
        let id = |number: u32| format!("e{number}").parse().expect("an id");
        let waits = |number| {
            (1..).map_while(|attempt| wait_after(&id(number), attempt, None)).collect::<Vec<_>>()
        };
        let minutes =
            |waits: &[Duration]| waits.iter().map(|wait| wait.as_secs() / 60).sum::<u64>();
        for number in 0..100 {
            let waits = waits(number);
            assert_eq!(waits.len(), RETRIES.len());
            assert!(
                waits
                    .iter()
                    .zip(RETRIES)
                    .all(|(wait, least)| *wait >= least && *wait <= least * 11 / 10),
                "{waits:?}"
            );
            assert!(
                waits.iter().all(|wait| *wait <= LONGEST_WAIT)
                    && (24 * 60..27 * 60).contains(&minutes(&waits))
            );
        }
        let spread: std::collections::BTreeSet<_> =
            (0..100).map(|number| waits(number)[3]).collect();
        assert!(spread.len() > 30, "they come back together: {spread:?}");
    }

    #[test]
    fn a_receiver_may_ask_for_more_time_and_not_for_less_or_for_ever() {
        let id = "e1".parse().expect("an id");
        let wait =
            |asked: u64| wait_after(&id, 2, Some(Duration::from_secs(asked))).expect("a retry");
        let scheduled = wait_after(&id, 2, None).expect("a retry");
        assert_eq!((wait(1), wait(3 * 3_600)), (scheduled, Duration::from_hours(3)));
        assert_eq!((wait(86_400), wait(u64::MAX)), (LONGEST_WAIT, LONGEST_WAIT));
        assert_eq!(wait_after(&id, 8, Some(Duration::from_secs(1))), None, "it was the last");
    }

    #[test]
    fn a_group_is_a_connection_s_or_a_login_s_at_one_webhook() {
        assert_eq!(call(1, Some(1), "a").group(), call(1, Some(1), "b").group());
        for other in [call(2, Some(1), "a"), call(1, Some(2), "a"), call(1, None, "a")] {
            assert_ne!(call(1, Some(1), "a").group(), other.group());
        }
        // SQS takes 128 characters, as group and as id.
        assert_eq!(call(1, None, "a").group().len(), 118);
        assert!(call(1, None, &"a".repeat(64)).id().len() <= 128);
    }
}
