//! One access token per app key, cached in the process for as long as it is good and the app key's
//! credentials are the ones it came from.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::Mutex as AsyncMutex;

use super::renewal::{Login, Renewals};
use application::ports::secrets::Freshness;
use application::ports::upstream::UpstreamError;
use domain::app_key::AppKeyId;
use domain::partner::Token;

/// A token for a call.
pub(super) struct Access {
    pub(super) token: Token,
    /// Whether it was got for this very call.
    pub(super) is_new: bool,
}

pub(super) struct AccessTokens {
    renewals: Renewals,
    /// One slot per app key. Whoever holds the slot may renew; the others of this process wait for
    /// the result.
    slots: Mutex<HashMap<AppKeyId, Arc<AsyncMutex<Option<Login>>>>>,
}

impl AccessTokens {
    pub(super) fn new(renewals: Renewals) -> Self {
        Self { renewals, slots: Mutex::default() }
    }

    /// A token that is good, as far as is known, and is none of the `refused` ones.
    pub(super) async fn token(
        &self,
        app_key: &AppKeyId,
        refused: &[Token],
    ) -> Result<Access, UpstreamError> {
        let slot = self.slot(app_key);
        let mut slot = slot.lock().await;
        if let Some(cached) = slot.as_ref()
            && self.renewals.usable(&cached.tokens, refused)
            && self.is_still_the_login(cached, app_key).await
        {
            return Ok(Access { token: cached.tokens.access.clone(), is_new: false });
        }
        // What was cached is of no use, whatever comes of the renewal.
        *slot = None;
        let (login, is_new) = self.renewals.current_or_renewed(app_key, refused).await?;
        Ok(Access { token: slot.insert(login).tokens.access.clone(), is_new })
    }

    /// Whether the app key is still there and has the credentials that the tokens came from. The
    /// secret is in the process's memory, so this costs a call only when that was too long ago.
    async fn is_still_the_login(&self, cached: &Login, app_key: &AppKeyId) -> bool {
        match self.renewals.secrets.read(app_key, Freshness::Cached).await {
            Ok(read) => read.is_some_and(|read| read.secret.credentials == cached.credentials),
            Err(error) => {
                // Farmers go on with a token that is good.
                tracing::warn!(
                    app_key = %app_key,
                    %error,
                    "it is not known whether the credentials have changed"
                );
                true
            }
        }
    }

    fn slot(&self, app_key: &AppKeyId) -> Arc<AsyncMutex<Option<Login>>> {
        let mut slots = self.slots.lock().expect("no thread panics while it holds the slots");
        slots.entry(app_key.clone()).or_default().clone()
    }
}
