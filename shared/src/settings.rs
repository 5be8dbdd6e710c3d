//! What the environment's variables say. Every variable that the service reads is read here.

use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use adapters::leaf::LeafEndpoints;
use adapters::panorama::endpoints::{DefaultEndpoints, Endpoints};
use domain::address_policy::AddressPolicy;
use domain::client_environment::ByEnvironment;
use domain::freshness::SilentDays;
use domain::ids::SharingUrlId;
use domain::page_settings::ImageOrigins;

#[derive(Debug, Clone)]
pub struct Settings {
    /// `TABLE_NAME`: the DynamoDB table.
    pub table_name: String,
    /// `CATALOGUE_TABLE_NAME`: the DynamoDB table of what operations share.
    pub catalogue_table_name: String,
    /// `SECRETS_PREFIX`: what the names of the service's secrets begin with.
    pub secrets_prefix: String,
    /// `PUBLIC_BASE_URL`: where farmers' browsers reach this service; hop links and Sharing
    /// Confirmation URLs begin with it.
    pub public_base_url: Url,
    /// `PARTNER_NAME`: what farmers know the partner's application as; without it, pages speak of
    /// "your farm software", each in its language.
    pub partner_name: Option<String>,
    /// `RETURN_URL`: where a farmer's browser goes when it is done; without it, it sees a page of
    /// ours.
    pub return_url: Option<Url>,
    /// `RETURN_URLS`: where else magic links may have a farmer sent at the end, each as it is,
    /// separated by blanks or commas.
    pub return_urls: Vec<Url>,
    /// `IMAGE_ORIGINS`: where the pictures on farmers' pages may come from.
    pub image_origins: ImageOrigins,
    /// `FRAME_ANCESTORS`: the origins whose pages may have a magic link's page in a frame,
    /// separated by blanks or commas.
    pub frame_ancestors: Vec<String>,
    /// Where Panorama is: for each environment, `STAGE_PORTAL_URL`, `STAGE_PARTNER_API_URL` and
    /// `STAGE_LOGIN_URL`, named for it.
    pub panorama: ByEnvironment<Endpoints>,
    /// `STAGE_SHARING_URL_ID`, likewise: the UUID in the partner's Share Initiation URL, where the
    /// deployment knows it. An app key that a start's credentials become has it where the start
    /// says none, as that of Leaf's tutorial does.
    pub sharing_url_ids: ByEnvironment<Option<SharingUrlId>>,
    /// `ALERTS_QUEUE_URL`: the queue that calls of webhooks wait in. Only `deliver-alerts` needs
    /// it.
    pub alerts_queue_url: Option<String>,
    /// `FILES_BUCKET`: the bucket that raw files are stored in. Only functions that work with files
    /// need it.
    pub files_bucket: Option<String>,
    /// `CONVERTER_ARN`: the Lambda function that converts machine files; without it, nobody does.
    pub converter_arn: Option<String>,
    /// `AWS_ENDPOINT_URL_S3`: where S3 is, for links to files; the SDK reads the same variable.
    pub s3_endpoint: Option<Url>,
    /// Which receivers webhooks may have. No variable says it: a deployment calls public addresses
    /// only.
    pub address_policy: AddressPolicy,
    /// From where files are read that Panorama names addresses of. No variable says it: a
    /// deployment reads from public addresses only.
    pub files_from: AddressPolicy,
    /// `LARGEST_FILE_BYTES`: the largest file that is read from there, in bytes; 4 GiB unless it is
    /// said.
    pub largest_file: u64,
    /// `SILENT_FOR_DAYS`: after how many days without a file a connection is called silent; 30
    /// unless it is said.
    pub silent_for: SilentDays,
    /// `CONSOLE`: `on`, the default, or `off`: whether the partner's console is served.
    pub console: bool,
    /// The made-up world around this service, which the console works with, too. No variable says
    /// it: only a laptop has one.
    pub simulation: Option<Simulation>,
    /// `UPSTREAM`: `panorama`, the default, or `leaf`. Leaf is at `LEAF_API_URL`, and its Sharing
    /// Confirmation URL is `LEAF_CONFIRMATION_URL`.
    pub upstream: UpstreamChoice,
    /// A call to Panorama, Cognito or Leaf may take this long. Two of them and our own writes fit
    /// into a handshake's lease.
    pub upstream_timeout: Duration,
}

