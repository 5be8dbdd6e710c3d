//! Reads from where a stream's files can be read (`GET /sharing/{orgCode}/{streamId}/download`).

use std::borrow::Cow;

use serde::Deserialize;

use super::listing::Unreadable;
use super::values::AtMost;
use domain::download_url::DownloadUrl;

/// Files of one stream.
pub(super) const MOST: usize = 1_000;

#[derive(Deserialize)]
struct Downloads<'a> {
    #[serde(borrow)]
    files: AtMost<File<'a>, MOST>,
}

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow)]
    url: Cow<'a, str>,
}

/// Reads the list. One address that is none makes it unreadable: without it the stream would not be
/// whole.
pub(super) fn read(body: &[u8]) -> Result<Vec<DownloadUrl>, Unreadable> {
    let read: Downloads<'_> = serde_json::from_slice(body).map_err(|_| Unreadable::UnknownForm)?;
    let files = read.files.0;
    if files.len() > MOST {
        return Err(Unreadable::TooMany);
    }
    let urls = files.iter().map(|file| file.url.parse());
    urls.collect::<Result<_, _>>().map_err(|_| Unreadable::UnknownForm)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(urls: &[&str]) -> Result<Vec<DownloadUrl>, Unreadable> {
        let files: Vec<_> = urls.iter().map(|url| serde_json::json!({"url": url})).collect();
        read(serde_json::json!({"files": files}).to_string().as_bytes())
    }

    #[test]
    fn every_address_is_read_in_its_order() {
        let (one, other) = ("https://files.example/1.2020?s=%22", "https://files.example/2.2020");
        let read = listed(&[one, other]).expect("addresses");
        assert_eq!(read.iter().map(|url| url.expose().as_str()).collect::<Vec<_>>(), [one, other]);
        assert!(listed(&[]).expect("none").is_empty());
    }

    #[test]
    fn what_is_no_list_of_addresses_is_not_read_in_part() {
        let good = "https://files.example/1.2020";
        assert_eq!(listed(&[good, "../2.2020"]).err(), Some(Unreadable::UnknownForm));
        assert_eq!(listed(&[good, "ftp://files.example/"]).err(), Some(Unreadable::UnknownForm));
        assert_eq!(listed(&[good; MOST + 1]).err(), Some(Unreadable::TooMany));
        assert_eq!(listed(&[good; MOST]).expect("addresses").len(), MOST);
        for body in [
            "",
            "[]",
            "{}",
            r#"{"files":null}"#,
            r#"{"files":["https://files.example/"]}"#,
            r#"{"files":[{}]}"#,
            r#"{"files":[{"url":"https://files.example/1.2020"}"#,
            r#"{"files":[{"url":"https://files.example/1.2020"}]} and more"#,
            r#"{"files":[{"url":7}]}"#,
        ] {
            assert_eq!(read(body.as_bytes()).err(), Some(Unreadable::UnknownForm), "{body}");
        }
    }
}
