//! The Lambda function `api-document`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve_alone(&api_document::FUNCTION, api_document::routes).await
}
