//! `GET /magic-link/{address}`: what a browser is shown. It starts, binds and uses up nothing.

use std::time::Duration;

use application::use_cases::open_magic_link::{
    KnownLink, OpenedLink, count_arrived, open_magic_link,
};
use application::use_cases::receive_confirmation::End;
use application::use_cases::watch_handshake::{Watched, watch_handshake};
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use domain::browser::ShownCookies;
use domain::ids::SessionId;
use domain::magic_link::visit::{Connection, LinkState};
use domain::magic_link::{MagicLink, Spent};
use domain::page_settings::{CompanyName, PageSettings};
use domain::session::{LIFETIME, Rejection};
use domain::shown_name::{ShownName, shown_name, whole_name};
use http::HeaderMap;
use shared::service::Service;
use url::Url;
use web::cookies::binding_cookies;
use web::pages::link::{LinkPage, Told, View};
use web::pages::{Page, again_after};
use web::words::Language;

use crate::door::{Door, Segment};

/// A page that is younger, in seconds, was just sent here by a callback which has asked Panorama
/// itself.
const FIRST_AGAIN: u64 = 3;

/// How old a page counts that waits for Panorama and was not sent here by a callback, in seconds.
const OF_UNKNOWN_AGE: u64 = 120;

pub(crate) async fn show(
    State(service): State<Service>,
    segment: Segment,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let mut visitor = Visitor::of(&service, &segment, &headers);
    visitor.is_framed |= query.as_deref() == Some(IN_FRAME);
    visitor.visit().await
}

/// The query with which the page in a frame asks for itself (`follow.js`).
const IN_FRAME: &str = "frame=true";

/// A browser at an address.
pub(crate) struct Visitor<'a> {
    pub(crate) service: &'a Service,
    pub(crate) path: &'a str,
    pub(crate) cookies: ShownCookies,
    /// Whether it is in a frame of the partner's page. Panorama is in none, and our cookie neither:
    /// the farmer goes on in a window, which this page has opened.
    is_framed: bool,
    /// What it likes to read.
    language: Language,
}

impl<'a> Visitor<'a> {
    pub(crate) fn of(service: &'a Service, segment: &'a Segment, headers: &HeaderMap) -> Self {
        let path = segment.as_ref().map_or("", |Path(path)| path);
        let cookies = binding_cookies(headers);
        // W3C Fetch Metadata. A page that asks for itself by script is not said to be in a frame.
        let is_framed = headers.get("sec-fetch-dest").is_some_and(|dest| dest == "iframe");
        Self { service, path, cookies, is_framed, language: Language::accepted(headers) }
    }

    /// Which address it is at, or the page that says that it is none.
    pub(crate) async fn door(&self) -> Result<Door, Response> {
        match Door::at(self.service, self.path).await {
            Ok(Some(door)) => Ok(door),
            Ok(None) => Err(self.unknown()),
            Err(error) => {
                tracing::error!(%error, "a pass could not be read");
                Err(self.unavailable(None))
            }
        }
    }

    async fn visit(&self) -> Response {
        let door = match self.door().await {
            Ok(door) => door,
            Err(page) => return page,
        };
        match open_magic_link(&self.service.ports, door.key(), &self.cookies).await {
            Ok(OpenedLink::Known(known)) => match known.state {
                LinkState::Waiting(session) if door.age().is_some_and(|age| age >= FIRST_AGAIN) => {
                    self.wait(&door, &known, session).await
                }
                _ => self.show(&door, &known, door.ended()).await,
            },
            Ok(OpenedLink::Unknown) => match door.outcome() {
                // The link was deleted while its farmer was in Panorama.
                Some(page) if door.age().is_some_and(|age| age < LIFETIME.as_secs()) => {
                    page.answer(self.language, self.service.settings.partner_name.as_deref())
                }
                _ => self.unknown(),
            },
            Err(error) => {
                tracing::error!(%error, "a magic link could not be opened");
                self.unavailable(door.age())
            }
        }
    }

    /// Waits for Panorama, and finishes the handshake if nobody is at it.
    async fn wait(&self, door: &Door, known: &KnownLink, session: SessionId) -> Response {
        let ports = &self.service.ports;
        let ended = match watch_handshake(ports, known.link.leaf_user_id, session, true).await {
            Ok(Watched::Waiting) => return self.show(door, known, None).await,
            Ok(Watched::Ended(End::NotShared(_))) => Some(Page::NotShared),
            Ok(Watched::Ended(End::NotBound)) => Some(Page::NotBound),
            Ok(Watched::Ended(_)) => None,
            Err(error) => {
                tracing::error!(%error, "a handshake could not be looked at");
                // What is stored is stored.
                return self.show(door, known, None).await;
            }
        };
        match open_magic_link(ports, door.key(), &self.cookies).await {
            Ok(OpenedLink::Known(known)) => self.show(door, &known, ended).await,
            Ok(OpenedLink::Unknown) => self.unknown(),
            Err(error) => {
                tracing::error!(%error, "a magic link could not be opened again");
                self.unavailable(door.age())
            }
        }
    }

