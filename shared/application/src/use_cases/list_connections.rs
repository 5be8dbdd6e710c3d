//! The list of connections: what support staff open first.

use std::collections::HashMap;

use crate::ports::Ports;
use crate::ports::connection_list::{Group, ListedConnection};
use crate::ports::portion::Portion;
use crate::ports::records::Records;
use crate::ports::store_error::StoreError;
use crate::use_cases::app_key_cache::AppKeyCache;
use domain::app_key::{AppKeyId, AppName};
use domain::client_environment::ClientEnvironment;
use domain::credential::CredentialStatus;
use domain::freshness::{DataFreshness, SilentDays};
use domain::ids::LeafUserId;
use domain::login_state::RefusedLogin;
use domain::next_step::{DataStanding, next_step};
use domain::sent::Page;
use domain::timestamp::Timestamp;

/// In which order they are listed: what somebody has to do something about comes first.
const ORDER: [CredentialStatus; 4] = [
    CredentialStatus::Unauthenticated,
    CredentialStatus::Revoked,
    CredentialStatus::LimitedPermission,
    CredentialStatus::Active,
];

/// Which connections.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// With this status, as it is shown.
    pub status: Option<CredentialStatus>,
    /// Of the app keys of this name.
    pub app_name: Option<AppName>,
    /// In this environment.
    pub environment: Option<ClientEnvironment>,
    /// Silent for so many days; without a status, of those that are ACTIVE.
    pub silent_for: Option<SilentDays>,
    /// That of this Leaf user.
    pub leaf_user: Option<LeafUserId>,
}

/// A connection, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// It, with its own status.
    pub listed: ListedConnection,
    /// Since when its app key's login is refused, if that is why it does not work.
    pub refused: Option<RefusedLogin>,
    /// How fresh its data is.
    pub freshness: DataFreshness,
    /// What to do next, as a sentence for support staff.
    pub next_step: &'static str,
}

impl Connection {
    /// Its status as it is shown: that of its app key outranks its own.
    pub fn status(&self) -> CredentialStatus {
        match self.refused {
            Some(_) => CredentialStatus::Unauthenticated,
            None => self.listed.status,
        }
    }
}

/// Why connections were not listed.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// No app key has that name.
    #[error("no app key has the name that was asked for")]
    NoSuchAppKey,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A page of connections. Those that were silent for `silent` days are asked after.
///
/// # Errors
/// See [`ListError`].
pub async fn list_connections(
    ports: &Ports,
    records: &dyn Records,
    app_keys: &AppKeyCache,
    filter: &Filter,
    silent: SilentDays,
    page: Page,
) -> Result<Portion<Connection>, ListError> {
    let now = ports.clock.now();
    let known = ports.app_keys.list().await?;
    if let Some(name) = &filter.app_name
        && !known.iter().any(|app_key| app_key.id.name == *name)
    {
        return Err(ListError::NoSuchAppKey);
    }
    let wanted = |id: &AppKeyId| {
        filter.app_name.as_ref().is_none_or(|name| id.name == *name)
            && filter.environment.is_none_or(|environment| id.environment == environment)
    };
    let mut refused = HashMap::new();
    let mut asked = Vec::new();
    for id in known.into_iter().map(|app_key| app_key.id).filter(wanted) {
        if records.ask_panorama()
            && let Some(refusal) = app_keys.login_state(&id).await?.refused
        {
            refused.insert(id.clone(), refusal);
        }
        asked.push(id);
    }
    let silent_before = filter.silent_for.map(|days| days.before(now));
    if silent_before.is_some() && !records.ask_panorama() {
        // What farmers share is not followed here, so nobody knows.
        return Ok(Portion::of_whole(Vec::new(), page.number, page.size));
    }
    let status = filter.status.or(silent_before.map(|_| CredentialStatus::Active));
    let groups = groups(&asked, status, |id| refused.contains_key(id));
    let listed = match filter.leaf_user {
        None => ports.connection_list.page(&groups, silent_before, page.number, page.size).await?,
        Some(user) => {
            let theirs = ports.connection_list.of_user(user).await?;
            let theirs = theirs.filter(|it| is_asked_for(it, &groups, silent_before));
            Portion::of_whole(theirs.into_iter().collect(), page.number, page.size)
        }
    };
    let users: Vec<_> = listed.entries.iter().map(|listed| listed.leaf_user_id).collect();
    let mut followed = ports.catalogue.followed(&users).await?;
    let shown = listed.map(|listed| {
        let followed = followed.remove(&listed.leaf_user_id).unwrap_or_default();
        let freshness = if listed.is_upstreams {
            DataFreshness::default()
        } else {
            followed.freshness(listed.credential_id, listed.created_at)
        };
        let refused = refused
            .get(&listed.app_key)
            .filter(|_| listed.status == CredentialStatus::Active && !listed.is_upstreams);
        let refused = refused.cloned();
        let mut connection = Connection { listed, refused, freshness, next_step: "" };
        connection.next_step = next_step_of(&connection, silent, now);
        connection
    });
    Ok(shown)
}

/// Whether a connection is one that these groups have.
fn is_asked_for(
    listed: &ListedConnection,
    groups: &[Group],
    silent_before: Option<Timestamp>,
) -> bool {
    let is_of = |group: &Group| group.app_key == listed.app_key && group.status == listed.status;
    groups.iter().any(is_of) && silent_before.is_none_or(|before| listed.silent_since <= before)
}

/// The groups of what is asked for, in order. A connection that works by itself is shown as what
/// its app key's login makes of it.
fn groups(
    app_keys: &[AppKeyId],
    status: Option<CredentialStatus>,
    is_refused: impl Fn(&AppKeyId) -> bool,
) -> Vec<Group> {
    let shown = |group: &Group| match group.status {
        CredentialStatus::Active if is_refused(&group.app_key) => CredentialStatus::Unauthenticated,
        status => status,
    };
    let all = app_keys
        .iter()
        .flat_map(|app_key| ORDER.map(|status| Group { app_key: app_key.clone(), status }));
    let mut groups: Vec<_> =
        all.filter(|group| status.is_none_or(|wanted| shown(group) == wanted)).collect();
    // Stable: app keys stay in their order.
    groups.sort_by_key(|group| ORDER.iter().position(|status| *status == shown(group)));
    groups
}

fn next_step_of(connection: &Connection, silent: SilentDays, now: Timestamp) -> &'static str {
    let Connection { listed, refused, freshness, .. } = connection;
    let ListedConnection { status_since, silent_since, is_upstreams, .. } = listed;
    let data = (!is_upstreams)
        .then(|| DataStanding::of(*status_since, *silent_since, freshness, silent, now));
    next_step(connection.status(), refused.is_some(), data)
}
