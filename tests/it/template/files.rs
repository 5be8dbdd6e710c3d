//! The bucket of farmers' files: closed to the world, encrypted, and without what interrupted
//! uploads left.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::functions::{statements, texts};
use super::{arn_of, functions, properties, template};

#[test]
fn the_bucket_is_closed_and_encrypted_and_forgets_unfinished_uploads() {
    let bucket = properties("FilesBucket");
    assert_eq!(
        bucket["PublicAccessBlockConfiguration"],
        json!({
            "BlockPublicAcls": true, "BlockPublicPolicy": true,
            "IgnorePublicAcls": true, "RestrictPublicBuckets": true,
        })
    );
    let owned = json!([{ "ObjectOwnership": "BucketOwnerEnforced" }]);
    assert_eq!(bucket["OwnershipControls"]["Rules"], owned);
    let encryption = &bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"][0];
    assert_eq!(
        encryption["ServerSideEncryptionByDefault"],
        json!({ "Fn::If": [
            "HasFilesKey",
            { "SSEAlgorithm": "aws:kms", "KMSMasterKeyID": { "Ref": "FilesKeyArn" } },
            { "SSEAlgorithm": "AES256" },
        ] })
    );
    let rule = &bucket["LifecycleConfiguration"]["Rules"][0];
    assert_eq!(rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"], 1);
    assert_eq!((&rule["Status"], &rule["Prefix"]), (&json!("Enabled"), &json!(null)));
    let given = &bucket["LifecycleConfiguration"]["Rules"][1];
    assert_eq!(
        *given,
        json!({ "Id": "given", "Status": "Enabled", "Prefix": "given/", "ExpirationInDays": 1 }),
        "copies that are given out for half a day"
    );
    assert!(bucket["VersioningConfiguration"].is_null(), "what is deleted is gone");
}

/// The engine of the tests has no keys, so the least-privilege scenario cannot see it.
#[test]
fn whoever_reads_or_writes_files_may_use_the_key_through_s3_and_nobody_else_may() {
    let mut users = BTreeSet::new();
    for (id, function) in functions() {
        let role = properties(arn_of(&function["Role"]));
        let may = |action: &str| {
            statements(role).any(|statement| texts(&statement["Action"]).contains(&action))
        };
        // Of an upload in parts, each part is decrypted again.
        let (encrypts, decrypts) =
            (may("s3:PutObject"), may("s3:PutObject") || may("s3:GetObject"));
        assert_eq!(may("kms:GenerateDataKey"), encrypts, "{id}");
        assert_eq!(may("kms:Decrypt"), decrypts, "{id}");
        let of_key = |it: &&Value| texts(&it["Action"]).iter().any(|it| it.starts_with("kms:"));
        for statement in statements(role).filter(of_key) {
            assert_eq!(statement["Resource"], json!({ "Ref": "FilesKeyArn" }), "{id}");
            let s3 = json!({ "Fn::Sub": "s3.${AWS::Region}.${AWS::URLSuffix}" });
            let through_s3 = json!({ "StringEquals": { "kms:ViaService": s3 } });
            assert_eq!(statement["Condition"], through_s3, "{id}");
            users.insert(id);
        }
    }
    assert!(users.len() >= 2, "{users:?}");
}

#[test]
fn the_bucket_refuses_whoever_comes_without_tls() {
    let policy = properties("FilesBucketPolicy");
    assert_eq!(policy["Bucket"], json!({ "Ref": "FilesBucket" }));
    let statements = policy["PolicyDocument"]["Statement"].as_array().expect("statements");
    let [statement] = &statements[..] else { panic!("{statements:?}") };
    let [effect, principal, action] =
        ["Effect", "Principal", "Action"].map(|part| statement[part].as_str());
    assert_eq!([effect, principal, action], [Some("Deny"), Some("*"), Some("s3:*")]);
    assert_eq!(statement["Condition"], json!({ "Bool": { "aws:SecureTransport": "false" } }));
    let arn = json!({ "Fn::GetAtt": ["FilesBucket", "Arn"] });
    assert_eq!(statement["Resource"], json!([arn, { "Fn::Sub": "${FilesBucket.Arn}/*" }]));
}

#[test]
fn a_bucket_of_ones_own_takes_the_place_of_the_stacks() {
    for id in ["FilesBucket", "FilesBucketPolicy"] {
        assert_eq!(template()["Resources"][id]["Condition"], "MakesFilesBucket");
    }
    let empty = json!({ "Fn::Equals": [{ "Ref": "FilesBucketName" }, ""] });
    assert_eq!(template()["Conditions"]["MakesFilesBucket"], empty);
    let named = json!({
        "Fn::If": ["MakesFilesBucket", { "Ref": "FilesBucket" }, { "Ref": "FilesBucketName" }]
    });
    for (id, function) in functions() {
        assert_eq!(function["Environment"]["Variables"]["FILES_BUCKET"], named, "{id}");
    }
}
