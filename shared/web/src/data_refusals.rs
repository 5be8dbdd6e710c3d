//! What is answered when no data is shown.

use std::fmt::Display;

use application::ports::data::{DataError, Missing};
use domain::credential::CredentialStatus;

use super::error_key::ErrorKey;
use super::problem::Problem;
use super::refusals::no_such_user;
use super::{FIELDS, OPERATIONS};

impl From<DataError> for Problem {
    fn from(error: DataError) -> Self {
        match error {
            DataError::Refused(refusals) => refusals.into(),
            DataError::Missing(missing) => no_such_thing(missing),
            DataError::NotActive(status) => not_active(status),
            DataError::Failure(failure) => failure.into(),
        }
    }
}

/// Nothing is read of an operation whose credential is not ACTIVE.
fn not_active(status: Option<CredentialStatus>) -> Problem {
    let detail = match status {
        None => {
            "No operation is connected to this Leaf user. Start with POST \
             /users/{leafUserId}/one-click-integration/Panorama; the first sync begins by itself."
        }
        Some(CredentialStatus::Revoked) => {
            "The credential is REVOKED: the farmer has switched sharing off. Once it is switched \
             on again in Panorama, the next sync begins by itself."
        }
        Some(_) => {
            "The credential is not ACTIVE, and while it is not, nothing is read. Read its status \
             with GET /users/{leafUserId}/panorama-credentials."
        }
    };
    Problem::new(ErrorKey::ConnectionNotActive, detail)
}

/// There is no such thing in what farmers share, or it is another Leaf user's.
fn no_such_thing(missing: Missing) -> Problem {
    let of_user = |key, what: &str, list: &str, id: &dyn Display| {
        let detail = format!(
            "The Leaf user has no {what} with the id {id}. List what it has with GET \
             {FIELDS}/{list}?leafUserId=…"
        );
        Problem::new(key, detail)
    };
    let of_all = |key, what: &str, list: &str, id: &dyn Display| {
        let detail = format!(
            "No {what} has the id {id}. List all with GET {OPERATIONS}/{list}, page by page."
        );
        Problem::new(key, detail)
    };
    match missing {
        Missing::LeafUser(id) => no_such_user(id),
        Missing::Grower(id) => of_user(ErrorKey::GrowerNotFound, "grower", "growers", &id.0),
        Missing::Farm(id) => of_user(ErrorKey::FarmNotFound, "farm", "farms", &id.0),
        Missing::Field(id) => of_user(ErrorKey::FieldNotFound, "field", "fields", &id),
        Missing::File(id) => of_all(ErrorKey::FileNotFound, "file", "files", &id),
        Missing::FieldOperation(id) => {
            of_all(ErrorKey::OperationNotFound, "field operation", "operations", &id)
        }
    }
}
