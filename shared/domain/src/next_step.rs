//! What somebody of the partner's support does next about a connection.

use super::credential::CredentialStatus;
use super::freshness::{DataFreshness, SilentDays, is_overdue};
use super::timestamp::Timestamp;

/// How the data of a connection that is ACTIVE stands. What is named first outranks the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataStanding {
    /// No sync has succeeded for a day.
    Overdue,
    /// There was no sync yet.
    NotYet,
    /// Files are on their way.
    Arriving,
    /// No file has come for as many days as the partner thinks too many.
    Silent,
    /// All is here.
    Fresh,
}

impl DataStanding {
    /// How it stands now.
    pub fn of(
        active_since: Timestamp,
        silent_since: Timestamp,
        freshness: &DataFreshness,
        silent: SilentDays,
        now: Timestamp,
    ) -> Self {
        if is_overdue(active_since, freshness.last_synced_at, now) {
            Self::Overdue
        } else if freshness.last_synced_at.is_none() {
            Self::NotYet
        } else if freshness.files_pending.is_some_and(|files| files > 0) {
            Self::Arriving
        } else if silent_since <= silent.before(now) {
            Self::Silent
        } else {
            Self::Fresh
        }
    }
}

/// What to do next about a connection, as one sentence for support staff; where it is nothing,
/// that. `login_refused` says that the status is the app key's; without `data` somebody else
/// follows it.
pub const fn next_step(
    status: CredentialStatus,
    login_refused: bool,
    data: Option<DataStanding>,
) -> &'static str {
    match (status, data) {
        (CredentialStatus::Unauthenticated, _) if login_refused => {
            "Correct your own Panorama login at the app key; no farmer has to do anything."
        }
        (CredentialStatus::Unauthenticated, _) => {
            "Check the app key's login, then send the farmer a new start link."
        }
        (CredentialStatus::Revoked, _) => {
            "Ask the farmer to share the operation again in Panorama; if that does not help, send \
             a new start link."
        }
        (CredentialStatus::LimitedPermission, _) => {
            "Ask the farmer to share the whole operation with you in Panorama."
        }
        (CredentialStatus::Active, None) => {
            "Nothing: the operation is connected, and Leaf follows its data."
        }
        (CredentialStatus::Active, Some(DataStanding::Overdue)) => {
            "Ask for a sync (POST /services/fields/api/users/{leafUserId}/fields/sync); if \
             lastSyncedAt stays as it is, tell whoever runs this service."
        }
        (CredentialStatus::Active, Some(DataStanding::NotYet)) => {
            "Nothing: the first sync comes by itself."
        }
        (CredentialStatus::Active, Some(DataStanding::Arriving)) => {
            "Nothing: files are on their way."
        }
        (CredentialStatus::Active, Some(DataStanding::Silent)) => {
            "Ask the farmer whether the machines have worked, and whether their files get to \
             Panorama."
        }
        (CredentialStatus::Active, Some(DataStanding::Fresh)) => {
            "Nothing: the operation is connected and its data is here."
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_stands_in_the_way_of_the_rest_comes_first() {
        let days = |days: u64| {
            Timestamp::new(time::macros::datetime!(2026-11-22 12:00 UTC))
                .plus(Duration::from_hours(24 * days))
        };
        let silent = SilentDays::new(30).expect("in range");
        let of = |synced: Option<u64>, pending, silent_since, now| {
            let freshness = DataFreshness {
                last_synced_at: synced.map(days),
                last_data_at: None,
                files_pending: pending,
            };
            DataStanding::of(days(0), days(silent_since), &freshness, silent, days(now))
        };
        assert_eq!(of(None, None, 0, 0), DataStanding::NotYet);
        assert_eq!(of(None, None, 0, 1), DataStanding::Overdue);
        assert_eq!(of(Some(40), Some(2), 0, 41), DataStanding::Overdue);
        assert_eq!(of(Some(40), Some(2), 0, 40), DataStanding::Arriving);
        assert_eq!(of(Some(40), Some(0), 10, 40), DataStanding::Silent);
        assert_eq!(of(Some(40), Some(0), 11, 40), DataStanding::Fresh);
    }

    #[test]
    fn every_connection_has_a_step_of_its_own_and_a_login_outranks_its_farmers() {
        use CredentialStatus::{Active, LimitedPermission, Revoked, Unauthenticated};
        let mut steps = Vec::new();
        for (status, login_refused, data) in [
            (Unauthenticated, true, Some(DataStanding::Overdue)),
            (Unauthenticated, false, None),
            (Revoked, false, Some(DataStanding::Overdue)),
            (LimitedPermission, false, None),
            (Active, false, None),
            (Active, false, Some(DataStanding::Overdue)),
            (Active, false, Some(DataStanding::NotYet)),
            (Active, false, Some(DataStanding::Arriving)),
            (Active, false, Some(DataStanding::Silent)),
            (Active, false, Some(DataStanding::Fresh)),
        ] {
            let step = next_step(status, login_refused, data);
            assert!(step.ends_with('.') && !steps.contains(&step), "{status:?}: {step}");
            steps.push(step);
        }
        assert!(steps[0].contains("no farmer"), "{}", steps[0]);
    }
}
