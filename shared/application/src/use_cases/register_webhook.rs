//! Webhooks: registered, given another secret, deleted.

use crate::ports::Ports;
use crate::ports::secrets::SecretsError;
use crate::ports::store_error::StoreError;
use crate::ports::webhooks::RegisterWebhookError;
use domain::ids::WebhookId;
use domain::webhook::{Webhook, WebhookName, WebhookSecret, WebhookSecrets, WebhookUrl};
use domain::webhook_event::WebhookEvent;

/// Why something was not done with a webhook.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// Another webhook has one of the events.
    #[error("an event is registered already")]
    EventTaken,
    /// There is no such webhook.
    #[error("there is no such webhook")]
    NotFound,
    /// It is registered without its secret, and could not be taken back.
    #[error("webhook {0} has no secret")]
    WithoutSecret(WebhookId),
    /// Its new secret is stored, and whoever remembers the older one does not know.
    #[error("a new secret was not noted")]
    SecretNotNoted,
    /// It is deleted, and its secret is not.
    #[error("the secret was left behind")]
    SecretLeft,
    /// The secret store failed.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Registers a webhook.
///
/// # Errors
/// See [`WebhookError`].
pub async fn register_webhook(
    ports: &Ports,
    api_owner: Option<String>,
    name: WebhookName,
    url: WebhookUrl,
    events: Vec<WebhookEvent>,
    reconnect_links: bool,
    secret: WebhookSecret,
) -> Result<Webhook, WebhookError> {
    let id = WebhookId::new(ports.randomness.bytes());
    let created_at = ports.clock.now();
    let webhook = Webhook {
        id,
        name,
        url,
        events,
        created_at,
        api_owner,
        disabled_at: None,
        reconnect_links,
        secret_version: None,
    };
    // The row first: its transaction decides between two that come at once, and only the winner
    // makes a secret, which costs money.
    ports.webhooks.create(&webhook).await.map_err(|error| match error {
        RegisterWebhookError::EventTaken => WebhookError::EventTaken,
        RegisterWebhookError::Store(error) => error.into(),
    })?;
    match ports.webhook_secrets.write(id, &WebhookSecrets::new(secret)).await {
        Ok(version) => {
            // It is registered with or without this: a secret of an unknown version is read at each
            // call.
            if let Err(error) = ports.webhooks.note_secret(id, &version).await {
                tracing::warn!(%error, webhook_id = %id, "a secret's version was not noted");
            }
            Ok(webhook)
        }
        Err(error) => {
            // So that the same request can be sent again. Should this fail as well, DELETE, or PUT
            // of a secret, mends it.
            ports.webhooks.delete(&webhook).await.map_err(|not_back| {
                tracing::error!(
                    %error,
                    %not_back,
                    webhook_id = %id,
                    "a webhook was registered without its secret"
                );
                WebhookError::WithoutSecret(id)
            })?;
            Err(error.into())
        }
    }
}

/// The webhook of this id.
///
/// # Errors
/// See [`WebhookError`].
pub async fn find_webhook(ports: &Ports, id: WebhookId) -> Result<Webhook, WebhookError> {
    let webhooks = ports.webhooks.list().await?;
    webhooks.into_iter().find(|webhook| webhook.id == id).ok_or(WebhookError::NotFound)
}

/// Gives a webhook another secret. The one before signs for another day.
///
/// # Errors
/// See [`WebhookError`].
pub async fn rotate_secret(
    ports: &Ports,
    id: WebhookId,
    secret: WebhookSecret,
) -> Result<Webhook, WebhookError> {
    let webhook = find_webhook(ports, id).await?;
    let secrets = match ports.webhook_secrets.read(id, None).await? {
        Some(secrets) => secrets.rotate(secret, ports.clock.now()),
        None => WebhookSecrets::new(secret),
    };
    // The secret first: whoever reads the new version in the row finds the new secret. The answer
    // waits for both, so from then on nobody signs with the older secret alone, whatever he
    // remembers.
    let version = ports.webhook_secrets.write(id, &secrets).await?;
    ports.webhooks.note_secret(id, &version).await.map_err(|error| {
        tracing::error!(%error, webhook_id = %id, "a new secret's version was not noted");
        WebhookError::SecretNotNoted
    })?;
    Ok(webhook)
}

/// Deletes a webhook and its secret.
///
/// # Errors
/// See [`WebhookError`].
pub async fn delete_webhook(ports: &Ports, id: WebhookId) -> Result<(), WebhookError> {
    let webhook = match find_webhook(ports, id).await {
        Ok(webhook) => webhook,
        // A second call finishes what a first one left.
        Err(WebhookError::NotFound) => {
            ports.webhook_secrets.delete(id).await?;
            return Err(WebhookError::NotFound);
        }
        Err(error) => return Err(error),
    };
    // The row first: from then on nothing is sent.
    ports.webhooks.delete(&webhook).await?;
    ports.webhook_secrets.delete(id).await.map_err(|error| {
        tracing::error!(%error, webhook_id = %id, "a webhook's secret was left behind");
        WebhookError::SecretLeft
    })
}
