//! `GET /sharing-outcome/{ticket}`: what became of a callback. `POST` is the farmer's "yes, connect
//! it".

use application::use_cases::open_hop_link::shown_name;
use application::use_cases::receive_confirmation::{Intent, Outcome};
use application::use_cases::watch_handshake::{Watched, watch_handshake};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::caller::Caller;
use domain::ids::LeafUserId;
use http::HeaderMap;
use shared::service::Service;
use web::caller::FromCaller;
use web::own_page::pressed_on_our_page;
use web::pages::{Ask, Page, again_after};
use web::referrer::is_a_page;
use web::ticket::{Claim, Ticket};
use web::words::Language;

use crate::answer::Answering;
use crate::receive;

/// A page that is younger, in seconds, was just sent here by a callback which has asked Panorama
/// itself.
const FIRST_AGAIN: u64 = 3;

/// A segment of the path; what is no text is no ticket.
type Sealed = Result<Path<String>, PathRejection>;

pub(crate) async fn show(
    State(service): State<Service>,
    sealed: Sealed,
    FromCaller(caller): FromCaller,
    headers: HeaderMap,
) -> Response {
    open(&service, sealed, caller, &headers, false).await
}

pub(crate) async fn go_on(
    State(service): State<Service>,
    sealed: Sealed,
    FromCaller(caller): FromCaller,
    headers: HeaderMap,
) -> Response {
    let pressed = pressed_on_our_page(&headers, &service.settings.public_url(&[]));
    open(&service, sealed, caller, &headers, pressed).await
}

async fn open(
    service: &Service,
    sealed: Sealed,
    caller: Caller,
    headers: &HeaderMap,
    pressed: bool,
) -> Response {
    let sealed = sealed.map(|Path(sealed)| sealed).unwrap_or_default();
    let answering = Answering { service, language: Language::accepted(headers) };
    let key = match service.ports.index_key().await {
        Ok(key) => key,
        Err(error) => {
            tracing::error!(%error, "a ticket could not be read");
            return answering.show(Page::Unavailable { again: again_after(0) });
        }
    };
    let Some((ticket, age)) = Ticket::open(&sealed, &key, service.ports.clock.now()) else {
        return answering.show(Page::UnknownLink);
    };
    let opened = Opened { answering, sealed: &sealed, age, caller, headers };
    match ticket {
        // It is another address's.
        Ticket::Linked(..) => opened.answering.show(Page::UnknownLink),
        Ticket::Ended(page) => opened.answering.show(page),
        Ticket::Waiting(user, session) => {
            match watch_handshake(&service.ports, user, session, age >= FIRST_AGAIN).await {
                Ok(Watched::Waiting) => {
                    opened.answering.show(Page::Finishing { again: again_after(age) })
                }
                Ok(Watched::Ended(end)) => opened.answering.end(end).await,
                Err(error) => {
                    tracing::error!(%error, "a handshake could not be looked at");
                    // What is stored is stored.
                    opened.answering.show(Page::Finishing { again: again_after(age) })
                }
            }
        }
        Ticket::CameBack(claim, user) if pressed => opened.take(claim, Intent::Said(user)).await,
        Ticket::CameBack(_, user) => opened.ask(user).await,
        // Another site's picture or frame is no farmer, and must not use up what farmers behind the
        // same address may have stored.
        Ticket::TryAgain(_) if !is_a_page(headers) => opened.answering.show(Page::NotBound),
        // Whichever browser this is: that the first one came from Panorama says nothing of it.
        Ticket::TryAgain(claim) => opened.take(claim, Intent::Unknown).await,
    }
}

/// A ticket that was opened.
struct Opened<'a> {
    answering: Answering<'a>,
    sealed: &'a str,
    age: u64,
    caller: Caller,
    headers: &'a HeaderMap,
}

impl Opened<'_> {
    /// Takes a claim that could not be taken before, or that the farmer has now said they meant.
    async fn take(&self, claim: Claim, intent: Intent) -> Response {
        let again = again_after(self.age);
        match receive(self.answering.service, &claim, intent, self.caller, self.headers).await {
            Ok(Outcome::Busy) => self.answering.show(Page::Busy { again }),
            Ok(outcome) => self.answering.outcome(outcome, claim).await,
            Err(_) => self.answering.show(Page::Unavailable { again }),
        }
    }

    /// Did the farmer mean it?
    async fn ask(&self, user: LeafUserId) -> Response {
        let service = self.answering.service;
        match shown_name(&*service.records, user).await {
            Ok(account) => {
                let action = service.settings.public_url(&["sharing-outcome", self.sealed]);
                self.answering
                    .show(Page::CameBack(Ask { action: action.path(), account: account.as_str() }))
            }
            Err(error) => {
                tracing::error!(%error, "an account's name could not be read");
                self.answering.show(Page::Unavailable { again: again_after(self.age) })
            }
        }
    }
}
