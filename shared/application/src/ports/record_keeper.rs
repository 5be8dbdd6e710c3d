//! An upstream with records of its own, which ours then follow.

use async_trait::async_trait;
use secrecy::SecretString;
use url::Url;

use super::connections::EventPage;
use super::portion::Portion;
use super::records::{AlertError, RegisterAlertsError};
use super::upstream::{Party, UpstreamError};
use domain::client_environment::ClientEnvironment;
use domain::credential::CredentialStatus;
use domain::ids::{CredentialId, LeafUserId};
use domain::organization_code::OrganizationCode;
use domain::partner::ClientId;
use domain::record::Record;
use domain::sent::Sent;
use domain::timestamp::Timestamp;

/// An upstream with records of its own.
#[async_trait]
pub trait RecordKeeper: Send + Sync {
    /// Who it is: the history names it.
    fn party(&self) -> Party;

    /// What it has of a Leaf user's connection now.
    async fn connection(&self, user: LeafUserId) -> Result<UpstreamConnection, UpstreamError>;

    /// A page of a connection's history. Their texts are not passed on: they may quote what is
    /// secret.
    async fn events(
        &self,
        user: LeafUserId,
        page: &EventPage,
    ) -> Result<Portion<Record>, UpstreamError>;

    /// Stores a new Leaf user, as it was sent.
    async fn create_user(&self, sent: Sent) -> Result<Record, UpstreamError>;

    /// Finds a Leaf user.
    async fn find_user(&self, id: LeafUserId) -> Result<Option<Record>, UpstreamError>;

    /// Replaces the Leaf user that is named in what is sent; `None` when there is none.
    async fn replace_user(&self, sent: Sent) -> Result<Option<Record>, UpstreamError>;

    /// Changes what is sent of a Leaf user; `None` when there is none.
    async fn change_user(
        &self,
        id: LeafUserId,
        sent: Sent,
    ) -> Result<Option<Record>, UpstreamError>;

    /// A page of Leaf users, as the query asks for it.
    async fn list_users(
        &self,
        query: Vec<(String, String)>,
    ) -> Result<Portion<Record>, UpstreamError>;

    /// A page of sync summaries, as the query asks for it; `None` when it names a Leaf user that
    /// there is not.
    async fn summaries(
        &self,
        query: Vec<(String, String)>,
    ) -> Result<Option<Portion<Record>>, UpstreamError>;

    /// Has changes of connections told to `url`, signed with a fresh secret, and to no address of
    /// ours that was registered before. A try that failed is finished by the next one, with the
    /// secret of the first.
    async fn register_alerts(
        &self,
        url: &Url,
        fresh: SecretString,
    ) -> Result<(), RegisterAlertsError>;

    /// Whose credential an alert is about, if it is about one, and if the signature is good.
    async fn read_alert(
        &self,
        body: &[u8],
        signature: Option<&str>,
    ) -> Result<Option<CredentialId>, AlertError>;
}

/// What the upstream's records have of a Leaf user's connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UpstreamConnection {
    /// Nothing, or nothing yet.
    Nothing,
    /// Something in words that we do not know. Nothing follows from it.
    Unclear,
    /// A credential.
    Credential(Theirs),
}

/// A connection in the upstream's records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theirs {
    /// Its id there.
    pub id: CredentialId,
    /// When it was created there, if that is told.
    pub created_at: Option<Timestamp>,
    /// Whether it works.
    pub status: CredentialStatus,
    /// The operation's code.
    pub organization_code: OrganizationCode,
    /// In which environment.
    pub environment: ClientEnvironment,
    /// The partner's client id, if it is told: it names the app key.
    pub client_id: Option<ClientId>,
}
