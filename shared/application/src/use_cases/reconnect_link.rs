//! The magic link that an alert carries for the farmer who has switched sharing off.

use std::time::Duration;

use crate::ports::Ports;
use crate::ports::failure::Failure;
use crate::ports::magic_links::CreateLinkError;
use domain::alert::{Alert, AlertType, Notice};
use domain::ids::MagicLinkId;
use domain::magic_link::{LinkAddress, MagicLink, Widget};
use domain::organization_code::IndexKey;
use domain::page_settings::PageSettings;
use domain::webhook::Webhook;

/// How long it lives, from the change on: a farmer does not read every mail on the same day.
const LIFETIME: Duration = Duration::from_hours(7 * 24);

/// The link of a call, if the webhook wants one and the alert is one that a farmer can mend. It is
/// made when it is first wanted.
///
/// Its address follows from webhook and change, so a call that is repeated or replayed carries the
/// same one, and nothing secret is stored. When the link's time is over, there is none.
///
/// # Errors
/// See [`Failure`].
pub(super) async fn reconnect_link(
    ports: &Ports,
    webhook: &Webhook,
    notice: &Notice,
) -> Result<Option<LinkAddress>, Failure> {
    let Some(Alert::Connection(alert)) = notice.alert() else { return Ok(None) };
    let (AlertType::ConnectionRevoked, Some(leaf_user_id), true) =
        (alert.kind, alert.leaf_user_id, webhook.reconnect_links)
    else {
        return Ok(None);
    };
    let expires_at = notice.at.plus(LIFETIME);
    if ports.clock.now() >= expires_at {
        return Ok(None);
    }
    let address = address(&ports.index_key().await?, webhook, notice);
    if ports.magic_links.find(address.id).await?.is_some() {
        return Ok(Some(address));
    }
    let link = MagicLink {
        id: address.id,
        secret: address.hash(),
        leaf_user_id,
        app_key: alert.app_key.clone(),
        widget: Widget::Authentication,
        created_at: notice.at,
        expires_at,
        last_accessed_at: None,
        max_usage: None,
        usage_count: 0,
        settings: PageSettings::default(),
        return_url: None,
        language: None,
        reconnect: true,
        opener: None,
    };
    match ports.magic_links.create(&link).await {
        Ok(()) => Ok(Some(address)),
        // There is nobody to reconnect any more.
        Err(CreateLinkError::NoSuchUser) => Ok(None),
        // Should another call have made it just now, the next attempt finds it.
        Err(CreateLinkError::Store(error)) => Err(error.into()),
    }
}

fn address(key: &IndexKey, webhook: &Webhook, notice: &Notice) -> LinkAddress {
    let derived = |what: &str| {
        key.derived(&format!("reconnect link {what} {} {}", webhook.id, notice.id.as_str()))
    };
    let id = derived("id");
    let (id, _) = id.split_first_chunk().expect("32 bytes are more than 16");
    LinkAddress::new(MagicLinkId::new(*id), derived("secret"))
}
