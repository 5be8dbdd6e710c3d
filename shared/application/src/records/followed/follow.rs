//! One Leaf user's connection is brought in line with what the upstream has of it.

use crate::ports::Ports;
use crate::ports::connections::{Account, CompleteError, SaveError, StatusChange};
use crate::ports::failure::Failure;
use crate::ports::record_keeper::Theirs;
use crate::ports::records::NewStatus;
use crate::ports::upstream::Party;
use crate::use_cases::app_key_cache::AppKeyCache;
use crate::use_cases::change_status::write_status;
use crate::use_cases::finish_handshake::{ConfirmedSharing, complete, count_recovery};
use domain::credential::{Credential, CredentialStatus, SETTLING};
use domain::event::Event;
use domain::ids::LeafUserId;
use domain::operation::Operation;
use domain::organization_code::IndexKey;
use domain::session::{Session, State};
use domain::timestamp::Timestamp;

pub(super) struct Follower<'a> {
    pub(super) ports: &'a Ports,
    pub(super) app_keys: &'a AppKeyCache,
    pub(super) upstream: Party,
    pub(super) asked_at: Timestamp,
    pub(super) key: IndexKey,
}

impl Follower<'_> {
    /// The upstream has no credential. That is not an answer to wait with: it did answer.
    pub(super) async fn nothing_there(&self, ours: Account) -> Result<NewStatus, Failure> {
        let Some(credential) = ours.credential else { return Ok(None) };
        if credential.status_since.plus(SETTLING) >= self.asked_at {
            return Ok(None);
        }
        let body = format!(
            "{} has no credential for this Leaf user any more. The credential is REVOKED.",
            self.upstream
        );
        self.change(&credential, CredentialStatus::Revoked, &body).await
    }

    pub(super) async fn is_there(
        &self,
        ours: Account,
        theirs: &Theirs,
    ) -> Result<NewStatus, Failure> {
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
                let body = format!(
                    "{} has connected the operation; the credential is ACTIVE.",
                    self.upstream
                );
                let event = self.event(body, self.ports.clock.now());
                let code = &theirs.organization_code;
                let confirmation =
                    ConfirmedSharing { operation: &operation, code, id: Some(theirs.id) };
                complete(self.ports, session, &confirmation, &event).await?;
                return Ok(Some(status).filter(|_| ours.credential.is_some()));
            }
        }
        match ours.credential {
            Some(credential)
                if credential.operation == operation
                    && (credential.id == theirs.id || status != CredentialStatus::Active) =>
            {
                let body =
                    format!("{} says that the credential is {}.", self.upstream, status.as_str());
                self.change(&credential, status, &body).await
            }
            _ if status == CredentialStatus::Active => {
                self.adopt(ours.user.id, theirs, operation).await
            }
            _ => Ok(None),
        }
    }

    fn event(&self, body: impl Into<String>, now: Timestamp) -> Event {
        self.ports.event(Event::FOLLOW, 200, body, now)
    }

    async fn change(
        &self,
        credential: &Credential,
        to: CredentialStatus,
        body: &str,
    ) -> Result<NewStatus, Failure> {
        let connections = &self.ports.connections;
        let changed = if credential.status == to {
            Ok(())
        } else {
            let entry = credential.entry();
            let Some(app_key) = self.app_keys.find(&credential.app_key).await? else {
                return Ok(None);
            };
            let event = self.event(body, self.ports.clock.now());
            let event = &event;
            let (app_key, is_followed) = (&app_key, false);
            let change = StatusChange { entry: &entry, to, app_key, event, is_followed };
            write_status(self.ports, &change).await
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

    /// The upstream has a connection that no session of ours has brought: it is from before, or was
    /// made there.
    async fn adopt(
        &self,
        user: LeafUserId,
        theirs: &Theirs,
        operation: Operation,
    ) -> Result<NewStatus, Failure> {
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
                upstream = %self.upstream,
                "the upstream has a credential of a client id for which no app key is registered"
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
            silent_since: now,
            checked_at: Some(self.asked_at),
            is_upstreams: true,
        };
        let body = format!("The credential was taken over from {}; it is ACTIVE.", self.upstream);
        let event = self.event(body, now);
        match self.ports.connections.create_credential(&credential, &event).await {
            Ok(before) => {
                count_recovery(before.as_ref(), &credential);
                Ok(Some(CredentialStatus::Active))
            }
            Err(CompleteError::Conflict) => Ok(None),
            Err(CompleteError::OperationOwned | CompleteError::OperationWithdrawn) => {
                tracing::warn!(
                    leaf_user_id = %user,
                    upstream = %self.upstream,
                    "the upstream has an operation connected to two Leaf users"
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
