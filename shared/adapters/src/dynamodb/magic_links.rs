//! Magic links in the table.
//!
//! All links of a kind are a partition of the index that lists Leaf users: an index more would cost
//! a deployment that is there already an update of its own.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};

use super::item::{Item, Reading, Writing, key, number, text};
use super::rows::{magic_link_key, profile_key, read_app_key_id};
use super::schema::{PK, USERS};
use super::table::{Cancelled, Condition, Table};
use application::ports::connections::Tap;
use application::ports::magic_links::{CreateLinkError, MagicLinks};
use application::ports::portion::Portion;
use application::ports::store_error::StoreError;
use domain::ids::{LeafUserId, MagicLinkId};
use domain::magic_link::{GRACE, Kind, MagicLink, RETENTION, SecretHash, Use, Widget};
use domain::page_settings::PageSettings;
use domain::session::Session;
use domain::timestamp::Timestamp;

const LINK_PREFIX: &str = "MAGICLINK#";

#[async_trait]
impl MagicLinks for Table {
    async fn create(&self, link: &MagicLink) -> Result<(), CreateLinkError> {
        const USER: usize = 0;
        let written = self.transact(vec![
            self.check(profile_key(link.leaf_user_id), Condition::exists()),
            self.put_where(link_row(link)?, Condition::absent()),
            self.put(users_link_row(link)),
        ]);
        match written.await {
            Ok(()) => Ok(()),
            Err(Cancelled::Condition { place: USER, .. }) => Err(CreateLinkError::NoSuchUser),
            Err(cancelled) => Err(StoreError::from(cancelled).into()),
        }
    }

    async fn find(&self, id: MagicLinkId) -> Result<Option<MagicLink>, StoreError> {
        let row = self.get(magic_link_key(id)).await?;
        row.map(|item| read_link(Reading { operation: "GetItem", item: &item })).transpose()
    }

    async fn note_access(&self, id: MagicLinkId, at: Timestamp) -> Result<(), StoreError> {
        let there = Condition::exists().value(":at", text(at));
        match self.update_one(magic_link_key(id), "SET lastAccessedAt = :at", there).await {
            Ok(()) | Err(Cancelled::Condition { .. }) => Ok(()),
            Err(Cancelled::Store(error)) => Err(error),
        }
    }

    async fn list(
        &self,
        kind: Kind,
        of: Option<LeafUserId>,
        page: u32,
        size: u32,
    ) -> Result<Portion<MagicLink>, StoreError> {
        let read = |item: &Item| read_link(Reading { operation: "Query", item });
        let Some(user) = of else {
            let query = self.of_index(USERS, &listing(kind)).scan_index_forward(false);
            let rows = self.page_of(query, page, size).await?;
            return rows.map(|item| read(&item)).all_or_error();
        };
        let query = self
            .client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .key_condition_expression("pk = :pk AND begins_with(sk, :kind)")
            .expression_attribute_values(":pk", AttributeValue::S(users_links(user)))
            .expression_attribute_values(":kind", AttributeValue::S(format!("{}#", kind.widget())))
            .scan_index_forward(false);
        let Portion { entries, total } = self.page_of(query, page, size).await?;
        let id_of = |item: &Item| Reading { operation: "Query", item }.parsed("magicLink");
        let ids = entries.iter().map(id_of).collect::<Result<Vec<_>, _>>()?;
        let rows = self.get_many(ids.into_iter().map(magic_link_key).collect()).await?;
        let mut links = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        links.sort_by_key(|link| std::cmp::Reverse((link.created_at, link.id)));
        Ok(Portion { entries: links, total })
    }

    async fn delete(&self, link: &MagicLink) -> Result<(), StoreError> {
        let changes = vec![self.delete(magic_link_key(link.id)), self.delete(users_link_key(link))];
        self.transact(changes).await.map_err(StoreError::from)
    }
}

impl Table {
    /// What a tap does to its link, on the condition that the link allows it.
    pub(super) fn use_link(&self, tap: Tap, session: &Session) -> TransactWriteItem {
        let now = session.started_at;
        let (key, user) = (magic_link_key(tap.link), text(session.leaf_user_id));
        match tap.wanted {
            Use::New => {
                let unspent = Condition::new(
                    "leafUserId = :user AND expiresAt > :now AND (attribute_not_exists(maxUsage) \
                     OR usageCount < maxUsage)",
                )
                .value(":user", user)
                .value(":now", text(now))
                .value(":one", number(1));
                self.update(key, "ADD usageCount :one", unspent)
            }
            Use::Again => {
                let lately = Condition::new("leafUserId = :user AND expiresAt > :lately")
                    .value(":user", user)
                    .value(":lately", text(now.minus(GRACE)));
                self.check(key, lately)
            }
        }
    }

