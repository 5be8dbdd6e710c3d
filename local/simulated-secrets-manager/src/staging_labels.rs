//! How staging labels move between the versions of a secret.
//!
//! The rules are those of `PutSecretValue` and `UpdateSecretVersionStage` in the API Reference: a
//! label sits on one version at a time, `AWSCURRENT` is always somewhere once there is a version,
//! and whenever it moves, `AWSPREVIOUS` goes to the version that it left.

use std::collections::BTreeSet;

use crate::error::{ErrorKind, ServiceError};
use crate::secret::{DAYS_A_VERSION_IS_KEPT, MAXIMUM_LABELS, Secret, VERSIONS_KEPT, Version};

pub(crate) const CURRENT: &str = "AWSCURRENT";
const PREVIOUS: &str = "AWSPREVIOUS";
const PENDING: &str = "AWSPENDING";

impl Secret {
    /// The version that has the label.
    pub(crate) fn labelled(&self, label: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.labels.contains(label))
    }

    /// Adds a version and gives it its labels, from whichever versions had them.
    ///
    /// # Errors
    /// `LimitExceededException` when the secret would have more than 20 labels, or more than 100
    /// versions.
    pub(crate) fn add_version(&mut self, mut version: Version) -> Result<(), ServiceError> {
        if self.versions.is_empty() {
            version.labels.insert(CURRENT.to_owned());
        }
        let becomes_current = version.labels.contains(CURRENT);
        let left = self.labelled(CURRENT).filter(|_| becomes_current).map(|left| left.id.clone());
        for label in &version.labels {
            self.detach(label);
        }
        if let Some(left) = left {
            // AWSCURRENT on a version that says of itself that it is the previous one is a
            // contradiction: the left version gets it.
            version.labels.remove(PREVIOUS);
            self.make_previous(&left);
            // Seen at AWS (LocalStack's recordings,
            // test_update_secret_version_stages_current_pending): a value that supersedes the
            // current one ends the rotation that brought it.
            self.detach_from(&left, PENDING);
        }
        self.versions.push(version);
        self.check_label_quota()?;
        self.forget_old_versions();
        self.check_version_quota()
    }

    /// `UpdateSecretVersionStage`: a compare-and-swap on where the label is.
    ///
    /// # Errors
    /// `InvalidParameterException` when the label is not where `remove_from` says, or would leave
    /// `AWSCURRENT` nowhere; `ResourceNotFoundException` for an unknown version;
    /// `LimitExceededException` as for [`Secret::add_version`].
    pub(crate) fn move_label(
        &mut self,
        label: &str,
        remove_from: Option<&str>,
        move_to: Option<&str>,
    ) -> Result<(), ServiceError> {
        for id in [remove_from, move_to].into_iter().flatten() {
            if self.version(id).is_none() {
                return Err(version_not_found(id));
            }
        }
        let holder = self.labelled(label).map(|holder| holder.id.clone());
        match (holder.as_deref(), remove_from) {
            (holder, Some(remove_from)) if holder != Some(remove_from) => {
                return Err(held_elsewhere(label));
            }
            (Some(holder), None) if move_to.is_some_and(|to| to != holder) => {
                return Err(ServiceError::invalid_parameter(format!(
                    "The parameter RemoveFromVersionId can't be empty. Staging label {label} is \
                     currently attached to version {holder}, so you must explicitly reference \
                     that version in RemoveFromVersionId."
                )));
            }
            _ => {}
        }
        match move_to {
            Some(to) => self.move_label_to(to, label, holder.as_deref()),
            None if remove_from.is_none() => Err(ServiceError::invalid_parameter(
                "You must specify RemoveFromVersionId, MoveToVersionId, or both.",
            )),
            None if label == CURRENT => Err(ServiceError::invalid_parameter(
                "You can only move staging label AWSCURRENT to a different secret version. It \
                 can't be completely removed.",
            )),
            None => {
                self.detach(label);
                Ok(())
            }
        }
    }

    fn move_label_to(
        &mut self,
        to: &str,
        label: &str,
        holder: Option<&str>,
    ) -> Result<(), ServiceError> {
        if holder == Some(to) {
            return Ok(());
        }
        self.detach(label);
        self.attach(to, label);
        if let Some(left) = holder.filter(|_| label == CURRENT) {
            self.make_previous(left);
        }
        self.check_label_quota()
    }

    fn make_previous(&mut self, version_id: &str) {
        self.detach(PREVIOUS);
        self.attach(version_id, PREVIOUS);
    }

    fn attach(&mut self, version_id: &str, label: &str) {
        if let Some(version) = self.versions.iter_mut().find(|version| version.id == version_id) {
            version.labels.insert(label.to_owned());
        }
    }

    fn detach(&mut self, label: &str) {
        for version in &mut self.versions {
            version.labels.remove(label);
        }
    }

    fn detach_from(&mut self, version_id: &str, label: &str) {
        if let Some(version) = self.versions.iter_mut().find(|version| version.id == version_id) {
            version.labels.remove(label);
        }
    }

    fn check_label_quota(&self) -> Result<(), ServiceError> {
        if self.versions.iter().map(|version| version.labels.len()).sum::<usize>() > MAXIMUM_LABELS
        {
            return Err(ServiceError::new(
                ErrorKind::LimitExceeded,
                "A secret can have 20 staging labels attached across all its versions.",
            ));
        }
        Ok(())
    }

    /// Versions without a label are forgotten beyond a hundred, but none that is younger than a
    /// day.
    fn forget_old_versions(&mut self) {
        let Some(now) = self.versions.last().map(|version| version.created) else { return };
        let mut surplus = self.versions.len().saturating_sub(VERSIONS_KEPT);
        self.versions.retain(|version| {
            let old = version.created.plus_days(DAYS_A_VERSION_IS_KEPT) <= now;
            let forgotten = surplus > 0 && version.labels.is_empty() && old;
            surplus -= usize::from(forgotten);
            !forgotten
        });
    }

    fn check_version_quota(&self) -> Result<(), ServiceError> {
        if self.versions.len() > VERSIONS_KEPT {
            return Err(ServiceError::new(
                ErrorKind::LimitExceeded,
                "A secret can have about 100 versions, and none that is younger than a day is \
                 forgotten.",
            ));
        }
        Ok(())
    }
}

/// The labels of a version whose caller named none.
pub(crate) fn only_current() -> BTreeSet<String> {
    BTreeSet::from([CURRENT.to_owned()])
}

pub(crate) fn version_not_found(id: &str) -> ServiceError {
    ServiceError::not_found(format!(
        "Secrets Manager can't find the specified secret value for VersionId: {id}"
    ))
}

fn held_elsewhere(label: &str) -> ServiceError {
    ServiceError::invalid_parameter(format!(
        "When you move staging label {label}, if you specify RemoveFromVersionId, it must be set \
         to the version that currently has the staging label {label}."
    ))
}
