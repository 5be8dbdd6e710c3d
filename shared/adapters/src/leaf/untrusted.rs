//! What Leaf answers and sends, read without a network: for fuzzing. No function calls it, so no
//! function has it in its binary.

use http::StatusCode;

use super::transport::Answer;
use super::{alerts, shapes};

/// Reads an answer as every kind of answer that there is: what of it would be shown, as JSON, line
/// by line.
pub fn answer(status: u16, body: &[u8]) -> String {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let answer = || Answer::new(status, None, body.to_vec());
    let _ = shapes::sign_in_url(&answer());
    let _ = shapes::credential(&answer());
    let _ = answer().accepted_as_sent(|field| field == "name");
    let one = shapes::record(&answer()).into_iter();
    let many =
        [shapes::records(&answer()), shapes::events(&answer()), shapes::summaries(&answer())];
    let shown = one
        .chain(many.into_iter().flatten().flatten())
        .map(|record| serde_json::to_string(&record).expect("JSON that was read can be written"));
    shown.chain([answer().error_key()]).collect::<Vec<_>>().join("\n")
}

/// Reads an alert: whether it is about a credential.
pub fn alert(body: &[u8]) -> bool {
    alerts::credential_of(body).is_some()
}