    /// Deletes the links of a Leaf user that is no more.
    pub(super) async fn delete_links(&self, user: LeafUserId) -> Result<(), StoreError> {
        let named = |row: Reading<'_>| Ok(magic_link_key(row.parsed("magicLink")?));
        self.delete_named(users_links(user), named).await
    }
}

/// The partition of the index that all links of a kind are in.
fn listing(kind: Kind) -> String {
    format!("{LINK_PREFIX}{}", kind.widget())
}

fn users_links(user: LeafUserId) -> String {
    format!("MAGICLINKS#{user}")
}

fn users_link_key(link: &MagicLink) -> Item {
    let place = format!("{}#{}#{}", link.kind().widget(), link.created_at, link.id);
    key(users_links(link.leaf_user_id), place)
}

fn users_link_row(link: &MagicLink) -> Item {
    Writing::row(users_link_key(link))
        .text("magicLink", link.id)
        .ttl(link.expires_at.plus(RETENTION))
        .done()
}

fn link_row(link: &MagicLink) -> Result<Item, StoreError> {
    let settings = serde_json::to_string(&link.settings).map_err(|error| StoreError {
        operation: "TransactWriteItems",
        failure: format!("the settings cannot be written: {error}"),
    })?;
    let mut row = Writing::row(magic_link_key(link.id))
        .text("secret", link.secret.as_str())
        .text("leafUserId", link.leaf_user_id)
        .text("appName", &link.app_key.name)
        .text("clientEnvironment", link.app_key.environment)
        .text("createdAt", link.created_at)
        .text("expiresAt", link.expires_at)
        .optional("lastAccessedAt", link.last_accessed_at)
        .with("usageCount", number(link.usage_count))
        .text("settings", settings)
        .optional("returnUrl", link.return_url.as_ref())
        .optional("language", link.language.as_ref())
        .optional("reconnects", link.reconnect.then_some("yes"))
        .optional("opener", link.opener.as_ref())
        .text(USERS.partition, listing(link.kind()))
        .text(USERS.sort, format!("{}#{}", link.created_at, link.id))
        .ttl(link.expires_at.plus(RETENTION));
    if let Some(most) = link.max_usage {
        row = row.with("maxUsage", number(most));
    }
    if let Widget::Provider { allowed } = &link.widget {
        row = row.with("allowedProviders", AttributeValue::L(allowed.iter().map(text).collect()));
    }
    Ok(row.done())
}

fn read_link(row: Reading<'_>) -> Result<MagicLink, StoreError> {
    let id = row.text(PK)?.strip_prefix(LINK_PREFIX).and_then(|id| id.parse().ok());
    let settings: PageSettings =
        serde_json::from_str(row.text("settings")?).map_err(|_| row.corrupt("settings"))?;
    Ok(MagicLink {
        id: id.ok_or_else(|| row.corrupt(PK))?,
        secret: SecretHash::stored(row.text("secret")?),
        leaf_user_id: row.parsed("leafUserId")?,
        app_key: read_app_key_id(row)?,
        widget: read_widget(row)?,
        created_at: row.moment("createdAt")?,
        expires_at: row.moment("expiresAt")?,
        last_accessed_at: row.optional_moment("lastAccessedAt")?,
        max_usage: match row.item.get("maxUsage") {
            None => None,
            Some(_) => Some(row.number("maxUsage")?),
        },
        usage_count: row.number("usageCount")?,
        settings,
        return_url: row.optional_parsed("returnUrl")?,
        language: row.optional_text("language").map(str::to_owned),
        reconnect: row.optional_text("reconnects").is_some(),
        opener: row.optional_text("opener").map(str::to_owned),
    })
}

fn read_widget(row: Reading<'_>) -> Result<Widget, StoreError> {
    if row.text(USERS.partition)? == listing(Kind::Authentication) {
        return Ok(Widget::Authentication);
    }
    let allowed = row.item.get("allowedProviders").and_then(|value| value.as_l().ok());
    let allowed = allowed.into_iter().flatten().map(|value| value.as_s().cloned());
    let allowed = allowed.collect::<Result<_, _>>();
    Ok(Widget::Provider { allowed: allowed.map_err(|_| row.corrupt("allowedProviders"))? })
}
