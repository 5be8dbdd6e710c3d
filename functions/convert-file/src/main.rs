//! The Lambda function `convert-file`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::work_converting_files(&convert_file::FUNCTION).await
}
