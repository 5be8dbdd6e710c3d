//! The hop link: binds the farmer's browser to its session, and sends it on to Panorama.

use url::Url;

use crate::domain::browser::{BindingCookie, ShownCookies};
use crate::domain::ids::SessionId;
use crate::domain::session::{Opened, Session, Status};
use crate::logging;
use crate::ports::connections::SaveError;
use crate::ports::{Ports, StoreError};

/// How often it is tried when the same link is opened twice at the same moment.
const ATTEMPTS: u32 = 5;

/// How the link is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// The link itself, which a mail scanner or a preview may do as well.
    Followed,
    /// The farmer has said that this browser is to take over.
    Continued,
}

/// What the browser is to do.
#[derive(Debug)]
pub enum Hop {
    /// Go to Panorama, with this cookie if it has none yet.
    Onward {
        /// Panorama's page.
        to: Url,
        /// The new cookie.
        cookie: Option<Box<BindingCookie>>,
    },
    /// Another browser is bound: ask the farmer.
    OpenedElsewhere,
    /// There is nothing to open any more.
    Over(Status),
    /// There is no such session, or a newer one has taken its place.
    UnknownLink,
}

/// Where a session's farmer switches sharing on.
pub(super) fn sign_in_url(ports: &Ports, session: &Session) -> Url {
    let ours = || ports.partner_account.share_initiation_url(session.app_key.environment, session.sharing_url_id);
    session.sign_in_url.clone().unwrap_or_else(ours)
}

/// Opens a hop link in a browser that showed `cookies`.
///
/// # Errors
/// The store failed.
pub async fn open_hop_link(
    ports: &Ports,
    id: SessionId,
    cookies: &ShownCookies,
    opening: Opening,
) -> Result<Hop, StoreError> {
    for _ in 0..ATTEMPTS {
        let Some(session) = ports.connections.find_session(id).await? else { return Ok(Hop::UnknownLink) };
        logging::about(session.leaf_user_id);
        let to = sign_in_url(ports, &session);
        let fresh = BindingCookie::random(session.leaf_user_id, session.id);
        let shown = cookies.of(id).map(BindingCookie::hash);
        let now = ports.clock.now();
        let opened = match opening {
            Opening::Followed => session.open(shown.as_ref(), &fresh, now),
            Opening::Continued => session.continue_in(&fresh, now),
        };
        match opened {
            Opened::Again => return Ok(Hop::Onward { to, cookie: None }),
            Opened::Elsewhere => return Ok(Hop::OpenedElsewhere),
            Opened::Over(status) => return Ok(Hop::Over(status)),
            Opened::Bound(bound) => match ports.connections.save(&bound, None).await {
                Ok(()) => return Ok(Hop::Onward { to, cookie: Some(Box::new(fresh)) }),
                Err(SaveError::Conflict) => {}
                Err(SaveError::Store(error)) => return Err(error),
            },
        }
    }
    Ok(Hop::OpenedElsewhere)
}
