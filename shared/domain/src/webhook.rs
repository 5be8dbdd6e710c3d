//! Webhooks: where a partner wants to be told of what, and the secrets that prove who tells it.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use aws_lc_rs::constant_time;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::alert::{Alert, Notice};
use super::ids::WebhookId;
use super::invalid::{Invalid, one_line};
use super::timestamp::Timestamp;
use super::webhook_event::WebhookEvent;

/// How long the secret that was replaced still signs: time enough to bring the new one to every
/// receiver.
pub const ROTATION: Duration = Duration::from_hours(24);

/// How long a failed call can be looked up.
pub const FAILED_CALLS_RETENTION: Duration = Duration::from_hours(720);

/// The fewest bytes of a secret (Standard Webhooks: "between 24 bytes and 64 bytes"). Older
/// webhooks may have shorter ones.
const SHORTEST_SECRET: usize = 24;

/// What the secrets of the Standard Webhooks libraries begin with; base64 follows.
const STANDARD_PREFIX: &str = "whsec_";

/// A registered webhook, without its secret: that is in Secrets Manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// What the partner calls it.
    pub name: WebhookName,
    /// Where calls go.
    pub url: WebhookUrl,
    /// What it is told of; no two webhooks have one in common.
    pub events: Vec<WebhookEvent>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// Who registered it, if the sign-in had a name.
    pub api_owner: Option<String>,
    /// Since when it gets no calls, because it answered 410.
    pub disabled_at: Option<Timestamp>,
    /// Whether an alert that a farmer has switched sharing off carries a magic link for the farmer.
    pub reconnect_links: bool,
    /// The version of its secret that was stored last; none between its registration and its first
    /// secret.
    pub secret_version: Option<SecretVersion>,
}

/// A version of a webhook's secret, as the secret store names it. Another one means that what a
/// process remembers is old.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretVersion(pub String);

impl Webhook {
    /// Whether it is registered for this.
    pub fn hears(&self, alert: &Alert) -> bool {
        self.events.contains(&match alert {
            Alert::Connection(alert) => WebhookEvent::OfConnections(alert.kind),
            Alert::Data(alert) => WebhookEvent::OfData(alert.what.kind()),
        })
    }

    /// Whether it is registered for anything that is told of data.
    pub fn hears_of_data(&self) -> bool {
        self.events.iter().any(|event| matches!(event, WebhookEvent::OfData(_)))
    }
}

/// What a partner calls a webhook: 1 to 255 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookName(String);

impl WebhookName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for WebhookName {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        one_line(text).map(Self)
    }
}

/// Where a webhook's calls go. What may be called is
/// [`super::address_policy::AddressPolicy`]'s to say.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookUrl(Url);

impl WebhookUrl {
    /// The URL.
    pub fn url(&self) -> &Url {
        &self.0
    }
}

/// The host only: partners put tokens into paths and queries.
impl fmt::Debug for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WebhookUrl({}://{}/…)", self.0.scheme(), self.0.host_str().unwrap_or_default())
    }
}

impl FromStr for WebhookUrl {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        const RULE: Invalid =
            Invalid::malformed("must be an https URL with a host, without a user name or password");
        let text = text.trim();
        if text.is_empty() {
            return Err(Invalid::EMPTY);
        }
        if text.len() > 2_048 {
            return Err(Invalid::too_long("must have at most 2048 characters"));
        }
        let mut url = Url::parse(text).map_err(|_| RULE)?;
        let is_web = matches!(url.scheme(), "http" | "https") && url.host().is_some();
        if !is_web || !url.username().is_empty() || url.password().is_some() {
            return Err(RULE);
        }
        url.set_fragment(None);
        Ok(Self(url))
    }
}

/// What calls are signed with.
#[derive(Debug, Clone)]
pub struct WebhookSecret(SecretString);

impl WebhookSecret {
    /// The text itself.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// A secret as it was stored, whatever rule it was taken by.
    pub fn stored(text: String) -> Self {
        Self(text.into())
    }

