//! How a receiver knows that a call is ours: Leaf's signature and that of Standard Webhooks
//! (standardwebhooks.com), side by side.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::change_id::ChangeId;
use super::timestamp::Timestamp;
use super::webhook::WebhookSecrets;

/// The headers of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHeaders {
    /// `X-Leaf-Signature`.
    pub leaf_signature: String,
    /// `webhook-id`: the same whenever the same thing is told again.
    pub id: String,
    /// `webhook-timestamp`, in seconds: of this call, so that an old one cannot be played back.
    pub timestamp: String,
    /// `webhook-signature`: one for each secret, separated by blanks.
    pub signature: String,
}

/// Signs a call.
///
/// `X-Leaf-Signature` has room for one value. During a rotation it is the older secret's, until
/// that ends: so nothing breaks at the moment of the rotation, and the partner has the whole day to
/// bring the new one to a receiver that then accepts either.
pub fn sign(
    secrets: &WebhookSecrets,
    change: &ChangeId,
    body: &str,
    now: Timestamp,
) -> SignedHeaders {
    let signing = secrets.signing(now);
    let oldest = signing.first().copied().unwrap_or(&secrets.current);
    let id = change.message_id();
    let timestamp = now.epoch_seconds().to_string();
    let content = format!("{id}.{timestamp}.{body}");
    let signatures =
        signing.iter().map(|secret| format!("v1,{}", mac(&secret.standard_key(), &content)));
    SignedHeaders {
        leaf_signature: mac(oldest.expose().as_bytes(), body),
        signature: signatures.collect::<Vec<_>>().join(" "),
        id,
        timestamp,
    }
}

fn mac(key: &[u8], content: &str) -> String {
    STANDARD.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), content.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::super::webhook::WebhookSecret;
    use super::*;

    /// The example of the Standard Webhooks specification's libraries (their own test vector).
    #[test]
    fn signs_as_the_standard_says() {
        let secrets = WebhookSecrets::new(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse().expect("a secret"),
        );
        let content = "msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{\"test\": 2432232314}";
        let key = secrets.current.standard_key();
        assert_eq!(mac(&key, content), "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn during_a_rotation_both_secrets_sign_and_leafs_header_is_the_older_ones() {
        let now = Timestamp::new(time::macros::datetime!(2026-11-22 12:00 UTC));
        let change: ChangeId = "e1".parse().expect("an id");
        let stored = |secret: &str| WebhookSecret::stored(secret.to_owned());
        let one = |secret: &str| sign(&WebhookSecrets::new(stored(secret)), &change, "{}", now);
        let rotated =
            WebhookSecrets::new(stored("the first one")).rotate(stored("the second one"), now);
        let both = sign(&rotated, &change, "{}", now);
        let (first, second) = (one("the first one"), one("the second one"));
        assert_eq!(both.signature, format!("{} {}", first.signature, second.signature));
        assert_eq!(both.leaf_signature, first.leaf_signature);
        let later = sign(&rotated, &change, "{}", now.plus(super::super::webhook::ROTATION));
        assert_eq!(later.leaf_signature, second.leaf_signature);
    }
}
