//! A secret: what describes it, and its versions.

use std::collections::BTreeSet;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::timestamp::Timestamp;

/// Labels on all versions of a secret together (AWS's quota).
pub(crate) const MAXIMUM_LABELS: usize = 20;
/// Beyond these, versions without a label are forgotten, the oldest first (AWS: "about 100").
pub(crate) const VERSIONS_KEPT: usize = 100;
/// A version that is younger is not forgotten, with or without a label (AWS, "Secrets Manager
/// quotas"): so who writes more often than every quarter of an hour reaches the quota.
pub(crate) const DAYS_A_VERSION_IS_KEPT: i64 = 1;

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Secret {
    pub(crate) name: String,
    pub(crate) arn: String,
    pub(crate) created: Timestamp,
    pub(crate) last_changed: Timestamp,
    /// The day of the last `GetSecretValue`.
    pub(crate) last_accessed: Option<Timestamp>,
    /// When it may be deleted for good; `None` unless a deletion is planned.
    pub(crate) deletion_date: Option<Timestamp>,
    /// The oldest first. Only the methods of [`crate::staging_labels`] change labels.
    pub(crate) versions: Vec<Version>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Version {
    /// The token of the request that stored it.
    pub(crate) id: String,
    pub(crate) created: Timestamp,
    pub(crate) last_accessed: Option<Timestamp>,
    /// Sorted, as AWS answers them.
    pub(crate) labels: BTreeSet<String>,
    #[serde(flatten)]
    pub(crate) value: SecretValue,
}

/// The secret part. Serializes as the one field `SecretString` or `SecretBinary`, on the wire and
/// in the state file.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum SecretValue {
    SecretString(String),
    SecretBinary(Blob),
}

/// Bytes that travel as base64.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Blob(Vec<u8>);

impl Secret {
    pub(crate) fn version(&self, id: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.id == id)
    }
}

impl Blob {
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SecretString(_) => "SecretString(redacted)",
            Self::SecretBinary(_) => "SecretBinary(redacted)",
        })
    }
}

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        // The decoder's own error would quote a byte of the secret.
        STANDARD.decode(text).map(Self).map_err(|_| serde::de::Error::custom("not base64"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_value() {
        let text = SecretValue::SecretString("swordfish".into());
        let binary = SecretValue::SecretBinary(Blob(b"swordfish".to_vec()));
        assert_eq!(format!("{text:?} {binary:?}"), "SecretString(redacted) SecretBinary(redacted)");
    }
}