/// A simulated Panorama, and the login of the API owner that the machine began with.
#[derive(Debug, Clone)]
pub struct Simulation {
    /// Where it is: an origin, without a slash at the end.
    pub panorama_url: String,
    pub username: String,
    pub password: SecretString,
}

/// 4 GiB.
const LARGEST_FILE: u64 = 4 * 1_024 * 1_024 * 1_024;

const SILENT_FOR: SilentDays = SilentDays::new(30).expect("30 is in the range");

const UPSTREAM_TIMEOUT: Duration = Duration::from_secs(8);

#[derive(Debug, Clone)]
pub enum UpstreamChoice {
    /// We ourselves.
    Panorama,
    /// Leaf: proxy mode.
    Leaf(LeafEndpoints),
}

/// `METRICS_NAMESPACE`: where `CloudWatch` shows the metrics. Read apart from the rest: a function
/// without [`Settings`] has logs, too.
pub fn metrics_namespace(variable: impl Fn(&str) -> Option<String>) -> String {
    let text = variable("METRICS_NAMESPACE").filter(|value| !value.is_empty());
    text.unwrap_or_else(|| "PanoramaConnect".to_owned())
}

/// `ORIGIN_SECRET`: what stands in front of the API adds it to each request, if anything does. Read
/// apart from the rest, likewise.
pub fn origin_secret(variable: impl Fn(&str) -> Option<String>) -> Option<SecretString> {
    variable("ORIGIN_SECRET").filter(|value| !value.is_empty()).map(SecretString::from)
}

/// A variable is missing or has the wrong form.
#[derive(Debug, thiserror::Error)]
#[error("the environment variable {variable} {rule}")]
pub struct SettingsError {
    variable: String,
    rule: &'static str,
}

impl SettingsError {
    /// The variable is needed and not set.
    fn not_set(variable: &str) -> Self {
        Self { variable: variable.to_owned(), rule: "is not set" }
    }
}

impl Settings {
    /// Reads the environment of the process.
    ///
    /// # Errors
    /// A variable is missing or has the wrong form.
    pub fn from_env() -> Result<Self, SettingsError> {
        Self::read(|variable| std::env::var(variable).ok())
    }