    /// The key of the Standard Webhooks signature: what follows `whsec_`, decoded; else the text's
    /// own bytes.
    pub(super) fn standard_key(&self) -> Vec<u8> {
        let decoded =
            self.expose().strip_prefix(STANDARD_PREFIX).map(|encoded| STANDARD.decode(encoded));
        decoded.and_then(Result::ok).unwrap_or_else(|| self.expose().as_bytes().to_vec())
    }
}

impl FromStr for WebhookSecret {
    type Err = Invalid;

    /// Reads a new one.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let (encoded, length) = (text.strip_prefix(STANDARD_PREFIX), text.chars().count());
        if text.trim().is_empty() {
            Err(Invalid::EMPTY)
        } else if length > 256 {
            Err(Invalid::too_long("must have at most 256 characters"))
        } else if encoded.is_some_and(|encoded| {
            !STANDARD.decode(encoded).is_ok_and(|key| key.len() >= SHORTEST_SECRET)
        }) {
            Err(Invalid::malformed(
                "must have base64 of at least 24 bytes after whsec_, such as `openssl rand \
                 -base64 32` prints",
            ))
        } else if text.len() < SHORTEST_SECRET || text.chars().any(char::is_control) {
            Err(Invalid::malformed(
                "must have at least 24 bytes, and no control characters; `openssl rand -base64 \
                 32` prints a good one",
            ))
        } else {
            Ok(Self(text.into()))
        }
    }
}

impl PartialEq for WebhookSecret {
    fn eq(&self, other: &Self) -> bool {
        constant_time::verify_slices_are_equal(self.expose().as_bytes(), other.expose().as_bytes())
            .is_ok()
    }
}

impl Eq for WebhookSecret {}

/// A webhook's secret, and the one before it while that still signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookSecrets {
    /// The newest.
    pub current: WebhookSecret,
    /// The one that it replaced, and until when it signs.
    pub older: Option<(WebhookSecret, Timestamp)>,
}

impl WebhookSecrets {
    /// Of a new webhook.
    pub fn new(current: WebhookSecret) -> Self {
        Self { current, older: None }
    }

    /// Replaces the current secret. The same one once more changes nothing, so a repeated request
    /// is harmless.
    #[must_use]
    pub fn rotate(self, to: WebhookSecret, now: Timestamp) -> Self {
        if self.current == to {
            return self;
        }
        Self { current: to, older: Some((self.current, now.plus(ROTATION))) }
    }

    /// Those that sign at a moment, the oldest first.
    pub fn signing(&self, now: Timestamp) -> Vec<&WebhookSecret> {
        let older = self.older.as_ref().filter(|(_, until)| now < *until).map(|(secret, _)| secret);
        older.into_iter().chain([&self.current]).collect()
    }
}

/// A call that failed, and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedCall {
    /// The webhook.
    pub webhook_id: WebhookId,
    /// Who registered the webhook, which may be deleted by now.
    pub api_owner: Option<String>,
    /// What it told. Not the body: that has the partner's client id in it.
    pub notice: Notice,
    /// Where the call went.
    pub url: WebhookUrl,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was tried last.
    pub last_attempt_at: Timestamp,
    /// How the last try ended.
    pub failure: CallFailure,
    /// How the receiver's last answer began, if there was an answer with something in it.
    pub response: Option<String>,
}

/// How a call ended that was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CallFailure {
    /// The receiver answered with another status than 2xx.
    #[error("it answered {0}")]
    Status(u16),
    /// No answer in time.
    #[error("it did not answer in time")]
    TimedOut,
    /// Its address is not a public one.
    #[error("its address is not public")]
    NotPublic,
    /// Its name has no address.
    #[error("its name cannot be resolved")]
    NotResolved,
    /// No connection, no TLS, or no HTTP.
    #[error("the connection failed")]
    ConnectionFailed,
    /// There is no secret to sign with.
    #[error("there is no secret to sign with")]
    NoSecret,
}

