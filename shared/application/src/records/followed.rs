//! Records that the upstream keeps. What is sent goes there as it was sent, and what is there is
//! shown as it is. Our rows are what keys and conditions need, and follow.
//!
//! Our row of a Leaf user is written after the upstream has answered, and only if it can be:
//! without it, or with an old one, a Leaf user is taken over at its next use, and an answer that
//! says "nothing was changed" would not be true.

mod follow;

use std::sync::Arc;

use follow::Follower;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use url::Url;

use crate::ports::Ports;
use crate::ports::connections::{Account, EventPage};
use crate::ports::failure::Failure;
use crate::ports::leaf_users::Claim;
use crate::ports::portion::Portion;
use crate::ports::record_keeper::{RecordKeeper, UpstreamConnection};
use crate::ports::records::{
    AlertError, ChangeError, Check, Counts, ExternalIdError, Listed, NewStatus, NewUser, Records,
    RegisterAlertsError, Summary,
};
use crate::ports::upstream::UpstreamError;
use crate::use_cases::app_key_cache::AppKeyCache;
use domain::app_key::AppKey;
use domain::credential::CredentialStatus;
use domain::event::Event;
use domain::ids::LeafUserId;
use domain::leaf_user::{LeafUser, Profile, ProfileText};
use domain::login_state::EntryCursor;
use domain::record::{Record, Shown};
use domain::sent::{Page, Refusals, Sent, SentQuery};
use domain::timestamp::Timestamp;

/// Records that follow those of `K`.
pub struct FollowedRecords<K> {
    ports: Ports,
    app_keys: Arc<AppKeyCache>,
    keeper: Arc<K>,
}

impl<K: RecordKeeper> FollowedRecords<K> {
    /// Those of this keeper.
    pub const fn new(ports: Ports, app_keys: Arc<AppKeyCache>, keeper: Arc<K>) -> Self {
        Self { ports, app_keys, keeper }
    }

    /// What we keep of a Leaf user.
    fn mirrored(&self, id: LeafUserId, record: &Record) -> LeafUser {
        let profile = Profile::mirrored(id, |field| record.text(field));
        LeafUser { id, profile, created_at: self.ports.clock.now() }
    }

    async fn take_over(&self, id: LeafUserId) -> Result<Option<LeafUser>, Failure> {
        let Some(record) = self.keeper.find_user(id).await? else { return Ok(None) };
        let user = self.mirrored(id, &record);
        // Two requests may take it over at once; the row of one of them is there then.
        if let Err(error) = self.ports.leaf_users.create(&user).await
            && self.ports.leaf_users.find(id).await?.is_none()
        {
            return Err(error.into());
        }
        Ok(Some(user))
    }

    /// Asks about one Leaf user, and follows.
    async fn follow(&self, user: LeafUserId) -> Result<NewStatus, Failure> {
        let Self { ports, app_keys, keeper } = self;
        // Ours first: what is written between the two reads makes the write fail, and is newer than
        // what the upstream said.
        let Some(ours) = self.account(user).await? else { return Ok(None) };
        let asked_at = ports.clock.now();
        let theirs = keeper.connection(user).await?;
        let key = ports.index_key().await?;
        let follower = Follower { ports, app_keys, upstream: keeper.party(), asked_at, key };
        match theirs {
            UpstreamConnection::Nothing => follower.nothing_there(ours).await,
            UpstreamConnection::Unclear => Ok(None),
            UpstreamConnection::Credential(theirs) => follower.is_there(ours, &theirs).await,
        }
    }