    /// Reads variables from anywhere.
    ///
    /// # Errors
    /// A variable is missing or has the wrong form.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        let text = |name: &str| variable(name).filter(|value| !value.is_empty());
        let required = |name: &str| text(name).ok_or(SettingsError::not_set(name));
        let url = |name: &str, value: &str| match Url::parse(value) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(url),
            _ => Err(SettingsError {
                variable: name.to_owned(),
                rule: "is not an http or https URL",
            }),
        };
        let url_or =
            |name: &str, default: &str| url(name, text(name).as_deref().unwrap_or(default));
        let leaf_confirmation = || {
            let name = "LEAF_CONFIRMATION_URL";
            let confirmation =
                text(name).unwrap_or_else(|| "https://widget.withleaf.io".to_owned());
            // Every id makes a URL of the same form.
            url(name, &confirmation.replace("{sharingUrlId}", "0")).map(|_| confirmation)
        };
        let leaf = LeafEndpoints {
            api: url_or("LEAF_API_URL", "https://api.withleaf.io")?,
            confirmation: leaf_confirmation()?,
        };
        Ok(Self {
            table_name: required("TABLE_NAME")?,
            catalogue_table_name: required("CATALOGUE_TABLE_NAME")?,
            secrets_prefix: required("SECRETS_PREFIX")?,
            public_base_url: url("PUBLIC_BASE_URL", &required("PUBLIC_BASE_URL")?)?,
            partner_name: text("PARTNER_NAME"),
            return_url: text("RETURN_URL").map(|value| url("RETURN_URL", &value)).transpose()?,
            return_urls: list(&text("RETURN_URLS").unwrap_or_default())
                .map(|part| url("RETURN_URLS", part))
                .collect::<Result<_, _>>()?,
            image_origins: image_origins(&text("IMAGE_ORIGINS").unwrap_or_default())?,
            frame_ancestors: list(&text("FRAME_ANCESTORS").unwrap_or_default())
                .map(|part| Ok(url("FRAME_ANCESTORS", part)?.origin().ascii_serialization()))
                .collect::<Result<_, _>>()?,
            panorama: ByEnvironment::try_new(|environment| {
                let default = DefaultEndpoints::of(environment);
                let endpoint =
                    |part, default| url_or(&format!("{environment}_{part}_URL"), default);
                Ok(Endpoints {
                    portal: endpoint("PORTAL", default.portal)?,
                    partner_api: endpoint("PARTNER_API", default.partner_api)?,
                    login: endpoint("LOGIN", default.login)?,
                })
            })?,
            sharing_url_ids: ByEnvironment::try_new(|environment| {
                let name = format!("{environment}_SHARING_URL_ID");
                let id = text(&name).map(|value| value.parse()).transpose();
                id.map_err(|_| SettingsError { variable: name, rule: "is not a UUID" })
            })?,
            alerts_queue_url: text("ALERTS_QUEUE_URL"),
            files_bucket: text("FILES_BUCKET"),
            converter_arn: text("CONVERTER_ARN"),
            s3_endpoint: text("AWS_ENDPOINT_URL_S3")
                .map(|value| url("AWS_ENDPOINT_URL_S3", &value))
                .transpose()?,
            address_policy: AddressPolicy::Public,
            files_from: AddressPolicy::Public,
            largest_file: match text("LARGEST_FILE_BYTES").map(|bytes| bytes.parse()) {
                None => LARGEST_FILE,
                Some(Ok(bytes)) if bytes > 0 => bytes,
                Some(_) => {
                    return Err(SettingsError {
                        variable: "LARGEST_FILE_BYTES".to_owned(),
                        rule: "is not a number of bytes, 1 or more",
                    });
                }
            },
            silent_for: match text("SILENT_FOR_DAYS") {
                None => SILENT_FOR,
                Some(days) => days.parse().map_err(|_| SettingsError {
                    variable: "SILENT_FOR_DAYS".to_owned(),
                    rule: "is not a number of days, 1 to 3650",
                })?,
            },
            console: match text("CONSOLE").as_deref() {
                None | Some("on") => true,
                Some("off") => false,
                Some(_) => {
                    return Err(SettingsError {
                        variable: "CONSOLE".to_owned(),
                        rule: "is neither on nor off",
                    });
                }
            },
            simulation: None,
            upstream_timeout: UPSTREAM_TIMEOUT,
            upstream: match text("UPSTREAM").as_deref() {
                None | Some("panorama") => UpstreamChoice::Panorama,
                Some("leaf") => UpstreamChoice::Leaf(leaf),
                Some(_) => {
                    return Err(SettingsError {
                        variable: "UPSTREAM".to_owned(),
                        rule: "is neither panorama nor leaf",
                    });
                }
            },
        })
    }

    /// The alerts' queue.
    ///
    /// # Errors
    /// `ALERTS_QUEUE_URL` is not set.
    pub fn alerts_queue_url(&self) -> Result<&str, SettingsError> {
        self.alerts_queue_url.as_deref().ok_or(SettingsError::not_set("ALERTS_QUEUE_URL"))
    }

    /// The bucket of raw files.
    ///
    /// # Errors
    /// `FILES_BUCKET` is not set.
    pub fn files_bucket(&self) -> Result<&str, SettingsError> {
        self.files_bucket.as_deref().ok_or(SettingsError::not_set("FILES_BUCKET"))
    }

    /// Whether a magic link may have a farmer sent there at the end.
    pub fn may_return_to(&self, url: &Url) -> bool {
        self.return_url.iter().chain(&self.return_urls).any(|allowed| allowed == url)
    }

    /// The URL of this service that a request's path stands for.
    pub fn public_url_of(&self, path: &str) -> Url {
        self.public_url(&path.split('/').filter(|segment| !segment.is_empty()).collect::<Vec<_>>())
    }

    /// Below which machine files are.
    pub fn files_url(&self) -> Url {
        self.public_url(&["services", "operations", "api", "files"])
    }

    /// A URL of this service.
    pub fn public_url(&self, segments: &[&str]) -> Url {
        let mut url = self.public_base_url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }
}

