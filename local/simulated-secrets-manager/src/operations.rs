//! The operations, one file each, and how a request finds its own.

// All of them own their input, whether or not they take it apart: one signature.
#![allow(clippy::needless_pass_by_value)]

mod create_secret;
mod delete_secret;
mod describe_secret;
mod get_secret_value;
mod new_version;
mod put_secret_value;
mod restore_secret;
mod update_secret_version_stage;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{ErrorKind, ServiceError};
use crate::store::Store;
use crate::timestamp::Timestamp;

pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) run: Run,
}

/// Takes the body of a request, gives the body of its answer.
type Run = fn(&mut Store, &[u8], Timestamp) -> Result<Vec<u8>, ServiceError>;

const OPERATIONS: &[Operation] = &[
    Operation {
        name: "CreateSecret",
        run: |store, body, now| answer(create_secret::run, store, body, now),
    },
    Operation {
        name: "DeleteSecret",
        run: |store, body, now| answer(delete_secret::run, store, body, now),
    },
    Operation {
        name: "DescribeSecret",
        run: |store, body, now| answer(describe_secret::run, store, body, now),
    },
    Operation {
        name: "GetSecretValue",
        run: |store, body, now| answer(get_secret_value::run, store, body, now),
    },
    Operation {
        name: "PutSecretValue",
        run: |store, body, now| answer(put_secret_value::run, store, body, now),
    },
    Operation {
        name: "RestoreSecret",
        run: |store, body, now| answer(restore_secret::run, store, body, now),
    },
    Operation {
        name: "UpdateSecretVersionStage",
        run: |store, body, now| answer(update_secret_version_stage::run, store, body, now),
    },
];

/// The operation that an `X-Amz-Target` names.
pub(crate) fn named(target: &str) -> Option<&'static Operation> {
    let name = target.strip_prefix("secretsmanager.")?;
    OPERATIONS.iter().find(|operation| operation.name == name)
}

fn answer<Input: DeserializeOwned, Output: Serialize>(
    run: fn(&mut Store, Input, Timestamp) -> Result<Output, ServiceError>,
    store: &mut Store,
    body: &[u8],
    now: Timestamp,
) -> Result<Vec<u8>, ServiceError> {
    // Not serde_json's message: it would quote what was sent.
    let input = serde_json::from_slice(body).map_err(|_| {
        ServiceError::new(ErrorKind::Serialization, "The request is not JSON of the expected form.")
    })?;
    let output = run(store, input, now)?;
    serde_json::to_vec(&output).map_err(|_| {
        ServiceError::new(ErrorKind::InternalService, "An error occurred on the server side.")
    })
}

/// What most operations answer with.
#[derive(Serialize)]
struct SecretIdentity {
    #[serde(rename = "ARN")]
    arn: String,
    #[serde(rename = "Name")]
    name: String,
}

impl From<&crate::secret::Secret> for SecretIdentity {
    fn from(secret: &crate::secret::Secret) -> Self {
        Self { arn: secret.arn.clone(), name: secret.name.clone() }
    }
}
