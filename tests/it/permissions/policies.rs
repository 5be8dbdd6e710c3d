//! What each function may do: the roles of the deployment's template, as SAM transforms it.
//!
//! It reads the few forms that the template is written in, and refuses every other: a policy that
//! is not understood allows nobody knows what.

use std::collections::{BTreeMap, BTreeSet};

use local::Upstream;
use serde_json::{Value, json};

use super::access::{Access, Resource};

/// Where the names of functions begin.
const OF_THIS_STACK: &str = "${AWS::StackName}";

/// Where the names of secrets begin: with the table's.
const OF_THE_TABLE: &str = "${Table}/";

/// The catalogue's table; the other one is the only other.
const CATALOGUE: &str = "Catalogue";

/// What Lambda does in a function's name: its log lines, and taking messages from its queue. And
/// putting one off or sending one, which an adapter does; there is no SQS here to see it.
const OF_THE_RUNTIME: [(&str, &str); 7] = [
    ("logs:CreateLogStream", "AWS::Logs::LogGroup"),
    ("logs:PutLogEvents", "AWS::Logs::LogGroup"),
    ("sqs:ChangeMessageVisibility", "AWS::SQS::Queue"),
    ("sqs:DeleteMessage", "AWS::SQS::Queue"),
    ("sqs:GetQueueAttributes", "AWS::SQS::Queue"),
    ("sqs:ReceiveMessage", "AWS::SQS::Queue"),
    ("sqs:SendMessage", "AWS::SQS::Queue"),
];

/// X-Ray's: they know no resources, so these alone may be on `*`.
const TRACES: [&str; 2] = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"];

/// The condition of what is there only in proxy mode.
const FRONTS_LEAF: &str = "FrontsLeaf";

/// What each function may do, by its name.
pub(crate) type Policies = BTreeMap<String, Rights>;

/// What a function may do.
#[derive(Debug, Default)]
pub(crate) struct Rights {
    /// By its role, whatever the upstream.
    pub(crate) role: BTreeSet<Access>,
    /// By the policy that stands beside the role in proxy mode.
    pub(crate) leaf: BTreeSet<Access>,
}

impl Rights {
    pub(crate) fn allow(&self, access: &Access, upstream: Upstream) -> bool {
        self.role.contains(access) || (upstream == Upstream::Leaf && self.leaf.contains(access))
    }
}

/// Reads a template; the error is what is not understood.
pub(crate) fn read(template: &Value) -> Result<Policies, String> {
    let template = Template { resources: &template["Resources"] };
    template.no_other_policies()?;
    let functions = template.of_type("AWS::Lambda::Function");
    functions
        .map(|(id, function)| {
            let name = function["FunctionName"]["Fn::Sub"]
                .as_str()
                .and_then(|name| name.strip_prefix(OF_THIS_STACK));
            let name = name
                .and_then(|name| name.strip_prefix('-'))
                .ok_or_else(|| format!("{id} has no such name"))?;
            let rights =
                template.rights(id, function).map_err(|error| format!("{name}: {error}"))?;
            Ok((name.to_owned(), rights))
        })
        .collect()
}

struct Template<'a> {
    resources: &'a Value,
}

impl<'a> Template<'a> {
    /// Logical ids and properties.
    fn of_type(&self, kind: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let resources = self.resources.as_object().into_iter().flatten();
        resources
            .filter(move |(_, one)| one["Type"] == kind)
            .map(|(id, one)| (id.as_str(), &one["Properties"]))
    }

