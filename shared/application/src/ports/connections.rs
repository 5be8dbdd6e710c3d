//! The store of connections: sessions, credentials, who owns which operation, unclaimed
//! confirmations, events.
//!
//! Every write is conditional, and a change and its event are one transaction. A write that finds
//! another state than it was told changes nothing and says what it found, so that the caller can
//! decide again.

use async_trait::async_trait;

use super::portion::Portion;
use super::store_error::StoreError;
use domain::app_key::{AppKey, AppKeyId};
use domain::catalogue::leaving::Leaving;
use domain::credential::{ConnectionEntry, Credential, CredentialStatus};
use domain::event::Event;
use domain::ids::{CredentialId, LeafUserId, MagicLinkId, SessionId, SharingUrlId};
use domain::leaf_user::LeafUser;
use domain::login_state::EntryCursor;
use domain::magic_link::Use;
use domain::operation::{Operation, Withdrawn};
use domain::session::Session;
use domain::timestamp::Timestamp;
use domain::unclaimed_confirmation::Budget;

/// Sessions, credentials, operations, events.
#[async_trait]
pub trait Connections: Send + Sync {
    /// Puts a new session in the place of the Leaf user's last one. One transaction.
    async fn start(&self, start: &Start<'_>) -> Result<(), StartConflict>;

    /// What a callback needs to be bound. One read, strongly consistent.
    async fn callback_facts(&self, callback: &Callback<'_>) -> Result<CallbackFacts, StoreError>;

    /// The sessions that these Leaf users have now.
    async fn sessions_of(&self, users: &[LeafUserId]) -> Result<Vec<Session>, StoreError>;

    /// Finds a session by its id; `None` also when a newer one has replaced it.
    async fn find_session(&self, id: SessionId) -> Result<Option<Session>, StoreError>;

    /// Whose credential it is, of those that are the upstream's.
    async fn user_of_credential(&self, id: CredentialId) -> Result<Option<LeafUserId>, StoreError>;

    /// Saves a session's next version, with the event of the change if there is one.
    async fn save(&self, session: &Session, event: Option<&Event>) -> Result<(), SaveError>;

    /// Ends a session in success: session, credential, the operation's owner and the event in one
    /// transaction. A credential that the Leaf user had for another operation is replaced and that
    /// operation released. If what is shared is in our catalogue, its sync is asked for in the same
    /// transaction. The answer is the credential that was replaced.
    async fn complete(
        &self,
        completion: &Completion<'_>,
    ) -> Result<Option<Credential>, CompleteError>;

    /// Stores a credential that was not made by a session: credential, the operation's owner and
    /// the event in one transaction. A credential that the Leaf user had is replaced as in
    /// [`Self::complete`].
    async fn create_credential(
        &self,
        credential: &Credential,
        event: &Event,
    ) -> Result<Option<Credential>, CompleteError>;

    /// Stores a confirmation that fits nobody, if its budget has room for it and no session was
    /// started with its code since `starts` were seen.
    async fn store_unclaimed(
        &self,
        unclaimed: &UnclaimedConfirmation<'_>,
        budget: &Budget,
        starts: u64,
    ) -> Result<Storing, StoreError>;

    /// A Leaf user with its session and credential. One read, strongly consistent.
    async fn account(&self, id: LeafUserId) -> Result<Option<Account>, StoreError>;

    /// The credentials of an app key, some thousands at a time, in the order of their operations.
    /// Eventually consistent.
    async fn entries(
        &self,
        app_key: &AppKeyId,
        after: Option<EntryCursor>,
    ) -> Result<EntryPage, StoreError>;

    /// Which of these operations have an unclaimed confirmation.
    async fn unclaimed_among(
        &self,
        operations: &[&Operation],
        sharing_url_id: SharingUrlId,
        now: Timestamp,
    ) -> Result<Vec<Operation>, StoreError>;

    /// Changes a credential's status, if it still is what the entry says, with the event of the
    /// change, which is why it has that status; an unclaimed confirmation of the operation goes
    /// when the credential becomes ACTIVE, and a sync is asked for.
    async fn change_status(&self, change: &StatusChange<'_>) -> Result<(), SaveError>;

    /// Notes when Panorama was asked about one credential, if it still is the one that was read.
    async fn note_check(&self, credential: &Credential, at: Timestamp) -> Result<(), SaveError>;

    /// Adds to a Leaf user's history what was asked of Panorama and changed nothing.
    async fn record(&self, id: LeafUserId, event: &Event) -> Result<(), StoreError>;

    /// A page of a credential's history.
    async fn events(&self, id: LeafUserId, page: &EventPage) -> Result<Portion<Event>, StoreError>;

    /// Ends a connection: session and credential go, the operation is released or withdrawn, the
    /// events are deleted. With `user_too` the Leaf user goes in the same transaction, and with
    /// `leaving` it is asked for the deletion of what was shared. Calling it again does nothing
    /// more, but for asking again.
    async fn disconnect(
        &self,
        account: &Account,
        user_too: bool,
        operation: Freed,
        leaving: Option<&Leaving>,
    ) -> Result<(), SaveError>;

    /// The operations that were withdrawn from an app key.
    async fn withdrawn(&self, app_key: &AppKeyId) -> Result<Vec<Withdrawn>, StoreError>;

    /// Releases an operation that was withdrawn; once more, it does nothing.
    async fn release(&self, app_key: &AppKeyId, withdrawn: &Withdrawn) -> Result<(), StoreError>;
}

/// Whom a disconnected operation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freed {
    /// For whoever proves to have it next.
    ForAnybody,
    /// For nobody, from this moment until Panorama does not list it: its farmer is to switch
    /// sharing on anew.
    ForNobodySince(Timestamp),
}

/// Who has an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// A Leaf user.
    LeafUser(LeafUserId),
    /// Nobody may have it: it is [`Withdrawn`].
    Nobody,
}

/// A new session, and what it takes the place of.
#[derive(Debug)]
pub struct Start<'a> {
    /// The new session.
    pub session: &'a Session,
    /// The app key as it was read; the start fails if it has changed.
    pub app_key: &'a AppKey,
    /// The operation, when the session was started with a code.
    pub operation: Option<&'a Operation>,
    /// The unfinished session that the caller knows it replaces.
    pub replaces: Option<&'a Session>,
    /// The replaced session's confirmation, if the new session does not carry it on.
    pub unclaimed: Option<UnclaimedConfirmation<'a>>,
    /// Whether the new session claims the unclaimed confirmation of its operation.
    pub claims: bool,
    /// The tap on a magic link by which it is started, if it is.
    pub tap: Option<Tap>,
}