    /// Asks about an app key's credentials one after the other, until all are compared, the time is
    /// `deadline`, or the upstream does not answer. What is left is for the next check.
    async fn check_each(&self, app_key: &AppKey, deadline: Timestamp) -> Result<Check, Failure> {
        let ports = &self.ports;
        let state = ports.logins.state(&app_key.id).await?;
        let asked_at = ports.clock.now();
        let mut after = state.resume_after;
        let mut counts = Counts::default();
        loop {
            let page = ports.connections.entries(&app_key.id, after.clone()).await?;
            for entry in page.entries {
                if ports.clock.now() >= deadline {
                    note(ports, app_key, after.as_ref()).await?;
                    return Ok(Check::OutOfTime(counts));
                }
                match self.follow(entry.leaf_user_id).await {
                    Ok(Some(CredentialStatus::Active)) => counts.recovered += 1,
                    Ok(Some(CredentialStatus::Revoked)) => counts.revoked += 1,
                    Ok(_) => {}
                    Err(Failure::Upstream(error)) => {
                        // The next one would hardly be answered, and refusals may be counted.
                        tracing::warn!(
                            app_key = %app_key.id,
                            %error,
                            "the check stops here and goes on next time"
                        );
                        note(ports, app_key, after.as_ref()).await?;
                        return Ok(Check::Unavailable);
                    }
                    Err(error) => return Err(error),
                }
                counts.compared += 1;
                after = Some(EntryCursor {
                    leaf_user_id: entry.leaf_user_id,
                    operation: entry.operation.hash,
                });
            }
            if page.next.is_none() {
                ports.logins.note_checked(&app_key.id, asked_at).await?;
                return Ok(Check::Done(counts));
            }
            after = page.next;
        }
    }

    async fn changed(
        &self,
        id: LeafUserId,
        record: Option<Record>,
    ) -> Result<Shown<LeafUser>, ChangeError> {
        let record = record.ok_or(ChangeError::NoSuchUser(id))?;
        let profile = self.mirrored(id, &record).profile;
        if let Err(error) = self.ports.leaf_users.change(id, &profile.into()).await {
            tracing::warn!(
                %error,
                leaf_user_id = %id,
                "a Leaf user has changed, and what is known of it here has not"
            );
        }
        Ok(Shown::Theirs(record))
    }
}

#[async_trait]
impl<K: RecordKeeper> Records for FollowedRecords<K> {
    async fn find_user(&self, id: LeafUserId) -> Result<Option<LeafUser>, Failure> {
        if let Some(known) = self.ports.leaf_users.find(id).await? {
            return Ok(Some(known));
        }
        self.take_over(id).await
    }

    async fn account(&self, id: LeafUserId) -> Result<Option<Account>, Failure> {
        if let Some(account) = self.ports.connections.account(id).await? {
            return Ok(Some(account));
        }
        let user = self.take_over(id).await?;
        Ok(user.map(|user| Account { user, session: None, credential: None }))
    }

    async fn show_user(&self, id: LeafUserId) -> Result<Option<Shown<LeafUser>>, Failure> {
        // Not our mirror: that may be behind.
        Ok(self.keeper.find_user(id).await?.map(Shown::Theirs))
    }

    async fn list_users(
        &self,
        query: &SentQuery,
        page: Page,
    ) -> Result<Listed<LeafUser>, ChangeError> {
        let asked = query.passed_on(page);
        let users = self.keeper.list_users(asked.clone()).await?;
        Ok(Listed { portion: users.map(Shown::Theirs), asked })
    }

    async fn create_user(&self, sent: Sent) -> Result<NewUser, ChangeError> {
        let record = self.keeper.create_user(sent).await?;
        let id = record.text("id").unwrap_or_default().to_owned();
        if let Ok(id) = id.parse() {
            let user = self.mirrored(id, &record);
            if let Err(error) = self.ports.leaf_users.create(&user).await {
                tracing::warn!(
                    %error,
                    leaf_user_id = %id,
                    "a new Leaf user is not known here yet; it is taken over at its first use"
                );
            }
        }
        Ok(NewUser { id, user: Shown::Theirs(record) })
    }