    /// The page of a link as it is.
    pub(crate) async fn show(
        &self,
        door: &Door,
        known: &KnownLink,
        ended: Option<Page<'static>>,
    ) -> Response {
        let now = self.service.ports.clock.now();
        let left = |until: domain::timestamp::Timestamp| {
            Duration::from_secs(until.seconds_since(now)).min(LIFETIME)
        };
        let mut age = None;
        let view = match (known.state, ended) {
            (LinkState::Gone(Spent::Expired), _) => View::Over,
            (LinkState::Gone(Spent::UsedUp), _) => View::UsedUp,
            (LinkState::UnderWay { here: false, until }, _) if !self.is_framed => {
                age = Some(LIFETIME.saturating_sub(left(until)).as_secs());
                View::Elsewhere
            }
            (LinkState::Ask | LinkState::UnderWay { .. }, Some(Page::OtherOperation))
                if known.link.reconnect =>
            {
                View::OtherOperation
            }
            (LinkState::Ask | LinkState::UnderWay { .. }, Some(page)) => View::Ended(page),
            (LinkState::Ask, None) if known.link.reconnect => View::Reconnect,
            (LinkState::Ask, None) => View::Ask,
            (LinkState::UnderWay { until, .. }, None) => {
                let left = left(until);
                age = Some(LIFETIME.saturating_sub(left).as_secs());
                View::UnderWay(left)
            }
            (LinkState::Waiting(_), _) => {
                age = Some(door.age().unwrap_or(OF_UNKNOWN_AGE));
                View::Finishing
            }
            (LinkState::Connected(told), _) => {
                age = told.map(|told| door.age().unwrap_or(now.seconds_since(told.since)));
                View::Connected(match told {
                    Some(_) => Some(self.told(known).await),
                    None => None,
                })
            }
            (LinkState::TimedOut, _) => View::TimedOut,
            (LinkState::Rejected(Rejection::OperationOwned), _) => {
                View::Ended(Page::OperationOwned)
            }
            (LinkState::Rejected(Rejection::TooManyOperations), _) => {
                View::Ended(Page::TooManyOperations)
            }
        };
        self.view(known, view, age.and_then(again_after))
    }

    /// A view of a link that is known.
    pub(crate) fn view(&self, known: &KnownLink, view: View, again: Option<u64>) -> Response {
        let look = Look::of(self, known, view);
        look.page(self, again).show(view)
    }

    async fn told(&self, known: &KnownLink) -> Told {
        let arrived = count_arrived(&*self.service.data, known.link.leaf_user_id).await;
        let arrived = arrived.unwrap_or_else(|error| {
            tracing::warn!(%error, "what has arrived could not be counted");
            None
        });
        Told {
            arrived: arrived.map(|arrived| (arrived.fields, arrived.files)),
            may_disconnect: known.link.settings.disconnect_enabled,
        }
    }

    /// There is no such link; whose it might be is not said.
    pub(crate) fn unknown(&self) -> Response {
        self.plain(None).show(View::Unknown)
    }

    pub(crate) fn unavailable(&self, age: Option<u64>) -> Response {
        self.plain(again_after(age.unwrap_or_default())).show(View::Unavailable)
    }

    fn plain(&self, again: Option<u64>) -> LinkPage<'_> {
        const PLAIN: &PageSettings = &PageSettings {
            background_color: None,
            header_image: None,
            company_logo: None,
            company_name: None,
            show_leaf_user_name: false,
            disconnect_enabled: false,
        };
        LinkPage {
            language: self.language,
            partner: self.service.settings.partner_name.as_deref(),
            account: None,
            settings: PLAIN,
            path: "",
            return_to: None,
            is_framed: self.is_framed,
            opener: None,
            ancestors: self.service.settings.frame_ancestors.clone(),
            again,
        }
    }
}

/// What the page of a link looks like.
pub(crate) struct Look<'a> {
    link: &'a MagicLink,
    account: ShownName,
    settings: PageSettings,
    path: String,
    return_to: Option<Url>,
    opener: Option<String>,
}

impl<'a> Look<'a> {
    pub(crate) fn of(visitor: &Visitor<'_>, known: &'a KnownLink, view: View) -> Self {
        let Visitor { service, path, .. } = visitor;
        let link = &known.link;
        let profile = Some(&known.user.profile);
        let account = if link.settings.show_leaf_user_name {
            whole_name(link.leaf_user_id, profile)
        } else {
            shown_name(link.leaf_user_id, profile)
        };
        // The deployment may have changed since the link was made.
        let allowed =
            |image: &domain::page_settings::ImageUrl| service.settings.image_origins.allow(image);
        let mut settings = link.settings.clone();
        settings.header_image = settings.header_image.filter(allowed);
        settings.company_logo = settings.company_logo.filter(allowed);
        let return_to = link.return_url.as_ref().or(service.settings.return_url.as_ref());
        let return_to = return_to.cloned().map(|mut url| {
            url.query_pairs_mut().append_pair("outcome", view.name());
            if let Some(reference) = known.reference() {
                url.query_pairs_mut().append_pair("reference", &reference.to_string());
            }
            url
        });
        let opener = link.opener.as_deref().and_then(|opener| Url::parse(opener).ok());
        Self {
            link,
            account,
            settings,
            path: service.settings.public_url(&["magic-link", path]).path().to_owned(),
            return_to,
            opener: opener.map(|url| url.origin().ascii_serialization()),
        }
    }

    pub(crate) fn page(&self, visitor: &Visitor<'a>, again: Option<u64>) -> LinkPage<'_> {
        let settings = &visitor.service.settings;
        let company = self.settings.company_name.as_ref().map(CompanyName::as_str);
        let tag = self.link.language.as_deref();
        LinkPage {
            language: tag.and_then(Language::tagged).unwrap_or(visitor.language),
            partner: company.or(visitor.service.settings.partner_name.as_deref()),
            account: Some(self.account.as_str()),
            settings: &self.settings,
            path: &self.path,
            return_to: self.return_to.as_ref(),
            is_framed: visitor.is_framed,
            opener: self.opener.as_deref(),
            ancestors: settings.frame_ancestors.iter().chain(&self.opener).cloned().collect(),
            again,
        }
    }
}

/// The connection, where the browser is the one that has made it.
pub(crate) fn connection(known: &KnownLink) -> Option<Connection> {
    match known.state {
        LinkState::Connected(connection) => connection,
        _ => None,
    }
}