    fn type_of(&self, id: &str) -> &'a str {
        self.resources[id]["Type"].as_str().unwrap_or_default()
    }

    /// The policies that stand beside the roles for a deployment in proxy mode.
    fn in_proxy_mode(&self) -> impl Iterator<Item = &'a Value> {
        let resources = self.resources.as_object().into_iter().flatten();
        let policies = resources.filter(|(_, one)| {
            one["Type"] == "AWS::IAM::Policy" && one["Condition"] == FRONTS_LEAF
        });
        policies.map(|(_, one)| &one["Properties"])
    }

    /// Beside those in the roles, and those for Leaf, there is the one for traces.
    fn no_other_policies(&self) -> Result<(), String> {
        if let Some((id, _)) = self.of_type("AWS::IAM::ManagedPolicy").next() {
            return Err(format!("{id}: a managed policy"));
        }
        for (id, policy) in self.of_type("AWS::IAM::Policy") {
            if self.resources[id]["Condition"] == FRONTS_LEAF {
                if policy["Roles"].as_array().is_none_or(|roles| roles.len() != 1) {
                    return Err(format!("{id}: not one function's"));
                }
                continue;
            }
            for statement in statements(&policy["PolicyDocument"])? {
                let only_traces = actions(statement)?.iter().all(|action| TRACES.contains(action));
                if !only_traces || statement["Resource"] != "*" {
                    return Err(format!("{id}: more than traces: {statement}"));
                }
            }
        }
        Ok(())
    }

    fn rights(&self, id: &str, function: &Value) -> Result<Rights, String> {
        let role =
            attribute_of(&function["Role"], "Arn").ok_or("its role is none of the template's")?;
        let properties = &self.resources[role]["Properties"];
        let (known, other): (Vec<_>, Vec<_>) =
            properties.as_object().ok_or("its role is none of the template's")?.keys().partition(
                |name| ["AssumeRolePolicyDocument", "Policies", "Tags"].contains(&name.as_str()),
            );
        if !known.iter().any(|name| *name == "Policies") || !other.is_empty() {
            return Err(format!("its role has {other:?}"));
        }
        let mut rights = Rights::default();
        for policy in properties["Policies"].as_array().ok_or("its role's policies are no list")? {
            rights.role.extend(self.allowed(id, function, policy)?);
        }
        for policy in self.in_proxy_mode().filter(|policy| policy["Roles"][0]["Ref"] == role) {
            rights.leaf.extend(self.allowed(id, function, policy)?);
        }
        Ok(rights)
    }

    fn allowed(
        &self,
        id: &str,
        function: &Value,
        policy: &Value,
    ) -> Result<BTreeSet<Access>, String> {
        let mut allowed = BTreeSet::new();
        for statement in statements(&policy["PolicyDocument"])? {
            for action in actions(statement)? {
                for resource in one_or_more(&statement["Resource"]) {
                    let not_understood = || format!("{action} on {resource}");
                    if OF_THE_RUNTIME.iter().any(|(known, _)| *known == action) {
                        self.is_its_own(id, function, action, resource)
                            .ok_or_else(not_understood)?;
                    } else {
                        let resource =
                            self.resource(action, resource).ok_or_else(not_understood)?;
                        allowed.insert(Access { action: action.to_owned(), resource });
                    }
                }
            }
        }
        Ok(allowed)
    }

    /// The function's own log group, or the queue that it is fed from.
    fn is_its_own(&self, id: &str, function: &Value, action: &str, resource: &Value) -> Option<()> {
        let target = attribute_of(resource, "Arn")?;
        let kind = OF_THE_RUNTIME.iter().find(|(known, _)| *known == action)?.1;
        let is_its_own = match kind {
            "AWS::Logs::LogGroup" => function["LoggingConfig"]["LogGroup"]["Ref"] == target,
            _ => self.of_type("AWS::Lambda::EventSourceMapping").any(|(_, mapping)| {
                mapping["FunctionName"]["Ref"] == format!("{id}Aliaslive")
                    && attribute_of(&mapping["EventSourceArn"], "Arn") == Some(target)
            }),
        };
        (is_its_own && self.type_of(target) == kind).then_some(())
    }

    /// What an action is allowed on, if it is one of the forms that are known for it.
    fn resource(&self, action: &str, resource: &Value) -> Option<Resource> {
        // `dynamodb:*`, `dynamodb:Get*`
        if action.contains(['*', '?']) {
            return None;
        }
        match action.split_once(':')?.0 {
            "dynamodb" => self.of_table(resource),
            "s3" => of_files(resource),
            "lambda" => of_converter(resource),
            "secretsmanager" => self.of_secrets(resource),
            _ => None,
        }
    }

    fn of_table(&self, resource: &Value) -> Option<Resource> {
        if let Some(id) = attribute_of(resource, "Arn") {
            let is_table = self.type_of(id) == "AWS::DynamoDB::Table";
            let table = if id == CATALOGUE { Resource::Catalogue } else { Resource::Table };
            return is_table.then_some(table);
        }
        let (table, index) =
            resource["Fn::Sub"].as_str()?.strip_prefix("${")?.split_once(".Arn}/index/")?;
        let is_one = index.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-');
        let index = index.to_owned();
        let of_table = || match table {
            CATALOGUE => Resource::CatalogueIndex(index),
            _ => Resource::Index(index),
        };
        (self.type_of(table) == "AWS::DynamoDB::Table" && is_one).then(of_table)
    }

    fn of_secrets(&self, resource: &Value) -> Option<Resource> {
        if let Some(id) =
            resource["Ref"].as_str().filter(|id| self.type_of(id) == "AWS::SecretsManager::Secret")
        {
            let name = self.resources[id]["Properties"]["Name"]["Fn::Sub"]
                .as_str()?
                .strip_prefix(OF_THE_TABLE)?;
            return match name {
                "owners" => Some(Resource::Owners),
                "index-key" => Some(Resource::IndexKey),
                _ => None,
            };
        }
        let here = "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:";
        match resource["Fn::Sub"].as_str()?.strip_prefix(here)?.strip_prefix(OF_THE_TABLE)? {
            // AWS ends a secret's ARN with six characters of its own; the secret is made by hand,
            // so the template does not know them.
            "leaf-??????" => Some(Resource::Leaf),
            "app-key/*" => Some(Resource::AppKeys),
            "webhook/*" => Some(Resource::Webhooks),
            _ => None,
        }
    }
}

