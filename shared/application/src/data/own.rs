//! Our own data: what the catalogue has.
//!
//! What is of a Leaf user is shown for as long as there is that Leaf user: a deletion takes a while
//! to get to the last row, and nothing is shown in the meantime.

mod queries;

use std::sync::Arc;

use async_trait::async_trait;

use crate::ports::Ports;
use crate::ports::catalogue::{Asked, Catalogue, FileFilter, Of, OperationFilter, OrderBy};
use crate::ports::clock::Clock;
use crate::ports::connections::Connections;
use crate::ports::data::{Data, DataError, Download, Missing, OfFile};
use crate::ports::downloads;
use crate::ports::leaf_users::LeafUsers;
use crate::ports::portion::Portion;
use crate::ports::records::Listed;
use domain::catalogue::entry::{Entry, Farm, Field, FieldOperation, Grower, StoredFile};
use domain::catalogue::origin::{FarmId, GrowerId};
use domain::catalogue::turn::Turn;
use domain::credential::CredentialStatus;
use domain::file_output::FileOutput;
use domain::ids::{FieldId, FieldOperationId, FileId, LeafUserId};
use domain::record::Shown;
use domain::sent::{Page, SentQuery};
use queries::{Order, Query};

/// Data out of the catalogue.
pub struct OwnData {
    catalogue: Arc<dyn Catalogue>,
    leaf_users: Arc<dyn LeafUsers>,
    connections: Arc<dyn Connections>,
    clock: Arc<dyn Clock>,
}

impl OwnData {
    /// Those of these stores.
    pub fn new(ports: &Ports) -> Self {
        let Ports { catalogue, leaf_users, connections, clock, .. } = ports.clone();
        Self { catalogue, leaf_users, connections, clock }
    }

    /// There is this Leaf user.
    async fn is_known(&self, user: LeafUserId) -> Result<(), DataError> {
        let found = self.leaf_users.find(user).await?;
        found.map(|_| ()).ok_or(DataError::Missing(Missing::LeafUser(user)))
    }

    /// What is whose, if there still is whose it is.
    async fn of_known<T>(
        &self,
        found: Option<Of<T>>,
        missing: Missing,
    ) -> Result<Of<T>, DataError> {
        let Some(found) = found else { return Err(DataError::Missing(missing)) };
        match self.is_known(found.leaf_user_id).await {
            Ok(()) => Ok(found),
            Err(DataError::Missing(_)) => Err(DataError::Missing(missing)),
            Err(error) => Err(error),
        }
    }

    /// Reads what all lists have, and the rest of the query. `None` is the answer if nothing can
    /// match.
    async fn scope<T>(
        &self,
        of: Option<LeafUserId>,
        query: &mut Query<'_>,
        read: T,
        order: Order,
        page: Page,
    ) -> Result<Option<(Asked, T)>, DataError> {
        let named = query.leaf_user();
        let of_panorama = query.is_of_panorama();
        let read = std::mem::take(&mut query.refusals).or(Some(read))?;
        let user = of.or(named);
        if let Some(user) = user {
            self.is_known(user).await?;
        }
        let contradicts = named.is_some() && named != user;
        let asked = Asked {
            leaf_user_id: user,
            by: order.by,
            descending: order.descending,
            page: page.number,
            size: page.size,
        };
        Ok((of_panorama && !contradicts && !query.matches_nothing).then_some((asked, read)))
    }
}

#[async_trait]
impl Data for OwnData {
    async fn growers(
        &self,
        of: Option<LeafUserId>,
        query: &SentQuery,
        page: Page,
    ) -> Result<Listed<Of<Entry<Grower>>>, DataError> {
        let mut query = Query::of(query);
        let scope = self.scope(of, &mut query, (), Order::CREATION, page).await?;
        let portion = match scope {
            None => nothing(),
            Some((asked, ())) => self.catalogue.growers(&asked).await?,
        };
        Ok(listed(portion, query))
    }

    async fn grower(
        &self,
        user: LeafUserId,
        id: GrowerId,
    ) -> Result<Shown<Of<Entry<Grower>>>, DataError> {
        self.is_known(user).await?;
        let found = self.catalogue.grower(user, id).await?;
        shown(user, found, Missing::Grower(id))
    }

