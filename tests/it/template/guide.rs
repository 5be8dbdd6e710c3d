//! `samconfig.toml` and the guide (`infra/README.md`), held to the template and to each other.

use std::collections::BTreeMap;

use super::{after_the_stacks_name, monitoring, of_type, sub, template};

const SAMCONFIG: &str = include_str!("../../../samconfig.toml");
const GUIDE: &str = include_str!("../../../infra/README.md");

/// What each section of samconfig.toml sets, by the section's name. Enough of TOML for what is in
/// it: `key = "value"`.
fn samconfig() -> BTreeMap<&'static str, BTreeMap<&'static str, &'static str>> {
    let mut sections = BTreeMap::new();
    let mut section = "";
    for line in SAMCONFIG.lines().map(|line| line.split(" # ").next().unwrap_or_default().trim()) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = name;
        } else if let Some((key, value)) = line.split_once(" = ") {
            let settings: &mut BTreeMap<_, _> = sections.entry(section).or_default();
            settings.insert(key, value.trim_matches('"'));
        }
    }
    sections
}

/// Without one `sam deploy` says "Unable to resolve a region"; SAM reads no environment's settings
/// but the chosen one's.
#[test]
fn sam_is_told_the_region_in_every_environment_and_the_guide_exports_the_same() {
    let sections = samconfig();
    let region = |environment: &str| {
        sections.get(&*format!("{environment}.global.parameters"))?.get("region").copied()
    };
    let environments = sections
        .keys()
        .filter_map(|section| section.split_once('.'))
        .map(|(environment, _)| environment);
    let regions: Vec<_> =
        environments.map(|environment| (environment, region(environment))).collect();
    let wanted = region("default").expect("the default environment has a region");
    for (environment, region) in regions {
        assert_eq!(region, Some(wanted), "{environment}");
    }
    // The AWS CLI reads both; botocore, which SAM stands on, the second one only.
    for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
        assert!(
            GUIDE.contains(&format!("{name}={wanted}")),
            "the guide does not set {name} to {wanted}"
        );
    }
}

/// `Architecture` is a parameter of the build as well as of the deployment.
#[test]
fn parameters_are_said_once_for_build_and_deployment() {
    for (section, settings) in
        samconfig().iter().filter(|(section, _)| !section.starts_with("default."))
    {
        let is_for_all = section.ends_with(".global.parameters");
        assert_eq!(settings.contains_key("parameter_overrides"), is_for_all, "{section}");
    }
    for command in ["sam build", "sam deploy"] {
        for after in GUIDE.split(command).skip(1).filter(|after| !after.starts_with(['`', '\n'])) {
            assert!(
                after.starts_with(" --config-env "),
                "{command}{}",
                after.lines().next().unwrap_or_default()
            );
        }
    }
}

#[test]
fn a_stacks_name_may_be_as_long_as_the_guide_says() {
    // By the services' API references.
    let limits = [
        ("AWS::Lambda::Function", "FunctionName", 64),
        ("AWS::Events::Rule", "Name", 64),
        ("AWS::Events::EventBus", "Name", 256),
        ("AWS::Pipes::Pipe", "Name", 64),
        ("AWS::SQS::Queue", "QueueName", 80),
    ];
    let rooms = limits.into_iter().flat_map(|(kind, property, limit)| {
        of_type(template(), kind)
            .map(move |(_, it)| limit - "-".len() - after_the_stacks_name(&it[property]).len())
    });
    let room = rooms.min().expect("something has a name");
    assert!(GUIDE.contains(&format!("at most {room} characters:")), "{room}");
}

#[test]
fn every_alarm_is_explained_and_the_guide_knows_what_they_cost() {
    let alarms: Vec<_> = of_type(monitoring(), "AWS::CloudWatch::Alarm").collect();
    let mut metrics = 0;
    for (id, alarm) in &alarms {
        let name = sub(&alarm["AlarmName"]).strip_prefix("${Service}-").expect("the stack's name");
        let is_explained = GUIDE.contains(&format!("`{name}`"))
            || name
                .match_indices('-')
                .any(|(at, _)| GUIDE.contains(&format!("`{}-…`", &name[..at])))
            || name.rsplit_once('-').is_some_and(|(first, last)| {
                GUIDE.lines().any(|line| {
                    line.contains(&format!("`{first}-")) && line.contains(&format!("`-{last}`"))
                })
            });
        assert!(is_explained, "{id}: {name}");
        let of_math = alarm["Metrics"]
            .as_array()
            .map(|all| all.iter().filter(|it| it["MetricStat"].is_object()).count());
        metrics += of_math.unwrap_or(1);
    }
    // A metric costs 0.10 USD a month.
    println!("alarms look at {metrics} metrics");
    let dollars = metrics / 10 / 5 * 5 + 5;
    let cost = format!("Together they cost less than {dollars} USD a month");
    assert!(GUIDE.contains(&cost), "{cost}: {metrics} metrics");
}
