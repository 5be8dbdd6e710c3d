//! Unclaimed confirmations, and how many one budget has stored.

use super::item::{Item, Reading, key, number, text};
use super::rows::{started_key, unclaimed_key, unclaimed_row};
use super::schema::{PK, TTL};
use super::start::no_more_starts;
use super::table::{Cancelled, Condition, Table};
use application::ports::connections::{Storing, UnclaimedConfirmation};
use application::ports::store_error::StoreError;
use domain::ids::SharingUrlId;
use domain::operation::Operation;
use domain::organization_code::OrganizationHash;
use domain::timestamp::Timestamp;
use domain::unclaimed_confirmation::{Budget, rest_of_window, window};

impl Table {
    pub(super) async fn write_unclaimed(
        &self,
        unclaimed: &UnclaimedConfirmation<'_>,
        budget: &Budget,
        starts: u64,
    ) -> Result<Storing, StoreError> {
        const UNCLAIMED: usize = 0;
        const STARTS: usize = 1;
        let free = Condition::new("attribute_not_exists(pk) OR keptUntil <= :now")
            .value(":now", text(unclaimed.at));
        let mut changes = vec![
            self.put_where(unclaimed_row(unclaimed), free),
            self.check(
                started_key(unclaimed.operation, unclaimed.sharing_url_id),
                no_more_starts(starts),
            ),
        ];
        if let (Some(counter), Some(most)) =
            (budget_key(budget, unclaimed.sharing_url_id, unclaimed.at), budget.most())
        {
            let room = Condition::new("attribute_not_exists(pk) OR #count < :most")
                .name("#count", "count")
                .name("#ttl", TTL)
                .value(":one", number(1))
                .value(":most", number(most))
                .value(
                    ":ttl",
                    number(unclaimed.at.plus(rest_of_window(unclaimed.at)).epoch_seconds()),
                );
            changes.push(self.update(counter, "ADD #count :one SET #ttl = :ttl", room));
        }
        match self.transact(changes).await {
            Ok(()) => Ok(Storing::Stored),
            Err(Cancelled::Condition { place: UNCLAIMED, .. }) => Ok(Storing::StoredBefore),
            Err(Cancelled::Condition { place: STARTS, .. }) => Ok(Storing::Outdated),
            Err(Cancelled::Condition { .. }) => Ok(Storing::Full),
            Err(Cancelled::Store(error)) => Err(error),
        }
    }

    pub(super) async fn unclaimed_of(
        &self,
        operations: &[&Operation],
        sharing_url_id: SharingUrlId,
        now: Timestamp,
    ) -> Result<Vec<Operation>, StoreError> {
        let keys =
            operations.iter().map(|operation| unclaimed_key(operation, sharing_url_id)).collect();
        let mut unclaimed = Vec::new();
        for item in self.get_many(keys).await? {
            let row = Reading { operation: "BatchGetItem", item: &item };
            if row.moment("keptUntil")? > now {
                let hash = row.text(PK)?.rsplit('#').next().unwrap_or_default();
                unclaimed.extend(
                    operations.iter().find(|known| known.hash == OrganizationHash::stored(hash)),
                );
            }
        }
        Ok(unclaimed.into_iter().cloned().collect())
    }
}

/// Where it is counted what is stored from a budget.
pub(super) fn budget_key(
    budget: &Budget,
    sharing_url_id: SharingUrlId,
    at: Timestamp,
) -> Option<Item> {
    let whose = match budget {
        Budget::Operation => return None,
        Budget::Session(id) => id.to_string(),
        Budget::Caller(caller) => caller.as_str().to_owned(),
    };
    Some(key(format!("KEPT#{sharing_url_id}#{whose}"), window(at)))
}
