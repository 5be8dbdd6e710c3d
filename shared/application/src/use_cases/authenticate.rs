//! Step 0: an API owner signs in.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use crate::ports::Ports;
use crate::ports::secrets::SecretsError;
use crate::ports::store_error::StoreError;
use domain::caller::Caller;
use domain::sign_in::{Failures, SignInKey, name_for_logs};
use domain::{owner_password, owner_token};

/// What came of it.
#[derive(Debug)]
pub enum SignIn {
    /// A bearer token for the API owner.
    Token(SecretString),
    /// Username or password is wrong; it is not said which.
    Refused,
    /// Too many have failed for this name from this client: nothing was looked at, and the next may
    /// be tried after this time.
    Wait(Duration),
}

/// Nobody can say who it is.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticateError {
    /// The owners cannot be read.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// What failed before cannot be read or written. Without it, guessing would cost nothing.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Looks at a username and a password.
///
/// # Errors
/// See [`AuthenticateError`].
pub async fn authenticate(
    ports: &Ports,
    username: &str,
    password: &SecretString,
    remember_me: bool,
    caller: Caller,
) -> Result<SignIn, AuthenticateError> {
    let owners = ports.service_secrets.owners().await?;
    let key = &owners.signing_key;
    let (now, name) = (ports.clock.now(), name_for_logs(key, username));
    let who = SignInKey::of(key, username, caller);
    let failures = ports.sign_ins.failures(&who).await?;
    if let Some(wait) = failures.and_then(|failures| failures.wait_at(now)) {
        tracing::warn!(name, outcome = "slowed", "sign-in");
        return Ok(SignIn::Wait(wait));
    }
    let owner = owners.owners.iter().find(|owner| owner.username == username);
    let is_right = owner_password::verify(
        password.expose_secret(),
        owner.map(|owner| owner.password_hash.expose_secret()),
    );
    let Some(owner) = owner.filter(|_| is_right) else {
        tracing::warn!(name, outcome = "refused", "sign-in");
        match failures {
            Some(failures) if !failures.count_at(now) => {
                ports.sign_ins.first_failure(&who, now).await?;
            }
            _ => ports.sign_ins.count_failure(&who, now).await?,
        }
        return Ok(SignIn::Refused);
    };
    tracing::info!(name, outcome = "signedIn", "sign-in");
    if let Some(Failures { count: 1.., .. }) = failures {
        ports.sign_ins.forgive(&who).await?;
    }
    let lifetime =
        if remember_me { owner_token::REMEMBERED_LIFETIME } else { owner_token::LIFETIME };
    Ok(SignIn::Token(owner_token::sign(key, owner, now, lifetime).into()))
}
