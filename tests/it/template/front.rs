//! A web ACL: an HTTP API cannot have one, so it stands on a distribution in front of the API, and
//! nothing else reaches the functions.

use serde_json::{Value, json};

use super::{functions, of_type, properties, template, waf};

const SECRET: &str = "{{resolve:secretsmanager:${FrontSecret}:SecretString}}";

/// What a `Fn::If` on a condition says.
fn either<'a>(value: &'a Value, condition: &str) -> (&'a Value, &'a Value) {
    assert_eq!(value["Fn::If"][0], condition, "{value}");
    (&value["Fn::If"][1], &value["Fn::If"][2])
}

#[test]
fn the_web_acl_is_on_a_distribution_that_hands_everything_on_and_keeps_nothing() {
    let front = &template()["Resources"]["Front"];
    assert_eq!(front["Condition"], "HasFront");
    let config = &front["Properties"]["DistributionConfig"];
    assert_eq!(config["WebACLId"], json!({ "Ref": "WebAclArn" }));
    let behavior = &config["DefaultCacheBehavior"];
    assert_eq!(behavior["ViewerProtocolPolicy"], "https-only");
    assert_eq!(
        behavior["CachePolicyId"], "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        "AWS' CachingDisabled"
    );
    assert_eq!(
        behavior["OriginRequestPolicyId"], "b689b0a8-53d0-40ab-baf2-68738e2966ac",
        "AWS' AllViewerExceptHostHeader"
    );
    for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"] {
        assert!(
            behavior["AllowedMethods"].as_array().is_some_and(|all| all.contains(&json!(method))),
            "{method}"
        );
    }
}

/// The generated address behind `CloudFront` stays open; whoever finds it must not go past the web
/// ACL.
#[test]
fn cloudfront_and_the_functions_know_a_secret_that_nobody_else_does() {
    let headers = &properties("Front")["DistributionConfig"]["Origins"][0]["OriginCustomHeaders"];
    assert_eq!(
        *headers,
        json!([{ "HeaderName": "x-origin-secret", "HeaderValue": { "Fn::Sub": SECRET } }])
    );
    for (id, function) in functions() {
        let (with_web_acl, without) =
            either(&function["Environment"]["Variables"]["ORIGIN_SECRET"], "HasFront");
        assert_eq!(*with_web_acl, json!({ "Fn::Sub": SECRET }), "{id}");
        assert_eq!(
            *without,
            json!({ "Ref": "OriginSecret" }),
            "{id}: a proxy of the partner's own"
        );
    }
    assert_eq!(template()["Parameters"]["OriginSecret"]["NoEcho"], true);
}

/// Every address of the API but the one that farmers and applications are told is closed.
#[test]
fn no_address_stays_open_beside_the_one_that_is_told() {
    assert_eq!(
        *either(&properties("Api")["DisableExecuteApiEndpoint"], "HasApiDomain").0,
        json!(true)
    );
    for id in ["Domain", "DomainMapping"] {
        assert_eq!(
            template()["Resources"][id]["Condition"],
            "HasApiDomain",
            "{id} would be a way past the web ACL"
        );
    }
    let without_front = json!({ "Fn::Not": [{ "Condition": "HasFront" }] });
    assert_eq!(template()["Conditions"]["HasApiDomain"]["Fn::And"][1], without_front);
    let base = &functions()[0].1["Environment"]["Variables"]["PUBLIC_BASE_URL"];
    let (_, address) = either(base, "HasBaseUrl");
    let (_, generated) = either(address, "HasDomain");
    assert_eq!(
        *either(generated, "HasFront").0,
        json!({ "Fn::Sub": "https://${Front.DomainName}" })
    );
}

/// What strangers may call is in a budget that no application needs: farmers' pages, and whatever
/// API Gateway has no other route for.
#[test]
fn the_web_acl_counts_for_farmers_whatever_is_open_and_nothing_of_an_application_or_leaf() {
    let rules = waf()["Resources"]["WebAcl"]["Properties"]["Rules"].as_array().expect("rules");
    let rule = rules.iter().find(|rule| rule["Name"] == "farmers-pages").expect("the rule");
    let rate = &rule["Statement"]["RateBasedStatement"];
    assert_eq!(rate["Limit"], json!({ "Ref": "FarmerRequestsPerMinute" }));
    let others = &rate["ScopeDownStatement"]["NotStatement"]["Statement"]["OrStatement"];
    let begins: Vec<_> = others["Statements"]
        .as_array()
        .expect("statements")
        .iter()
        .map(|statement| &statement["ByteMatchStatement"])
        .map(|it| {
            assert_eq!(it["PositionalConstraint"], "STARTS_WITH");
            assert_eq!(it["FieldToMatch"], json!({ "UriPath": {} }));
            assert_eq!(it["TextTransformations"][0]["Type"], "NORMALIZE_PATH");
            it["SearchString"].as_str().expect("a text")
        })
        .collect();
    for (id, route) in of_type(template(), "AWS::ApiGatewayV2::Route") {
        let key = route["RouteKey"].as_str().expect("a route key");
        let path = key.split_once(' ').map_or("/no-such-path", |(_, path)| path);
        let is_counted = !begins.iter().any(|begin| path.starts_with(begin));
        let is_open = route["AuthorizationType"] == "NONE" && !path.starts_with("/alerts/leaf");
        assert_eq!(is_counted, is_open, "{id}: {key}");
    }
}
