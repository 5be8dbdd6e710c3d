//! Copies of an upstream's files, as rows whose change the stream tells of.

use std::time::Duration;

use async_trait::async_trait;

use super::schema::KIND;
use super::table::CatalogueTable;
use crate::dynamodb::item::{Item, Reading, Writing, key, text};
use crate::dynamodb::table::{Cancelled, Condition};
use application::ports::given_files::GivenFiles;
use application::ports::store_error::StoreError;
use domain::file_output::FileOutput;
use domain::given_file::{GivenCopy, GivenFile};
use domain::ids::FileId;
use domain::timestamp::Timestamp;

/// The kind of these rows, with which their keys begin.
const GIVEN: &str = "GIVEN";

const ASKED_AT: &str = "askedAt";
const STATUS: &str = "status";
const LEAF_USER: &str = "leafUserId";
const FILE: &str = "fileId";
const OUTPUT: &str = "output";

/// How long a row stays: longer than any copy is given out.
const RETENTION: Duration = Duration::from_hours(24);

fn row_key(file: FileId, output: &FileOutput) -> Item {
    key(format!("{GIVEN}#{file}"), format!("{GIVEN}#{output}"))
}

fn row(given: &GivenFile) -> Item {
    let GivenFile { leaf_user_id, file, output, asked_at, copy } = given;
    Writing::row(row_key(*file, output))
        .text(KIND, GIVEN)
        .text(LEAF_USER, leaf_user_id)
        .text(FILE, file)
        .text(OUTPUT, output)
        .text(ASKED_AT, asked_at)
        .text(STATUS, copy.as_str())
        .ttl(asked_at.plus(RETENTION))
        .done()
}

fn read(row: Reading<'_>) -> Result<GivenFile, StoreError> {
    Ok(GivenFile {
        leaf_user_id: row.parsed(LEAF_USER)?,
        file: row.parsed(FILE)?,
        output: FileOutput::parse(row.text(OUTPUT)?).ok_or_else(|| row.corrupt(OUTPUT))?,
        asked_at: row.moment(ASKED_AT)?,
        copy: GivenCopy::named(row.text(STATUS)?).ok_or_else(|| row.corrupt(STATUS))?,
    })
}

fn stands(before: Option<&GivenFile>) -> Condition {
    let Some(GivenFile { asked_at, copy, .. }) = before else { return Condition::absent() };
    let asked_at: &Timestamp = asked_at;
    Condition::new("#asked = :asked AND #status = :status")
        .name("#asked", ASKED_AT)
        .name("#status", STATUS)
        .value(":asked", text(asked_at))
        .value(":status", text(copy.as_str()))
}

#[async_trait]
impl GivenFiles for CatalogueTable {
    async fn find(
        &self,
        file: FileId,
        output: &FileOutput,
    ) -> Result<Option<GivenFile>, StoreError> {
        let row = self.rows.get(row_key(file, output)).await?;
        row.map(|item| read(Reading { operation: "GetItem", item: &item })).transpose()
    }

    async fn write(
        &self,
        before: Option<&GivenFile>,
        after: &GivenFile,
    ) -> Result<bool, StoreError> {
        match self.rows.put_if(row(after), stands(before)).await {
            Ok(()) => Ok(true),
            Err(Cancelled::Condition { .. }) => Ok(false),
            Err(Cancelled::Store(error)) => Err(error),
        }
    }
}
