//! Our own records: what is stored here is what is so, and Panorama is asked whether it still is.

mod check;
mod refresh_status;
mod summaries;

use std::sync::Arc;

use async_trait::async_trait;
use url::Url;

use crate::ports::Ports;
use crate::ports::connections::{Account, EventPage};
use crate::ports::failure::Failure;
use crate::ports::leaf_users::Claim;
use crate::ports::portion::Portion;
use crate::ports::records::{
    AlertError, ChangeError, Check, ExternalIdError, Listed, NewStatus, NewUser, Records,
    RegisterAlertsError, Summary,
};
use crate::use_cases::app_key_cache::AppKeyCache;
use domain::app_key::AppKey;
use domain::event::Event;
use domain::ids::LeafUserId;
use domain::leaf_user::{Filter, LeafUser, Order, Profile, ProfileChange, ProfileText};
use domain::record::Shown;
use domain::sent::{Page, Refusals, Sent, SentQuery};
use domain::timestamp::Timestamp;

/// How often an external id is claimed anew, whose claim was another's or has gone stale.
const CLAIMS: u32 = 3;

/// Records over our stores.
pub struct OwnRecords {
    ports: Ports,
    app_keys: Arc<AppKeyCache>,
}

impl OwnRecords {
    /// Those in these stores.
    pub const fn new(ports: Ports, app_keys: Arc<AppKeyCache>) -> Self {
        Self { ports, app_keys }
    }

    /// The Leaf user for which an external id is claimed; another request may make it as well.
    async fn made(&self, claim: Claim, id: &ProfileText) -> Result<LeafUser, ExternalIdError> {
        let profile = Profile {
            name: id.clone(),
            email: None,
            phone: None,
            address: None,
            external_id: Some(id.clone()),
        };
        let user = LeafUser { id: claim.leaf_user_id, profile, created_at: claim.at };
        let users = &self.ports.leaf_users;
        match users.create(&user).await {
            Ok(()) => Ok(user),
            Err(error) => Ok(users.find(user.id).await?.ok_or(error)?),
        }
    }

    async fn change(
        &self,
        id: LeafUserId,
        change: &ProfileChange,
    ) -> Result<Shown<LeafUser>, ChangeError> {
        let changed = self.ports.leaf_users.change(id, change).await?;
        changed.map(Shown::Ours).ok_or(ChangeError::NoSuchUser(id))
    }
}

#[async_trait]
impl Records for OwnRecords {
    async fn find_user(&self, id: LeafUserId) -> Result<Option<LeafUser>, Failure> {
        Ok(self.ports.leaf_users.find(id).await?)
    }

    async fn account(&self, id: LeafUserId) -> Result<Option<Account>, Failure> {
        Ok(self.ports.connections.account(id).await?)
    }

    async fn show_user(&self, id: LeafUserId) -> Result<Option<Shown<LeafUser>>, Failure> {
        Ok(self.find_user(id).await?.map(Shown::Ours))
    }

    async fn list_users(
        &self,
        query: &SentQuery,
        page: Page,
    ) -> Result<Listed<LeafUser>, ChangeError> {
        let filter = Filter::read(query);
        let mut refusals = Refusals::default();
        let order = refusals.take("sort", Order::read(query));
        let order = refusals.or(order)?;
        let users = self.ports.leaf_users.list(&filter, order, page.number, page.size).await?;
        Ok(Listed { portion: users.map(Shown::Ours), asked: query.named(&Filter::PARAMETERS) })
    }

    async fn create_user(&self, sent: Sent) -> Result<NewUser, ChangeError> {
        let mut refusals = Refusals::default();
        let profile = Profile::read(&sent, &mut refusals);
        let profile = refusals.or(profile)?;
        let id = LeafUserId::new(self.ports.randomness.bytes());
        let user = LeafUser { id, profile, created_at: self.ports.clock.now() };
        self.ports.leaf_users.create(&user).await?;
        Ok(NewUser { id: id.to_string(), user: Shown::Ours(user) })
    }

