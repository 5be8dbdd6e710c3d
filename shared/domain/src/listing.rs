//! What a partner's listing says of a credential.

use crate::app_key::AppKeyId;
use crate::credential::{ConnectionEntry, CredentialStatus, SETTLING};
use crate::operation::{Operation, Withdrawn};
use crate::organization_code::{IndexKey, OrganizationCode};
use crate::timestamp::Timestamp;

/// The operations that a partner's listing has, as they were at a moment.
pub struct Listing {
    fingerprints: Vec<u128>,
    asked_at: Timestamp,
}

impl Listing {
    /// The listing that answered a question of this moment.
    pub fn new(
        key: &IndexKey,
        app_key: &AppKeyId,
        codes: &[OrganizationCode],
        asked_at: Timestamp,
    ) -> Self {
        let fingerprint = |code| key.organization_fingerprint(app_key.environment, code);
        let mut fingerprints: Vec<_> = codes.iter().map(fingerprint).collect();
        fingerprints.sort_unstable();
        Self { fingerprints, asked_at }
    }

    /// When it was asked for.
    pub const fn asked_at(&self) -> Timestamp {
        self.asked_at
    }

    fn has(&self, operation: &Operation) -> bool {
        self.fingerprints.binary_search(&operation.hash.fingerprint()).is_ok()
    }

    /// The status that a credential has after this listing, if it is another.
    pub fn verdict(&self, entry: &ConnectionEntry) -> Option<CredentialStatus> {
        match entry.status {
            CredentialStatus::Revoked
                if self.has(&entry.operation) && entry.status_since < self.asked_at =>
            {
                Some(CredentialStatus::Active)
            }
            CredentialStatus::Active | CredentialStatus::LimitedPermission
                if !self.has(&entry.operation)
                    && entry.status_since.plus(SETTLING) < self.asked_at =>
            {
                Some(CredentialStatus::Revoked)
            }
            _ => None,
        }
    }

    /// Whether the farmer of a withdrawn operation has switched sharing off since. One that was
    /// connected a moment before may not have been listed yet.
    pub fn shows_off(&self, withdrawn: &Withdrawn) -> bool {
        !self.has(&withdrawn.operation) && withdrawn.at.plus(SETTLING) < self.asked_at
    }

    /// Whether it says nothing about a credential only because that is so young: Panorama may list
    /// it in a moment.
    pub fn is_too_old_for(&self, entry: &ConnectionEntry) -> bool {
        let connected =
            matches!(entry.status, CredentialStatus::Active | CredentialStatus::LimitedPermission);
        connected && !self.has(&entry.operation) && self.verdict(entry).is_none()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::client_environment::ClientEnvironment;
    use crate::ids::{CredentialId, LeafUserId};

    const ENVIRONMENT: ClientEnvironment = ClientEnvironment::Stage;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::new(time::macros::datetime!(2026-11-22 12:00 UTC))
            .plus(Duration::from_secs(seconds))
    }

    #[test]
    fn a_listing_says_nothing_of_what_came_after_it_or_has_not_settled() {
        use CredentialStatus::{Active, LimitedPermission, Revoked, Unauthenticated};

        let key = IndexKey::new(&[1; 32]);
        let app_key = AppKeyId { name: "app".parse().expect("a name"), environment: ENVIRONMENT };
        let code = |text: &str| text.parse::<OrganizationCode>().expect("a code");
        let listing =
            Listing::new(&key, &app_key, &[code("listed22"), code("others33")], at(1_000));
        let settled = 1_000 - SETTLING.as_secs() - 1;
        for (text, status, since, verdict, too_old) in [
            ("listed22", Active, settled, None, false),
            ("listed22", Revoked, 999, Some(Active), false),
            ("listed22", Revoked, 1_000, None, false),
            ("listed22", Unauthenticated, 0, None, false),
            ("gone4444", Active, settled, Some(Revoked), false),
            ("gone4444", Active, settled + 1, None, true),
            ("gone4444", LimitedPermission, settled, Some(Revoked), false),
            ("gone4444", Revoked, 0, None, false),
            ("gone4444", Unauthenticated, 0, None, false),
        ] {
            let entry = ConnectionEntry {
                leaf_user_id: LeafUserId::new([1; 16]),
                credential_id: CredentialId::new([2; 16]),
                operation: Operation::new(&key, ENVIRONMENT, &code(text)),
                status,
                status_since: at(since),
            };
            assert_eq!(listing.verdict(&entry), verdict, "{text} {status:?} since {since}");
            assert_eq!(listing.is_too_old_for(&entry), too_old, "{text} {status:?} since {since}");
        }
    }
}