/// All statements but those about the key of files, which `template::files` looks at: the engine of
/// the tests has no keys.
fn statements(document: &Value) -> Result<Vec<&Value>, String> {
    let all = document["Statement"].as_array().ok_or("a policy without a list of statements")?;
    let statements: Vec<_> = all.iter().filter(|it| it["Fn::If"][0] != "HasFilesKey").collect();
    for statement in &statements {
        let understood = statement.as_object().is_some_and(|statement| {
            statement
                .keys()
                .all(|key| ["Action", "Effect", "Resource", "Sid"].contains(&key.as_str()))
        });
        if !understood || statement["Effect"] != "Allow" {
            return Err(format!("a statement that is not understood: {statement}"));
        }
    }
    Ok(statements)
}

fn actions(statement: &Value) -> Result<Vec<&str>, String> {
    let actions = one_or_more(&statement["Action"]);
    actions
        .iter()
        .map(|action| action.as_str().ok_or_else(|| format!("{action} is no action")))
        .collect()
}

fn one_or_more(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

/// The logical id in `{"Fn::GetAtt": [id, name]}`.
fn attribute_of<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    match value["Fn::GetAtt"].as_array().map(Vec::as_slice) {
        Some([id, attribute]) if attribute == name => id.as_str(),
        _ => None,
    }
}

/// The bucket, which may be one that the partner has named, or the raw files in it.
fn of_files(resource: &Value) -> Option<Resource> {
    let [arn, names] = resource["Fn::Sub"].as_array()?.as_slice() else { return None };
    let bucket = json!({ "Bucket": { "Fn::If":
        ["MakesFilesBucket", { "Ref": "FilesBucket" }, { "Ref": "FilesBucketName" }] } });
    if *names != bucket {
        return None;
    }
    match arn.as_str()?.strip_prefix("arn:${AWS::Partition}:s3:::${Bucket}")? {
        "" => Some(Resource::Bucket),
        "/raw/*" => Some(Resource::RawFiles),
        "/converted/*" => Some(Resource::ConvertedFiles),
        "/given/*" => Some(Resource::GivenFiles),
        _ => None,
    }
}

