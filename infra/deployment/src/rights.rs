//! What each function was seen to do (`functions/*/rights.json`, which the test of the roles
//! writes), as statements of a policy.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::path::Path;

use lambda::function::Function;
use serde_json::Value;

use crate::text::list;

/// Actions by what they are on.
type Actions = BTreeMap<String, Vec<String>>;

/// What a function was seen to do.
#[derive(Default)]
struct OfFunction {
    /// Whatever the upstream.
    role: Actions,
    /// Beyond that, with the upstream `leaf`.
    leaf: Actions,
}

/// What every function was seen to do, by its name.
pub(crate) struct Rights(BTreeMap<&'static str, OfFunction>);

/// What a function was seen to do is in no form that is known.
#[derive(Debug, thiserror::Error)]
pub enum RightsError {
    #[error("the rights of {0} cannot be read: {1}")]
    Io(&'static str, io::Error),
    /// It is no JSON, or not of that form.
    #[error("the rights of {0} are not in the form that the tests write")]
    Malformed(&'static str),
}

impl Rights {
    /// A function that was not measured yet has none.
    pub(crate) fn read(root: &Path, functions: &[&Function]) -> Result<Self, RightsError> {
        let of_function = |function: &&Function| {
            let name = function.name;
            let file = root.join("functions").join(name).join("rights.json");
            let text = match std::fs::read_to_string(file) {
                Ok(text) => text,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return Ok((name, OfFunction::default()));
                }
                Err(error) => return Err(RightsError::Io(name, error)),
            };
            let read = || {
                let all: Value = serde_json::from_str(&text).ok()?;
                Some(OfFunction { role: actions(&all["role"])?, leaf: actions(&all["leaf"])? })
            };
            Ok((name, read().ok_or(RightsError::Malformed(name))?))
        };
        functions.iter().map(of_function).collect::<Result<_, _>>().map(Self)
    }

    /// The statements of a role, at this indentation.
    pub(crate) fn of_role(&self, function: &str, indent: usize) -> String {
        self.0.get(function).map(|it| statements(&it.role, indent)).unwrap_or_default()
    }

    /// The statements of the policy beside a role for the upstream `leaf`, if there are any.
    pub(crate) fn for_leaf(&self, function: &str, indent: usize) -> Option<String> {
        let leaf = &self.0.get(function)?.leaf;
        (!leaf.is_empty()).then(|| statements(leaf, indent))
    }
}

fn actions(all: &Value) -> Option<Actions> {
    let texts = |list: &Value| {
        let texts = list.as_array()?.iter().map(|it| it.as_str().map(ToOwned::to_owned));
        texts.collect::<Option<Vec<_>>>()
    };
    all.as_object()?.iter().map(|(on, list)| Some((on.clone(), texts(list)?))).collect()
}

/// A statement for each list of actions, with all that they are allowed on.
fn statements(actions: &Actions, indent: usize) -> String {
    let mut together: BTreeMap<&[String], Vec<String>> = BTreeMap::new();
    for (on, actions) in actions {
        together.entry(actions).or_default().push(arn(on));
    }
    let own_key = own_key(together.keys().copied().flatten(), indent);
    let mut all = together.iter().fold(String::new(), |mut all, (actions, resources)| {
        let within = indent + 2;
        let actions = list(actions, within, "Action:".len());
        let resources = list(resources, within, 0);
        let _ = write!(
            all,
            "{:indent$}- Effect: Allow\n\
             {:within$}Action:{actions}\n\
             {:within$}Resource:{resources}\n",
            "", "", ""
        );
        all
    });
    all.push_str(&own_key);
    all
}

/// What S3 does with the partner's own key, in the name of who reads or writes a file: the engine
/// of the tests has no keys, so no test sees it done.
fn own_key<'a>(actions: impl Iterator<Item = &'a String>, indent: usize) -> String {
    let actions: Vec<_> = actions.map(String::as_str).collect();
    let on_key = if actions.contains(&"s3:PutObject") {
        // Of an upload in parts, each is decrypted again.
        "[kms:Decrypt, kms:GenerateDataKey]"
    } else if actions.contains(&"s3:GetObject") {
        "[kms:Decrypt]"
    } else {
        return String::new();
    };
    let through_s3 =
        r#"{StringEquals: {kms:ViaService: !Sub "s3.${AWS::Region}.${AWS::URLSuffix}"}}"#;
    let text = [
        (indent, "- !If".to_owned()),
        (indent + 2, "- HasFilesKey".to_owned()),
        (indent + 2, "- Effect: Allow".to_owned()),
        (indent + 4, format!("Action: {on_key}")),
        (indent + 4, "Resource: !Ref FilesKeyArn".to_owned()),
        (indent + 4, format!("Condition: {through_s3}")),
        (indent + 2, "- !Ref AWS::NoValue".to_owned()),
    ];
    text.iter().fold(String::new(), |all, (indent, line)| format!("{all}{:indent$}{line}\n", ""))
}

/// What the tests name, as the template has it.
fn arn(on: &str) -> String {
    const SECRET: &str =
        "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:${Table}";
    match on {
        "table" => "!GetAtt Table.Arn".to_owned(),
        "catalogue" => "!GetAtt Catalogue.Arn".to_owned(),
        "files" => bucket(""),
        "raw-files" => bucket("/raw/*"),
        "given-files" => bucket("/given/*"),
        "converted-files" => bucket("/converted/*"),
        "converter" => CONVERTER.to_owned(),
        "owners" => "!Ref OwnersSecret".to_owned(),
        "index-key" => "!Ref IndexKeySecret".to_owned(),
        // AWS ends a secret's ARN with six characters of its own; this one is made by hand, so the
        // template does not know them.
        "leaf" => format!("!Sub \"{SECRET}/leaf-??????\""),
        // In quotes: two of them may be a list on one line, where braces mean something else.
        index if index.starts_with("index/") => format!("!Sub \"${{Table.Arn}}/{index}\""),
        index if index.starts_with("catalogue/index/") => {
            format!("!Sub \"${{Catalogue.Arn}}{}\"", index.trim_start_matches("catalogue"))
        }
        secrets => format!("!Sub {SECRET}/{secrets}"),
    }
}

/// The partner's function; where there is none, a function that there is not.
const CONVERTER: &str = "!If [HasConverter, !Ref ConverterArn, !Sub \
     \"arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:\
     ${AWS::StackName}-no-converter\"]";

/// The bucket, or objects in it: it may be one that the partner has named.
fn bucket(objects: &str) -> String {
    format!(
        "!Sub [\"arn:${{AWS::Partition}}:s3:::${{Bucket}}{objects}\", {{Bucket: !If \
         [MakesFilesBucket, !Ref FilesBucket, !Ref FilesBucketName]}}]"
    )
}
