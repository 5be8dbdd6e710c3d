//! Has Leaf tell us of changes: one call makes the secret, stores it and registers the webhook.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use url::Url;

use crate::ports::Ports;
use crate::ports::secrets::SecretsError;
use crate::ports::upstream::UpstreamError;

/// Why nothing was registered.
#[derive(Debug, thiserror::Error)]
pub enum RegisterAlertsError {
    /// The upstream sends no alerts.
    #[error("the upstream sends no alerts")]
    NoAlerts,
    /// Leaf did not register it.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    /// The secret cannot be stored.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
}

/// Registers `url` with a new secret. Doing it again replaces both; a try that failed is finished
/// by the next one.
///
/// # Errors
/// See [`RegisterAlertsError`].
pub async fn register_alerts(ports: &Ports, url: &Url) -> Result<(), RegisterAlertsError> {
    let keeper = ports.record_keeper.as_ref().ok_or(RegisterAlertsError::NoAlerts)?;
    let random: [u8; 32] = ports.randomness.bytes();
    let secret = SecretString::from(URL_SAFE_NO_PAD.encode(random));
    // Stored first: Leaf sends its first message, signed, before it answers. And replaced only
    // after success, however often it is tried: the webhook that Leaf has until then goes on.
    let secret = ports.leaf_secrets.begin_alert_secret(secret).await?;
    keeper.register_alerts(url, &secret).await?;
    Ok(ports.leaf_secrets.finish_alert_secret().await?)
}
