//! `{prefix}/webhook/{id}`: what a webhook's calls are signed with.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{CACHED_FOR, SecretsManager, unreadable};
use application::ports::secrets::SecretsError;
use application::ports::webhooks::WebhookSecretStore;
use domain::ids::WebhookId;
use domain::timestamp::Timestamp;
use domain::webhook::{SecretVersion, WebhookSecret, WebhookSecrets};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    secret: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    older: Option<Older>,
}

#[derive(Serialize, Deserialize)]
struct Older {
    secret: String,
    until: String,
}

/// What a process remembers of a webhook's secret.
#[derive(Clone)]
pub(super) struct Remembered {
    secrets: WebhookSecrets,
    version: SecretVersion,
    until: Timestamp,
}

#[async_trait]
impl WebhookSecretStore for SecretsManager {
    async fn read(
        &self,
        id: WebhookId,
        version: Option<&SecretVersion>,
    ) -> Result<Option<WebhookSecrets>, SecretsError> {
        let now = self.clock.now();
        let remembered = self
            .webhooks
            .lock()
            .expect("no thread panics while it holds the cache")
            .get(&id)
            .cloned();
        // A rotation is of no use as long as somebody signs with the older secret alone, so its
        // version decides, and not only the time.
        if let Some(remembered) =
            remembered.filter(|it| Some(&it.version) == version && now < it.until)
        {
            return Ok(Some(remembered.secrets));
        }
        let read = match self.value(self.webhook_name(id)).await? {
            None => None,
            Some(value) => Some((read_document(&value.text)?, SecretVersion(value.version))),
        };
        self.remember_webhook(id, read.clone());
        Ok(read.map(|(secrets, _)| secrets))
    }

    async fn write(
        &self,
        id: WebhookId,
        secrets: &WebhookSecrets,
    ) -> Result<SecretVersion, SecretsError> {
        let older = secrets.older.as_ref();
        let older = older.map(|(secret, until)| Older {
            secret: secret.expose().to_owned(),
            until: until.to_string(),
        });
        let document = Document { secret: secrets.current.expose().to_owned(), older };
        let value = serde_json::to_string(&document).expect("texts can be written");
        let version = self.put_or_create(&self.webhook_name(id), &value).await?;
        let version =
            version.ok_or_else(|| unreadable("PutSecretValue", "the answer names no version"))?;
        let version = SecretVersion(version);
        self.remember_webhook(id, Some((secrets.clone(), version.clone())));
        Ok(version)
    }

    async fn delete(&self, id: WebhookId) -> Result<(), SecretsError> {
        self.remember_webhook(id, None);
        self.remove(self.webhook_name(id)).await
    }
}

impl SecretsManager {
    fn webhook_name(&self, id: WebhookId) -> String {
        format!("{}/webhook/{id}", self.prefix)
    }

    fn remember_webhook(&self, id: WebhookId, read: Option<(WebhookSecrets, SecretVersion)>) {
        let until = self.clock.now().plus(CACHED_FOR);
        let mut webhooks = self.webhooks.lock().expect("no thread panics while it holds the cache");
        match read {
            Some((secrets, version)) => webhooks.insert(id, Remembered { secrets, version, until }),
            None => webhooks.remove(&id),
        };
    }
}

fn read_document(text: &str) -> Result<WebhookSecrets, SecretsError> {
    let bad = || {
        unreadable(
            "GetSecretValue",
            "a webhook's secret is not in the form that this version reads",
        )
    };
    // The error of serde may quote the value; it is dropped.
    let document: Document = serde_json::from_str(text).map_err(|_| bad())?;
    let older = match document.older {
        None => None,
        Some(older) => Some((
            WebhookSecret::stored(older.secret),
            Timestamp::parse(&older.until).map_err(|_| bad())?,
        )),
    };
    Ok(WebhookSecrets { current: WebhookSecret::stored(document.secret), older })
}
