//! The address of a file's bytes: whoever has it can read them.

use std::str::FromStr;

use url::Url;

use super::invalid::Invalid;
use super::shared_data::ProviderName;

/// An address from which one file of a stream can be read, for as long as Panorama lets it live.
/// Nothing else is needed, so it is a secret: `Debug` is redacted and there is no `Display`.
///
/// Whether it may be called is for the address policy to say, each time.
#[derive(Clone)]
pub struct DownloadUrl(Url);
redacted!(DownloadUrl);

impl DownloadUrl {
    /// Longest address that is accepted, in bytes. A presigned URL of S3 with the token of a role
    /// has some two thousand.
    pub const MAX_LENGTH: usize = 8_192;

    /// The address itself: for the request that reads the file.
    pub fn expose(&self) -> &Url {
        &self.0
    }

    /// What the file is called: the last part of the path, or of a path that is disguised in it.
    pub fn file_name(&self) -> Option<ProviderName> {
        let part = self.expose().path_segments()?.rfind(|part| !part.is_empty())?;
        let decoded = percent_encoding::percent_decode_str(part).decode_utf8_lossy();
        ProviderName::of(decoded.rsplit(['/', '\\']).next()?)
    }
}

impl FromStr for DownloadUrl {
    type Err = Invalid;

    /// Accepts an address of the web. One with a login in it is none: that would be sent along.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        const RULE: Invalid = Invalid::malformed("must be an http or https URL without a login");
        if text.is_empty() {
            return Err(Invalid::EMPTY);
        }
        if text.len() > Self::MAX_LENGTH {
            return Err(Invalid::too_long("must have at most 8192 characters"));
        }
        let url = Url::parse(text).map_err(|_| RULE)?;
        let is_web = matches!(url.scheme(), "http" | "https");
        let has_login = !url.username().is_empty() || url.password().is_some();
        if is_web && !has_login { Ok(Self(url)) } else { Err(RULE) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_address_of_the_web_without_a_login_is_one() {
        for text in [
            "",
            "files/1.2020",
            "//files.example/1.2020",
            "ftp://files.example/1.2020",
            "file:///etc/passwd",
            "data:text/plain,x",
            "https://",
            "https://user@files.example/1.2020",
            "https://:secret@files.example/1.2020",
            &format!("https://files.example/{}", "x".repeat(DownloadUrl::MAX_LENGTH)),
        ] {
            assert!(text.parse::<DownloadUrl>().is_err(), "{text}");
        }
    }

    #[test]
    fn debug_shows_nothing_of_it() {
        let url: DownloadUrl = "https://files.example/1.2020?signature=x".parse().expect("a URL");
        assert_eq!(format!("{url:?}"), "DownloadUrl(…)");
    }

    #[test]
    fn a_file_is_called_by_the_last_part_of_its_path() {
        for (path, name) in [
            ("/a/North%2080.2020?signature=x/y.z", Some("North 80.2020")),
            ("/a/1.2020/", Some("1.2020")),
            ("/a/..%2F..%2Fetc%2Fpasswd", Some("passwd")),
            ("/a/..%5Cx", Some("x")),
            ("/a/%00%0A", None),
            ("/a/%E2%80%AE0202.x", Some("0202.x")),
            ("", None),
        ] {
            let url: DownloadUrl = format!("https://files.example{path}").parse().expect("a URL");
            assert_eq!(url.file_name().as_ref().map(ProviderName::as_str), name, "{path}");
        }
    }
}
