//! The matrix as a document.

use std::fmt::Write as _;

use super::fault::Fault;
use super::matrix::{Cell, Outcome, Played, Row};
use crate::permissions::guard::POLICIES;

/// What is asked of others than AWS, and of S3 by links.
const OUTSIDE: [&str; 11] = [
    "Cognito InitiateAuth",
    "Cognito GetTokensFromRefreshToken",
    "Cognito RevokeToken",
    "Panorama listSharing",
    "Panorama confirmSharing",
    "Panorama listFields",
    "Panorama download",
    "Panorama file",
    "presigned GetObject",
    "Leaf in proxy mode",
    "a webhook's receiver",
];

const HEAD: &str = "# What happens when something fails

For the engineer of a partner, and for whoever is on call. Each table is a story: something that the
service is asked for, or does by itself. Its rows are the calls that the service makes on the way,
and what comes of the story when one of them goes wrong. The tests play every row and hold it to
what stands here (`tests/it/faults`), and write this page: `FAULTS=update cargo test --workspace
--test it -- faults::`.

What holds for every row but those of the clock, which the tests enforce:

- The answer is the one without a fault, or one that says to ask again: a `503` with `Retry-After`,
  a page that says so or goes on by itself, a message that the queue delivers again.
- Whoever is told that it is done finds it done.
- Half a minute later, asking again ends as it would have without the fault.

How a call goes wrong. It is for good as far as the call is concerned: every attempt of the AWS SDK
meets the same. What the service asks once more by itself gets through.

| word | meaning |
|---|---|
| time-out | nothing is done and nothing is answered |
| refused | nothing is done: there is no connection |
| 5xx | nothing is done: the other side says that it is at fault |
| 429 | nothing is done: a bare 429 |
| throttled | nothing is done: the service's own word for too much at once |
| conflict | somebody else has done the very same in the moment before |
| transaction conflict | nothing is done: a transaction is at work on the same row |
| malformed | it is done, and half of the answer is missing |
| answer lost | it is done, and the answer does not come |
| clock jump | it is done and answered, and the clock is an hour on |

*As without* means: nobody notices. After an answer stands what others see then.
";

/// The document.
pub(crate) fn of(played: &[Played]) -> String {
    let mut text = HEAD.to_owned();
    for played in played {
        let _ = write!(
            text,
            "\n## {}\n\nWithout a fault: {}.\n\n\
             | call | goes wrong | what comes of it |\n|---|---|---|\n",
            played.title,
            told(&played.undisturbed)
        );
        for (place, row) in played.rows.iter().enumerate() {
            table(&mut text, place + 1, row);
        }
    }
    text + &not_played(played)
}

/// What functions may do, or ask of Panorama, and no story does: a new call that nobody has
/// thought of is here.
fn not_played(played: &[Played]) -> String {
    let calls = || played.iter().flat_map(|played| played.rows.iter().map(|row| &row.call));
    let plays = |function: &str, access: &str| {
        calls().any(|call| call.function == function && call.accesses().any(|it| it == access))
    };
    let mut text = "\n## Calls that no story makes\n\nNo row plays these yet.\n\n\
                    | function | calls |\n|---|---|\n"
        .to_owned();
    for (function, rights) in POLICIES.iter() {
        let all = rights.role.iter().chain(&rights.leaf).map(ToString::to_string);
        let rest: Vec<_> = all.filter(|access| !plays(function, access)).collect();
        if !rest.is_empty() {
            let _ = writeln!(text, "| `{function}` | {} |", rest.join(", "));
        }
    }
    let rest = OUTSIDE.into_iter().filter(|call| !plays("", call));
    let _ = writeln!(text, "| any | {} |", rest.collect::<Vec<_>>().join(", "));
    text
}

fn table(text: &mut String, place: usize, row: &Row) {
    let mut groups: Vec<(Vec<Fault>, &Cell)> = Vec::new();
    for (fault, cell) in &row.cells {
        match groups.iter_mut().find(|(_, known)| *known == cell) {
            Some((faults, _)) => faults.push(*fault),
            None => groups.push((vec![*fault], cell)),
        }
    }
    for (index, (faults, cell)) in groups.iter().enumerate() {
        let call = if index == 0 { format!("{place}. {}", row.call.label) } else { String::new() };
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        let came = match cell {
            Cell::CannotBe(why) => format!("cannot be: {why}"),
            Cell::AsWithout => "as without".to_owned(),
            Cell::Came(came) => match &came.again {
                None => told(&came.first),
                Some(again) => format!("{}; asked again: {}", told(&came.first), told(again)),
            },
        };
        let _ = writeln!(text, "| {call} | {} | {came} |", faults.join(", "));
    }
}

fn told(outcome: &Outcome) -> String {
    let Outcome { answer, state } = outcome;
    if state.is_empty() { format!("`{answer}`") } else { format!("`{answer}`, then {state}") }
}
