//! What Leaf has of growers, farms, fields, machine files and field operations (Leaf's documents,
//! "Fields" and "Machine files").

use async_trait::async_trait;
use http::{Method, StatusCode};
use serde_json::Value;

use super::api::Ask;
use super::{Leaf, shapes};
use application::ports::data::{DataKeeper, DataPath, DataService, GivenOut};
use application::ports::downloads::Download;
use application::ports::portion::Portion;
use application::ports::upstream::UpstreamError;
use domain::file_output::FileOutput;
use domain::ids::{FileId, LeafUserId};
use domain::record::Record;

/// A list of files stands in an object.
const FILES: &str = "operations";

#[async_trait]
impl DataKeeper for Leaf {
    async fn list_data(
        &self,
        of: &DataPath,
        query: Vec<(String, String)>,
    ) -> Result<Option<Portion<Record>>, UpstreamError> {
        let asked_for: Vec<_> = query.iter().map(|(name, _)| name.clone()).collect();
        let answer = self.api.ask(ask(of).queries(query)).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let answer =
            answer.accepted_as_sent(|field| asked_for.iter().any(|known| known == field))?;
        let list = match answer.read()? {
            Value::Array(list) => list,
            Value::Object(mut object) => match object.remove(FILES) {
                Some(Value::Array(list)) => list,
                _ => return Err(answer.unknown_form()),
            },
            _ => return Err(answer.unknown_form()),
        };
        let entries = list.into_iter().map(Record::without_secrets).collect();
        Ok(Some(Portion { entries, total: answer.total }))
    }

    async fn read_data(&self, of: &DataPath) -> Result<Option<Record>, UpstreamError> {
        let answer = self.api.ask(ask(of)).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        shapes::record(&answer.accepted()?).map(Some)
    }

    async fn give_out(
        &self,
        file: FileId,
        output: &FileOutput,
    ) -> Result<Option<GivenOut>, UpstreamError> {
        self.output(file, output).await
    }

    async fn open(
        &self,
        file: FileId,
        output: &FileOutput,
    ) -> Result<Option<Box<dyn Download>>, UpstreamError> {
        self.open_output(file, output).await
    }

    async fn request_sync(&self, user: LeafUserId) -> Result<Option<()>, UpstreamError> {
        let user = user.to_string();
        let ask = Ask::of(Method::POST, "fields", &["users", &user, "fields", "sync"]);
        let answer = self.api.ask(ask).await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        // What it says beside yes or no is for people.
        answer.accepted_as_sent(|_| false).map(|_| Some(()))
    }
}

fn ask(of: &DataPath) -> Ask {
    let service = match of.service {
        DataService::Fields => "fields",
        DataService::Operations => "operations",
    };
    let rest: Vec<_> = of.rest.iter().map(String::as_str).collect();
    Ask::of(Method::GET, service, &rest)
}
