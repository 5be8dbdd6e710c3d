//! The Lambda function `finish-confirmations`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::work(&finish_confirmations::FUNCTION).await
}
