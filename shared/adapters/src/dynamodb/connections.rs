//! Sessions, credentials, owners and unclaimed confirmations in the table.

use std::collections::BTreeSet;

use async_trait::async_trait;
use aws_sdk_dynamodb::types::TransactWriteItem;

use super::catalogue::leaving::leaving_row;
use super::catalogue::sync_request::sync_request;
use super::item::{Item, Reading, Writing, number, text};
use super::rows::{
    CREDENTIAL, SESSION, WITHDRAWN_AT, credential_key, credential_row, event_row, is_withdrawn,
    owner_key, profile_key, read_credential, read_session, read_user, session_key, session_row,
    session_user_key, started_key, summary_key, unclaimed_key, upstream_credential_key,
    user_partition, withdrawn_key, withdrawn_partition,
};
use super::schema::SK;
use super::start::{CROWDED_UNTIL, STARTS, read_started};
use super::table::{Cancelled, Condition, Table};
use super::unclaimed::budget_key;
use application::ports::connections::{
    Account, Callback, CallbackFacts, CompleteError, Completion, Connections, EntryPage, EventPage,
    Freed, Owner, SaveError, Start, StartConflict, StatusChange, Storing, UnclaimedConfirmation,
};
use application::ports::portion::Portion;
use application::ports::store_error::StoreError;
use domain::app_key::AppKeyId;
use domain::catalogue::leaving::Leaving;
use domain::credential::Credential;
use domain::event::Event;
use domain::ids::{CredentialId, LeafUserId, SessionId, SharingUrlId};
use domain::login_state::EntryCursor;
use domain::operation::{Operation, Withdrawn};
use domain::organization_code::OrganizationHash;
use domain::session::Session;
use domain::timestamp::Timestamp;
use domain::unclaimed_confirmation::Budget;

#[async_trait]
impl Connections for Table {
    async fn start(&self, start: &Start<'_>) -> Result<(), StartConflict> {
        self.write_start(start).await
    }

    async fn callback_facts(&self, callback: &Callback<'_>) -> Result<CallbackFacts, StoreError> {
        let Callback { operation, sharing_url_id, cookie_users, budget, at } = *callback;
        let mut keys = vec![owner_key(operation), started_key(operation, sharing_url_id)];
        keys.extend(budget_key(budget, sharing_url_id, at));
        let users: BTreeSet<_> = cookie_users.iter().copied().collect();
        keys.extend(users.into_iter().map(session_key));
        let mut facts = CallbackFacts::default();
        for item in self.get_many(keys).await? {
            let row = Reading { operation: "BatchGetItem", item: &item };
            match row.text(SK)? {
                "OWNER" if is_withdrawn(&item) => facts.owner = Some(Owner::Nobody),
                "OWNER" => facts.owner = Some(Owner::LeafUser(row.parsed("leafUserId")?)),
                SESSION => facts.cookie_sessions.push(read_session(row)?),
                started if started.starts_with("STARTED#") => {
                    facts.started_with_code = read_started(row)?;
                    facts.crowded_until = row.optional_moment(CROWDED_UNTIL)?;
                    facts.starts = row.number(STARTS)?;
                }
                _ => facts.stored_of_budget = row.number("count")?,
            }
        }
        Ok(facts)
    }

    async fn sessions_of(&self, users: &[LeafUserId]) -> Result<Vec<Session>, StoreError> {
        let users: BTreeSet<_> = users.iter().copied().collect();
        let rows = self.get_many(users.into_iter().map(session_key).collect()).await?;
        rows.iter().map(|item| read_session(Reading { operation: "BatchGetItem", item })).collect()
    }

    async fn find_session(&self, id: SessionId) -> Result<Option<Session>, StoreError> {
        let Some(item) = self.get(session_user_key(id)).await? else { return Ok(None) };
        let user: LeafUserId =
            Reading { operation: "GetItem", item: &item }.parsed("leafUserId")?;
        let Some(item) = self.get(session_key(user)).await? else { return Ok(None) };
        let session = read_session(Reading { operation: "GetItem", item: &item })?;
        Ok(Some(session).filter(|session| session.id == id))
    }

