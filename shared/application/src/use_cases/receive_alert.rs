//! Leaf's alerts: a reason to ask Leaf now, and no more than that, so repeats and reordering are
//! harmless.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret as _;
use serde::Deserialize;

use crate::ports::Ports;
use crate::ports::secrets::{Freshness, SecretsError};
use crate::use_cases::app_key_cache::AppKeyCache;
use crate::use_cases::follow_upstream::{FollowError, follow_upstream};
use domain::ids::CredentialId;

/// The part of an alert that is looked at (Leaf's documents, "Alerts"). Its registration message
/// has none of it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Alert {
    credential_id: Option<String>,
}

/// Why an alert was not taken.
#[derive(Debug, thiserror::Error)]
pub enum AlertError {
    /// It is not signed with our secret, or not at all.
    #[error("it is not signed by Leaf")]
    NotSigned,
    /// The secret cannot be read.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// Leaf was not asked.
    #[error(transparent)]
    Follow(#[from] FollowError),
}

/// Takes an alert, with the value of its `X-Leaf-Signature` if it has one.
///
/// # Errors
/// See [`AlertError`]. Leaf sends an alert again that was not taken.
pub async fn receive_alert(
    ports: &Ports,
    app_keys: &AppKeyCache,
    body: &[u8],
    signature: Option<&str>,
) -> Result<(), AlertError> {
    // Without a Leaf nobody can have signed it.
    let keeper = ports.record_keeper.as_ref().ok_or(AlertError::NotSigned)?;
    let signature = signature
        .and_then(|text| STANDARD.decode(text.trim()).ok())
        .ok_or(AlertError::NotSigned)?;
    if !is_signed(ports, body, &signature).await? {
        return Err(AlertError::NotSigned);
    }
    // What is signed are the bytes as they came; a byte-order mark before them means nothing.
    let json = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    let alert = serde_json::from_slice::<Alert>(json).ok();
    let Some(id) = alert.and_then(|alert| alert.credential_id?.parse::<CredentialId>().ok()) else {
        return Ok(());
    };
    let user = ports.connections.user_of_credential(id).await.map_err(FollowError::Store)?;
    if let Some(user) = user {
        let status = follow_upstream(ports, app_keys, &**keeper, user).await?;
        tracing::info!(leaf_user_id = %user, changed = status.is_some(), "Leaf has sent an alert");
    }
    Ok(())
}

/// Whether one of our secrets has made the signature. A secret that was replaced in another process
/// is seen here as soon as the store lets us look.
async fn is_signed(ports: &Ports, body: &[u8], signature: &[u8]) -> Result<bool, SecretsError> {
    for freshness in [Freshness::Cached, Freshness::Now] {
        let secrets = ports.leaf_secrets.alert_secrets(freshness).await?;
        let made_by = |secret: &secrecy::SecretString| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
            // In constant time.
            hmac::verify(&key, body, signature).is_ok()
        };
        if secrets.iter().any(made_by) {
            return Ok(true);
        }
    }
    Ok(false)
}
