//! What farmers share, as clients read it: growers, farms, fields, machine files and field
//! operations.

mod convert;
mod convert_leaving;
mod crash;
mod download;
mod fairness;
mod fields;
mod files;
mod freshness;
mod leaving;
mod limits;
mod operations;
mod resources;
pub(crate) mod seeds;
mod stories;
mod strangers;
mod sync;

use reqwest::Method;
use serde_json::Value;

use crate::answer::Answer;
use crate::world::World;

const FIELDS: &str = "/services/fields/api";
const OPERATIONS: &str = "/services/operations/api";

impl World {
    /// What is at a path.
    async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path).await
    }

    /// The entries of a list, and how many it has on all pages.
    async fn list(&self, path: &str) -> (Vec<Value>, u64) {
        let answer = self.get(path).await;
        let total = answer.header("x-total-count").unwrap_or_else(|| panic!("{answer:?}"));
        let total = total.parse().expect("a number");
        let body = answer.json(200);
        let list = body.get("operations").unwrap_or(&body).as_array();
        (list.unwrap_or_else(|| panic!("{body}")).clone(), total)
    }

    /// What a list's entries have in one field.
    async fn column(&self, path: &str, field: &str) -> Vec<String> {
        let (list, _) = self.list(path).await;
        list.iter().map(|entry| text(&entry[field])).collect()
    }
}

/// A text, or a number as one.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}