    async fn user_of_external_id(&self, id: &ProfileText) -> Result<LeafUser, ExternalIdError> {
        let users = &self.ports.leaf_users;
        let filter = Filter { external_id: Some(id.as_str().to_owned()), ..Filter::default() };
        let known = users.list(&filter, Order::default(), 0, 1).await?.entries.pop();
        let user = match known {
            Some(known) => known.id,
            None => LeafUserId::new(self.ports.randomness.bytes()),
        };
        let mut instead_of = None;
        for _ in 0..CLAIMS {
            let now = self.ports.clock.now();
            let mine = Claim { leaf_user_id: user, at: now };
            let claim = users.claim_external_id(id, mine, instead_of).await?;
            match users.find(claim.leaf_user_id).await? {
                Some(found) if found.profile.external_id.as_ref() == Some(id) => return Ok(found),
                // Whoever comes first makes it.
                None if claim.may_be_fresh(now) => return self.made(claim, id).await,
                // It has another external id by now, or is gone.
                Some(_) | None => instead_of = Some(claim),
            }
        }
        Err(ExternalIdError::BeingMade)
    }

    async fn replace_user(&self, sent: Sent) -> Result<Shown<LeafUser>, ChangeError> {
        let mut refusals = Refusals::default();
        let id = refusals.take("id", sent.required("id"));
        let profile = Profile::read(&sent, &mut refusals);
        let (id, profile) = refusals.or(id.zip(profile))?;
        self.change(id, &profile.into()).await
    }

    async fn change_user(
        &self,
        id: LeafUserId,
        sent: Sent,
    ) -> Result<Shown<LeafUser>, ChangeError> {
        let mut refusals = Refusals::default();
        refusals.take("id", sent.same_id(id));
        let change = ProfileChange::read(&sent, &mut refusals);
        self.change(id, &refusals.or(change)?).await
    }

    async fn events(
        &self,
        id: LeafUserId,
        page: &EventPage,
    ) -> Result<Option<Portion<Shown<Event>>>, Failure> {
        if self.find_user(id).await?.is_none() {
            return Ok(None);
        }
        Ok(Some(self.ports.connections.events(id, page).await?.map(Shown::Ours)))
    }

    async fn catch_up(&self, _: LeafUserId) -> Result<NewStatus, Failure> {
        Ok(None)
    }

    async fn refresh_status(&self, user: LeafUserId) -> Result<(), Failure> {
        refresh_status::refresh_status(&self.ports, &self.app_keys, user).await
    }

    async fn check(&self, app_key: &AppKey, deadline: Timestamp) -> Result<Check, Failure> {
        check::check(&self.ports, app_key, deadline).await
    }

    fn decide_who_connects(&self) -> bool {
        true
    }

    fn ask_panorama(&self) -> bool {
        true
    }

    async fn summaries(
        &self,
        of: Option<LeafUserId>,
        query: &SentQuery,
        page: Page,
    ) -> Result<Listed<Summary>, ChangeError> {
        // Any word is a provider's name that we do not know; what looks like none is not repeated.
        let is_name = |name: &str| name.bytes().all(|letter| letter.is_ascii_alphabetic());
        let provider = query.named(&["provider"]).into_iter().filter(|(_, name)| is_name(name));
        let asked = query.named(&["leafUserId"]).into_iter().chain(provider).collect();
        let of_panorama = query.get("provider").is_none_or(|provider| provider == "Panorama");
        let portion = match of {
            None if of_panorama => summaries::of_all(&self.ports, page).await?,
            None => Portion::of_whole(Vec::new(), page.number, page.size),
            Some(id) if of_panorama => {
                let account = self.account(id).await?.ok_or(ChangeError::NoSuchUser(id))?;
                let list = summaries::of_one(&self.ports, account.credential).await?;
                Portion::of_whole(list, page.number, page.size)
            }
            Some(id) => {
                self.find_user(id).await?.ok_or(ChangeError::NoSuchUser(id))?;
                Portion::of_whole(Vec::new(), page.number, page.size)
            }
        };
        Ok(Listed { portion: portion.map(Shown::Ours), asked })
    }

    async fn register_alerts(&self, _: &Url) -> Result<(), RegisterAlertsError> {
        Err(RegisterAlertsError::NoAlerts)
    }

    async fn receive_alert(&self, _: &[u8], _: Option<&str>) -> Result<(), AlertError> {
        // Nobody can have signed it.
        Err(AlertError::NotSigned)
    }
}
