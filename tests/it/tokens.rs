//! One login for all farmers of an app key, shared by many processes: who renews its tokens, what
//! of them is saved, and when a process forgets them.

mod bounded;
mod forgetting;
mod interrupted;
mod labels;
mod processes;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use adapters::panorama::Panorama;
use application::ports::clock::Clock as _;
use application::ports::secrets::{Freshness, PartnerSecrets, SecretsError, VersionedSecret};
use application::ports::upstream::{PartnerAccount, UpstreamError};
use async_trait::async_trait;
use domain::app_key::AppKeyId;
use domain::client_environment::ClientEnvironment;
use domain::partner::PartnerSecret;
use reqwest::StatusCode;
use serde_json::{Value, json};
use shared::service::Service;
use tokio::sync::Notify;

use crate::world::World;

impl World {
    fn seeded(&self) -> AppKeyId {
        let name = self.machine.ready.app_name.parse().expect("a name");
        AppKeyId { environment: ClientEnvironment::Stage, name }
    }

    /// What its secret holds now.
    async fn secret(&self) -> PartnerSecret {
        let process = self.another_process();
        let read = process
            .ports
            .partner_secrets
            .read(&self.seeded(), Freshness::Now)
            .await
            .expect("an answer");
        read.expect("a secret").secret
    }

    fn another_process(&self) -> Service {
        self.machine.another_process().expect("a process")
    }

    /// Makes a call that needs a token.
    async fn use_token(&self, account: &dyn PartnerAccount) -> Result<(), UpstreamError> {
        account.list_sharing(&self.seeded()).await.map(|_| ())
    }

    /// Whether the lease can be taken; it is then.
    async fn lease_is_free(&self) -> bool {
        let now = self.clock.now();
        let until = now.plus(Duration::from_secs(20));
        let logins = &self.machine.service.ports.logins;
        logins.take_lease(&self.seeded(), now, until).await.expect("an answer")
    }

    async fn rotate_refresh_tokens(&self) {
        self.fault(json!({ "fault": "rotateRefreshTokens", "enabled": true })).await;
    }

    /// What Cognito was asked since the last look, and how it answered.
    async fn cognito(&self) -> Vec<String> {
        let (_, calls) = self.json(self.http.get(self.panorama("/control/calls"))).await;
        let cleared =
            self.http.delete(self.panorama("/control/calls")).send().await.expect("an answer");
        assert_eq!(cleared.status(), StatusCode::NO_CONTENT);
        let calls = calls.as_array().expect("an array");
        let cognito = calls.iter().filter(|call| call["path"] == "/");
        cognito
            .map(|call: &Value| {
                format!("{} {}", call["call"].as_str().expect("a name"), call["status"])
            })
            .collect()
    }
}

/// Secrets whose reads and writes the test can stop.
struct Staged {
    secrets: Arc<dyn PartnerSecrets>,
    /// A process has its tokens and is about to save them.
    about_to_save: Notify,
    /// It may.
    go: Notify,
    /// It cannot.
    broken: AtomicBool,
    /// The next read waits for `go` before it hands over what it has read.
    slow_read: AtomicBool,
    /// Such a read has read.
    has_read: Notify,
}

/// A process whose dealings with the secret the test holds in its hand.
fn staged_process(world: &World) -> (Arc<Staged>, Panorama) {
    let Service { ports, settings, .. } = world.another_process();
    let secrets = Arc::new(Staged {
        secrets: ports.partner_secrets,
        about_to_save: Notify::new(),
        go: Notify::new(),
        broken: AtomicBool::new(false),
        slow_read: AtomicBool::new(false),
        has_read: Notify::new(),
    });
    let panorama = Panorama::new(
        world.http.clone(),
        settings.panorama.clone(),
        secrets.clone(),
        ports.logins,
        ports.clock,
    );
    (secrets, panorama)
}

#[async_trait]
impl PartnerSecrets for Staged {
    async fn read(
        &self,
        app_key: &AppKeyId,
        freshness: Freshness,
    ) -> Result<Option<VersionedSecret>, SecretsError> {
        let read = self.secrets.read(app_key, freshness).await;
        if self.slow_read.swap(false, Ordering::SeqCst) {
            self.has_read.notify_one();
            self.go.notified().await;
        }
        read
    }

    async fn write(&self, app_key: &AppKeyId, secret: &PartnerSecret) -> Result<(), SecretsError> {
        self.secrets.write(app_key, secret).await
    }

    async fn replace(
        &self,
        app_key: &AppKeyId,
        read: &VersionedSecret,
        secret: &PartnerSecret,
    ) -> Result<Option<String>, SecretsError> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(SecretsError {
                operation: "PutSecretValue",
                failure: "broken by the test".to_owned(),
            });
        }
        self.about_to_save.notify_one();
        self.go.notified().await;
        self.secrets.replace(app_key, read, secret).await
    }

    async fn delete(&self, app_key: &AppKeyId) -> Result<(), SecretsError> {
        self.secrets.delete(app_key).await
    }
}
