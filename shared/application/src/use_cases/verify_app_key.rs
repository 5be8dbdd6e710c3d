//! "Check my set-up": tries everything about an app key that can be tried without a farmer.

use crate::ports::Ports;
use crate::ports::failure::Failure;
use crate::ports::secrets::Freshness;
use crate::ports::store_error::StoreError;
use crate::ports::upstream::{LoginError, LoginRefusal, UpstreamError};
use crate::use_cases::log_in::try_login;
use domain::app_key::{AppKey, AppKeyId};
use domain::attempt::{Attempt, Outcome, Tried};
use domain::client_environment::ClientEnvironment;

/// What came of the tries.
#[derive(Debug)]
pub struct SetUp {
    /// The app key.
    pub app_key: AppKey,
    /// Whether Panorama accepts the stored login now.
    pub login: Result<(), LoginProblem>,
    /// How many operations share, if the listing could be read.
    pub listing: Result<usize, String>,
    /// The environments that know the client id, if the app key's does not.
    pub known_in: Vec<ClientEnvironment>,
}

/// Why the stored login does not work.
#[derive(Debug)]
pub enum LoginProblem {
    /// There are no stored credentials.
    NoSecret,
    /// Panorama refused it.
    Refused(LoginRefusal),
    /// Panorama could not be asked.
    Unavailable(String),
}

/// Tries an app key's set-up; `None` when there is no such app key.
///
/// # Errors
/// Nothing could be tried.
pub async fn verify_app_key(ports: &Ports, id: &AppKeyId) -> Result<Option<SetUp>, Failure> {
    let Some(app_key) = ports.app_keys.find(id).await? else { return Ok(None) };
    let mut known_in = Vec::new();
    let login = match ports.partner_secrets.read(id, Freshness::Now).await? {
        None => Err(LoginProblem::NoSecret),
        Some(read) => match try_login(ports, id.environment, &read.secret.credentials).await {
            Ok(()) => {
                ports.logins.clear_refusal(id).await?;
                renew_at_once(ports, id, &read.version).await?;
                Ok(())
            }
            Err(LoginError::Unavailable(unavailable)) => {
                Err(LoginProblem::Unavailable(unavailable.to_string()))
            }
            Err(LoginError::Refused(refusal)) => {
                if refusal == LoginRefusal::UnknownClient {
                    for other in id.environment.others() {
                        let login = try_login(ports, other, &read.secret.credentials).await;
                        // Any other refusal comes from a pool that knows the client.
                        let unknown = matches!(
                            login,
                            Err(LoginError::Unavailable(_)
                                | LoginError::Refused(LoginRefusal::UnknownClient))
                        );
                        known_in.extend((!unknown).then_some(other));
                    }
                }
                Err(LoginProblem::Refused(refusal))
            }
        },
    };
    let listing = match ports.partner_account.list_sharing(id).await {
        Ok(codes) => Ok(codes.len()),
        Err(UpstreamError::Secrets(error)) => return Err(error.into()),
        Err(error) => Err(error.to_string()),
    };
    Ok(Some(SetUp { app_key, login, listing, known_in }))
}

/// The stored login works, so a renewal that was refused with it need not wait any longer. One
/// whose tokens Panorama does not accept does: a login that works says nothing about those.
async fn renew_at_once(ports: &Ports, app_key: &AppKeyId, version: &str) -> Result<(), StoreError> {
    let tried = Tried::Renewal { app_key, version };
    match ports.logins.attempt(tried).await? {
        Some(Attempt { outcome: Outcome::Refused(_), .. }) => {
            let accepted = Attempt::after(None, Outcome::Accepted, ports.clock.now());
            ports.logins.note_attempt(tried, &accepted).await
        }
        _ => Ok(()),
    }
}