    async fn farms(
        &self,
        of: Option<LeafUserId>,
        query: &SentQuery,
        page: Page,
    ) -> Result<Listed<Of<Entry<Farm>>>, DataError> {
        let mut query = Query::of(query);
        let grower = query.optional("growerId");
        let scope = self.scope(of, &mut query, grower, Order::CREATION, page).await?;
        let portion = match scope {
            None => nothing(),
            Some((asked, grower)) => self.catalogue.farms(&asked, grower).await?,
        };
        Ok(listed(portion, query))
    }

    async fn farm(
        &self,
        user: LeafUserId,
        id: FarmId,
    ) -> Result<Shown<Of<Entry<Farm>>>, DataError> {
        self.is_known(user).await?;
        let found = self.catalogue.farm(user, id).await?;
        shown(user, found, Missing::Farm(id))
    }

    async fn fields(
        &self,
        of: Option<LeafUserId>,
        query: &SentQuery,
        page: Page,
    ) -> Result<Listed<Of<Entry<Field>>>, DataError> {
        let mut query = Query::of(query);
        query.only_word("type", "ORIGINAL");
        let farm = query.optional("farmId");
        let scope = self.scope(of, &mut query, farm, Order::CREATION, page).await?;
        let portion = match scope {
            None => nothing(),
            Some((asked, farm)) => self.catalogue.fields(&asked, farm).await?,
        };
        Ok(listed(portion, query))
    }

    async fn field(
        &self,
        user: LeafUserId,
        id: FieldId,
    ) -> Result<Shown<Of<Entry<Field>>>, DataError> {
        self.is_known(user).await?;
        let found = self.catalogue.field(user, id).await?;
        shown(user, found, Missing::Field(id))
    }

    async fn files_of_field(
        &self,
        user: LeafUserId,
        field: FieldId,
        query: &SentQuery,
        page: Page,
    ) -> Result<Listed<Of<StoredFile>>, DataError> {
        let mut query = Query::of(query);
        query.origin();
        query.times_of_work();
        let operation_type = query.operation_type_or_other();
        let crop = query.crop();
        let filter = FileFilter { field: Some(field), operation_type, ..FileFilter::default() };
        let scope = self.scope(Some(user), &mut query, filter, Order::CREATION, page).await?;
        let Some(of_field) = self.catalogue.field(user, field).await? else {
            return Err(DataError::Missing(Missing::Field(field)));
        };
        let portion = match (scope, crop) {
            (None, _) => nothing(),
            (Some((asked, filter)), None) => self.catalogue.files(&asked, &filter).await?,
            (Some((asked, filter)), Some(crop)) => {
                // Those of one field are not many: they are all read.
                let ids: Vec<_> = of_field.thing.files.into_iter().collect();
                let mut files = self.catalogue.files_of(user, &ids).await?;
                files.retain(|file| {
                    let done = &file.entry.thing.done;
                    let wanted = filter.operation_type;
                    wanted.is_none_or(|wanted| done.operation_type == Some(wanted))
                        && done.crop.as_ref().is_some_and(|of| of.as_str().to_lowercase() == crop)
                });
                files.sort_by_key(|file| (file.entry.created_at, file.entry.thing.id));
                let files = Portion::of_whole(files, asked.page, asked.size);
                files.map(|what| Of { leaf_user_id: user, what })
            }
        };
        Ok(listed(portion, query))
    }

    async fn file_of_field(
        &self,
        user: LeafUserId,
        field: FieldId,
        id: FileId,
    ) -> Result<Shown<Of<StoredFile>>, DataError> {
        self.field(user, field).await?;
        let found = self.catalogue.files_of(user, &[id]).await?.into_iter().next();
        let of_this_field = found.filter(|file| file.entry.thing.field == field);
        shown(user, of_this_field, Missing::File(id))
    }