    async fn user_of_external_id(&self, id: &ProfileText) -> Result<LeafUser, ExternalIdError> {
        let users = &self.ports.leaf_users;
        let now = self.ports.clock.now();
        // The upstream gives the id, so until it has, the claim is for whoever may make it.
        let mine = Claim { leaf_user_id: LeafUserId::new(self.ports.randomness.bytes()), at: now };
        let mut claim = users.claim_external_id(id, mine, None).await?;
        if claim != mine {
            let found = self.find_user(claim.leaf_user_id).await?;
            if let Some(found) = found.filter(|it| it.profile.external_id.as_ref() == Some(id)) {
                return Ok(found);
            }
            if !claim.may_be_fresh(now) {
                claim = users.claim_external_id(id, mine, Some(claim)).await?;
            }
            if claim != mine {
                return Err(ExternalIdError::BeingMade);
            }
        }
        let name = || Value::String(id.as_str().to_owned());
        let asked = SentQuery(vec![("externalId".to_owned(), id.as_str().to_owned())]);
        let listed = self.list_users(&asked, Page { number: 0, size: 1 }).await?.portion.entries;
        let has_it = |user: Shown<LeafUser>| match user {
            Shown::Theirs(record) if record.text("externalId") == Some(id.as_str()) => {
                record.text("id").map(str::to_owned)
            }
            _ => None,
        };
        let made = if let Some(found) = listed.into_iter().find_map(has_it) {
            found
        } else {
            let fields = ["name", "externalId"].map(|field| (field.to_owned(), name()));
            self.create_user(Sent(fields.into_iter().collect())).await?.id
        };
        let user = made.parse().map_err(|_| UpstreamError::NoSuchUser)?;
        users.claim_external_id(id, Claim { leaf_user_id: user, at: now }, Some(mine)).await?;
        Ok(self.find_user(user).await?.ok_or(UpstreamError::NoSuchUser)?)
    }

    async fn replace_user(&self, sent: Sent) -> Result<Shown<LeafUser>, ChangeError> {
        let mut refusals = Refusals::default();
        let id = refusals.take("id", sent.required("id"));
        let id = refusals.or(id)?;
        let record = self.keeper.replace_user(sent).await?;
        self.changed(id, record).await
    }

    async fn change_user(
        &self,
        id: LeafUserId,
        sent: Sent,
    ) -> Result<Shown<LeafUser>, ChangeError> {
        let mut refusals = Refusals::default();
        let same = refusals.take("id", sent.same_id(id));
        refusals.or(same)?;
        let record = self.keeper.change_user(id, sent).await?;
        self.changed(id, record).await
    }

    async fn events(
        &self,
        id: LeafUserId,
        page: &EventPage,
    ) -> Result<Option<Portion<Shown<Event>>>, Failure> {
        if self.find_user(id).await?.is_none() {
            return Ok(None);
        }
        Ok(Some(self.keeper.events(id, page).await?.map(Shown::Theirs)))
    }

    async fn catch_up(&self, user: LeafUserId) -> Result<NewStatus, Failure> {
        self.follow(user).await
    }

    async fn refresh_status(&self, user: LeafUserId) -> Result<(), Failure> {
        self.follow(user).await.map(|_| ())
    }

    async fn check(&self, app_key: &AppKey, deadline: Timestamp) -> Result<Check, Failure> {
        self.check_each(app_key, deadline).await
    }

    fn decide_who_connects(&self) -> bool {
        false
    }

    fn ask_panorama(&self) -> bool {
        false
    }

    async fn summaries(
        &self,
        of: Option<LeafUserId>,
        query: &SentQuery,
        page: Page,
    ) -> Result<Listed<Summary>, ChangeError> {
        let asked = query.passed_on(page);
        let missing =
            || of.map_or_else(|| UpstreamError::NoSuchUser.into(), ChangeError::NoSuchUser);
        let summaries = self.keeper.summaries(asked.clone()).await?.ok_or_else(missing)?;
        Ok(Listed { portion: summaries.map(Shown::Theirs), asked })
    }

    async fn register_alerts(&self, url: &Url) -> Result<(), RegisterAlertsError> {
        let random: [u8; 32] = self.ports.randomness.bytes();
        self.keeper.register_alerts(url, URL_SAFE_NO_PAD.encode(random).into()).await
    }

    /// An alert is a reason to ask now, and no more than that, so repeats and reordering are
    /// harmless.
    async fn receive_alert(&self, body: &[u8], signature: Option<&str>) -> Result<(), AlertError> {
        let Some(id) = self.keeper.read_alert(body, signature).await? else { return Ok(()) };
        if let Some(user) = self.ports.connections.user_of_credential(id).await? {
            let status = self.follow(user).await?;
            tracing::info!(
                leaf_user_id = %user,
                changed = status.is_some(),
                "the upstream has sent an alert"
            );
        }
        Ok(())
    }
}

async fn note(ports: &Ports, app_key: &AppKey, after: Option<&EntryCursor>) -> Result<(), Failure> {
    if let Some(cursor) = after {
        ports.logins.note_resume_after(&app_key.id, cursor).await?;
    }
    Ok(())
}
