//! Presigned links, by Signature Version 4 in the query
//! (<https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>).

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
    SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use time::OffsetDateTime;
use url::{Host, Url};

use super::disposition::attachment;
use super::failure::strange;
use application::ports::clock::Clock;
use application::ports::files::{FileLinks, FilesError, PresignedUrl};
use domain::object_key::ObjectKey;

/// What stays as it is in a query that is signed.
const IN_QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A link may live for a week.
const LONGEST: Duration = Duration::from_hours(7 * 24);

/// What a failure is reported by.
const OPERATION: &str = "a presigned link";

/// Links to the objects of a bucket.
pub struct S3Links {
    credentials: SharedCredentialsProvider,
    region: String,
    /// Where the bucket is, with a slash at the end.
    bucket_url: Url,
    clock: Arc<dyn Clock>,
}

impl S3Links {
    /// Links to the objects of this bucket, at S3's address in the region or at this one. The clock
    /// is the one that S3 judges by: the operating system's.
    ///
    /// # Errors
    /// The configuration names no region or no credentials, or the bucket's name makes no address.
    pub fn new(
        config: &SdkConfig,
        endpoint: Option<&Url>,
        bucket: &str,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, FilesError> {
        let region = config.region().ok_or_else(|| strange(OPERATION, "there is no region"))?;
        let credentials = config.credentials_provider();
        let credentials =
            credentials.ok_or_else(|| strange(OPERATION, "there are no credentials"))?;
        let endpoint = match endpoint {
            Some(endpoint) => endpoint.clone(),
            None => Url::parse(&format!("https://s3.{region}.amazonaws.com"))
                .map_err(|_| strange(OPERATION, "the region's name makes no address"))?,
        };
        let bucket_url = bucket_url(endpoint, bucket)
            .ok_or_else(|| strange(OPERATION, "the bucket's name makes no address"))?;
        Ok(Self { credentials, region: region.to_string(), bucket_url, clock })
    }
}

/// A bucket's address: a host of its own, as AWS wants it, or a path where there can be none.
fn bucket_url(mut endpoint: Url, bucket: &str) -> Option<Url> {
    let own_host = match endpoint.host()? {
        // A certificate for `*.s3…` covers no name with dots in it.
        Host::Domain(domain) if !bucket.contains('.') => Some(format!("{bucket}.{domain}")),
        _ => None,
    };
    match own_host {
        Some(host) => endpoint.set_host(Some(&host)).ok()?,
        None => {
            endpoint.path_segments_mut().ok()?.pop_if_empty().push(bucket);
        }
    }
    endpoint.path_segments_mut().ok()?.pop_if_empty().push("");
    Some(endpoint)
}

#[async_trait]
impl FileLinks for S3Links {
    async fn presigned_get(
        &self,
        key: &ObjectKey,
        file_name: &str,
        expires_in: Duration,
    ) -> Result<PresignedUrl, FilesError> {
        let failed = |what| move |_| strange(OPERATION, what);
        let credentials = self.credentials.provide_credentials().await;
        let identity = credentials.map_err(|_| strange(OPERATION, "no credentials"))?.into();

        let mut url = self.bucket_url.join(key.as_str()).map_err(|_| strange(OPERATION, "key"))?;
        let disposition = attachment(file_name);
        let disposition = utf8_percent_encode(&disposition, IN_QUERY);
        let mut query = format!("response-content-disposition={disposition}");
        url.set_query(Some(&query));

        let mut settings = SigningSettings::default();
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(expires_in.min(LONGEST));
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::NoHeader;
        let parameters = SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name("s3")
            .time(OffsetDateTime::from(self.clock.now()).into())
            .settings(settings)
            .build()
            .map_err(|_| strange(OPERATION, "its parameters"))?
            .into();
        let body = SignableBody::UnsignedPayload;
        let request = SignableRequest::new("GET", url.as_str(), std::iter::empty(), body)
            .map_err(failed("it cannot be signed"))?;
        let signed = sign(request, &parameters).map_err(failed("it cannot be signed"))?;
        for (name, value) in signed.output().params() {
            query.push('&');
            query.push_str(name);
            query.push('=');
            query.extend(utf8_percent_encode(value, IN_QUERY));
        }
        url.set_query(Some(&query));
        Ok(PresignedUrl::new(url))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_has_a_host_of_its_own_where_it_can() {
        for (endpoint, bucket, url) in [
            (
                "https://s3.us-east-2.amazonaws.com",
                "files",
                "https://files.s3.us-east-2.amazonaws.com/",
            ),
            (
                "https://s3.us-east-2.amazonaws.com",
                "my.files",
                "https://s3.us-east-2.amazonaws.com/my.files/",
            ),
            ("http://127.0.0.1:4566/", "files", "http://127.0.0.1:4566/files/"),
        ] {
            let found = bucket_url(Url::parse(endpoint).expect("a URL"), bucket);
            assert_eq!(found.expect("an address").as_str(), url);
        }
    }
}
