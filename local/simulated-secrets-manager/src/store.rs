//! All secrets, found by name or ARN.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use crate::error::ServiceError;
use crate::secret::Secret;
use crate::timestamp::Timestamp;

const ARN_PREFIX: &str = "arn:aws:secretsmanager:us-east-2:000000000000:secret:";

/// The secrets by name.
///
/// Cloning it shares them; changing one copies that one only. So every operation works on a clone,
/// and what it did counts only when it succeeded and is saved.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Store {
    secrets: BTreeMap<String, Arc<Secret>>,
}

impl Store {
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &Secret> {
        self.secrets.values().map(AsRef::as_ref)
    }

    pub(crate) fn insert(&mut self, secret: Secret) {
        self.secrets.insert(secret.name.clone(), Arc::new(secret));
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.secrets.remove(name);
    }

    pub(crate) fn by_name(&self, name: &str) -> Option<&Secret> {
        self.secrets.get(name).map(AsRef::as_ref)
    }

    /// The secret of this name or ARN, also when its deletion is planned.
    pub(crate) fn find(&self, id: &str) -> Result<&Secret, ServiceError> {
        self.lookup(id).ok_or_else(ServiceError::secret_not_found)
    }

    /// The same, for operations that a planned deletion forbids.
    pub(crate) fn find_usable(&self, id: &str) -> Result<&Secret, ServiceError> {
        let secret = self.find(id)?;
        if secret.deletion_date.is_some() {
            Err(ServiceError::marked_for_deletion())
        } else {
            Ok(secret)
        }
    }

    pub(crate) fn find_mut(&mut self, id: &str) -> Result<&mut Secret, ServiceError> {
        let name = self.find(id)?.name.clone();
        self.secrets.get_mut(&name).map(Arc::make_mut).ok_or_else(ServiceError::secret_not_found)
    }

    pub(crate) fn find_usable_mut(&mut self, id: &str) -> Result<&mut Secret, ServiceError> {
        self.find_usable(id)?;
        self.find_mut(id)
    }

    /// Deletes for good what was planned for deletion before `now`.
    pub(crate) fn delete_expired(&mut self, now: Timestamp) {
        self.secrets.retain(|_, secret| secret.deletion_date.is_none_or(|date| date > now));
    }

    /// See [Finding a secret from a partial
    /// ARN](https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html).
    fn lookup(&self, id: &str) -> Option<&Secret> {
        if !id.starts_with("arn:") {
            return self.by_name(id);
        }
        if let Some(secret) = self.secrets().find(|secret| secret.arn == id) {
            return Some(secret);
        }
        // A hyphen and six characters at the end make AWS take it for a complete ARN.
        id.strip_prefix(ARN_PREFIX)
            .filter(|name| !ends_like_an_arn(name))
            .and_then(|name| self.by_name(name))
    }
}

fn ends_like_an_arn(name: &str) -> bool {
    name.rsplit_once('-')
        .is_some_and(|(_, end)| end.len() == 6 && end.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// An ARN for a new secret. Its six random characters keep it apart from a deleted secret of the
/// same name.
pub(crate) fn new_arn(name: &str) -> String {
    const ALPHABET: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    // The first six bytes of a version 4 UUID are all random.
    let random = Uuid::new_v4().into_bytes();
    let suffix: String = random[..6]
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()]))
        .collect();
    format!("{ARN_PREFIX}{name}-{suffix}")
}
