//! The Lambda function `store-file`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::work_storing_files(&store_file::FUNCTION).await
}
