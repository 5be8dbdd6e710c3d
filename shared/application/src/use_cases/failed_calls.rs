//! Calls that no webhook has taken, each with what was sent.

use crate::ports::portion::Portion;
use crate::ports::secrets::{Freshness, SecretsError};
use crate::ports::{Ports, StoreError};
use domain::alert::Notice;
use domain::partner::ClientId;
use domain::webhook::{FAILED_CALLS_KEPT_FOR, FailedCall};

/// Why failed calls are not shown.
#[derive(Debug, thiserror::Error)]
pub enum FailedCallsError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A secret cannot be read.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
}

/// A page of them, those about the newest changes first; each with its body.
///
/// # Errors
/// See [`FailedCallsError`].
pub async fn failed_calls(
    ports: &Ports,
    page: u32,
    size: u32,
) -> Result<Portion<(FailedCall, String)>, FailedCallsError> {
    let since = ports.clock.now().minus(FAILED_CALLS_KEPT_FOR);
    let Portion { entries, total } = ports.webhooks.failed_calls(page, size, since).await?;
    let mut with_bodies = Vec::with_capacity(entries.len());
    for call in entries {
        let body = body_of(ports, &call.notice).await?;
        with_bodies.push((call, body.text));
    }
    Ok(Portion { entries: with_bodies, total })
}

/// What is sent of a notice.
pub struct Body {
    /// The body.
    pub text: String,
    client: Option<ClientId>,
}

impl Body {
    /// What a receiver answered, without the client id: some send back what they got, and an answer
    /// is stored.
    pub fn hidden_in(&self, answer: &str) -> String {
        self.client
            .as_ref()
            .map_or_else(|| answer.to_owned(), |client| answer.replace(client.expose(), "********"))
    }
}

/// The body of a notice. The client id in it is the partner's secret, so it is put in at the last
/// moment, and stored with nothing.
///
/// # Errors
/// The app key's secret cannot be read.
pub async fn body_of(ports: &Ports, notice: &Notice) -> Result<Body, SecretsError> {
    let secret = match notice.alert() {
        Some(alert) => ports.partner_secrets.read(&alert.app_key, Freshness::Cached).await?,
        None => None,
    };
    let client = secret.map(|read| read.secret.credentials.client_id);
    Ok(Body { text: notice.body(client.as_ref()), client })
}
