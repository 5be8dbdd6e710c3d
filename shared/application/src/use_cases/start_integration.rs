//! Step 4: a partner starts the one-click integration for a Leaf user.

use url::Url;

use crate::metrics::Metric;
use crate::ports::Ports;
use crate::ports::connections::{Start, StartConflict, Tap, UnclaimedConfirmation};
use crate::ports::failure::Failure;
use crate::ports::records::Records;
use crate::ports::secrets::SecretsError;
use crate::ports::upstream::{Run, UpstreamError};
use crate::use_cases::app_key_cache::AppKeyCache;
use crate::use_cases::finish_handshake::{HandshakeOutcome, finish_handshake};
use crate::use_cases::open_hop_link::sign_in_url;
use crate::use_cases::resolve_app_key::{AppKeyHint, ResolveError, resolve_app_key};
use domain::app_key::AppKey;
use domain::browser::BindingCookie;
use domain::ids::{LeafUserId, SessionId};
use domain::operation::Operation;
use domain::organization_code::OrganizationCode;
use domain::session::Session;
use domain::unclaimed_confirmation::RETENTION;

/// How often a start is tried when it meets something it must first take into account. Each cause
/// appears once; the rest is for two starts at the same moment.
const ATTEMPTS: u32 = 6;

/// A request to start.
#[derive(Debug)]
pub struct StartRequest {
    /// For whom.
    pub leaf_user_id: LeafUserId,
    /// The operation, if the farmer has told the partner its code.
    pub organization_code: Option<OrganizationCode>,
    /// With which app key.
    pub app_key: AppKeyHint,
    /// Whether the farmer is to be shown whose account it is before going on to Panorama.
    pub confirm_account: bool,
    /// The farmer's tap on a magic link, when it is that which starts it.
    pub tap: Option<Tap>,
}

/// A session that was started.
#[derive(Debug)]
pub struct Started {
    /// The session.
    pub session: Session,
    /// Where the farmer's switch is.
    pub upstream_url: Url,
    /// Whether a confirmation that was already there has connected the operation.
    pub connected: bool,
    /// For the browser in which its farmer has started it.
    pub cookie: Option<BindingCookie>,
}

/// Why nothing was started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is no such Leaf user.
    #[error("there is no such Leaf user")]
    NoSuchUser,
    /// The operation is another Leaf user's.
    #[error("the operation belongs to another Leaf user")]
    OperationOwned,
    /// The operation was withdrawn, and Panorama lists it still.
    #[error("the operation is withdrawn")]
    OperationWithdrawn,
    /// The magic link starts nothing any more.
    #[error("the magic link starts nothing any more")]
    LinkSpent,
    /// The session is not the one that was there at the tap on a magic link.
    #[error("the session has changed since the tap")]
    SessionChanged,
    /// The app key.
    #[error(transparent)]
    AppKey(#[from] ResolveError),
    /// Others wrote again and again.
    #[error("it was changed by somebody else")]
    Conflict,
    /// What the service depends on failed.
    #[error(transparent)]
    Failure(Failure),
}

impl<E: Into<Failure>> From<E> for StartError {
    fn from(error: E) -> Self {
        Self::Failure(error.into())
    }
}

/// Starts a session.
///
/// # Errors
/// See [`StartError`].
pub async fn start_integration(
    ports: &Ports,
    records: &dyn Records,
    app_keys: &AppKeyCache,
    request: &StartRequest,
) -> Result<Started, StartError> {
    let user = request.leaf_user_id;
    let mut app_key = resolve_app_key(ports, records, app_keys, user, &request.app_key).await?;
    // There first: what it refuses has not begun here either. A run that only the upstream knows of
    // expires there.
    let mut sign_in_url = begin(ports, request, &app_key).await?;
    let mut unfinished = None;
    let mut claims = false;
    for attempt in 0..ATTEMPTS {
        let mut plan = Plan::new(ports, request, &app_key, unfinished.as_ref(), claims).await?;
        plan.session.sign_in_url.clone_from(&sign_in_url);
        plan.session.confirm_account = request.confirm_account;
        match ports.connections.start(&plan.as_start()).await {
            Ok(()) => {
                Metric::SessionsStarted.record(app_key.id.environment);
                return Ok(plan.carry_out(ports).await);
            }
            Err(StartConflict::NoSuchUser) if attempt == 0 => {
                records.find_user(user).await?.ok_or(StartError::NoSuchUser)?;
            }
            Err(StartConflict::NoSuchUser) => return Err(StartError::NoSuchUser),
            Err(StartConflict::OperationOwned) => return Err(StartError::OperationOwned),
            Err(StartConflict::OperationWithdrawn) => return Err(StartError::OperationWithdrawn),
            Err(StartConflict::LinkSpent) => return Err(StartError::LinkSpent),
            Err(StartConflict::SessionChanged) => return Err(StartError::SessionChanged),
            Err(StartConflict::Store(error)) => return Err(error.into()),
            Err(StartConflict::Unfinished(session)) => unfinished = Some(*session),
            Err(StartConflict::Unclaimed) => claims = true,
            Err(StartConflict::UnclaimedGone) => claims = false,
            Err(StartConflict::AppKeyChanged) => {
                app_keys.forget();
                app_key = resolve_app_key(ports, records, app_keys, user, &request.app_key).await?;
                sign_in_url = begin(ports, request, &app_key).await?;
            }
        }
    }
    Err(StartError::Conflict)
}

