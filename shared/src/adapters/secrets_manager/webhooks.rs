//! `{prefix}/webhook/{id}`: what a webhook's calls are signed with.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{CACHED_FOR, SecretsManager, unreadable};
use crate::domain::ids::WebhookId;
use crate::domain::timestamp::Timestamp;
use crate::domain::webhook::WebhookSecrets;
use crate::ports::secrets::{Freshness, SecretsError};
use crate::ports::webhooks::WebhookSecretStore;

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

#[async_trait]
impl WebhookSecretStore for SecretsManager {
    async fn read(&self, id: WebhookId, freshness: Freshness) -> Result<Option<WebhookSecrets>, SecretsError> {
        let now = self.clock.now();
        let cached = self.webhooks.lock().expect("no thread panics while it holds the cache").get(&id).cloned();
        if freshness == Freshness::Cached
            && let Some((secrets, _)) = cached.filter(|(_, until)| now < *until)
        {
            return Ok(Some(secrets));
        }
        let read = match self.value(self.webhook_name(id)).await? {
            None => None,
            Some((text, _)) => Some(read_document(&text)?),
        };
        self.remember_webhook(id, read.clone());
        Ok(read)
    }

    async fn write(&self, id: WebhookId, secrets: &WebhookSecrets) -> Result<(), SecretsError> {
        let older = secrets.older.as_ref();
        let older = older.map(|(secret, until)| Older { secret: secret.expose().to_owned(), until: until.to_string() });
        let document = Document { secret: secrets.current.expose().to_owned(), older };
        let value = serde_json::to_string(&document).expect("texts can be written");
        self.put_or_create(&self.webhook_name(id), &value).await?;
        self.remember_webhook(id, Some(secrets.clone()));
        Ok(())
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

    fn remember_webhook(&self, id: WebhookId, secrets: Option<WebhookSecrets>) {
        let mut webhooks = self.webhooks.lock().expect("no thread panics while it holds the cache");
        match secrets {
            Some(secrets) => webhooks.insert(id, (secrets, self.clock.now().plus(CACHED_FOR))),
            None => webhooks.remove(&id),
        };
    }
}

fn read_document(text: &str) -> Result<WebhookSecrets, SecretsError> {
    let bad = || unreadable("GetSecretValue", "a webhook's secret is not in the form that this version reads");
    // The error of serde may quote the value; it is dropped.
    let document: Document = serde_json::from_str(text).map_err(|_| bad())?;
    let older = match document.older {
        None => None,
        Some(older) => {
            Some((older.secret.parse().map_err(|_| bad())?, Timestamp::parse(&older.until).map_err(|_| bad())?))
        }
    };
    Ok(WebhookSecrets { current: document.secret.parse().map_err(|_| bad())?, older })
}
