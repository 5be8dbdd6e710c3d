//! Pictures of the partner's on a farmer's page, and where they may come from.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::invalid::Invalid;

/// Longest address of a picture, in characters.
const LONGEST: usize = 2_048;

/// Where a picture is: an `https` address without user name, password or fragment.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ImageUrl(Url);

impl ImageUrl {
    /// The address.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// Its origin, such as `https://cdn.partner.example`.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }
}

impl FromStr for ImageUrl {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        const RULE: Invalid =
            Invalid::malformed("must be an https URL with a host, without a user name or password");
        let text = text.trim();
        if text.is_empty() {
            return Err(Invalid::EMPTY);
        }
        if text.chars().count() > LONGEST {
            return Err(Invalid::too_long("must have at most 2048 characters"));
        }
        let mut url = Url::parse(text).map_err(|_| RULE)?;
        let names_a_person = !url.username().is_empty() || url.password().is_some();
        if url.scheme() != "https" || url.host().is_none() || names_a_person {
            return Err(RULE);
        }
        url.set_fragment(None);
        Ok(Self(url))
    }
}

impl TryFrom<String> for ImageUrl {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<ImageUrl> for String {
    fn from(image: ImageUrl) -> Self {
        image.0.into()
    }
}

/// The origin only: partners put tokens into paths and queries.
impl fmt::Debug for ImageUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ImageUrl({}/…)", self.origin())
    }
}

/// The origins that pictures may come from. A picture is a request to its server, which learns who
/// opens a farmer's page and when; so a deployment names them, and has none by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageOrigins(Vec<String>);

impl ImageOrigins {
    /// What is said of a picture that comes from elsewhere.
    pub const REFUSED: Invalid = Invalid::malformed(
        "must be at an origin that this deployment takes pictures from (its parameter \
         `ImageOrigins`)",
    );

    /// Whether a picture may be shown. Asked when it is set, and again when it is shown: the
    /// deployment may have changed since.
    pub fn allow(&self, image: &ImageUrl) -> bool {
        self.0.contains(&image.origin())
    }
}

impl FromStr for ImageOrigins {
    type Err = Invalid;

    /// Reads origins that are separated by blanks or commas; an empty text has none.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        const RULE: Invalid = Invalid::malformed(
            "must be https origins, such as https://cdn.partner.example, separated by commas",
        );
        let parts = text.split([' ', ',']).filter(|part| !part.is_empty());
        let origin = |part: &str| {
            let image: ImageUrl = part.parse().map_err(|_| RULE)?;
            let is_bare = image.0.path() == "/" && image.0.query().is_none() && !part.contains('#');
            is_bare.then(|| image.origin()).ok_or(RULE)
        };
        parts.map(origin).collect::<Result<_, _>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(text: &str) -> ImageUrl {
        text.parse().expect(text)
    }

    #[test]
    fn a_picture_has_an_https_address_and_no_other() {
        assert_eq!(
            image(" https://cdn.example/a b.png#x ").url().as_str(),
            "https://cdn.example/a%20b.png"
        );
        for text in [
            "",
            "cdn.example/a.png",
            "//cdn.example/a.png",
            "http://cdn.example/a.png",
            "data:image/png;base64,AAAA",
            "javascript:alert(1)",
            "blob:https://cdn.example/1",
            "https://",
            "https://dale@cdn.example/a.png",
            "https://:planted@cdn.example/a.png",
            &format!("https://cdn.example/{}", "a".repeat(LONGEST)),
        ] {
            assert!(text.parse::<ImageUrl>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_picture_comes_from_an_origin_that_the_deployment_names() {
        let origins: ImageOrigins =
            "https://cdn.example, https://img.example:8443/".parse().expect("origins");
        for (text, may) in [
            ("https://cdn.example/a.png", true),
            ("https://CDN.example:443/a.png?x", true),
            ("https://img.example:8443/", true),
            ("https://img.example/", false),
            ("https://cdn.example:8443/", false),
            ("https://cdn.example.evil.example/", false),
            ("https://evil.example/cdn.example", false),
            ("https://a.cdn.example/", false),
        ] {
            assert_eq!(origins.allow(&image(text)), may, "{text}");
        }
        assert!(!ImageOrigins::default().allow(&image("https://cdn.example/a.png")));
        assert_eq!("  ".parse(), Ok(ImageOrigins::default()));
        for text in [
            "*",
            "https://*.example/x",
            "http://a.example",
            "https://a.example/x",
            "a.example",
            "https://a.example?x",
            "https://a.example#x",
        ] {
            assert!(text.parse::<ImageOrigins>().is_err(), "{text}");
        }
    }

    #[test]
    fn debug_shows_where_a_picture_comes_from_and_no_more() {
        let shown = format!("{:?}", image("https://cdn.example/planted?token=planted"));
        assert_eq!(shown, "ImageUrl(https://cdn.example/…)");
    }
}
