//! A magic link as the contract shows it.

use domain::client_environment::ClientEnvironment;
use domain::ids::{LeafUserId, MagicLinkId};
use domain::magic_link::{MagicLink, Widget};
use domain::page_settings::PageSettings;
use domain::timestamp::Timestamp;
use serde::Serialize;
use shared::settings::Settings;

/// Leaf's fields, then ours. Of its address only the beginning is shown: whoever reads the list
/// need not be able to open every farmer's page.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Resource {
    id: MagicLinkId,
    link: String,
    leaf_user_id: LeafUserId,
    created_at: Timestamp,
    expires_at: Timestamp,
    last_accessed_at: Option<Timestamp>,
    max_usage: Option<u32>,
    usage_count: u32,
    widget: &'static str,
    settings: PageSettings,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_providers: Option<Vec<String>>,
    app_name: String,
    client_environment: ClientEnvironment,
    return_url: Option<String>,
    language: Option<String>,
    reconnect: bool,
}

impl Resource {
    pub(crate) fn of(settings: &Settings, link: MagicLink) -> Self {
        let widget = link.kind().widget();
        let (provider, allowed_providers) = match link.widget {
            Widget::Authentication => (Some("Panorama"), None),
            Widget::Provider { allowed } => (None, Some(allowed)),
        };
        Self {
            id: link.id,
            link: format!("{}/{}", settings.public_url(&["magic-link"]), link.id.shown_address()),
            leaf_user_id: link.leaf_user_id,
            created_at: link.created_at,
            expires_at: link.expires_at,
            last_accessed_at: link.last_accessed_at,
            max_usage: link.max_usage.map(std::num::NonZeroU32::get),
            usage_count: link.usage_count,
            widget,
            settings: link.settings,
            provider,
            allowed_providers,
            app_name: link.app_key.name.to_string(),
            client_environment: link.app_key.environment,
            return_url: link.return_url.map(String::from),
            language: link.language,
            reconnect: link.reconnect,
        }
    }
}
