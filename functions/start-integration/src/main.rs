//! The Lambda function `start-integration`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::serve(&start_integration::FUNCTION).await
}
