//! Step 6: whether a Leaf user is connected.

use crate::ports::Ports;
use crate::ports::connections::Account;
use crate::ports::failure::Failure;
use crate::ports::records::Records;
use crate::ports::secrets::Freshness;
use crate::use_cases::app_key_cache::AppKeyCache;
use domain::credential::{Credential, CredentialStatus};
use domain::freshness::DataFreshness;
use domain::ids::LeafUserId;
use domain::partner::{ClientId, Username};
use domain::session::{Rejection, Session, Status};
use domain::timestamp::Timestamp;

/// What a Leaf user has.
#[derive(Debug)]
pub enum CredentialStatusView {
    /// A credential.
    Credential {
        /// It.
        credential: Box<Credential>,
        /// The partner's `clientId` and `username`, unless the app key is gone.
        login: Option<(ClientId, Username)>,
        /// When Panorama was last asked about it, by a check or a status refresh.
        checked_at: Option<Timestamp>,
        /// How fresh its data is; nothing is known of one that the upstream follows.
        freshness: DataFreshness,
    },
    /// None yet: the farmer, or Panorama, is awaited.
    Pending(Box<Session>),
    /// None, and why.
    None(NoCredential),
}

/// Why there is no credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoCredential {
    /// There is no such Leaf user.
    NoSuchUser,
    /// Nothing was started.
    NotStarted,
    /// The farmer did not come in time.
    Expired,
    /// The session was rejected.
    Rejected(Rejection),
}

/// The status of a Leaf user's credential. One read of both tables; the partner's login comes from
/// the process's memory when it is warm.
///
/// # Errors
/// See [`Failure`]; never the upstream's.
pub async fn credential_status(
    ports: &Ports,
    records: &dyn Records,
    app_keys: &AppKeyCache,
    id: LeafUserId,
) -> Result<CredentialStatusView, Failure> {
    let none = |why| Ok(CredentialStatusView::None(why));
    match records.catch_up(id).await {
        Ok(_) => {}
        // What is stored is still the best answer; `checkedAt` says how old it is.
        Err(Failure::Upstream(error)) => {
            tracing::warn!(leaf_user_id = %id, %error, "the upstream was not followed");
        }
        Err(error) => return Err(error),
    }
    let Some((Account { session, credential, .. }, followed)) = ports.catalogue.account(id).await?
    else {
        return none(NoCredential::NoSuchUser);
    };
    if let Some(mut credential) = credential {
        let state = app_keys.login_state(&credential.app_key).await?;
        if !credential.is_upstreams
            && state.refused.is_some()
            && credential.status == CredentialStatus::Active
        {
            // Known once, at the app key; nothing is wrong with the farmer's side.
            credential.status = CredentialStatus::Unauthenticated;
        }
        // A credential that is the upstream's is asked about by itself: no listing says anything
        // about it.
        let listed_at = state.checked_at.filter(|_| !credential.is_upstreams);
        let checked_at = credential.checked_at.max(listed_at);
        let secret = ports.partner_secrets.read(&credential.app_key, Freshness::Cached).await?;
        let login = secret
            .map(|read| (read.secret.credentials.client_id, read.secret.credentials.username));
        let freshness = if credential.is_upstreams {
            DataFreshness::default()
        } else {
            followed.freshness(credential.id, credential.created_at)
        };
        return Ok(CredentialStatusView::Credential {
            freshness,
            credential: Box::new(credential),
            login,
            checked_at,
        });
    }
    let Some(session) = session else { return none(NoCredential::NotStarted) };
    match session.status(ports.clock.now()) {
        Status::Pending | Status::Confirming => {
            Ok(CredentialStatusView::Pending(Box::new(session)))
        }
        Status::Expired => none(NoCredential::Expired),
        Status::Rejected(rejection) => none(NoCredential::Rejected(rejection)),
        // Deleting a credential deletes its session with it, so this is none that was ever finished
        // here.
        Status::Completed => none(NoCredential::NotStarted),
    }
}
