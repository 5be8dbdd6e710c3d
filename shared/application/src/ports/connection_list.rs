//! The list of connections: every credential, by app key, status and since when it is silent. It is
//! read by an index of the store of [`super::connections`], without organization codes.

use async_trait::async_trait;

use super::portion::Portion;
use super::store_error::StoreError;
use domain::app_key::AppKeyId;
use domain::credential::{Credential, CredentialStatus};
use domain::ids::{CredentialId, LeafUserId};
use domain::timestamp::Timestamp;

/// Connections, listed.
#[async_trait]
pub trait ConnectionList: Send + Sync {
    /// One page of these groups, one after the other, each with those first that have been silent
    /// for longest; with `silent_before`, only those that are silent since then or longer. `page`
    /// counts from 0. Eventually consistent.
    ///
    /// The total is kept; with `silent_before` what is behind the page is counted in the index. A
    /// page is read from the beginning of the list, so far pages cost more.
    async fn page(
        &self,
        groups: &[Group],
        silent_before: Option<Timestamp>,
        page: u32,
        size: u32,
    ) -> Result<Portion<ListedConnection>, StoreError>;

    /// The connection of one Leaf user, if it is in the list. Strongly consistent.
    async fn of_user(&self, id: LeafUserId) -> Result<Option<ListedConnection>, StoreError>;

    /// The ACTIVE connections of an app key, some hundreds at a time. One that is written meanwhile
    /// may come twice. Eventually consistent.
    async fn active(
        &self,
        app_key: &AppKeyId,
        after: Option<ActiveCursor>,
    ) -> Result<ActivePage, StoreError>;

    /// Puts into the list what an earlier version has written of an app key's connections, and says
    /// how many those were.
    async fn list_earlier(&self, app_key: &AppKeyId) -> Result<usize, StoreError>;

    /// Notes that a file of a connection has come, unless the credential is another one by now.
    async fn note_data(&self, credential: &Credential, at: Timestamp) -> Result<(), StoreError>;
}

/// The connections of an app key that have the same status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Which app key.
    pub app_key: AppKeyId,
    /// Their status.
    pub status: CredentialStatus,
}

/// A connection in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedConnection {
    /// Whose it is.
    pub leaf_user_id: LeafUserId,
    /// Its credential.
    pub credential_id: CredentialId,
    /// With which app key.
    pub app_key: AppKeyId,
    /// Its status.
    pub status: CredentialStatus,
    /// Since when it has that.
    pub status_since: Timestamp,
    /// Why it has that; `None` of one that an earlier version has written.
    pub reason: Option<Reason>,
    /// When it was connected.
    pub created_at: Timestamp,
    /// Since when neither a file has come nor the status changed, to the hour.
    pub silent_since: Timestamp,
    /// Whether it is a copy of the upstream's own record.
    pub is_upstreams: bool,
}

/// Why a connection has its status: what the event of the change says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// The HTTP status that the upstream answered with.
    pub status_code: u16,
    /// What came of it, as a sentence.
    pub text: String,
}

/// A part of an app key's ACTIVE connections.
#[derive(Debug, Clone, Default)]
pub struct ActivePage {
    /// Those that have been silent for longest come first.
    pub connections: Vec<ListedConnection>,
    /// Where to go on; `None` at the end.
    pub next: Option<ActiveCursor>,
}

/// A place among an app key's ACTIVE connections: the last one that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveCursor {
    /// Whose it was.
    pub leaf_user_id: LeafUserId,
    /// Since when it was silent.
    pub silent_since: Timestamp,
}
