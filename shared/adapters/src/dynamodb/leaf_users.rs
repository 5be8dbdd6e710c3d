//! Leaf users in the table.

use async_trait::async_trait;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};

use super::failure::failure;
use super::item::{Item, Reading, Writing, key, text};
use super::rows::{BY_EMAIL, BY_EXTERNAL_ID, BY_NAME, profile_key, read_user, user_row};
use super::schema::{
    Index, USERS, USERS_BY_EMAIL, USERS_BY_EXTERNAL_ID, USERS_BY_NAME, USERS_IN_ORDER_OF_EMAIL,
    USERS_IN_ORDER_OF_EXTERNAL_ID, USERS_IN_ORDER_OF_ID, USERS_IN_ORDER_OF_NAME,
};
use super::table::{Cancelled, Condition, Table};
use application::ports::leaf_users::{Claim, LeafUsers};
use application::ports::portion::Portion;
use application::ports::store_error::StoreError;
use domain::ids::LeafUserId;
use domain::leaf_user::{
    Email, Filter, LeafUser, Order, OrderBy, Profile, ProfileChange, ProfileText, place,
};
use domain::sent::Change;

/// The longest partition key that DynamoDB takes, in bytes. No row has a longer one, and a query
/// with one is refused.
const LONGEST_KEY: usize = 2_048;

#[async_trait]
impl LeafUsers for Table {
    async fn create(&self, user: &LeafUser) -> Result<(), StoreError> {
        let row = self.put_where(user_row(user), Condition::absent());
        self.transact(vec![row, self.one_more_user(user.id)]).await.map_err(StoreError::from)
    }

    async fn claim_external_id(
        &self,
        id: &ProfileText,
        claim: Claim,
        instead_of: Option<Claim>,
    ) -> Result<Claim, StoreError> {
        let row = Writing::row(external_id_key(id))
            .text("leafUserId", claim.leaf_user_id)
            .text("claimedAt", claim.at);
        let free = match instead_of {
            None => Condition::absent(),
            Some(before) => Condition::new(
                "attribute_not_exists(pk) OR (leafUserId = :before AND claimedAt = :at)",
            )
            .value(":before", text(before.leaf_user_id))
            .value(":at", text(before.at)),
        };
        match self.put_if(row.done(), free).await {
            Ok(()) => Ok(claim),
            Err(Cancelled::Condition { found: Some(item), .. }) => {
                let row = Reading { operation: "PutItem", item: &item };
                Ok(Claim { leaf_user_id: row.parsed("leafUserId")?, at: row.moment("claimedAt")? })
            }
            Err(cancelled) => Err(cancelled.into()),
        }
    }

    async fn find(&self, id: LeafUserId) -> Result<Option<LeafUser>, StoreError> {
        let row = self.get(profile_key(id)).await?;
        row.map(|item| read_user(Reading { operation: "GetItem", item: &item })).transpose()
    }

    async fn change(
        &self,
        id: LeafUserId,
        change: &ProfileChange,
    ) -> Result<Option<LeafUser>, StoreError> {
        let Some(before) = self.find(id).await? else { return Ok(None) };
        let changes = Changes::of(change, &before);
        if changes.are_none() {
            return Ok(Some(before));
        }
        let request =
            self.client.update_item().table_name(&self.name).set_key(Some(profile_key(id)));
        let mut request = request
            .condition_expression("attribute_exists(pk)")
            .return_values(ReturnValue::AllNew)
            .update_expression(changes.expression());
        for (number, (name, value)) in changes.0.into_iter().enumerate() {
            request = request.expression_attribute_names(format!("#{number}"), name);
            if let Some(value) = value {
                request = request.expression_attribute_values(format!(":{number}"), text(value));
            }
        }
        match request.send().await {
            Ok(answer) => {
                let item = answer.attributes.unwrap_or_default();
                read_user(Reading { operation: "UpdateItem", item: &item }).map(Some)
            }
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Ok(None)
            }
            Err(error) => Err(failure("UpdateItem", &error)),
        }
    }

    async fn list(
        &self,
        filter: &Filter,
        order: Order,
        page: u32,
        size: u32,
    ) -> Result<Portion<LeafUser>, StoreError> {
        if let Some((index, value)) = most_selective(filter) {
            let mut found = self.matching(filter, index, value).await?;
            if order.by != OrderBy::Creation {
                found.sort_by_cached_key(|user| user.place(order.by));
            }
            if order.descending {
                found.reverse();
            }
            return Ok(Portion::of_whole(found, page, size));
        }
        let query =
            self.of_index(ordered_by(order.by), "USER").scan_index_forward(!order.descending);
        let read = self.read_page(&query, page, size).await?;
        let total = match read.next {
            None => read.seen,
            Some(_) => self.users().await?.max(read.seen),
        };
        let read_user = |item: &Item| read_user(Reading { operation: "Query", item });
        Ok(Portion {
            entries: read.rows.iter().map(read_user).collect::<Result<_, _>>()?,
            total: Some(total),
        })
    }
}

fn external_id_key(id: &ProfileText) -> Item {
    key(format!("EXTERNALID#{}", id.as_str()), "USER")
}