    async fn files(
        &self,
        query: &SentQuery,
        page: Page,
    ) -> Result<Listed<Of<StoredFile>>, DataError> {
        let mut query = Query::of(query);
        query.origin();
        query.times_of_work();
        query.what_panorama_has_not();
        let order = query.order_of_files();
        let filter = FileFilter {
            field: None,
            status: query.status(),
            operation_type: query.optional("operationType"),
            created_from: query.moment("createdTime"),
            updated_from: query.moment("updatedTime"),
        };
        let scope = self.scope(None, &mut query, filter, order, page).await?;
        let portion = match scope {
            None => nothing(),
            Some((asked, filter)) => self.catalogue.files(&asked, &filter).await?,
        };
        Ok(listed(portion, query))
    }

    async fn file(&self, id: FileId, _: OfFile) -> Result<Shown<Of<StoredFile>>, DataError> {
        let found = self.catalogue.file(id).await?;
        self.of_known(found, Missing::File(id)).await.map(Shown::Ours)
    }

    async fn download(&self, id: FileId, _: &FileOutput) -> Result<Download, DataError> {
        let found = self.catalogue.file(id).await?;
        Ok(Download::Ours(Box::new(self.of_known(found, Missing::File(id)).await?)))
    }

    async fn open(
        &self,
        _: FileId,
        _: &FileOutput,
    ) -> Result<Option<Box<dyn downloads::Download>>, DataError> {
        Ok(None)
    }

    async fn field_operations(
        &self,
        query: &SentQuery,
        page: Page,
    ) -> Result<Listed<Of<Entry<FieldOperation>>>, DataError> {
        let mut query = Query::of(query);
        query.times_of_work();
        let order = query.order_of_operations();
        let filter = OperationFilter {
            field: query.optional("fieldId"),
            operation_type: query.optional("operationType"),
            updated_from: query.moment("updatedTime"),
        };
        let scope = self.scope(None, &mut query, filter, order, page).await?;
        let portion = match scope {
            None => nothing(),
            Some((asked, filter)) => self.catalogue.field_operations(&asked, &filter).await?,
        };
        Ok(listed(portion, query))
    }

    async fn field_operation(
        &self,
        id: FieldOperationId,
    ) -> Result<Shown<Of<Entry<FieldOperation>>>, DataError> {
        let found = self.catalogue.field_operation(id).await?;
        self.of_known(found, Missing::FieldOperation(id)).await.map(Shown::Ours)
    }

    async fn files_of_operation(
        &self,
        id: FieldOperationId,
        _: &SentQuery,
        page: Page,
    ) -> Result<Listed<Of<StoredFile>>, DataError> {
        let missing = Missing::FieldOperation(id);
        let found = self.catalogue.field_operation(id).await?;
        let Of { leaf_user_id, what } = self.of_known(found, missing).await?;
        let ids: Vec<_> = what.thing.files.into_iter().collect();
        let Portion { entries, total } = Portion::of_whole(ids, page.number, page.size);
        let entries = self.catalogue.files_of(leaf_user_id, &entries).await?;
        let portion = Portion { entries, total };
        let portion = portion.map(|what| Shown::Ours(Of { leaf_user_id, what }));
        Ok(Listed { portion, asked: Vec::new() })
    }

    async fn request_sync(&self, user: LeafUserId) -> Result<(), DataError> {
        let account = self.connections.account(user).await?;
        let account = account.ok_or(DataError::Missing(Missing::LeafUser(user)))?;
        match account.credential.map(|credential| credential.status) {
            Some(CredentialStatus::Active) => {
                self.catalogue.request_sync(user, self.clock.now(), Turn::Next).await?;
                Ok(())
            }
            status => Err(DataError::NotActive(status)),
        }
    }
}

const fn nothing<T>() -> Portion<T> {
    Portion { entries: Vec::new(), total: Some(0) }
}

fn listed<T>(portion: Portion<T>, query: Query<'_>) -> Listed<T> {
    Listed { portion: portion.map(Shown::Ours), asked: query.asked }
}

fn shown<T>(
    leaf_user_id: LeafUserId,
    found: Option<T>,
    missing: Missing,
) -> Result<Shown<Of<T>>, DataError> {
    let what = found.ok_or(DataError::Missing(missing))?;
    Ok(Shown::Ours(Of { leaf_user_id, what }))
}

impl Order {
    /// That of creation.
    const CREATION: Self = Self { by: OrderBy::Creation, descending: false };
}
