//! The environment of a function that runs beside this machine, in Lambda's runtime emulator,
//! `cargo lambda watch` or `sam local`: what the template sets in AWS, and where DynamoDB, S3,
//! Secrets Manager and Lambda are. The machine itself reads the same values.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;

use simulated_panorama::Environment as PanoramaEnvironment;
use url::Url;

use crate::options::Options;
use crate::{aws, seed};

pub const TABLE_NAME: &str = "panorama-connect";

/// The catalogue's table.
pub const CATALOGUE_TABLE_NAME: &str = "panorama-connect-catalogue";

/// The name of the bucket of raw files.
pub const FILES_BUCKET: &str = "panorama-connect-files";

/// The simulated converter, as Lambda would know it.
pub const CONVERTER_ARN: &str =
    "arn:aws:lambda:us-east-2:000000000000:function:simulated-converter";

pub type Environment = BTreeMap<&'static str, String>;

/// What servers of a machine are at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Addresses {
    pub(crate) dynamodb: SocketAddr,
    pub(crate) converter: SocketAddr,
    pub(crate) s3: SocketAddr,
    pub(crate) secrets_manager: SocketAddr,
}

pub(crate) fn of(
    addresses: Addresses,
    public_url: &str,
    panorama_url: &str,
    leaf_url: Option<&str>,
    options: &Options,
) -> Environment {
    let production = format!("{panorama_url}/production");
    let mut environment = Environment::from([
        // There is no SQS here: nothing listens, and a message comes back by itself.
        ("ALERTS_QUEUE_URL", "http://127.0.0.1:9/alerts.fifo".to_owned()),
        ("AWS_ACCESS_KEY_ID", aws::ANY_CREDENTIAL.to_owned()),
        ("AWS_ENDPOINT_URL_DYNAMODB", format!("http://{}", addresses.dynamodb)),
        ("AWS_ENDPOINT_URL_LAMBDA", format!("http://{}", addresses.converter)),
        ("AWS_ENDPOINT_URL_S3", format!("http://{}", addresses.s3)),
        ("AWS_ENDPOINT_URL_SECRETS_MANAGER", format!("http://{}", addresses.secrets_manager)),
        ("AWS_REGION", aws::REGION.to_owned()),
        ("AWS_SECRET_ACCESS_KEY", aws::ANY_CREDENTIAL.to_owned()),
        ("CATALOGUE_TABLE_NAME", CATALOGUE_TABLE_NAME.to_owned()),
        // Empty is not set.
        (
            "CONVERTER_ARN",
            options.converter.as_ref().map(|_| CONVERTER_ARN.to_owned()).unwrap_or_default(),
        ),
        ("CONSOLE", "on".to_owned()),
        ("FILES_BUCKET", FILES_BUCKET.to_owned()),
        ("FRAME_ANCESTORS", options.frame_ancestors.join(",")),
        ("IMAGE_ORIGINS", options.image_origins.join(",")),
        // 4 GiB, as in AWS.
        ("LARGEST_FILE_BYTES", "4294967296".to_owned()),
        ("METRICS_NAMESPACE", "PanoramaConnect/local".to_owned()),
        ("PARTNER_NAME", seed::PARTNER_NAME.to_owned()),
        ("PRODUCTION_LOGIN_URL", production.clone()),
        ("PRODUCTION_PARTNER_API_URL", production.clone()),
        ("PRODUCTION_PORTAL_URL", production),
        ("PRODUCTION_SHARING_URL_ID", sharing_url_id(PanoramaEnvironment::Production)),
        ("PUBLIC_BASE_URL", public_url.to_owned()),
        ("RETURN_URLS", options.return_urls.iter().map(Url::as_str).collect::<Vec<_>>().join(",")),
        ("SECRETS_PREFIX", seed::SECRETS_PREFIX.to_owned()),
        ("SILENT_FOR_DAYS", "30".to_owned()),
        ("STAGE_LOGIN_URL", panorama_url.to_owned()),
        ("STAGE_PARTNER_API_URL", panorama_url.to_owned()),
        ("STAGE_PORTAL_URL", panorama_url.to_owned()),
        ("STAGE_SHARING_URL_ID", sharing_url_id(PanoramaEnvironment::Stage)),
        ("TABLE_NAME", TABLE_NAME.to_owned()),
    ]);
    // Empty is not set, so a function has the same variables with both upstreams.
    let confirmation = leaf_url.map(|leaf| format!("{leaf}/sharing-confirmation/{{sharingUrlId}}"));
    environment.extend([
        ("LEAF_API_URL", leaf_url.unwrap_or_default().to_owned()),
        ("LEAF_CONFIRMATION_URL", confirmation.unwrap_or_default()),
        ("UPSTREAM", if leaf_url.is_some() { "leaf" } else { "panorama" }.to_owned()),
    ]);
    environment.extend(options.return_url.as_ref().map(|url| ("RETURN_URL", url.to_string())));
    environment
}

/// Of the simulated Panorama's partner account there.
fn sharing_url_id(environment: PanoramaEnvironment) -> String {
    simulated_panorama::seed(environment).sharing_url_id.to_owned()
}

/// As the content of an environment file, a variable a line; quoted, as shells and `cargo lambda`
/// want values with spaces.
pub fn file(environment: &Environment) -> String {
    environment.iter().fold(String::new(), |mut file, (name, value)| {
        // Writing to a text does not fail.
        let _ = writeln!(file, "{name}='{value}'");
        file
    })
}
