//! The hop link: binds the farmer's browser to its session, and sends it on to Panorama.

use url::Url;

use crate::logging;
use crate::ports::Ports;
use crate::ports::connections::SaveError;
use crate::ports::failure::Failure;
use crate::ports::records::Records;
use domain::browser::{BindingCookie, ShownCookies};
use domain::credential::CredentialStatus;
use domain::ids::{LeafUserId, SessionId};
use domain::session::hop_link::Opened;
use domain::session::{Session, Status};
use domain::shown_name::{self, ShownName};

/// How often it is tried when the same link is opened twice at the same moment.
const ATTEMPTS: u32 = 5;

/// How the link is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// The link itself, which a mail scanner or a preview may do as well.
    Followed,
    /// The farmer has seen whose account it is, and goes on in this browser.
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
    /// Ask the farmer first.
    Ask {
        /// The Leaf user's name, shortened.
        account: ShownName,
        /// Whether another browser is bound.
        elsewhere: bool,
    },
    /// The farmer has confirmed, and Panorama has not answered yet.
    Waiting(LeafUserId),
    /// It connected an operation, which still shares.
    Connected,
    /// It connected an operation, which does not share any more.
    Used,
    /// There is nothing to open any more.
    Over(Status),
    /// There is no such session, or a newer one has taken its place.
    UnknownLink,
}

/// Where a session's farmer switches sharing on.
pub(super) fn sign_in_url(ports: &Ports, session: &Session) -> Url {
    let ours = || {
        ports
            .partner_account
            .share_initiation_url(session.app_key.environment, session.sharing_url_id)
    };
    session.sign_in_url.clone().unwrap_or_else(ours)
}

/// Opens a hop link in a browser that showed `cookies`.
///
/// # Errors
/// See [`Failure`].
pub async fn open_hop_link(
    ports: &Ports,
    records: &dyn Records,
    id: SessionId,
    cookies: &ShownCookies,
    opening: Opening,
) -> Result<Hop, Failure> {
    for _ in 0..ATTEMPTS {
        let Some(session) = ports.connections.find_session(id).await? else {
            return Ok(Hop::UnknownLink);
        };
        let user = session.leaf_user_id;
        logging::about(user);
        let to = sign_in_url(ports, &session);
        let fresh = BindingCookie::new(user, session.id, ports.randomness.bytes());
        let shown = cookies.of(id).map(BindingCookie::hash);
        let now = ports.clock.now();
        let opened = match opening {
            Opening::Followed => session.open(shown.as_ref(), &fresh, now),
            Opening::Continued => session.continue_in(shown.as_ref(), &fresh, now),
        };
        match opened {
            Opened::Again => return Ok(Hop::Onward { to, cookie: None }),
            Opened::Unconfirmed => {
                return Ok(Hop::Ask {
                    account: shown_name(records, user).await?,
                    elsewhere: false,
                });
            }
            Opened::Elsewhere => {
                return Ok(Hop::Ask { account: shown_name(records, user).await?, elsewhere: true });
            }
            Opened::Over(Status::Confirming) => return Ok(Hop::Waiting(user)),
            Opened::Over(Status::Completed) => {
                let credential =
                    ports.connections.account(user).await?.and_then(|account| account.credential);
                let works = credential
                    .is_some_and(|credential| credential.status == CredentialStatus::Active);
                return Ok(if works { Hop::Connected } else { Hop::Used });
            }
            Opened::Over(status) => return Ok(Hop::Over(status)),
            Opened::Bound(bound) => match ports.connections.save(&bound, None).await {
                Ok(()) => return Ok(Hop::Onward { to, cookie: Some(Box::new(fresh)) }),
                Err(SaveError::Conflict) => {}
                Err(SaveError::Store(error)) => return Err(error.into()),
            },
        }
    }
    // Others open it again and again: one of them is bound.
    let Some(session) = ports.connections.find_session(id).await? else {
        return Ok(Hop::UnknownLink);
    };
    Ok(Hop::Ask { account: shown_name(records, session.leaf_user_id).await?, elsewhere: true })
}

/// What a farmer is shown of a Leaf user, to tell whose account it is.
///
/// # Errors
/// See [`Failure`].
pub async fn shown_name(records: &dyn Records, user: LeafUserId) -> Result<ShownName, Failure> {
    let found = records.find_user(user).await?;
    Ok(shown_name::shown_name(user, found.as_ref().map(|found| &found.profile)))
}
