//! Step 0: an API owner signs in.

use secrecy::{ExposeSecret as _, SecretString};

use crate::domain::{owner_password, owner_token};
use crate::ports::Ports;
use crate::ports::secrets::SecretsError;

/// A bearer token for an API owner; `None` when username or password is wrong, without saying which.
///
/// # Errors
/// The owners cannot be read.
pub async fn authenticate(
    ports: &Ports,
    username: &str,
    password: &SecretString,
    remember_me: bool,
) -> Result<Option<SecretString>, SecretsError> {
    let owners = ports.service_secrets.owners().await?;
    let owner = owners.owners.iter().find(|owner| owner.username == username);
    if !owner_password::verify(password.expose_secret(), owner.map(|owner| owner.password_hash.expose_secret())) {
        return Ok(None);
    }
    let lifetime = if remember_me { owner_token::REMEMBERED_LIFETIME } else { owner_token::LIFETIME };
    Ok(Some(owner_token::sign(&owners.signing_key, username, ports.clock.now(), lifetime).into()))
}
