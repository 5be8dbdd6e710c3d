//! The Lambda function `forget-data`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::work_storing_files(&forget_data::FUNCTION).await
}