async fn begin(
    ports: &Ports,
    request: &StartRequest,
    app_key: &AppKey,
) -> Result<Option<Url>, StartError> {
    let organization_code = request.organization_code.as_ref();
    match ports
        .upstream
        .begin(&Run { leaf_user_id: request.leaf_user_id, app_key, organization_code })
        .await
    {
        Ok(url) => Ok(url),
        Err(UpstreamError::NoSuchUser) => Err(StartError::NoSuchUser),
        Err(UpstreamError::OperationOwned) => Err(StartError::OperationOwned),
        Err(error) => Err(error.into()),
    }
}

/// What is about to be written.
struct Plan<'a> {
    session: Session,
    app_key: &'a AppKey,
    /// The operation of the session's code, and of the confirmation that it begins with.
    operation: Option<Operation>,
    confirmed: Option<Operation>,
    replaces: Option<&'a Session>,
    /// The operation of the replaced session's confirmation, when the new session does not carry it
    /// on.
    unclaimed: Option<Operation>,
    claims: bool,
    tap: Option<Tap>,
    cookie: Option<BindingCookie>,
}

impl<'a> Plan<'a> {
    async fn new(
        ports: &Ports,
        request: &StartRequest,
        app_key: &'a AppKey,
        unfinished: Option<&'a Session>,
        claims: bool,
    ) -> Result<Self, SecretsError> {
        let now = ports.clock.now();
        let code = request.organization_code.as_ref();
        let (id, user) = (SessionId::new(ports.randomness.bytes()), request.leaf_user_id);
        let mut session = Session::start(id, user, app_key, code.cloned(), now);
        let mut cookie = None;
        if let Some(tap) = request.tap {
            let fresh = BindingCookie::new(user, id, ports.randomness.bytes());
            session = session.started_by(tap.link, &fresh);
            cookie = Some(fresh);
        }
        let mut plan = Self {
            session,
            app_key,
            operation: None,
            confirmed: None,
            replaces: unfinished,
            unclaimed: None,
            claims,
            tap: request.tap,
            cookie,
        };
        let left = unfinished
            .and_then(|session| session.handshake().map(|handshake| (session, handshake)));
        if code.is_none() && left.is_none() {
            return Ok(plan);
        }
        let key = ports.index_key().await?;
        plan.operation = code.map(|code| Operation::new(&key, app_key.id.environment, code));
        if let Some((session, handshake)) = left {
            let operation = Operation::new(&key, session.app_key.environment, &handshake.code);
            let goes_on = session.sharing_url_id == app_key.sharing_url_id
                && code.is_none_or(|code| *code == handshake.code);
            if goes_on {
                // The farmer has confirmed for this very Leaf user; a second start must not ask
                // again.
                plan.session =
                    plan.session.already_confirmed(handshake.code.clone(), &operation, now);
                plan.confirmed = Some(operation);
            } else {
                plan.unclaimed = Some(operation);
            }
        }
        if let (true, Some(operation), Some(code)) = (claims, &plan.operation, code) {
            plan.session = plan.session.already_confirmed(code.clone(), operation, now);
            plan.confirmed = Some(operation.clone());
        }
        Ok(plan)
    }

    fn as_start(&self) -> Start<'_> {
        let unclaimed = self.unclaimed.as_ref().zip(self.replaces).map(|(operation, replaced)| {
            UnclaimedConfirmation {
                operation,
                app_key: &replaced.app_key,
                sharing_url_id: replaced.sharing_url_id,
                at: self.session.started_at,
                until: self.session.started_at.plus(RETENTION),
            }
        });
        Start {
            session: &self.session,
            app_key: self.app_key,
            operation: self.operation.as_ref(),
            replaces: self.replaces,
            unclaimed,
            claims: self.claims,
            tap: self.tap,
        }
    }

    async fn carry_out(self, ports: &Ports) -> Started {
        let Self { session, confirmed, cookie, .. } = self;
        let upstream_url = sign_in_url(ports, &session);
        let connected = match confirmed {
            None => false,
            Some(operation) => {
                finish_handshake(ports, session.clone(), &operation).await
                    == HandshakeOutcome::Connected
            }
        };
        Started { session, upstream_url, connected, cookie }
    }
}