    async fn user_of_credential(&self, id: CredentialId) -> Result<Option<LeafUserId>, StoreError> {
        let row = self.get(upstream_credential_key(id)).await?;
        row.map(|item| Reading { operation: "GetItem", item: &item }.parsed("leafUserId"))
            .transpose()
    }

    async fn save(&self, session: &Session, event: Option<&Event>) -> Result<(), SaveError> {
        let saved = match event {
            None => self.put_if(session_row(session), follows(session)).await,
            Some(event) => {
                let change = self.put_where(session_row(session), follows(session));
                self.transact(vec![change, self.put(event_row(session.leaf_user_id, event))]).await
            }
        };
        saved.map_err(save_error)
    }

    async fn complete(
        &self,
        completion: &Completion<'_>,
    ) -> Result<Option<Credential>, CompleteError> {
        let Completion { session, credential, event } = completion;
        let done = self.put_where(session_row(session), follows(session));
        let claimed = self.delete(unclaimed_key(&credential.operation, session.sharing_url_id));
        self.write_credential(credential, event, vec![done, claimed]).await
    }

    async fn create_credential(
        &self,
        credential: &Credential,
        event: &Event,
    ) -> Result<Option<Credential>, CompleteError> {
        let user = self.check(profile_key(credential.leaf_user_id), Condition::exists());
        self.write_credential(credential, event, vec![user]).await
    }

    async fn store_unclaimed(
        &self,
        unclaimed: &UnclaimedConfirmation<'_>,
        budget: &Budget,
        starts: u64,
    ) -> Result<Storing, StoreError> {
        self.write_unclaimed(unclaimed, budget, starts).await
    }

    async fn account(&self, id: LeafUserId) -> Result<Option<Account>, StoreError> {
        read_account("Query", &self.partition(user_partition(id), "").await?)
    }

    async fn entries(
        &self,
        app_key: &AppKeyId,
        after: Option<EntryCursor>,
    ) -> Result<EntryPage, StoreError> {
        self.entry_page(app_key, after).await
    }

    async fn unclaimed_among(
        &self,
        operations: &[&Operation],
        sharing_url_id: SharingUrlId,
        now: Timestamp,
    ) -> Result<Vec<Operation>, StoreError> {
        self.unclaimed_of(operations, sharing_url_id, now).await
    }

    async fn change_status(&self, change: &StatusChange<'_>) -> Result<(), SaveError> {
        self.write_status(change).await
    }

    async fn note_check(&self, credential: &Credential, at: Timestamp) -> Result<(), SaveError> {
        self.write_check(credential, at).await
    }

    async fn record(&self, id: LeafUserId, event: &Event) -> Result<(), StoreError> {
        // Its key has its id in it: nobody else writes it.
        self.put_if(event_row(id, event), Condition::absent()).await.map_err(StoreError::from)
    }

    async fn events(&self, id: LeafUserId, page: &EventPage) -> Result<Portion<Event>, StoreError> {
        self.event_page(id, page).await
    }

    async fn disconnect(
        &self,
        account: &Account,
        user_too: bool,
        operation: Freed,
        leaving: Option<&Leaving>,
    ) -> Result<(), SaveError> {
        let id = account.user.id;
        let mut changes = vec![match &account.credential {
            Some(credential) => self.delete_where(credential_key(id), same_status(credential)),
            None => self.check(credential_key(id), Condition::absent()),
        }];
        let mut profile = None;
        changes.push(self.delete(session_key(id)));
        if let Some(credential) = &account.credential {
            match operation {
                Freed::ForAnybody => changes.push(self.give_up(&credential.operation, id)),
                Freed::ForNobodySince(at) => changes.extend(self.withdraw(credential, at)),
            }
            changes.push(self.one_connection_less(credential));
            changes.push(self.delete(summary_key(id)));
            if credential.is_upstreams {
                changes.push(self.delete(upstream_credential_key(credential.id)));
            }
            // What the farmer confirmed for this connection is not for the next one.
            if let Some(session) = &account.session {
                changes.push(
                    self.delete(unclaimed_key(&credential.operation, session.sharing_url_id)),
                );
            }
        }
        if user_too {
            // On the condition that it is there: who deletes it a second time must not count it
            // twice.
            profile = Some(changes.len());
            changes.push(self.delete_where(profile_key(id), Condition::exists()));
            changes.push(self.one_user_less(id));
        }
        if let Some(leaving) = leaving {
            changes.push(self.catalogue()?.put(leaving_row(leaving)));
        }
        match self.transact(changes).await {
            // It is gone, and with it went all the rest.
            Err(Cancelled::Condition { place, .. }) if Some(place) == profile => {}
            done => done.map_err(save_error)?,
        }
        if user_too {
            self.delete_links(id).await?;
            self.delete_api_keys(id).await?;
            self.give_up_external_id(&account.user).await?;
        }
        Ok(self.delete_events(id).await?)
    }

