//! How lists and new things leave: a page of a list says how long the list is and where its other
//! pages are, a new thing where it is now.
//!
//! The headers are Leaf's ("Pagination": `X-Total-Count`, and `Link` with `next`, `last` and
//! `first`); `prev` is added, as JHipster does.

use axum::Json;
use axum::extract::{FromRequestParts, OriginalUri};
use axum::response::{IntoResponse, Response};
use http::header::{LINK, LOCATION};
use http::request::Parts;
use http::{HeaderName, HeaderValue, StatusCode, Uri};
use serde::Serialize;
use url::Url;

use super::USER_MANAGEMENT;
use super::parameters::Query;
use super::problem::Problem;
use domain::ids::LeafUserId;
use domain::sent::{Page, SentQuery};

/// How many entries a list has on all its pages.
pub const TOTAL_COUNT: HeaderName = HeaderName::from_static("x-total-count");

/// Answers with a page of the list at `whole` whose body is `body`: the entries themselves, or what
/// they stand in. `asked` is what of the query the other pages are to be asked for with, never the
/// whole query: what nobody here has read may be a secret, and is not repeated. `shown` is how many
/// entries there are on the page; without a `total` it tells whether there may be another one.
pub fn listed<T: Serialize>(
    whole: &Url,
    asked: &[(String, String)],
    page: Page,
    shown: usize,
    total: Option<u64>,
    body: T,
) -> Response {
    let mut response = Json(body).into_response();
    let headers = response.headers_mut();
    if let Some(total) = total {
        headers.insert(TOTAL_COUNT, total.into());
    }
    if let Ok(links) = HeaderValue::from_str(&links(whole, asked, page, shown, total)) {
        headers.insert(LINK, links);
    }
    response
}

/// A page of a list, as it is asked for. Without a `size` it has Leaf's 20 entries.
#[derive(Debug)]
pub struct PageAsked {
    /// Which page.
    pub page: Page,
    query: Query,
    uri: Uri,
}

/// Entries on a page when the request does not say.
const PAGE_SIZE: u32 = 20;

impl PageAsked {
    /// The whole query.
    pub const fn sent(&self) -> &SentQuery {
        self.query.sent()
    }

    /// The path that the request was sent to.
    pub fn path(&self) -> &str {
        self.uri.path()
    }
}

impl<S: Send + Sync> FromRequestParts<S> for PageAsked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Ok(OriginalUri(uri)) = OriginalUri::from_request_parts(parts, state).await;
        let query = Query::of(&uri);
        Ok(Self { page: query.page(PAGE_SIZE)?, query, uri })
    }
}

/// Answers 201 with what was made and where it is.
pub fn created<T: Serialize>(place: &Url, body: T) -> Response {
    at(place, (StatusCode::CREATED, Json(body)).into_response())
}

/// Where it can be seen how far the deletion of a Leaf user's data is.
pub fn data_deletion_path(id: LeafUserId) -> String {
    format!("{USER_MANAGEMENT}/users/{id}/data-deletion")
}

/// Answers 204 with where it can be seen how far the deletion of the data is.
pub fn gone_with_its_data(place: &Url) -> Response {
    at(place, StatusCode::NO_CONTENT.into_response())
}

fn at(place: &Url, mut response: Response) -> Response {
    if let Ok(place) = HeaderValue::from_str(place.as_str()) {
        response.headers_mut().insert(LOCATION, place);
    }
    response
}

/// RFC 8288. Everything else that the request asked for (filters, an order) is asked for again.
fn links(
    whole: &Url,
    asked: &[(String, String)],
    page: Page,
    shown: usize,
    total: Option<u64>,
) -> String {
    let at = |number: u64, relation: &str| {
        let mut url = whole.clone();
        let kept = asked.iter().filter(|(name, _)| name != "page" && name != "size");
        url.query_pairs_mut()
            .extend_pairs(kept)
            .append_pair("page", &number.to_string())
            .append_pair("size", &page.size.to_string());
        format!("<{url}>; rel=\"{relation}\"")
    };
    let number = u64::from(page.number);
    let last = total.map(|total| total.div_ceil(u64::from(page.size)).saturating_sub(1));
    let has_next = last.map_or(shown >= page.size as usize, |last| number < last);
    let next = has_next.then(|| at(number + 1, "next"));
    // From far behind the end, back to where there is something.
    let previous = number
        .checked_sub(1)
        .map(|before| at(last.map_or(before, |last| before.min(last)), "prev"));
    let last = last.map(|last| at(last, "last"));
    [next, previous, last, Some(at(0, "first"))].into_iter().flatten().collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relations(page: Page, shown: usize, total: Option<u64>) -> Vec<(String, String)> {
        let whole = Url::parse("https://connect.example/v1/users").expect("a URL");
        let asked = [("page", "7"), ("name", "a&b,c"), ("size", "3"), ("x", "")];
        let asked = asked.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let links = links(&whole, &asked, page, shown, total);
        let read = |link: &str| {
            let (url, relation) = link.split_once(">; rel=\"").expect("a link");
            let url = url
                .trim_start_matches('<')
                .strip_prefix("https://connect.example/v1/users?name=a%26b%2Cc&x=&page=");
            (
                relation.trim_end_matches('"').to_owned(),
                url.expect("what was asked for").replace("&size=", " of "),
            )
        };
        links.split(',').map(read).collect()
    }

    #[test]
    fn each_page_names_its_neighbours_and_both_ends() {
        let named = |number, shown, total| {
            let relations = relations(Page { number, size: 10 }, shown, total);
            relations
                .iter()
                .map(|(relation, page)| format!("{relation} {page}"))
                .collect::<Vec<_>>()
                .join(", ")
        };
        assert_eq!(named(0, 10, Some(25)), "next 1 of 10, last 2 of 10, first 0 of 10");
        assert_eq!(
            named(1, 10, Some(25)),
            "next 2 of 10, prev 0 of 10, last 2 of 10, first 0 of 10"
        );
        assert_eq!(named(2, 5, Some(25)), "prev 1 of 10, last 2 of 10, first 0 of 10");
        assert_eq!(named(9, 0, Some(25)), "prev 2 of 10, last 2 of 10, first 0 of 10");
        assert_eq!(named(0, 0, Some(0)), "last 0 of 10, first 0 of 10");
        assert_eq!(
            named(0, 10, Some(10)),
            "last 0 of 10, first 0 of 10",
            "a full page may be the last"
        );
        assert_eq!(
            named(0, 10, None),
            "next 1 of 10, first 0 of 10",
            "nobody told, but there may be more"
        );
        assert_eq!(named(1, 9, None), "prev 0 of 10, first 0 of 10");
    }
}