/// Attributes with their new values; those without one go.
struct Changes(Vec<(&'static str, Option<String>)>);

impl Changes {
    fn of(change: &ProfileChange, before: &LeafUser) -> Self {
        let listed = before.listed();
        let mut changes = Self(Vec::new());
        if let Some(name) = &change.name {
            changes.0.push(("name", Some(name.as_str().to_owned())));
            changes.0.push((BY_NAME, Some(place(name.as_str(), &listed))));
        }
        changes.note("email", Some((BY_EMAIL, &listed)), &change.email, Email::as_str);
        changes.note("phone", None, &change.phone, ProfileText::as_str);
        changes.note("address", None, &change.address, ProfileText::as_str);
        changes.note(
            "externalId",
            Some((BY_EXTERNAL_ID, &listed)),
            &change.external_id,
            ProfileText::as_str,
        );
        changes
    }

    fn note<T>(
        &mut self,
        name: &'static str,
        ordered: Option<(&'static str, &str)>,
        change: &Change<T>,
        text: impl Fn(&T) -> &str,
    ) {
        let value = match change {
            Change::Keep => return,
            Change::Clear => None,
            Change::Set(value) => Some(text(value).to_owned()),
        };
        let place = ordered.map(|(name, listed)| {
            (name, Some(place(value.as_deref().unwrap_or_default(), listed)))
        });
        self.0.push((name, value));
        self.0.extend(place);
    }

    fn are_none(&self) -> bool {
        self.0.is_empty()
    }

    /// Placeholders are numbered in the order of the changes.
    fn expression(&self) -> String {
        let part = |verb: &str, has_value: bool| {
            let changes =
                self.0.iter().enumerate().filter(|(_, (_, value))| value.is_some() == has_value);
            let change = |(number, _)| {
                if has_value { format!("#{number} = :{number}") } else { format!("#{number}") }
            };
            let changes: Vec<_> = changes.map(change).collect();
            (!changes.is_empty()).then(|| format!("{verb} {}", changes.join(", ")))
        };
        [part("SET", true), part("REMOVE", false)]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ")
    }
}

impl Table {
    /// Deletes a partition that says what is a Leaf user's, and what its rows name.
    pub(super) async fn delete_named(
        &self,
        partition: String,
        named: impl Fn(Reading<'_>) -> Result<Item, StoreError> + Send,
    ) -> Result<(), StoreError> {
        /// A transaction takes 100 items, and a row is two.
        const AT_ONCE: usize = 50;
        for rows in self.partition(partition, "").await?.chunks(AT_ONCE) {
            let mut changes = Vec::with_capacity(2 * rows.len());
            for row in rows {
                changes.push(self.delete(named(Reading { operation: "Query", item: row })?));
                changes.push(self.delete(Self::key_of(row)));
            }
            self.transact(changes).await?;
        }
        Ok(())
    }

    /// The end of a Leaf user's claim to its external id, if the claim is its own.
    pub(super) async fn give_up_external_id(&self, user: &LeafUser) -> Result<(), StoreError> {
        let Some(id) = &user.profile.external_id else { return Ok(()) };
        let own = Condition::new("leafUserId = :user").value(":user", text(user.id));
        match self.transact(vec![self.delete_where(external_id_key(id), own)]).await {
            Ok(()) | Err(Cancelled::Condition { .. }) => Ok(()),
            Err(Cancelled::Store(error)) => Err(error),
        }
    }

    /// All that match: a filter's values are of few Leaf users, and only those are read.
    async fn matching(
        &self,
        filter: &Filter,
        index: Index,
        value: &str,
    ) -> Result<Vec<LeafUser>, StoreError> {
        let mut found = Vec::new();
        if value.len() > LONGEST_KEY {
            return Ok(found);
        }
        let query = self.of_index(index, value);
        let mut from = None;
        loop {
            let answer = query.clone().set_exclusive_start_key(from).send().await;
            let answer = answer.map_err(|error| failure("Query", &error))?;
            for item in answer.items() {
                let user = read_user(Reading { operation: "Query", item })?;
                if matches(filter, &user.profile) {
                    found.push(user);
                }
            }
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(found);
            }
        }
    }

    /// All rows of one partition of an index.
    pub(super) fn of_index(&self, index: Index, value: &str) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.name)
            .index_name(index.name)
            .key_condition_expression("#partition = :partition")
            .expression_attribute_names("#partition", index.partition)
            .expression_attribute_values(":partition", AttributeValue::S(value.to_owned()))
    }
}

fn most_selective(filter: &Filter) -> Option<(Index, &str)> {
    match filter {
        Filter { external_id: Some(value), .. } => Some((USERS_BY_EXTERNAL_ID, value)),
        Filter { email: Some(value), .. } => Some((USERS_BY_EMAIL, value)),
        Filter { name: Some(value), .. } => Some((USERS_BY_NAME, value)),
        _ => None,
    }
}

fn ordered_by(by: OrderBy) -> Index {
    match by {
        OrderBy::Creation => USERS,
        OrderBy::Id => USERS_IN_ORDER_OF_ID,
        OrderBy::Name => USERS_IN_ORDER_OF_NAME,
        OrderBy::Email => USERS_IN_ORDER_OF_EMAIL,
        OrderBy::ExternalId => USERS_IN_ORDER_OF_EXTERNAL_ID,
    }
}

fn matches(filter: &Filter, profile: &Profile) -> bool {
    let wanted = |wanted: &Option<String>, has: Option<&str>| {
        wanted.as_deref().is_none_or(|wanted| has == Some(wanted))
    };
    wanted(&filter.email, profile.email.as_ref().map(Email::as_str))
        && wanted(&filter.name, Some(profile.name.as_str()))
        && wanted(&filter.external_id, profile.external_id.as_ref().map(ProfileText::as_str))
}
