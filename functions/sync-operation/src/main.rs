//! The Lambda function `sync-operation`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::work(&sync_operation::FUNCTION).await
}
