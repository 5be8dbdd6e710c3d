//! Pages of the catalogue, each from the index that has its order.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;

use super::rows::{KIND, Row, kind_status, read_user, user_partition};
use super::schema::{
    BY_CREATION_OF_ALL, BY_ID_OF_ALL, BY_NAME_OF_ALL, BY_SIZE_OF_ALL, BY_STATUS_OF_ALL,
    BY_TYPE_OF_ALL, BY_UPDATE_OF_ALL, BY_USER_OF_ALL, OF_ID, OF_USER_BY_CREATION, OF_USER_BY_NAME,
    OF_USER_BY_PARENT, OF_USER_BY_SIZE, OF_USER_BY_UPDATE,
};
use super::table::CatalogueTable;
use super::totals::counter;
use crate::dynamodb::failure::failure;
use crate::dynamodb::item::{Item, Reading, text};
use crate::dynamodb::schema::{Index, PK, SK};
use application::ports::catalogue::{Asked, CopyStatus, Of, OrderBy};
use application::ports::portion::Portion;
use application::ports::store_error::StoreError;
use domain::catalogue::operation_type::OperationType;
use domain::ids::LeafUserId;
use domain::timestamp::Timestamp;

/// The main table's own order, as an index.
const BY_ID_OF_USER: Index = Index { name: "", partition: PK, sort: SK, attributes: None };

/// What a list is of.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    pub(super) kind: &'static str,
    /// What all of them belong to.
    pub(super) parent: Option<String>,
    pub(super) status: Option<CopyStatus>,
    pub(super) operation_type: Option<OperationType>,
    pub(super) created_from: Option<Timestamp>,
    pub(super) updated_from: Option<Timestamp>,
}

/// What a query is built from.
struct Plan {
    index: Index,
    partition: String,
    /// What all sort keys begin with.
    prefix: String,
    /// Where to begin, behind the prefix.
    from: Option<Timestamp>,
    /// Conditions that the index does not answer, each with its name, operator and value.
    filters: Vec<(&'static str, &'static str, String)>,
}

impl Wanted {
    pub(super) fn all<T: Row>() -> Self {
        Self { kind: T::KIND, ..Self::default() }
    }

    /// Whether a total is kept of it, and which.
    fn counter(&self) -> Option<String> {
        match self {
            Self {
                parent: None,
                operation_type: None,
                created_from: None,
                updated_from: None,
                ..
            } => Some(counter(self.kind, self.status)),
            _ => None,
        }
    }

    fn plan(&self, asked: &Asked, user: Option<LeafUserId>) -> Plan {
        let Self { kind, parent, status, operation_type, created_from, updated_from } = self;
        let mut filters = Vec::new();
        if let Some(status) = status {
            filters.push(("status", "=", status.as_str().to_owned()));
        }
        if let Some(wanted) = operation_type {
            filters.push(("operationType", "=", wanted.as_str().to_owned()));
        }
        if let Some(from) = created_from {
            filters.push(("createdTime", ">=", from.to_string()));
        }
        if let Some(from) = updated_from {
            filters.push(("updatedTime", ">=", from.to_string()));
        }
        let mut plan = Plan {
            index: index_of(asked.by, user.is_some()),
            partition: user.map_or_else(|| (*kind).to_owned(), user_partition),
            prefix: format!("{kind}#"),
            from: None,
            filters,
        };
        if asked.by == OrderBy::Creation {
            self.narrow(&mut plan, parent.as_deref(), user.is_some());
        } else if let Some(parent) = parent {
            // Few belong to one: they are read, and ordered by the index of another order.
            plan.filters.push(("byParent", "begins_with", format!("{kind}#{parent}#")));
        }
        plan.skip_to(asked.by, *created_from, *updated_from);
        if user.is_none() && matches!(asked.by, OrderBy::Id | OrderBy::LeafUser) {
            // The partition is the kind, and the sort key does not begin with it.
            plan.prefix = String::new();
        }
        plan
    }

    /// In the order of creation there are indexes for what is wanted, too.
    fn narrow(&self, plan: &mut Plan, parent: Option<&str>, of_user: bool) {
        let kind = self.kind;
        match (parent, of_user) {
            (Some(parent), true) => {
                plan.index = OF_USER_BY_PARENT;
                plan.prefix = format!("{kind}#{parent}#");
            }
            (Some(parent), false) => {
                plan.filters.push(("byParent", "begins_with", format!("{kind}#{parent}#")));
            }
            (None, false) => {
                let narrower = match (self.status, self.operation_type) {
                    // Fewer files fail, or are on their way, than are of one type.
                    (Some(CopyStatus::Processing | CopyStatus::Failed), _) | (Some(_), None) => {
                        self.status.map(|status| (BY_STATUS_OF_ALL, kind_status(status), "status"))
                    }
                    (_, Some(wanted)) => {
                        let partition = format!("{kind}#{}", wanted.as_str());
                        Some((BY_TYPE_OF_ALL, partition, "operationType"))
                    }
                    (None, None) => None,
                };
                if let Some((index, partition, answered)) = narrower {
                    plan.index = index;
                    plan.partition = partition;
                    plan.filters.retain(|(name, ..)| *name != answered);
                }
            }
            (None, true) => {}
        }
    }
}

