//! The button of a magic link's page: starts a session in this browser, or goes on with the one
//! that it is in, and sends it to Panorama.

use url::Url;

use crate::ports::Ports;
use crate::ports::connections::{SaveError, Tap};
use crate::ports::records::Records;
use crate::ports::store_error::StoreError;
use crate::use_cases::app_key_cache::AppKeyCache;
use crate::use_cases::open_hop_link::sign_in_url;
use crate::use_cases::open_magic_link::{Key, KnownLink, OpenedLink, look_at};
use crate::use_cases::resolve_app_key::AppKeyHint;
use crate::use_cases::start_integration::{StartError, StartRequest, start_integration};
use domain::browser::{BindingCookie, ShownCookies};
use domain::magic_link::Use;
use domain::magic_link::visit::LinkState;
use domain::session::hop_link::Opened;
use domain::session::{Rejection, Session};

/// How often it is tried when others tap at the same moment.
const ATTEMPTS: u32 = 5;

/// Which button was pressed. Both are on pages of ours, so a scanner or a preview presses neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Button {
    /// "Continue to Panorama", or "start again".
    Continue,
    /// "Continue here", where it was opened in another browser: that one is bound no more.
    TakeOver,
}

/// What the browser is to do.
#[derive(Debug)]
pub enum Continued {
    /// Go to Panorama, with this cookie if it has none yet.
    Onward {
        /// Panorama's page.
        to: Url,
        /// The new cookie.
        cookie: Option<Box<BindingCookie>>,
    },
    /// Look at the link again, with this cookie: what its farmer had confirmed before was there
    /// already, so there is nothing left to do at Panorama.
    Confirmed {
        /// The new cookie.
        cookie: Option<Box<BindingCookie>>,
    },
    /// Nothing was started: there is something to see first.
    Look(OpenedLink),
}

/// Goes on with a link in a browser that showed `cookies`.
///
/// # Errors
/// See [`StartError`]. What only somebody else's tap at the same moment would explain is not among
/// them.
pub async fn continue_magic_link(
    ports: &Ports,
    records: &dyn Records,
    app_keys: &AppKeyCache,
    key: Key<'_>,
    cookies: &ShownCookies,
    button: Button,
) -> Result<Continued, StartError> {
    for _ in 0..ATTEMPTS {
        let opened = look_at(ports, key, cookies, ports.clock.now()).await?;
        let OpenedLink::Known(known) = &opened else { return Ok(Continued::Look(opened)) };
        let wanted = match known.state {
            LinkState::UnderWay { here, .. } if here || button == Button::TakeOver => {
                let Some(session) = &known.session else { return Ok(Continued::Look(opened)) };
                match go_on(ports, session.clone(), cookies).await? {
                    Some(continued) => return Ok(continued),
                    None => continue,
                }
            }
            LinkState::Ask | LinkState::Rejected(Rejection::TooManyOperations) => Use::New,
            LinkState::TimedOut | LinkState::Rejected(Rejection::OperationOwned) => Use::Again,
            LinkState::UnderWay { .. }
            | LinkState::Waiting(_)
            | LinkState::Connected(_)
            | LinkState::Gone(_) => return Ok(Continued::Look(opened)),
        };
        let request = request(known, wanted);
        match start_integration(ports, records, app_keys, &request).await {
            Ok(started) => {
                let cookie = started.cookie.map(Box::new);
                return Ok(if started.session.handshake().is_some() {
                    Continued::Confirmed { cookie }
                } else {
                    Continued::Onward { to: started.upstream_url, cookie }
                });
            }
            // Another look says what came in between.
            Err(StartError::LinkSpent | StartError::SessionChanged | StartError::NoSuchUser) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Continued::Look(look_at(ports, key, cookies, ports.clock.now()).await?))
}

/// Goes on with a session that waits; `None` when it has changed meanwhile.
async fn go_on(
    ports: &Ports,
    session: Session,
    cookies: &ShownCookies,
) -> Result<Option<Continued>, StoreError> {
    let to = sign_in_url(ports, &session);
    let fresh = BindingCookie::new(session.leaf_user_id, session.id, ports.randomness.bytes());
    let shown = cookies.of(session.id).map(BindingCookie::hash);
    match session.continue_in(shown.as_ref(), &fresh, ports.clock.now()) {
        Opened::Again => Ok(Some(Continued::Onward { to, cookie: None })),
        Opened::Bound(bound) => match ports.connections.save(&bound, None).await {
            Ok(()) => Ok(Some(Continued::Onward { to, cookie: Some(Box::new(fresh)) })),
            Err(SaveError::Conflict) => Ok(None),
            Err(SaveError::Store(error)) => Err(error),
        },
        Opened::Unconfirmed | Opened::Elsewhere | Opened::Over(_) => Ok(None),
    }
}

fn request(known: &KnownLink, wanted: Use) -> StartRequest {
    let KnownLink { link, session, credential, .. } = known;
    let again = credential.as_ref().filter(|_| link.reconnect);
    let app_key = again.map_or(&link.app_key, |credential| &credential.app_key);
    StartRequest {
        leaf_user_id: link.leaf_user_id,
        organization_code: again.map(|credential| credential.organization_code.clone()),
        app_key: AppKeyHint {
            environment: app_key.environment,
            app_name: Some(app_key.name.clone()),
            sharing_url_id: None,
            default_sharing_url_id: None,
            credentials: None,
            may_register: false,
        },
        confirm_account: true,
        tap: Some(Tap {
            link: link.id,
            wanted,
            seen: session.as_ref().map(|session| (session.id, session.version)),
        }),
    }
}
