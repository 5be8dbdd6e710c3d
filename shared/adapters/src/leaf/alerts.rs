//! Leaf's alerts: who has signed one, and what it is about.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use application::ports::secrets::{Freshness, LeafSecrets, SecretsError};
use domain::ids::CredentialId;

/// The part of an alert that is looked at (Leaf's documents, "Alerts"). Its registration message
/// has none of it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Alert {
    credential_id: Option<String>,
}

/// Which credential an alert is about.
pub(super) fn credential_of(body: &[u8]) -> Option<CredentialId> {
    // What is signed are the bytes as they came; a byte-order mark before them means nothing.
    let json = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    let alert: Alert = serde_json::from_slice(json).ok()?;
    alert.credential_id?.parse().ok()
}

/// Whether one of our secrets has made the signature. A secret that was replaced in another process
/// is seen here as soon as the store lets us look.
pub(super) async fn is_signed(
    secrets: &dyn LeafSecrets,
    body: &[u8],
    signature: Option<&str>,
) -> Result<bool, SecretsError> {
    let Some(signature) = signature.and_then(|text| STANDARD.decode(text.trim()).ok()) else {
        return Ok(false);
    };
    for freshness in [Freshness::Cached, Freshness::Now] {
        let secrets = secrets.alert_secrets(freshness).await?;
        let made_by = |secret: &SecretString| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
            // In constant time.
            hmac::verify(&key, body, &signature).is_ok()
        };
        if secrets.iter().any(made_by) {
            return Ok(true);
        }
    }
    Ok(false)
}
