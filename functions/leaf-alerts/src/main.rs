//! The Lambda function `leaf_alerts`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve(&leaf_alerts::FUNCTION).await
}