/// A tap on a magic link, which starts a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tap {
    /// The link. It must be the Leaf user's and must not be spent.
    pub link: MagicLinkId,
    /// Whether it is counted.
    pub wanted: Use,
    /// The session in whose place it starts another, in the version that was read; `None`: there
    /// was none. Of taps at the same moment one starts a session, and the others find it.
    pub seen: Option<(SessionId, u64)>,
}

/// Why a session was not started; nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum StartConflict {
    /// There is no such Leaf user.
    #[error("there is no such Leaf user")]
    NoSuchUser,
    /// The app key was changed or deleted since it was read.
    #[error("the app key has changed")]
    AppKeyChanged,
    /// The Leaf user has a session whose confirmation is not finished; it is not the one that the
    /// caller named.
    #[error("the session before is not finished")]
    Unfinished(Box<Session>),
    /// An unclaimed confirmation of this operation waits for exactly such a start.
    #[error("the operation has an unclaimed confirmation")]
    Unclaimed,
    /// The unclaimed confirmation that the caller meant to claim is gone.
    #[error("the unclaimed confirmation is gone")]
    UnclaimedGone,
    /// The operation belongs to another Leaf user.
    #[error("the operation belongs to another Leaf user")]
    OperationOwned,
    /// The operation is [`Withdrawn`].
    #[error("the operation is withdrawn")]
    OperationWithdrawn,
    /// The magic link is deleted, spent, or another Leaf user's.
    #[error("the magic link starts nothing any more")]
    LinkSpent,
    /// The Leaf user's session is not the one that the tap has seen.
    #[error("the session has changed since the tap")]
    SessionChanged,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A callback, as far as the store knows of it.
#[derive(Debug, Clone, Copy)]
pub struct Callback<'a> {
    /// The operation that it claims.
    pub operation: &'a Operation,
    /// The app key that it names.
    pub sharing_url_id: SharingUrlId,
    /// The Leaf users that its cookies name.
    pub cookie_users: &'a [LeafUserId],
    /// Whose budget it would be stored from without any proof.
    pub budget: &'a Budget,
    /// When it came.
    pub at: Timestamp,
}

