//! What the use cases need of the world. To add one: a trait here with its errors, an adapter in
//! the crate `adapters`, a field in [`Ports`].

pub mod api_keys;
pub mod app_keys;
pub mod catalogue;
pub mod clock;
pub mod connection_list;
pub mod connections;
pub mod converter;
pub mod data;
pub mod downloads;
pub mod failure;
pub mod files;
pub mod given_files;
pub mod leaf_users;
pub mod logins;
pub mod magic_links;
pub mod portion;
pub mod randomness;
pub mod record_keeper;
pub mod records;
pub mod secrets;
pub mod sign_ins;
pub mod store_error;
pub mod summaries;
pub mod upstream;
pub mod webhooks;
pub mod work_queue;

use std::sync::Arc;

use api_keys::ApiKeys;
use app_keys::AppKeys;
use catalogue::Catalogue;
use clock::Clock;
use connection_list::ConnectionList;
use connections::Connections;
use converter::Converter;
use domain::event::Event;
use domain::ids::EventId;
use domain::organization_code::IndexKey;
use domain::timestamp::Timestamp;
use downloads::Downloads;
use files::{FileLinks, FileReader, FileStore};
use given_files::GivenFiles;
use leaf_users::LeafUsers;
use logins::Logins;
use magic_links::MagicLinks;
use randomness::Randomness;
use secrets::{PartnerSecrets, SecretsError, ServiceSecrets};
use sign_ins::SignIns;
use summaries::Summaries;
use upstream::{PartnerAccount, Upstream};
use webhooks::{Receivers, WebhookSecretStore, Webhooks};

/// The world, as a use case sees it: built once a process.
#[derive(Clone)]
pub struct Ports {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Random bytes.
    pub randomness: Arc<dyn Randomness>,
    /// Leaf users.
    pub leaf_users: Arc<dyn LeafUsers>,
    /// App keys, without their secrets.
    pub app_keys: Arc<dyn AppKeys>,
    /// Sessions, credentials, operations, events.
    pub connections: Arc<dyn Connections>,
    /// API keys of partners' pages.
    pub api_keys: Arc<dyn ApiKeys>,
    /// Magic links.
    pub magic_links: Arc<dyn MagicLinks>,
    /// The list of connections.
    pub connection_list: Arc<dyn ConnectionList>,
    /// What was counted of connections.
    pub summaries: Arc<dyn Summaries>,
    /// What operations share.
    pub catalogue: Arc<dyn Catalogue>,
    /// What is known of partners' logins.
    pub logins: Arc<dyn Logins>,
    /// App keys' secrets.
    pub partner_secrets: Arc<dyn PartnerSecrets>,
    /// The service's own secrets.
    pub service_secrets: Arc<dyn ServiceSecrets>,
    /// Sign-ins of API owners that failed.
    pub sign_ins: Arc<dyn SignIns>,
    /// Webhooks and their failed calls.
    pub webhooks: Arc<dyn Webhooks>,
    /// Webhooks' secrets.
    pub webhook_secrets: Arc<dyn WebhookSecretStore>,
    /// The receivers behind webhooks.
    pub receivers: Arc<dyn Receivers>,
    /// The partner's account at Panorama.
    pub partner_account: Arc<dyn PartnerAccount>,
    /// The bytes of files that it names.
    pub downloads: Arc<dyn Downloads>,
    /// Raw files, in a function that stores them.
    pub files: Arc<dyn FileStore>,
    /// Links to raw files, and to what a converter made of them.
    pub file_links: Arc<dyn FileLinks>,
    /// What a converter made, where it is small.
    pub file_reader: Arc<dyn FileReader>,
    /// A partner's converter, in the function that has files converted.
    pub converter: Arc<dyn Converter>,
    /// Copies of an upstream's files, which are given out for a while.
    pub given_files: Arc<dyn GivenFiles>,
    /// Who does the handshake.
    pub upstream: Arc<dyn Upstream>,
}

impl Ports {
    /// The index key.
    ///
    /// # Errors
    /// The secret cannot be read.
    pub async fn index_key(&self) -> Result<IndexKey, SecretsError> {
        self.service_secrets.index_key().await
    }

    /// A new row of a credential's history: what was asked of the upstream, the HTTP status that it
    /// answered with, and what came of it.
    pub(crate) fn event(
        &self,
        asked: &str,
        status_code: u16,
        body: impl Into<String>,
        at: Timestamp,
    ) -> Event {
        Event::new(EventId::new(self.randomness.bytes()), asked, status_code, body, at)
    }
}
