//! By which address the page was opened.

use application::ports::secrets::SecretsError;
use application::use_cases::open_magic_link::Key;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use domain::magic_link::{LinkAddress, Pass};
use shared::service::Service;
use web::pages::Page;
use web::ticket::Ticket;

/// A segment of the path; what is no text is no link.
pub(crate) type Segment = Result<Path<String>, PathRejection>;

/// An address of the page.
pub(crate) enum Door {
    /// The link's own, which was mailed.
    Link(LinkAddress),
    /// The one that a browser was sent to when it came back from Panorama.
    Return {
        pass: Pass,
        /// How the callback ended, if it has.
        ended: Option<Page<'static>>,
        /// How many seconds ago that was.
        age: u64,
    },
}

impl Door {
    /// The address that is in the path; `None` when it is none.
    pub(crate) async fn at(service: &Service, path: &str) -> Result<Option<Self>, SecretsError> {
        if let Ok(address) = path.parse() {
            return Ok(Some(Self::Link(address)));
        }
        let key = service.ports.index_key().await?;
        Ok(match Ticket::open(path, &key, service.ports.clock.now()) {
            Some((Ticket::Linked(pass, ended), age)) => Some(Self::Return { pass, ended, age }),
            _ => None,
        })
    }

    pub(crate) fn key(&self) -> Key<'_> {
        match self {
            Self::Link(address) => Key::Address(address),
            Self::Return { pass, .. } => Key::Pass(pass),
        }
    }

    /// How the callback ended, where the session does not say.
    pub(crate) fn ended(&self) -> Option<Page<'static>> {
        let untold = [Page::NotShared, Page::OtherOperation, Page::Declined, Page::NotBound];
        self.outcome().filter(|page| untold.contains(page))
    }

    /// How the callback ended that has sent the browser here.
    pub(crate) fn outcome(&self) -> Option<Page<'static>> {
        match self {
            Self::Link(_) => None,
            Self::Return { ended, .. } => *ended,
        }
    }

    /// How many seconds ago the browser came back, if it did.
    pub(crate) fn age(&self) -> Option<u64> {
        match self {
            Self::Link(_) => None,
            Self::Return { age, .. } => Some(*age),
        }
    }
}
