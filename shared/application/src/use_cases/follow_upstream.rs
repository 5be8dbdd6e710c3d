//! Where the upstream keeps the connections, ours follow its records: asked about one Leaf user,
//! they are brought in line.

use crate::ports::Ports;
use crate::ports::connections::{Account, CompleteError, SaveError, StatusChange};
use crate::ports::secrets::SecretsError;
use crate::ports::store_error::StoreError;
use crate::ports::upstream::{Kept, RecordKeeper, Theirs, UpstreamError};
use crate::use_cases::app_key_cache::AppKeyCache;
use crate::use_cases::change_status::write_status;
use crate::use_cases::finish_handshake::{Confirmation, complete, count_recovery};
use crate::use_cases::leaf_users::{UserError, account};
use domain::credential::{Credential, CredentialStatus, SETTLING};
use domain::event::Event;
use domain::ids::LeafUserId;
use domain::operation::Operation;
use domain::organization_code::IndexKey;
use domain::session::{Session, State};
use domain::timestamp::Timestamp;

/// Why nobody could be asked, or what was heard could not be stored; nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The upstream did not tell.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A secret cannot be read.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
}

impl From<UserError> for FollowError {
    fn from(error: UserError) -> Self {
        match error {
            UserError::Store(error) => error.into(),
            UserError::Upstream(error) => error.into(),
        }
    }
}

/// The status that a credential of ours has got from the upstream's records, if it is another one.
pub type NewStatus = Option<CredentialStatus>;

/// Asks about one Leaf user, and follows.
///
/// # Errors
/// See [`FollowError`].
pub async fn follow_upstream(
    ports: &Ports,
    app_keys: &AppKeyCache,
    keeper: &dyn RecordKeeper,
    user: LeafUserId,
) -> Result<NewStatus, FollowError> {
    // Ours first: what is written between the two reads makes the write fail, and is newer than
    // what the upstream said.
    let Some(ours) = account(ports, user).await? else { return Ok(None) };
    let asked_at = ports.clock.now();
    let theirs = keeper.connection(user).await?;
    let follower = Follower { ports, app_keys, asked_at, key: ports.index_key().await? };
    match theirs {
        Kept::Nothing => follower.nothing_there(ours).await,
        Kept::Unclear => Ok(None),
        Kept::Credential(theirs) => follower.is_there(ours, &theirs).await,
    }
}

struct Follower<'a> {
    ports: &'a Ports,
    app_keys: &'a AppKeyCache,
    asked_at: Timestamp,
    key: IndexKey,
}

