//! The Lambda function `deliver-data-alerts`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::work(&deliver_data_alerts::FUNCTION).await
}