/// What is separated by blanks or commas.
fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split([' ', ',']).filter(|part| !part.is_empty())
}

fn image_origins(text: &str) -> Result<ImageOrigins, SettingsError> {
    let rule = "is not a list of https origins";
    text.parse().map_err(|_| SettingsError { variable: "IMAGE_ORIGINS".to_owned(), rule })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(extra: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        let given = [
            ("TABLE_NAME", "t"),
            ("CATALOGUE_TABLE_NAME", "c"),
            ("SECRETS_PREFIX", "p"),
            ("PUBLIC_BASE_URL", "https://connect.example"),
        ];
        let variables: Vec<_> = given.iter().chain(extra).collect();
        Settings::read(|name| {
            variables
                .iter()
                .rev()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_missing_or_wrong_variable_is_named() {
        let missing = Settings::read(|_| None).expect_err("nothing is set");
        assert_eq!(missing.to_string(), "the environment variable TABLE_NAME is not set");
        let wrong = read(&[("RETURN_URL", "javascript:alert(1)")]).expect_err("not a web address");
        assert_eq!(
            wrong.to_string(),
            "the environment variable RETURN_URL is not an http or https URL"
        );
        for (urls, rule) in [
            (("RETURN_URLS", "https://a.example/x,ftp://a.example"), "is not an http or https URL"),
            (("IMAGE_ORIGINS", "http://a.example"), "is not a list of https origins"),
        ] {
            let wrong = read(&[urls]).expect_err("not such a list");
            assert_eq!(wrong.to_string(), format!("the environment variable {} {rule}", urls.0));
        }
        let wrong = read(&[("UPSTREAM", "john-deere")]).expect_err("no upstream");
        assert_eq!(
            wrong.to_string(),
            "the environment variable UPSTREAM is neither panorama nor leaf"
        );
        let wrong = read(&[("CONSOLE", "yes")]).expect_err("neither");
        assert_eq!(wrong.to_string(), "the environment variable CONSOLE is neither on nor off");
        let wrong = read(&[("LARGEST_FILE_BYTES", "4 GiB")]).expect_err("no number");
        assert_eq!(
            wrong.to_string(),
            "the environment variable LARGEST_FILE_BYTES is not a number of bytes, 1 or more"
        );
        let wrong = read(&[("SILENT_FOR_DAYS", "0")]).expect_err("no time");
        assert_eq!(
            wrong.to_string(),
            "the environment variable SILENT_FOR_DAYS is not a number of days, 1 to 3650"
        );
        let wrong = read(&[("STAGE_SHARING_URL_ID", "https://bananorama.com/connections/")])
            .expect_err("no UUID");
        assert_eq!(
            wrong.to_string(),
            "the environment variable STAGE_SHARING_URL_ID is not a UUID"
        );
    }

    #[test]
    fn a_farmer_returns_to_an_address_that_is_named_and_to_no_other() {
        let settings = read(&[
            ("RETURN_URL", "https://app.example/done"),
            ("RETURN_URLS", "https://one.example/?a=b, https://two.example/x"),
        ]);
        let settings = settings.expect("settings");
        for (url, may) in [
            ("https://app.example/done", true),
            ("https://one.example/?a=b", true),
            ("https://two.example/x", true),
            ("https://two.example/x/", false),
            ("https://two.example/x?y", false),
            ("https://two.example/x#y", false),
            ("http://two.example/x", false),
            ("https://two.example:8443/x", false),
            ("https://two.example.evil.example/x", false),
            ("https://me@two.example/x", false),
        ] {
            assert_eq!(settings.may_return_to(&url.parse().expect("a URL")), may, "{url}");
        }
    }

    #[test]
    fn public_urls_are_below_the_base() {
        let settings =
            read(&[("PUBLIC_BASE_URL", "https://connect.example/v1/")]).expect("settings");
        assert_eq!(
            settings.public_url(&["connect", "x"]).as_str(),
            "https://connect.example/v1/connect/x"
        );
    }
}
