//! What a webhook can be registered for: alerts that this service sends, and Leaf's other events,
//! which never happen here.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::alert::AlertType;
use super::alert::data::DataAlertType;
use super::invalid::Invalid;

/// Leaf's events about what this service does not do (docs.withleaf.io, "Alert Events", as of
/// 2026-03). Clients register for all they know at once, so the names are taken, stored and shown.
const LEAFS_OWN: [&str; 30] = [
    "automergedFileProcessingFailed",
    "automergedFileProcessingFinished",
    "batchUploadProcessingFinished",
    "fieldBoundaryCreated",
    "fieldBoundaryDeleted",
    "fieldBoundaryUpdated",
    "implementCreated",
    "implementUpdated",
    "machineCreated",
    "machineDeleted",
    "machineUpdated",
    "mergedFieldCreated",
    "mergedFieldUpdated",
    "mergedFileProcessingFailed",
    "mergedFileProcessingFinished",
    "newFieldIrrigationActivity",
    "newIrrigationActivity",
    "newSatelliteImage",
    "operationProcessingFailed",
    "operationProcessingFinished",
    "operatorCreated",
    "operatorUpdated",
    "providerOrganizationBlocked",
    "providerOrganizationCreated",
    "providerOrganizationRemoved",
    "satelliteSubscriptionFailed",
    "uploadedFileProcessingFailed",
    "uploadedFileProcessingFinished",
    "workflowProcessingFailed",
    "workflowProcessingFinished",
];

/// An event of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WebhookEvent {
    /// One that is told of connections.
    OfConnections(AlertType),
    /// One that is told of data.
    OfData(DataAlertType),
    /// One of Leaf's that never happens here.
    NeverHere(LeafsOwn),
}

/// The name of one of Leaf's events that never happens here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeafsOwn(&'static str);

impl WebhookEvent {
    /// All.
    pub fn all() -> impl Iterator<Item = Self> {
        let told = AlertType::ALL.into_iter().map(Self::OfConnections);
        let told = told.chain(DataAlertType::ALL.into_iter().map(Self::OfData));
        told.chain(LEAFS_OWN.into_iter().map(|name| Self::NeverHere(LeafsOwn(name))))
    }

    /// The contract's spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OfConnections(kind) => kind.as_str(),
            Self::OfData(kind) => kind.as_str(),
            Self::NeverHere(LeafsOwn(name)) => name,
        }
    }
}

impl FromStr for WebhookEvent {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::all().find(|known| known.as_str() == text).ok_or(Invalid::malformed(
            "may only have this service's events, such as connectionActivated and \
             connectionRevoked, and Leaf's; `WebhookEvent` in GET /openapi.json lists them",
        ))
    }
}

impl fmt::Display for WebhookEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for WebhookEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_event_has_one_name_and_is_read_by_it() {
        let names: BTreeSet<_> = WebhookEvent::all().map(WebhookEvent::as_str).collect();
        assert_eq!(names.len(), AlertType::ALL.len() + DataAlertType::ALL.len() + LEAFS_OWN.len());
        for event in WebhookEvent::all() {
            assert_eq!(event.as_str().parse(), Ok(event));
        }
        assert!("fieldcreated".parse::<WebhookEvent>().is_err());
    }
}
