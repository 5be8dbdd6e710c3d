//! The records of Leaf users and of their connections, whoever keeps them: we, or an upstream whose
//! records ours follow. Which of the two is decided once, where the service is wired; nobody else
//! asks.

use async_trait::async_trait;
use url::Url;

use super::connections::{Account, EventPage};
use super::failure::Failure;
use super::portion::Portion;
use super::secrets::SecretsError;
use super::summaries::Counted;
use super::upstream::UpstreamError;
use domain::app_key::AppKey;
use domain::credential::CredentialStatus;
use domain::event::Event;
use domain::ids::LeafUserId;
use domain::leaf_user::{LeafUser, ProfileText};
use domain::record::Shown;
use domain::sent::{Page, Refusals, Sent, SentQuery};
use domain::timestamp::Timestamp;

/// Leaf users and their connections.
#[async_trait]
pub trait Records: Send + Sync {
    /// A Leaf user as we know it. One that only the upstream has is known from now on.
    async fn find_user(&self, id: LeafUserId) -> Result<Option<LeafUser>, Failure>;

    /// The same with its connection.
    async fn account(&self, id: LeafUserId) -> Result<Option<Account>, Failure>;

    /// A Leaf user as its keeper has it now.
    async fn show_user(&self, id: LeafUserId) -> Result<Option<Shown<LeafUser>>, Failure>;

    /// A page of Leaf users, as the query asks for it.
    async fn list_users(
        &self,
        query: &SentQuery,
        page: Page,
    ) -> Result<Listed<LeafUser>, ChangeError>;

    /// Stores a new Leaf user.
    async fn create_user(&self, sent: Sent) -> Result<NewUser, ChangeError>;

    /// The Leaf user of this external id; a new one, if there is none. Of two requests at once for
    /// one id, both get the same one, or one of them is told to try again.
    async fn user_of_external_id(&self, id: &ProfileText) -> Result<LeafUser, ExternalIdError>;

    /// Replaces the whole of the Leaf user that is named in what is sent.
    async fn replace_user(&self, sent: Sent) -> Result<Shown<LeafUser>, ChangeError>;

    /// Changes what is sent of a Leaf user, and nothing else.
    async fn change_user(&self, id: LeafUserId, sent: Sent)
    -> Result<Shown<LeafUser>, ChangeError>;

    /// A page of a credential's history; `None` when there is no such Leaf user.
    async fn events(
        &self,
        id: LeafUserId,
        page: &EventPage,
    ) -> Result<Option<Portion<Shown<Event>>>, Failure>;

    /// Brings a Leaf user's connection in line with the records that ours follow; the status that
    /// its credential has got by that, if it is another one. Where ours are the only ones, there is
    /// nothing to do.
    async fn catch_up(&self, user: LeafUserId) -> Result<NewStatus, Failure>;

    /// Asks the upstream now how a Leaf user's credential is, if it has one; what is asked of
    /// Panorama itself, at most once a minute per app key.
    async fn refresh_status(&self, user: LeafUserId) -> Result<(), Failure>;

    /// Asks about all credentials of an app key, until all are compared or the time is `deadline`.
    async fn check(&self, app_key: &AppKey, deadline: Timestamp) -> Result<Check, Failure>;

    /// Whether an operation can be withheld from everybody until its farmer has switched sharing
    /// off.
    /// It cannot where the upstream connects what it will, and nobody here reads a listing.
    fn decide_who_connects(&self) -> bool;

    /// Whether we ask Panorama ourselves, with the partner's login: then its refusal is the matter
    /// of every connection, and what operations share is followed here.
    fn ask_panorama(&self) -> bool;

    /// A page of what there is to read, of one Leaf user or of all.
    async fn summaries(
        &self,
        of: Option<LeafUserId>,
        query: &SentQuery,
        page: Page,
    ) -> Result<Listed<Summary>, ChangeError>;

    /// Has changes of connections told to `url`. Doing it again replaces what was registered
    /// before; a try that failed is finished by the next one.
    async fn register_alerts(&self, url: &Url) -> Result<(), RegisterAlertsError>;

    /// Takes an alert, with its signature if it has one. Who has sent it sends it again if it was
    /// not taken.
    async fn receive_alert(&self, body: &[u8], signature: Option<&str>) -> Result<(), AlertError>;
}

/// The status that a credential of ours has got, if it is another one than before.
pub type NewStatus = Option<CredentialStatus>;

/// What a check did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Credentials that were compared.
    pub compared: usize,
    /// Credentials that became REVOKED.
    pub revoked: usize,
    /// Credentials that became ACTIVE again.
    pub recovered: usize,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// All credentials were compared.
    Done(Counts),
    /// Time ran out; the next check goes on.
    OutOfTime(Counts),
    /// The login was refused lately and is left alone for now.
    LeftAlone,
    /// Panorama refuses the partner's login.
    LoginRefused,
    /// The upstream could not be asked.
    Unavailable,
}

/// A page of a list.
#[derive(Debug)]
pub struct Listed<T> {
    /// The page.
    pub portion: Portion<Shown<T>>,
    /// What of the query the other pages are to be asked for with.
    pub asked: Vec<(String, String)>,
}

/// A Leaf user that was just stored.
#[derive(Debug)]
pub struct NewUser {
    /// Its id, as its keeper writes it.
    pub id: String,
    /// It.
    pub user: Shown<LeafUser>,
}

/// How much there is to read of a Leaf user's operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Whose it is.
    pub leaf_user_id: LeafUserId,
    /// What was counted last; `None` when nothing was yet.
    pub counted: Option<Counted>,
}

/// Why what a client has sent was not done.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// Something is wrong with what was sent.
    #[error("fields of the request are refused")]
    Refused(Refusals),
    /// There is no such Leaf user.
    #[error("there is no Leaf user {0}")]
    NoSuchUser(LeafUserId),
    /// Whoever keeps the records did not do it.
    #[error(transparent)]
    Failure(Failure),
}

/// Why there is no Leaf user of an external id.
#[derive(Debug, thiserror::Error)]
pub enum ExternalIdError {
    /// Another request is making it.
    #[error("another request is making the Leaf user")]
    BeingMade,
    /// Whoever keeps the records did not do it.
    #[error(transparent)]
    Change(#[from] ChangeError),
}

impl<E: Into<Failure>> From<E> for ExternalIdError {
    fn from(error: E) -> Self {
        Self::Change(ChangeError::Failure(error.into()))
    }
}

/// Why no alerts were registered.
#[derive(Debug, thiserror::Error)]
pub enum RegisterAlertsError {
    /// There is nobody who could send alerts.
    #[error("the upstream sends no alerts")]
    NoAlerts,
    /// The upstream did not register it.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
    /// The secret that alerts are signed with cannot be stored.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
}

/// Why an alert was not taken.
#[derive(Debug, thiserror::Error)]
pub enum AlertError {
    /// It is not signed with our secret, or not at all.
    #[error("it is not signed by the upstream")]
    NotSigned,
    /// The upstream could not be asked, or what it said not be stored.
    #[error(transparent)]
    Failure(Failure),
}

impl<E: Into<Failure>> From<E> for AlertError {
    fn from(error: E) -> Self {
        Self::Failure(error.into())
    }
}

impl From<Refusals> for ChangeError {
    fn from(refusals: Refusals) -> Self {
        Self::Refused(refusals)
    }
}

impl<E: Into<Failure>> From<E> for ChangeError {
    fn from(error: E) -> Self {
        Self::Failure(error.into())
    }
}
