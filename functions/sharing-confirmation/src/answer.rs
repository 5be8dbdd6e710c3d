//! What a callback is answered with: a redirect, to an address that does not have the organization
//! code in it.

use application::use_cases::receive_confirmation::{End, Outcome};
use axum::response::Response;
use domain::ids::SessionId;
use domain::magic_link::Pass;
use domain::session::ToldSession;
use http::HeaderValue;
use http::header::REFERRER_POLICY;
use shared::service::Service;
use web::pages::frame::redirect;
use web::pages::{Page, again_after};
use web::ticket::{Claim, Ticket};
use web::words::Language;

/// Answers one request.
pub(crate) struct Answering<'a> {
    pub(crate) service: &'a Service,
    /// The farmer's.
    pub(crate) language: Language,
}

impl Answering<'_> {
    /// What became of a claim.
    pub(crate) async fn outcome(&self, outcome: Outcome, claim: Claim) -> Response {
        if let Some(onward) = self.onward(&claim, outcome) {
            return onward;
        }
        match outcome {
            Outcome::UnknownLink => self.end_here(Page::UnknownLink).await,
            Outcome::Finishing(told) | Outcome::HandedOn(told) => {
                // It asks again by itself, so it is not the end.
                tracing::info!(outcome = "finishing", bound = true, "callback");
                if let Some(pass) = pass_of(told) {
                    return self.ticket(&Ticket::Linked(pass, None)).await;
                }
                self.ticket(&Ticket::Waiting(told.leaf_user_id, told.id)).await
            }
            Outcome::AskFirst(told) => {
                tracing::info!(outcome = "cameBack", "callback");
                self.ticket(&Ticket::CameBack(claim, told.leaf_user_id)).await
            }
            Outcome::Busy => {
                tracing::info!(outcome = "busy", bound = false, "callback");
                self.try_again(claim).await
            }
            Outcome::Ended(end) => self.end(end).await,
        }
    }

    /// Where the upstream takes its part in the browser, the farmer goes on there with the query
    /// unchanged. So does a farmer who is nobody's or late here: the upstream may know the run from
    /// elsewhere. What contradicts a proof stays: the upstream has not seen our cookie and could
    /// guess.
    fn onward(&self, claim: &Claim, outcome: Outcome) -> Option<Response> {
        let mut to = self.service.ports.upstream.onward(claim.sharing_url_id)?;
        match outcome {
            Outcome::HandedOn(_)
            | Outcome::Finishing(_)
            | Outcome::Busy
            | Outcome::Ended(End::Connected(_) | End::Expired(_) | End::NotBound) => {}
            Outcome::UnknownLink
            | Outcome::AskFirst(_)
            | Outcome::Ended(
                End::Contradicted
                | End::OtherOperation(_)
                | End::NotShared(_)
                | End::OperationOwned(_)
                | End::TooManyOperations(_),
            ) => return None,
        }
        tracing::info!(outcome = "onward", "callback");
        match &claim.query {
            Some(query) => to.set_query(Some(query)),
            None => drop(to.query_pairs_mut().append_pair("orgCode", claim.code.expose())),
        }
        let mut response = redirect(&to);
        // It may look where the browser came from, as we do. After a redirect that is still the
        // portal's page, and its origin says enough.
        let policy = HeaderValue::from_static("strict-origin-when-cross-origin");
        response.headers_mut().insert(REFERRER_POLICY, policy);
        Some(response)
    }

    /// The farmer is done here: back to the partner's application if it has an address for that,
    /// else to our page.
    pub(crate) async fn end(&self, end: End) -> Response {
        if let Some(linked) = linked(end) {
            return self.linked(linked).await;
        }
        let (page, session) = match end {
            End::Connected(told) => (Page::Connected, Some(told.id)),
            End::Expired(told) => (Page::Expired, Some(told.id)),
            End::NotShared(told) => (Page::NotShared, Some(told.id)),
            End::OperationOwned(told) => (Page::OperationOwned, Some(told.id)),
            End::TooManyOperations(told) => (Page::TooManyOperations, Some(told.id)),
            End::NotBound | End::Contradicted => (Page::NotBound, None),
            End::OtherOperation(_) => (Page::OtherOperation, None),
        };
        self.end_with(page, session).await
    }

    /// Who came by a magic link sees the outcome on its page, which goes on from there.
    pub(crate) async fn linked(&self, (pass, page): (Pass, Option<Page<'static>>)) -> Response {
        let outcome = page.map_or("linked", |page| page.name());
        tracing::info!(outcome, bound = true, "callback");
        self.ticket(&Ticket::Linked(pass, page)).await
    }

    /// The same with a page.
    pub(crate) async fn end_with(
        &self,
        page: Page<'static>,
        session: Option<SessionId>,
    ) -> Response {
        // The session's id stays out of logs and addresses: whoever has it can open its hop link.
        tracing::info!(outcome = page.name(), bound = session.is_some(), "callback");
        let Some(return_url) = &self.service.settings.return_url else {
            return self.end_here(page).await;
        };
        let mut url = return_url.clone();
        url.query_pairs_mut().append_pair("outcome", page.name());
        if let Some(session) = session {
            url.query_pairs_mut().append_pair("reference", &session.reference().to_string());
        }
        redirect(&url)
    }

    /// To our page, whether or not the partner has an address.
    pub(crate) async fn end_here(&self, page: Page<'static>) -> Response {
        self.ticket(&Ticket::Ended(page)).await
    }

    /// To a page that tries again by itself.
    pub(crate) async fn try_again(&self, claim: Claim) -> Response {
        self.ticket(&Ticket::TryAgain(claim)).await
    }

    async fn ticket(&self, ticket: &Ticket) -> Response {
        let folder = match ticket {
            Ticket::Linked(..) => "magic-link",
            _ => "sharing-outcome",
        };
        match self.service.ports.index_key().await {
            Ok(key) => {
                let ticket = ticket.seal(&key, self.service.ports.clock.now());
                redirect(&self.service.settings.public_url(&[folder, &ticket]))
            }
            Err(error) => {
                // The page stays at the callback's address, for without the key there is no other;
                // it asks again there.
                tracing::error!(
                    %error,
                    "a callback could not be answered at an address of its own"
                );
                self.show(Page::Unavailable { again: again_after(0) })
            }
        }
    }

    /// A page, here.
    pub(crate) fn show(&self, page: Page<'_>) -> Response {
        page.answer(self.language, self.service.settings.partner_name.as_deref())
    }
}

/// What opens the magic link's page to the browser that came back in a session of it.
pub(crate) fn pass_of(told: ToldSession) -> Option<Pass> {
    let ToldSession { id, leaf_user_id, magic_link } = told;
    magic_link.map(|link| Pass { link, leaf_user_id, session: id })
}

/// The same at an end, with how it ended: the link may be deleted by then, and a session does not
/// say all.
fn linked(end: End) -> Option<(Pass, Option<Page<'static>>)> {
    let (told, page) = match end {
        End::Connected(told) => (told, Page::Connected),
        End::Expired(told) => (told, Page::Expired),
        End::NotShared(told) => (told, Page::NotShared),
        End::OperationOwned(told) => (told, Page::OperationOwned),
        End::TooManyOperations(told) => (told, Page::TooManyOperations),
        End::OtherOperation(told) => (told?, Page::OtherOperation),
        End::NotBound | End::Contradicted => return None,
    };
    Some((pass_of(told)?, Some(page)))
}