    async fn withdrawn(&self, app_key: &AppKeyId) -> Result<Vec<Withdrawn>, StoreError> {
        let rows = self.partition(withdrawn_partition(app_key), "").await?;
        let read = |item: &Item| {
            let row = Reading { operation: "Query", item };
            let hash = OrganizationHash::stored(row.text(SK)?);
            let operation = Operation { environment: app_key.environment, hash };
            Ok(Withdrawn { operation, at: row.moment(WITHDRAWN_AT)? })
        };
        rows.iter().map(read).collect()
    }

    async fn release(&self, app_key: &AppKeyId, withdrawn: &Withdrawn) -> Result<(), StoreError> {
        let Withdrawn { operation, at } = withdrawn;
        // Of this very withdrawal: it may be another one's by now.
        let same = || Condition::new("withdrawnAt = :at").value(":at", text(at));
        let released = self.transact(vec![
            self.delete_where(owner_key(operation), same()),
            self.delete_where(withdrawn_key(app_key, operation), same()),
        ]);
        match released.await {
            Ok(()) | Err(Cancelled::Condition { .. }) => Ok(()),
            Err(Cancelled::Store(error)) => Err(error),
        }
    }
}

impl Table {
    /// Writes a new credential together with `others`. Nearly every one is a Leaf user's first:
    /// that is tried without a read. The answer is the credential that it has replaced.
    async fn write_credential(
        &self,
        credential: &Credential,
        event: &Event,
        others: Vec<TransactWriteItem>,
    ) -> Result<Option<Credential>, CompleteError> {
        match self.write_credential_over(None, credential, event, others.clone()).await? {
            None => Ok(None),
            Some(before) => {
                match self.write_credential_over(Some(&before), credential, event, others).await? {
                    None => Ok(Some(before)),
                    Some(_) => Err(CompleteError::Conflict),
                }
            }
        }
    }

    /// Writes it over `before`, the credential that the Leaf user is known to have. The answer is
    /// the credential that it has instead.
    async fn write_credential_over(
        &self,
        before: Option<&Credential>,
        credential: &Credential,
        event: &Event,
        others: Vec<TransactWriteItem>,
    ) -> Result<Option<Credential>, CompleteError> {
        const CREDENTIAL: usize = 0;
        const OWNER: usize = 1;
        let (id, operation) = (credential.leaf_user_id, &credential.operation);
        let mut credential = credential.clone();
        let mut expected = Condition::absent();
        let mut released = None;
        if let Some(before) = before {
            expected = same_status(before);
            if before.operation == *operation {
                // The same operation again: the same credential, working again. Of one that the
                // upstream keeps, it says which it is.
                credential.created_at = before.created_at;
                if !credential.is_upstreams {
                    credential.id = before.id;
                }
            } else {
                released = Some(self.give_up(&before.operation, id));
            }
        }
        let mine =
            Condition::new("attribute_not_exists(pk) OR leafUserId = :me").value(":me", text(id));
        let mut changes = vec![
            self.put_where(credential_row(&credential, event), expected),
            self.put_where(owner_row(operation, id), mine),
            self.put(event_row(id, event)),
        ];
        if !credential.is_upstreams {
            changes.push(sync_request(&self.catalogue()?, id, event.created_at));
        }
        if let Some(before) =
            before.filter(|before| before.is_upstreams && before.id != credential.id)
        {
            changes.push(self.delete(upstream_credential_key(before.id)));
        }
        if credential.is_upstreams {
            let row = Writing::row(upstream_credential_key(credential.id)).text("leafUserId", id);
            changes.push(self.put(row.done()));
        }
        match before {
            None => changes.push(self.one_more_connection(&credential)),
            Some(before) if before.app_key != credential.app_key => {
                changes.push(self.one_connection_less(before));
                changes.push(self.one_more_connection(&credential));
            }
            Some(before) => {
                let (before, after) = (before.status, credential.status);
                changes.extend(self.other_status(&credential.app_key, id, before, after));
            }
        }
        changes.extend(others);
        changes.extend(released);
        match self.transact(changes).await {
            Ok(()) => Ok(None),
            Err(Cancelled::Condition { place: CREDENTIAL, found: Some(item) }) => {
                Ok(Some(read_credential(Reading { operation: "write_credential", item: &item })?))
            }
            Err(Cancelled::Condition { place: OWNER, found: Some(item) })
                if is_withdrawn(&item) =>
            {
                Err(CompleteError::OperationWithdrawn)
            }
            Err(Cancelled::Condition { place: OWNER, .. }) => Err(CompleteError::OperationOwned),
            Err(Cancelled::Condition { .. }) => Err(CompleteError::Conflict),
            Err(Cancelled::Store(error)) => Err(error.into()),
        }
    }