impl CallFailure {
    /// All that are not a status.
    pub const WITHOUT_STATUS: [Self; 5] = [
        Self::TimedOut,
        Self::NotPublic,
        Self::NotResolved,
        Self::ConnectionFailed,
        Self::NoSecret,
    ];

    /// Its name, for programs; `status` for any status.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Status(_) => "status",
            Self::TimedOut => "timedOut",
            Self::NotPublic => "addressNotPublic",
            Self::NotResolved => "nameNotResolved",
            Self::ConnectionFailed => "connectionFailed",
            Self::NoSecret => "noSecret",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn secret(text: &str) -> WebhookSecret {
        WebhookSecret::stored(text.to_owned())
    }

    #[test]
    fn urls_of_other_forms_are_refused() {
        for url in [
            "receiver.example",
            "ftp://receiver.example/",
            "file:///etc/passwd",
            "https://user@receiver.example/",
            "https://:word@receiver.example/",
            "https://",
            "javascript:alert(1)",
        ] {
            assert!(url.parse::<WebhookUrl>().is_err(), "{url}");
        }
        let long = format!("https://receiver.example/{}", "a".repeat(2_048));
        assert!(long.parse::<WebhookUrl>().is_err());
        let url: WebhookUrl =
            "https://receiver.example/hooks?token=planted#top".parse().expect("a URL");
        assert_eq!(url.url().as_str(), "https://receiver.example/hooks?token=planted");
        assert!(!format!("{url:?}").contains("planted"), "{url:?}");
    }

    #[test]
    fn a_secret_of_the_standard_form_must_be_base64() {
        for text in [
            "short",
            "whsec_",
            "whsec_not base64!",
            "whsec_AAAA",
            "with\u{7}bell and enough of other letters",
        ] {
            assert!(text.parse::<WebhookSecret>().is_err(), "{text}");
        }
        let stored = |text: &str| WebhookSecret::stored(text.to_owned());
        assert_eq!(stored("mRyT257XpFWX").standard_key(), b"mRyT257XpFWX");
        assert_eq!(stored("whsec_cGxhbnRlZC1rZXk=").standard_key(), b"planted-key");
        assert!(!format!("{:?}", stored("planted-secret")).contains("planted"));
    }

    #[test]
    fn a_new_secret_has_24_bytes_and_an_older_one_stays_good() {
        let in_base64 = |bytes: usize| format!("whsec_{}", STANDARD.encode(vec![7; bytes]));
        for (short, long) in [("s".repeat(23), "s".repeat(24)), (in_base64(23), in_base64(24))] {
            assert!(
                short.parse::<WebhookSecret>().is_err() && long.parse::<WebhookSecret>().is_ok(),
                "{short}"
            );
        }
        assert!("mRyT257XpFWX".parse::<WebhookSecret>().is_err(), "Leaf's example has 12");
        assert_eq!(WebhookSecret::stored("mRyT257XpFWX".to_owned()).expose(), "mRyT257XpFWX");
    }

    #[test]
    fn the_replaced_secret_signs_for_a_day_and_a_repeated_rotation_does_not_shorten_it() {
        let start = Timestamp::new(datetime!(2026-11-22 12:00 UTC));
        let rotated =
            WebhookSecrets::new(secret("the first one")).rotate(secret("the second one"), start);
        let again =
            rotated.clone().rotate(secret("the second one"), start.plus(Duration::from_hours(1)));
        assert_eq!(again, rotated);
        let signing =
            |at| rotated.signing(at).iter().map(|secret| secret.expose()).collect::<Vec<_>>();
        let end = start.plus(ROTATION);
        assert_eq!(signing(end.minus(Duration::from_secs(1))), ["the first one", "the second one"]);
        assert_eq!(signing(end), ["the second one"]);
    }
}
