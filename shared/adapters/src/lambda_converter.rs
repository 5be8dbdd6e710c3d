//! A partner's converter: a Lambda function, invoked synchronously.

use std::time::Duration;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_lambda::Client;
use aws_sdk_lambda::config::StalledStreamProtectionConfig;
use aws_sdk_lambda::config::retry::RetryConfig;
use aws_sdk_lambda::config::timeout::TimeoutConfig;
use aws_sdk_lambda::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_lambda::operation::invoke::InvokeError;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use serde::{Deserialize, Serialize};

use super::sdk_error::kind;
use application::ports::converter::{Answer, Converter, ConverterError, ToConvert, Verdict};
use domain::catalogue::conversion::ConverterMessage;

/// How long a converter may take: what the function that waits for it has (Lambda's 15 minutes),
/// less what it needs to look at the results.
pub const PATIENCE: Duration = Duration::from_mins(14);

/// The longest answer that is read. A last word has some hundred bytes.
const MOST_BYTES: usize = 64 * 1_024;

/// The function of an ARN.
pub struct LambdaConverter {
    client: Client,
    function: String,
    bucket: String,
}

impl LambdaConverter {
    /// The function of this ARN, for files in this bucket, as the environment says how to reach
    /// Lambda.
    pub fn from_config(config: &SdkConfig, function: &str, bucket: &str) -> Self {
        Self::new(config, function, bucket, |config| config)
    }

    /// The same, with something else about the client.
    pub fn new(
        config: &SdkConfig,
        function: &str,
        bucket: &str,
        change: impl FnOnce(aws_sdk_lambda::config::Builder) -> aws_sdk_lambda::config::Builder,
    ) -> Self {
        let config = aws_sdk_lambda::config::Builder::from(config)
            .timeout_config(TimeoutConfig::builder().operation_timeout(PATIENCE).build())
            // The queue repeats, minutes later: a second invocation beside the first one, which may
            // still be at it, would help nobody.
            .retry_config(RetryConfig::disabled())
            // Nothing moves while the converter works.
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
        let client = Client::from_conf(change(config).build());
        Self { client, function: function.to_owned(), bucket: bucket.to_owned() }
    }
}

/// What a converter is given.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    bucket: &'a str,
    key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_format: Option<&'static str>,
    file_id: String,
    leaf_user_id: String,
    outputs: Outputs<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outputs<'a> {
    standard_geojson: &'a str,
    summary: &'a str,
}

/// What a converter answers with.
#[derive(Deserialize)]
struct Said {
    status: Status,
    message: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Converted,
    Unsupported,
    Failed,
}

#[async_trait]
impl Converter for LambdaConverter {
    fn is_configured(&self) -> bool {
        true
    }

    async fn convert(&self, wanted: &ToConvert) -> Result<Answer, ConverterError> {
        let event = Event {
            bucket: &self.bucket,
            key: wanted.raw.as_str(),
            file_format: wanted.format,
            file_id: wanted.file_id.to_string(),
            leaf_user_id: wanted.leaf_user_id.to_string(),
            outputs: Outputs {
                standard_geojson: wanted.standard_geojson.as_str(),
                summary: wanted.summary.as_str(),
            },
        };
        let event = serde_json::to_vec(&event).map_err(|_| ConverterError::NotUnderstood)?;
        let request = self.client.invoke().function_name(&self.function);
        let request = request.invocation_type(InvocationType::RequestResponse);
        let answer = request.payload(Blob::new(event)).send().await.map_err(|error| why(&error))?;
        // What it crashed with may have anything in it.
        if answer.function_error().is_some() {
            return Err(ConverterError::Crashed);
        }
        let payload = answer.payload().map(Blob::as_ref).unwrap_or_default();
        read(payload).ok_or(ConverterError::NotUnderstood)
    }
}

fn read(payload: &[u8]) -> Option<Answer> {
    if payload.len() > MOST_BYTES {
        return None;
    }
    let Said { status, message } = serde_json::from_slice(payload).ok()?;
    let verdict = match status {
        Status::Converted => Verdict::Converted,
        Status::Unsupported => Verdict::Unsupported,
        Status::Failed => Verdict::Failed,
    };
    Some(Answer { verdict, message: message.as_deref().and_then(ConverterMessage::of) })
}

fn why<R>(error: &SdkError<InvokeError, R>) -> ConverterError {
    match error {
        SdkError::TimeoutError(_) => ConverterError::TooLate { seconds: PATIENCE.as_secs() },
        SdkError::ServiceError(answer)
            if answer.err().code() == Some("TooManyRequestsException") =>
        {
            ConverterError::Busy
        }
        _ => ConverterError::Unavailable { failure: kind(error) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_last_word_is_read_and_anything_else_is_none() {
        let verdict = |text: &str| read(text.as_bytes()).map(|answer| answer.verdict);
        assert_eq!(verdict(r#"{"status":"converted","more":1}"#), Some(Verdict::Converted));
        assert_eq!(
            verdict(r#"{"status":"unsupported","message":null}"#),
            Some(Verdict::Unsupported)
        );
        let failed = read(br#"{"status":"failed","message":" no\nlayer "}"#).expect("understood");
        assert_eq!(failed.message, ConverterMessage::of("no layer"));
        let long = format!(r#"{{"status":"converted","message":"{}"}}"#, "x".repeat(MOST_BYTES));
        for other in ["", "null", "{}", "[]", r#"{"status":"done"}"#, r#"{"status":1}"#, &*long] {
            assert_eq!(verdict(other), None, "{}", other.len());
        }
    }
}
