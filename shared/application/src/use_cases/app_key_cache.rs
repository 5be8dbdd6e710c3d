//! App keys as they were at most a minute ago.
//!
//! A partner has a handful and changes them once a year, but every start and every callback needs
//! one. What is remembered is only what was found, so a new app key works at once; a start checks
//! the version in its transaction, so a changed one is noticed there.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::ports::app_keys::AppKeys;
use crate::ports::clock::Clock;
use crate::ports::logins::Logins;
use crate::ports::store_error::StoreError;
use domain::app_key::{AppKey, AppKeyId};
use domain::client_environment::ClientEnvironment;
use domain::ids::SharingUrlId;
use domain::login_state::LoginState;
use domain::organization_code::ClientHash;
use domain::timestamp::Timestamp;

/// How long an app key is remembered.
pub const REMEMBERED_FOR: Duration = Duration::from_mins(1);

/// App keys, read through a memory.
pub struct AppKeyCache {
    app_keys: Arc<dyn AppKeys>,
    clock: Arc<dyn Clock>,
    by_id: Memory<AppKeyId, AppKey>,
    by_sharing_url: Memory<SharingUrlId, AppKey>,
    by_client: Memory<(ClientEnvironment, ClientHash), Vec<AppKey>>,
    logins: Arc<dyn Logins>,
    login_states: Memory<AppKeyId, LoginState>,
}

type Memory<K, V> = Mutex<HashMap<K, (V, Timestamp)>>;

impl AppKeyCache {
    /// A memory of these app keys.
    pub fn new(app_keys: Arc<dyn AppKeys>, logins: Arc<dyn Logins>, clock: Arc<dyn Clock>) -> Self {
        Self {
            app_keys,
            logins,
            clock,
            by_id: Mutex::default(),
            by_sharing_url: Mutex::default(),
            by_client: Mutex::default(),
            login_states: Mutex::default(),
        }
    }

    /// The app key of this name.
    pub async fn find(&self, id: &AppKeyId) -> Result<Option<AppKey>, StoreError> {
        if let Some(known) = self.recall(&self.by_id, id) {
            return Ok(Some(known));
        }
        let found = self.app_keys.find(id).await?;
        self.remember(&self.by_id, id, found.as_ref());
        Ok(found)
    }

    /// The app key of this sharing URL id.
    pub async fn find_by_sharing_url(
        &self,
        id: SharingUrlId,
    ) -> Result<Option<AppKey>, StoreError> {
        if let Some(known) = self.recall(&self.by_sharing_url, &id) {
            return Ok(Some(known));
        }
        let found = self.app_keys.find_by_sharing_url(id).await?;
        self.remember(&self.by_sharing_url, &id, found.as_ref());
        Ok(found)
    }

    /// The app keys of this client id.
    pub async fn find_by_client(
        &self,
        environment: ClientEnvironment,
        client: &ClientHash,
    ) -> Result<Vec<AppKey>, StoreError> {
        let key = (environment, client.clone());
        if let Some(known) = self.recall(&self.by_client, &key) {
            return Ok(known);
        }
        let found = self.app_keys.find_by_client(environment, client).await?;
        self.remember(&self.by_client, &key, Some(&found).filter(|found| !found.is_empty()));
        Ok(found)
    }

    /// What is known of an app key's login. Here, nothing is remembered as well: a refusal is seen
    /// a minute later.
    pub async fn login_state(&self, id: &AppKeyId) -> Result<LoginState, StoreError> {
        if let Some(known) = self.recall(&self.login_states, id) {
            return Ok(known);
        }
        let state = self.logins.state(id).await?;
        self.remember(&self.login_states, id, Some(&state));
        Ok(state)
    }

    /// Forgets all: something was found to have changed.
    ///
    /// # Panics
    /// When another thread panicked in here.
    pub fn forget(&self) {
        const HELD: &str = "no thread panics while it holds the memory";
        self.login_states.lock().expect(HELD).clear();
        self.by_id.lock().expect(HELD).clear();
        self.by_sharing_url.lock().expect(HELD).clear();
        self.by_client.lock().expect(HELD).clear();
    }

    fn recall<K: Eq + Hash, V: Clone>(&self, memory: &Memory<K, V>, key: &K) -> Option<V> {
        let memory = memory.lock().expect("no thread panics while it holds the memory");
        let (value, until) = memory.get(key)?;
        (self.clock.now() < *until).then(|| value.clone())
    }

    fn remember<K: Eq + Hash + Clone, V: Clone>(
        &self,
        memory: &Memory<K, V>,
        key: &K,
        value: Option<&V>,
    ) {
        let Some(value) = value else { return };
        let until = self.clock.now().plus(REMEMBERED_FOR);
        memory
            .lock()
            .expect("no thread panics while it holds the memory")
            .insert(key.clone(), (value.clone(), until));
    }
}
