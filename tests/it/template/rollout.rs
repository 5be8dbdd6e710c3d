//! A new version of a function: everything calls the alias, which can give it a tenth of the calls
//! first.

use std::collections::BTreeSet;

use serde_json::json;

use super::{behind_alias, binary, functions, of_type, properties, template};

const WORKFLOW: &str = include_str!("../../../.github/workflows/deploy.yml");

#[test]
fn every_function_is_called_by_its_alias_and_by_nothing_else() {
    let aliased: BTreeSet<_> = of_type(template(), "AWS::Lambda::Alias")
        .map(|(_, it)| it["FunctionName"]["Ref"].as_str())
        .collect();
    let all: BTreeSet<_> = functions().iter().map(|(id, _)| Some(*id)).collect();
    assert_eq!(aliased, all);
    let target = &properties("CheckSchedule")["Target"]["Arn"];
    assert_eq!(behind_alias(target), "CheckConnectionsFunction");
    let statement =
        &properties("CheckScheduleRole")["Policies"][0]["PolicyDocument"]["Statement"][0];
    assert_eq!(statement["Resource"], *target);
    let authorizer = &properties("OwnerAuthorizer")["AuthorizerUri"]["Fn::Sub"];
    assert!(
        authorizer
            .as_str()
            .is_some_and(|uri| uri.contains(":function:${AuthorizerFunction}:live/invocations")),
        "{authorizer}"
    );
}

/// SAM resolves `DeploymentPreference` when it transforms, so what is there only with the parameter
/// is not in the snapshot; its source is.
#[test]
fn a_new_version_is_watched_by_the_alarms_of_its_function_and_of_the_api() {
    let source = include_str!("../../../template.yaml");
    assert!(
        source.contains("Enabled: !Ref GradualDeployment")
            && source.contains("Type: Canary10Percent10Minutes")
    );
    // A version has the variables of its time: without this a parameter would change nothing.
    let published =
        "\n      AutoPublishAliasAllProperties: true\n      AutoPublishCodeSha256: !Ref Release\n";
    assert_eq!(source.matches(published).count(), functions().len());
    // SAM does not look at the values of parameters, so this one goes with them, where they are
    // said.
    let config = include_str!("../../../samconfig.toml");
    let deployed = config
        .lines()
        .filter(|line| line.starts_with("parameter_overrides") && line.contains("Architecture="));
    assert!(
        deployed.clone().count() == 2 && deployed.clone().all(|line| line.contains("Release="))
    );
    assert!(source.contains("- !Sub ${AWS::StackName}-server-errors"));
    for (id, _) in functions() {
        let alarm = format!(
            "DeploymentPreference: {{Alarms: [!Sub \"${{AWS::StackName}}-errors-{}\"]}}",
            binary(id)
        );
        assert!(source.contains(&alarm), "{id}");
    }
    assert_eq!(template()["Parameters"]["GradualDeployment"]["Default"], "false");
    let rule = &template()["Rules"]["GradualWithAlarms"]["Assertions"][0]["Assert"];
    assert_eq!(*rule, json!({ "Fn::Equals": [{ "Ref": "Monitoring" }, "true"] }));
}

#[test]
fn the_workflow_deploys_by_oidc_and_stores_no_key() {
    for needed in [
        "id-token: write",
        "role-to-assume:",
        "contents: read",
        "sam build --config-env",
        "sam deploy --config-env",
    ] {
        assert!(WORKFLOW.contains(needed), "{needed}");
    }
    for workflow in [WORKFLOW, include_str!("../../../.github/workflows/probe.yml")] {
        for never in
            ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "aws-access-key-id", "pull_request"]
        {
            assert!(!workflow.contains(never), "{never}");
        }
    }
}