impl Follower<'_> {
    /// The upstream has no credential. That is not an answer to wait with: it did answer.
    async fn nothing_there(&self, ours: Account) -> Result<NewStatus, FollowError> {
        let Some(credential) = ours.credential else { return Ok(None) };
        if credential.status_since.plus(SETTLING) >= self.asked_at {
            return Ok(None);
        }
        let body = "Leaf has no credential for this Leaf user any more. The credential is REVOKED.";
        self.change(&credential, CredentialStatus::Revoked, body).await
    }

    async fn is_there(&self, ours: Account, theirs: &Theirs) -> Result<NewStatus, FollowError> {
        let status = theirs.status;
        let operation = Operation::new(&self.key, theirs.environment, &theirs.organization_code);
        if let Some(session) = ours.session.filter(|session| waits_for(session, theirs))
            && status == CredentialStatus::Active
        {
            let is_news = session.handshake().is_some()
                || ours
                    .credential
                    .as_ref()
                    .is_none_or(|credential| credential.operation != operation);
            if is_news {
                let event = self.ports.event(
                    Event::FOLLOW,
                    200,
                    "Leaf has connected the operation; the credential is ACTIVE.",
                    self.ports.clock.now(),
                );
                let code = &theirs.organization_code;
                let confirmation =
                    Confirmation { operation: &operation, code, id: Some(theirs.id) };
                complete(self.ports, session, &confirmation, &event).await?;
                return Ok(Some(status).filter(|_| ours.credential.is_some()));
            }
        }
        match ours.credential {
            Some(credential)
                if credential.operation == operation
                    && (credential.id == theirs.id || status != CredentialStatus::Active) =>
            {
                let body = format!("Leaf says that the credential is {}.", status.as_str());
                self.change(&credential, status, &body).await
            }
            _ if status == CredentialStatus::Active => {
                self.adopt(ours.user.id, theirs, operation).await
            }
            _ => Ok(None),
        }
    }

    async fn change(
        &self,
        credential: &Credential,
        to: CredentialStatus,
        body: &str,
    ) -> Result<NewStatus, FollowError> {
        let connections = &self.ports.connections;
        let changed = if credential.status == to {
            Ok(())
        } else {
            let entry = credential.entry();
            let Some(app_key) = self.app_keys.find(&credential.app_key).await? else {
                return Ok(None);
            };
            let event = self.ports.event(Event::FOLLOW, 200, body, self.ports.clock.now());
            let sharing_url_id = app_key.sharing_url_id;
            write_status(
                self.ports,
                &StatusChange { entry: &entry, to, sharing_url_id, event: &event },
            )
            .await
        };
        let noted = match changed {
            Ok(()) => connections.note_check(credential, self.asked_at).await,
            conflict => conflict,
        };
        match noted {
            Ok(()) => Ok(Some(to).filter(|to| *to != credential.status)),
            // Somebody else has changed it meanwhile, and what they wrote is newer.
            Err(SaveError::Conflict) => Ok(None),
            Err(SaveError::Store(error)) => Err(error.into()),
        }
    }

    /// Leaf has a connection that no session of ours has brought: it is from before, or was made
    /// there.
    async fn adopt(
        &self,
        user: LeafUserId,
        theirs: &Theirs,
        operation: Operation,
    ) -> Result<NewStatus, FollowError> {
        let app_key = match &theirs.client_id {
            Some(client_id) => {
                let client = self.key.client(theirs.environment, client_id.expose());
                self.app_keys.find_by_client(theirs.environment, &client).await?.into_iter().next()
            }
            None => None,
        };
        let Some(app_key) = app_key else {
            tracing::warn!(
                leaf_user_id = %user,
                "Leaf has a credential of a client id for which no app key is registered"
            );
            return Ok(None);
        };
        let now = self.ports.clock.now();
        let credential = Credential {
            id: theirs.id,
            leaf_user_id: user,
            app_key: app_key.id,
            organization_code: theirs.organization_code.clone(),
            operation,
            status: CredentialStatus::Active,
            created_at: theirs.created_at.unwrap_or(now),
            status_since: now,
            checked_at: Some(self.asked_at),
            kept_upstream: true,
        };
        let event = self.ports.event(
            Event::FOLLOW,
            200,
            "The credential was taken over from Leaf; it is ACTIVE.",
            now,
        );
        match self.ports.connections.create_credential(&credential, &event).await {
            Ok(before) => {
                count_recovery(before.as_ref(), &credential);
                Ok(Some(CredentialStatus::Active))
            }
            Err(CompleteError::Conflict) => Ok(None),
            Err(CompleteError::OperationOwned | CompleteError::OperationWithdrawn) => {
                tracing::warn!(
                    leaf_user_id = %user,
                    "Leaf has an operation connected to two Leaf users"
                );
                Ok(None)
            }
            Err(CompleteError::Store(error)) => Err(error.into()),
        }
    }
}

/// Whether what the upstream has may be what the session waits for. One whose time is over waits as
/// well: the farmer may have come in time, and never to us.
fn waits_for(session: &Session, theirs: &Theirs) -> bool {
    let code = &theirs.organization_code;
    session.app_key.environment == theirs.environment
        && match &session.state {
            State::Confirming(handshake) => handshake.code == *code,
            State::Pending | State::Expired => {
                session.organization_code.as_ref().is_none_or(|started| started == code)
            }
            State::Completed { .. } | State::Rejected(_) => false,
        }
}
