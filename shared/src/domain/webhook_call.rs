//! Calls of webhooks: what is told to whom, and when one that failed is made again.

use std::time::Duration;

use super::alert::{Notice, Told};
use super::ids::WebhookId;

/// How long after a failed call the next one is made: Leaf's 1, 30, 60 and 240 minutes. The fifth failure is the last.
pub const RETRIES: [Duration; 4] =
    [Duration::from_mins(1), Duration::from_mins(30), Duration::from_hours(1), Duration::from_hours(4)];

/// A call that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The webhook.
    pub webhook_id: WebhookId,
    /// What it is told.
    pub notice: Notice,
}

impl Call {
    /// Calls of one group are made one after the other: those of a webhook about a connection, or about an app key's login. So a receiver that is
    /// down holds up nobody's alerts but its own. At most 118 characters, none of them a blank.
    pub fn group(&self) -> String {
        let about = match &self.notice.told {
            Told::Registration => "WEBHOOK".to_owned(),
            Told::Alert(alert) => match alert.leaf_user_id {
                Some(user) => format!("USER#{user}"),
                None => format!("LOGIN#{}#{}", alert.app_key.environment, alert.app_key.name),
            },
        };
        format!("{about}#{}", self.webhook_id)
    }

    /// The same whenever the same call is sent once more.
    pub fn id(&self) -> String {
        format!("{}#{}", self.notice.id.as_str(), self.webhook_id)
    }
}

/// How long to wait after this attempt (the first is 1) has failed; none if it was the last.
pub fn wait_after(attempt: u32) -> Option<Duration> {
    let retry = usize::try_from(attempt).ok()?.checked_sub(1)?;
    RETRIES.get(retry).copied()
}

#[cfg(test)]
mod tests {
    use super::super::alert::{Alert, AlertType};
    use super::super::app_key::AppKeyId;
    use super::super::client_environment::ClientEnvironment;
    use super::super::ids::LeafUserId;
    use super::super::timestamp::Timestamp;
    use super::*;

    fn call(webhook: u128, user: Option<u128>, id: &str) -> Call {
        let told = Told::Alert(Alert {
            kind: AlertType::ConnectionRevoked,
            leaf_user_id: user.map(|user| LeafUserId(uuid::Uuid::from_u128(user))),
            credential_id: None,
            app_key: AppKeyId {
                name: "n".repeat(64).parse().expect("a name"),
                environment: ClientEnvironment::Production,
            },
        });
        let at = Timestamp::new(time::macros::datetime!(2026-11-22 12:00 UTC));
        let notice = Notice { id: id.parse().expect("an id"), at, told };
        Call { webhook_id: WebhookId(uuid::Uuid::from_u128(webhook)), notice }
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
