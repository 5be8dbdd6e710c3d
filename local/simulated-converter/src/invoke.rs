//! `Invoke` of Lambda's API, and the function behind it.

use aws_sdk_s3::primitives::ByteStream;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::conversion::{standard_geojson, summary};
use crate::script::{Behaviour, Script};

#[derive(Clone)]
pub(crate) struct Converter {
    pub(crate) s3: aws_sdk_s3::Client,
    pub(crate) script: Script,
}

/// What a converter is given.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    bucket: String,
    key: String,
    file_format: Option<String>,
    outputs: Outputs,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Outputs {
    standard_geojson: String,
    summary: String,
}

pub(crate) async fn invoke(
    State(converter): State<Converter>,
    Path(_function): Path<String>,
    payload: Bytes,
) -> Response {
    // As Lambda takes it: the SDK calls it `application/octet-stream`.
    let Ok(event) = serde_json::from_slice::<Value>(&payload) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let behaviour = converter.script.begin(event.clone());
    let Ok(event) = serde_json::from_value::<Event>(event) else {
        return crashed("the event is not the contract's");
    };
    match behaviour {
        None => match converter.convert(&event).await {
            Ok(answer) => Json(answer).into_response(),
            Err(why) => crashed(why),
        },
        Some(Behaviour::Throttled) => {
            let body = json!({ "Reason": "CallerRateLimitExceeded", "message": "Rate Exceeded." });
            let kind = [("x-amzn-errortype", "TooManyRequestsException")];
            (StatusCode::TOO_MANY_REQUESTS, kind, Json(body)).into_response()
        }
        Some(Behaviour::Crashes(why)) => crashed(&why),
        Some(Behaviour::Answers(answer)) => Json(answer).into_response(),
        Some(Behaviour::Writes { standard_geojson, summary }) => {
            let outputs = [
                (&event.outputs.standard_geojson, standard_geojson),
                (&event.outputs.summary, summary),
            ];
            for (key, bytes) in outputs {
                let Some(bytes) = bytes else { continue };
                if converter.write(&event.bucket, key, bytes).await.is_err() {
                    return crashed("the bucket failed");
                }
            }
            Json(json!({ "status": "converted" })).into_response()
        }
    }
}

impl Converter {
    async fn convert(&self, event: &Event) -> Result<Value, &'static str> {
        if event.file_format.as_deref() != Some("PP2020") {
            let message = "Only files of the simulated Panorama are read.";
            return Ok(json!({ "status": "unsupported", "message": message }));
        }
        let raw = self.s3.get_object().bucket(&event.bucket).key(&event.key).send().await;
        let raw = raw.map_err(|_| "there is no such object")?;
        let raw = raw.body.collect().await.map_err(|_| "the object broke off")?.into_bytes();
        let outputs = &event.outputs;
        self.write(&event.bucket, &outputs.standard_geojson, standard_geojson(&raw)).await?;
        self.write(&event.bucket, &outputs.summary, summary(&raw)).await?;
        Ok(json!({ "status": "converted" }))
    }

    async fn write(&self, bucket: &str, key: &str, bytes: Bytes) -> Result<(), &'static str> {
        let request = self.s3.put_object().bucket(bucket).key(key);
        let request = request.body(ByteStream::from(bytes)).send().await;
        request.map(|_| ()).map_err(|_| "the object cannot be written")
    }
}

/// As Lambda answers for a function that threw: with 200, and a header.
fn crashed(why: &str) -> Response {
    let header = [("x-amz-function-error", "Unhandled")];
    (header, Json(json!({ "errorType": "Error", "errorMessage": why }))).into_response()
}