impl Plan {
    /// A moment from which on everything is wanted is where the query begins, in an index that is
    /// in that order.
    fn skip_to(&mut self, by: OrderBy, created: Option<Timestamp>, updated: Option<Timestamp>) {
        let (from, answered) = match by {
            OrderBy::Creation => (created, "createdTime"),
            OrderBy::Update => (updated, "updatedTime"),
            OrderBy::Id | OrderBy::Name | OrderBy::Size | OrderBy::LeafUser => return,
        };
        self.from = from;
        self.filters.retain(|(name, ..)| *name != answered);
    }
}

const fn index_of(by: OrderBy, of_user: bool) -> Index {
    match (by, of_user) {
        (OrderBy::Creation | OrderBy::LeafUser, true) => OF_USER_BY_CREATION,
        (OrderBy::Update, true) => OF_USER_BY_UPDATE,
        (OrderBy::Id, true) => BY_ID_OF_USER,
        (OrderBy::Name, true) => OF_USER_BY_NAME,
        (OrderBy::Size, true) => OF_USER_BY_SIZE,
        (OrderBy::Creation, false) => BY_CREATION_OF_ALL,
        (OrderBy::Update, false) => BY_UPDATE_OF_ALL,
        (OrderBy::Id, false) => BY_ID_OF_ALL,
        (OrderBy::Name, false) => BY_NAME_OF_ALL,
        (OrderBy::Size, false) => BY_SIZE_OF_ALL,
        (OrderBy::LeafUser, false) => BY_USER_OF_ALL,
    }
}

impl CatalogueTable {
    /// A page of a list.
    pub(super) async fn list<T>(
        &self,
        asked: &Asked,
        wanted: &Wanted,
        read: impl Fn(Reading<'_>) -> Result<T, StoreError>,
    ) -> Result<Portion<Of<T>>, StoreError> {
        let user = match (&wanted.parent, asked.leaf_user_id) {
            // What belongs to one thing belongs to one Leaf user.
            (Some(parent), None) => match self.owner_of(parent).await? {
                Some(user) => Some(user),
                None => return Ok(Portion { entries: Vec::new(), total: Some(0) }),
            },
            (_, user) => user,
        };
        let query = self.query(&wanted.plan(asked, user)).scan_index_forward(!asked.descending);
        let portion = match wanted.counter() {
            None => self.rows.page_of(query, asked.page, asked.size).await?,
            Some(counter) => {
                let page = self.rows.read_page(&query, asked.page, asked.size).await?;
                let total = match page.next {
                    None => page.seen,
                    Some(_) => self.total(user, &counter).await?.max(page.seen),
                };
                Portion { entries: page.rows, total: Some(total) }
            }
        };
        let read = |item: Item| {
            let row = Reading { operation: "Query", item: &item };
            Ok(Of { leaf_user_id: read_user(row)?, what: read(row)? })
        };
        portion.map(read).all_or_error()
    }

    /// One entry by its id alone. Eventually consistent.
    pub(super) async fn by_id<T>(
        &self,
        id: &str,
        kind: &str,
        read: impl Fn(Reading<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<Of<T>>, StoreError> {
        let query = self.rows.of_index(OF_ID, id);
        let query = query
            .key_condition_expression("#partition = :partition AND #sort = :sort")
            .expression_attribute_names("#sort", KIND)
            .expression_attribute_values(":sort", text(kind));
        let answer = query.send().await.map_err(|error| failure("Query", &error))?;
        let read = |item: &Item| {
            let row = Reading { operation: "Query", item };
            Ok(Of { leaf_user_id: read_user(row)?, what: read(row)? })
        };
        answer.items().first().map(read).transpose()
    }

    async fn owner_of(&self, id: &str) -> Result<Option<LeafUserId>, StoreError> {
        let answer = self.rows.of_index(OF_ID, id).limit(1).send().await;
        let answer = answer.map_err(|error| failure("Query", &error))?;
        let user = |item| read_user(Reading { operation: "Query", item });
        answer.items().first().map(user).transpose()
    }

    fn query(&self, plan: &Plan) -> QueryFluentBuilder {
        let Plan { index, partition, prefix, from, filters } = plan;
        let mut query = self
            .rows
            .client
            .query()
            .table_name(&self.rows.name)
            .consistent_read(index.partition == PK)
            .expression_attribute_names("#partition", index.partition)
            .expression_attribute_values(":partition", text(partition));
        if !index.name.is_empty() {
            query = query.index_name(index.name);
        }
        let mut key = "#partition = :partition".to_owned();
        if let Some(from) = from {
            key.push_str(" AND #sort BETWEEN :from AND :to");
            query = query
                .expression_attribute_names("#sort", index.sort)
                .expression_attribute_values(":from", text(format!("{prefix}{from}")))
                // Behind every digit that a moment can begin with.
                .expression_attribute_values(":to", text(format!("{prefix}~")));
        } else if !prefix.is_empty() {
            key.push_str(" AND begins_with(#sort, :from)");
            query = query
                .expression_attribute_names("#sort", index.sort)
                .expression_attribute_values(":from", text(prefix));
        }
        let mut conditions = Vec::new();
        for (place, (name, operator, value)) in filters.iter().enumerate() {
            conditions.push(match *operator {
                "begins_with" => format!("begins_with(#f{place}, :f{place})"),
                operator => format!("#f{place} {operator} :f{place}"),
            });
            query = query
                .expression_attribute_names(format!("#f{place}"), *name)
                .expression_attribute_values(format!(":f{place}"), text(value));
        }
        query
            .key_condition_expression(key)
            .set_filter_expression((!conditions.is_empty()).then(|| conditions.join(" AND ")))
    }
}