/// What a callback is bound with.
#[derive(Debug, Clone, Default)]
pub struct CallbackFacts {
    /// Who owns the operation.
    pub owner: Option<Owner>,
    /// The sessions that were started with the code at this app key, as they were when they
    /// started: good enough to try a write that is conditional on nothing having changed, not to
    /// refuse anybody.
    pub started_with_code: Vec<StartedSession>,
    /// So many others were started with the code lately that they are not remembered one by one.
    pub crowded_until: Option<Timestamp>,
    /// How many starts there were with the code, ever; tells whether another came in between.
    pub starts: u64,
    /// How many were stored from the callback's budget in this window.
    pub stored_of_budget: u32,
    /// The sessions of the Leaf users that the cookies name, as they are now.
    pub cookie_sessions: Vec<Session>,
}

/// A session's start, as it is remembered beside its operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartedSession {
    /// The session.
    pub id: SessionId,
    /// Whose callback it waits for.
    pub leaf_user_id: LeafUserId,
    /// The app key at its start; it may have changed since.
    pub app_key: AppKeyId,
    /// From here on it has its 15 minutes.
    pub started_at: Timestamp,
}

/// A save failed; nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// Somebody else wrote since it was read.
    #[error("it was changed by somebody else")]
    Conflict,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A session's success.
#[derive(Debug)]
pub struct Completion<'a> {
    /// The session, completed.
    pub session: &'a Session,
    /// The credential.
    pub credential: &'a Credential,
    /// What is written into the history.
    pub event: &'a Event,
}

/// A completion failed; nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum CompleteError {
    /// Somebody else wrote to the session, the credential or the Leaf user since.
    #[error("it was changed by somebody else")]
    Conflict,
    /// The operation belongs to another Leaf user.
    #[error("the operation belongs to another Leaf user")]
    OperationOwned,
    /// The operation is [`Withdrawn`].
    #[error("the operation is withdrawn")]
    OperationWithdrawn,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A confirmation that fits nobody. No Leaf user is attached to it.
#[derive(Debug, Clone)]
pub struct UnclaimedConfirmation<'a> {
    /// The operation.
    pub operation: &'a Operation,
    /// The app key that the callback named.
    pub app_key: &'a AppKeyId,
    /// That app key's sharing URL id.
    pub sharing_url_id: SharingUrlId,
    /// When it came.
    pub at: Timestamp,
    /// Until when it can be claimed.
    pub until: Timestamp,
}

/// What became of an unclaimed confirmation that was to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storing {
    /// It is stored.
    Stored,
    /// It was stored before: a repeat.
    StoredBefore,
    /// Its budget is used up; it is dropped.
    Full,
    /// A session was started with the code in the meantime: whose the confirmation is must be
    /// decided anew.
    Outdated,
}

/// A Leaf user and its connection.
#[derive(Debug, Clone)]
pub struct Account {
    /// The Leaf user.
    pub user: LeafUser,
    /// Its last session.
    pub session: Option<Session>,
    /// Its credential.
    pub credential: Option<Credential>,
}

/// Which page of the events.
#[derive(Debug, Clone, Copy)]
pub struct EventPage {
    /// Nothing from before this moment: DynamoDB deletes late.
    pub since: Timestamp,
    /// Counts from 0.
    pub page: u32,
    /// Events on a page.
    pub size: u32,
    /// Whether the first page has the newest events, or the oldest.
    pub newest_first: bool,
}

/// A page of an app key's credentials.
#[derive(Debug, Clone, Default)]
pub struct EntryPage {
    /// In the order of their operations.
    pub entries: Vec<ConnectionEntry>,
    /// Where to go on; `None` at the end.
    pub next: Option<EntryCursor>,
}

/// A credential's new status.
#[derive(Debug)]
pub struct StatusChange<'a> {
    /// The credential as it was read.
    pub entry: &'a ConnectionEntry,
    /// Its new status.
    pub to: CredentialStatus,
    /// Its app key.
    pub app_key: &'a AppKey,
    /// The event; its time is the time of the change.
    pub event: &'a Event,
    /// Whether what is shared is in our catalogue. Then it is synced from now on if the new status
    /// is ACTIVE.
    pub is_followed: bool,
}