/// The partner's function; without one, one that there is not.
fn of_converter(resource: &Value) -> Option<Resource> {
    let nothing = "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:\
                   ${AWS::StackName}-no-converter";
    let converter = json!({ "Fn::If":
        ["HasConverter", { "Ref": "ConverterArn" }, { "Fn::Sub": nothing }] });
    (*resource == converter).then_some(Resource::Converter)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A template of one function, `users`, with one statement.
    fn with(statement: Value) -> Value {
        json!({ "Resources": {
            "UsersFunction": { "Type": "AWS::Lambda::Function", "Properties": {
                "FunctionName": { "Fn::Sub": "${AWS::StackName}-users" },
                "Role": { "Fn::GetAtt": ["UsersRole", "Arn"] },
                "LoggingConfig": { "LogGroup": { "Ref": "UsersLogs" } },
            } },
            "UsersLogs": { "Type": "AWS::Logs::LogGroup" },
            "OtherLogs": { "Type": "AWS::Logs::LogGroup" },
            "Queue": { "Type": "AWS::SQS::Queue" },
            "OtherQueue": { "Type": "AWS::SQS::Queue" },
            "UsersQueue": { "Type": "AWS::Lambda::EventSourceMapping", "Properties": {
                "FunctionName": { "Ref": "UsersFunctionAliaslive" },
                "EventSourceArn": { "Fn::GetAtt": ["Queue", "Arn"] },
            } },
            "Table": { "Type": "AWS::DynamoDB::Table" },
            "OwnersSecret": {
                "Type": "AWS::SecretsManager::Secret",
                "Properties": { "Name": { "Fn::Sub": "${Table}/owners" } },
            },
            "UsersRole": { "Type": "AWS::IAM::Role", "Properties": {
                "AssumeRolePolicyDocument": {},
                "Policies": [{ "PolicyDocument": { "Statement": [statement] } }],
            } },
        } })
    }

    fn arn(id: &str) -> Value {
        json!({ "Fn::GetAtt": [id, "Arn"] })
    }

    fn allow(action: &str, resource: Value) -> Value {
        json!({ "Effect": "Allow", "Action": action, "Resource": resource })
    }

    #[test]
    fn what_the_template_is_written_in_is_understood() {
        let app_keys = "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:\
                        secret:${Table}/app-key/*";
        for (statement, wanted) in [
            (allow("dynamodb:GetItem", arn("Table")), "dynamodb:GetItem table"),
            (
                allow("dynamodb:Query", json!([{ "Fn::Sub": "${Table.Arn}/index/users-by-name" }])),
                "dynamodb:Query index/users-by-name",
            ),
            (
                allow("secretsmanager:GetSecretValue", json!({ "Ref": "OwnersSecret" })),
                "secretsmanager:GetSecretValue owners",
            ),
            (
                allow("secretsmanager:PutSecretValue", json!({ "Fn::Sub": app_keys })),
                "secretsmanager:PutSecretValue app-key/*",
            ),
            (
                allow(
                    "secretsmanager:GetSecretValue",
                    json!({ "Fn::Sub": app_keys.replace("app-key/*", "leaf-??????") }),
                ),
                "secretsmanager:GetSecretValue leaf",
            ),
            (allow("logs:PutLogEvents", arn("UsersLogs")), ""),
            (allow("sqs:ReceiveMessage", arn("Queue")), ""),
        ] {
            let policies = read(&with(statement)).expect("it is understood");
            let allowed: Vec<_> = policies["users"].role.iter().map(ToString::to_string).collect();
            assert_eq!(allowed.join(", "), wanted);
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for statement in [
            allow("dynamodb:*", arn("Table")),
            allow("dynamodb:GetItem", json!("*")),
            allow("dynamodb:GetItem", arn("Nothing")),
            allow("dynamodb:Query", json!({ "Fn::Sub": "${Table.Arn}/index/*" })),
            allow("dynamodb:Query", json!({ "Fn::Sub": "${Table.Arn}*" })),
            allow("secretsmanager:GetSecretValue", json!("*")),
            allow("secretsmanager:GetSecretValue", arn("Table")),
            allow("secretsmanager:GetSecretValue", json!({ "Ref": "Table" })),
            allow("secretsmanager:GetSecretValue", json!({ "Fn::Sub": "${Table}/leaf-*" })),
            allow("kms:Decrypt", arn("Table")),
            allow("lambda:InvokeFunction", json!("*")),
            allow("lambda:InvokeFunction", json!({ "Ref": "ConverterArn" })),
            allow("logs:PutLogEvents", arn("OtherLogs")),
            allow("sqs:ReceiveMessage", arn("OtherQueue")),
            allow("xray:PutTraceSegments", json!("*")),
            json!({ "Effect": "Deny", "Action": "dynamodb:GetItem", "Resource": arn("Table") }),
            json!({ "Effect": "Allow", "NotAction": "dynamodb:GetItem", "Resource": arn("Table") }),
            json!({
                "Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": arn("Table"),
                "Condition": {},
            }),
            json!({
                "Fn::If": [
                    "Traced", allow("dynamodb:GetItem", arn("Table")), { "Ref": "AWS::NoValue" },
                ],
            }),
        ] {
            let refused = read(&with(statement.clone()));
            assert!(refused.is_err(), "{statement}: {refused:?}");
        }
    }

    #[test]
    fn a_role_with_more_than_its_own_policies_is_refused() {
        let role = |name: &str, value: Value| {
            let mut template = with(allow("dynamodb:GetItem", arn("Table")));
            template["Resources"]["UsersRole"]["Properties"][name] = value;
            read(&template)
        };
        assert!(role("Tags", json!([])).is_ok());
        assert!(role("ManagedPolicyArns", json!([])).is_err());
        let beside = |kind: &str, statement: Value| {
            let mut template = with(allow("dynamodb:GetItem", arn("Table")));
            let properties = json!({
                "PolicyDocument": { "Statement": [statement] }, "Roles": [{ "Ref": "UsersRole" }],
            });
            template["Resources"]["Beside"] = json!({ "Type": kind, "Properties": properties });
            read(&template)
        };
        assert!(beside("AWS::IAM::Policy", allow("xray:PutTraceSegments", json!("*"))).is_ok());
        assert!(beside("AWS::IAM::Policy", allow("dynamodb:GetItem", arn("Table"))).is_err());
        assert!(
            beside("AWS::IAM::ManagedPolicy", allow("xray:PutTraceSegments", json!("*"))).is_err()
        );
    }

    #[test]
    fn what_stands_beside_a_role_for_leaf_is_allowed_in_proxy_mode_alone() {
        let beside = |roles: Value| {
            let mut template = with(allow("dynamodb:GetItem", arn("Table")));
            let statement = allow("dynamodb:PutItem", arn("Table"));
            let properties =
                json!({ "PolicyDocument": { "Statement": [statement] }, "Roles": roles });
            template["Resources"]["UsersLeafPolicy"] = json!({
                "Type": "AWS::IAM::Policy", "Condition": FRONTS_LEAF, "Properties": properties,
            });
            read(&template)
        };
        let role = json!({ "Ref": "UsersRole" });
        let policies = beside(json!([role])).expect("it is understood");
        for (action, with_panorama) in [("dynamodb:GetItem", true), ("dynamodb:PutItem", false)] {
            let access = Access { action: action.to_owned(), resource: Resource::Table };
            assert_eq!(policies["users"].allow(&access, Upstream::Panorama), with_panorama);
            assert!(policies["users"].allow(&access, Upstream::Leaf));
        }
        assert!(
            beside(json!([role, role])).is_err(),
            "what several share is more than each of them uses"
        );
    }
}