    fn give_up(&self, operation: &Operation, user: LeafUserId) -> TransactWriteItem {
        self.delete_where(owner_key(operation), owned_by(user))
    }

    /// Puts nobody in the place of a credential's Leaf user.
    fn withdraw(&self, credential: &Credential, at: Timestamp) -> [TransactWriteItem; 2] {
        let Credential { operation, app_key, leaf_user_id, .. } = credential;
        let nobody = Writing::row(owner_key(operation)).text(WITHDRAWN_AT, at);
        let listed = Writing::row(withdrawn_key(app_key, operation)).text(WITHDRAWN_AT, at);
        [self.put_where(nobody.done(), owned_by(*leaf_user_id)), self.put(listed.done())]
    }
}

/// A Leaf user's rows, read by this operation; nothing without the Leaf user itself.
pub(super) fn read_account(
    operation: &'static str,
    rows: &[Item],
) -> Result<Option<Account>, StoreError> {
    let (mut user, mut session, mut credential) = (None, None, None);
    for item in rows {
        let row = Reading { operation, item };
        match row.text(SK)? {
            "PROFILE" => user = Some(read_user(row)?),
            SESSION => session = Some(read_session(row)?),
            CREDENTIAL => credential = Some(read_credential(row)?),
            _ => {}
        }
    }
    Ok(user.map(|user| Account { user, session, credential }))
}

fn owned_by(user: LeafUserId) -> Condition {
    Condition::new("leafUserId = :me").value(":me", text(user))
}

fn owner_row(operation: &Operation, user: LeafUserId) -> Item {
    Writing::row(owner_key(operation)).text("leafUserId", user).done()
}

/// The row is the version before this one of the same session.
fn follows(session: &Session) -> Condition {
    Condition::new("id = :id AND #version = :version")
        .name("#version", "version")
        .value(":id", text(session.id))
        .value(":version", number(session.version - 1))
}

pub(super) fn same_credential(credential: &Credential) -> Condition {
    Condition::new("id = :id AND #operation = :operation")
        .name("#operation", "operation")
        .value(":id", text(credential.id))
        .value(":operation", text(credential.operation.hash.as_str()))
}

/// The same, with the status that was read: whoever counts the credential by that relies on it.
fn same_status(credential: &Credential) -> Condition {
    Condition::new("id = :id AND #operation = :operation AND #status = :status")
        .name("#operation", "operation")
        .name("#status", "status")
        .value(":id", text(credential.id))
        .value(":operation", text(credential.operation.hash.as_str()))
        .value(":status", text(credential.status.as_str()))
}

pub(super) fn save_error(cancelled: Cancelled) -> SaveError {
    match cancelled {
        Cancelled::Condition { .. } => SaveError::Conflict,
        Cancelled::Store(error) => SaveError::Store(error),
    }
}
