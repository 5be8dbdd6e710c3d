//! One access token per app key: kept in the process, shared by all functions through the app key's secret, renewed by one request at a
//! time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Mutex as AsyncMutex;
use url::Url;

use super::cognito::Cognito;
use crate::domain::app_key::AppKeyId;
use crate::domain::partner::{PartnerSecret, PartnerTokens, Token};
use crate::ports::clock::Clock;
use crate::ports::secrets::{Freshness, PartnerSecrets, VersionedSecret};
use crate::ports::upstream::{LoginError, UpstreamError};

/// A token that is about to expire is renewed before it does: the call that it is for takes time.
const MARGIN: Duration = Duration::from_mins(1);

pub(super) struct AccessTokens {
    secrets: Arc<dyn PartnerSecrets>,
    clock: Arc<dyn Clock>,
    /// One slot per app key. Whoever holds the slot may renew; the others wait for the result.
    slots: Mutex<HashMap<AppKeyId, Arc<AsyncMutex<Option<PartnerTokens>>>>>,
}

impl AccessTokens {
    pub(super) fn new(secrets: Arc<dyn PartnerSecrets>, clock: Arc<dyn Clock>) -> Self {
        Self { secrets, clock, slots: Mutex::default() }
    }

    /// A token that is good, as far as is known, and is not the `refused` one.
    pub(super) async fn token(
        &self,
        cognito: &Cognito,
        login: &Url,
        app_key: &AppKeyId,
        refused: Option<&Token>,
    ) -> Result<Token, UpstreamError> {
        let slot = self.slot(app_key);
        let mut slot = slot.lock().await;
        if let Some(tokens) = slot.as_ref()
            && self.usable(tokens, refused)
        {
            return Ok(tokens.access.clone());
        }
        // Another function may have renewed it: what is in the secret now counts, not what was read minutes ago.
        let read = self.secrets.read(app_key, Freshness::Now).await?.ok_or(UpstreamError::NoSecret)?;
        let tokens = match &read.secret.tokens {
            Some(tokens) if self.usable(tokens, refused) => tokens.clone(),
            _ => self.renew(cognito, login, app_key, &read).await?,
        };
        let token = tokens.access.clone();
        *slot = Some(tokens);
        Ok(token)
    }

    async fn renew(
        &self,
        cognito: &Cognito,
        login: &Url,
        app_key: &AppKeyId,
        read: &VersionedSecret,
    ) -> Result<PartnerTokens, UpstreamError> {
        let credentials = &read.secret.credentials;
        let refresh = read.secret.tokens.as_ref().and_then(|tokens| tokens.refresh.as_ref());
        let refreshed = match refresh {
            None => None,
            Some(refresh) => match cognito.refresh(login, &credentials.client_id, refresh).await {
                Ok(tokens) => Some(tokens),
                // Expired or revoked: the password is the fall-back.
                Err(LoginError::Refused(refusal)) => {
                    tracing::info!(app_key = %app_key, %refusal, "the refresh token is not accepted; logging in");
                    None
                }
                Err(LoginError::Unavailable(unavailable)) => return Err(unavailable.into()),
            },
        };
        let tokens = match refreshed {
            Some(tokens) => tokens,
            None => cognito.log_in(login, credentials).await.map_err(|error| match error {
                LoginError::Refused(refusal) => UpstreamError::PartnerLogin(refusal),
                LoginError::Unavailable(unavailable) => UpstreamError::Unavailable(unavailable),
            })?,
        };
        let renewed = PartnerSecret { credentials: credentials.clone(), tokens: Some(tokens.clone()) };
        // Somebody else's write is as good as ours, and must not be undone: it may be a new password.
        match self.secrets.replace(app_key, read, &renewed).await {
            Ok(true) => {}
            Ok(false) => tracing::info!(app_key = %app_key, "another function has written the secret meanwhile"),
            Err(error) => tracing::warn!(app_key = %app_key, %error, "the new tokens are only in this process"),
        }
        Ok(tokens)
    }

    fn usable(&self, tokens: &PartnerTokens, refused: Option<&Token>) -> bool {
        self.clock.now().plus(MARGIN) < tokens.access_expires_at && Some(&tokens.access) != refused
    }

    fn slot(&self, app_key: &AppKeyId) -> Arc<AsyncMutex<Option<PartnerTokens>>> {
        let mut slots = self.slots.lock().expect("no thread panics while it holds the slots");
        slots.entry(app_key.clone()).or_default().clone()
    }
}
