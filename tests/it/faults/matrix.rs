//! The cells: each is a story, one of whose calls meets a fault.

use super::fault::Fault;
use super::injector::Call;
use super::process::Process;
use super::stories::{Case, Story};
use crate::world::World;

/// What came of a story.
pub(crate) struct Played {
    pub(crate) title: &'static str,
    /// Without a fault.
    pub(crate) undisturbed: Outcome,
    pub(crate) rows: Vec<Row>,
    /// What breaks a rule that holds for every cell.
    pub(crate) wrong: Vec<String>,
}

/// A call of a story, and what came of each fault.
pub(crate) struct Row {
    pub(crate) call: Call,
    pub(crate) cells: Vec<(Fault, Cell)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    /// This call cannot go wrong so.
    CannotBe(&'static str),
    AsWithout,
    Came(Came),
}

/// What was answered and was there afterwards, and what came of asking again where that did not end
/// as it would have without the fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Came {
    pub(crate) first: Outcome,
    pub(crate) again: Option<Outcome>,
}

/// What a story answers, and what is there afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) answer: String,
    pub(crate) state: String,
}

/// Plays a story without a fault, and then once for each call and fault, at one machine. The clock
/// jumps last.
pub(crate) async fn play(story: &Story) -> Played {
    let world = World::start_with(|options| {
        // What answers look like is held to the document by other tests.
        options.around_api = None;
        (story.options)(options);
    })
    .await;
    let case = (story.prepare)(&world).await;
    let process = Process::start(&world, None).await;
    let undisturbed = outcome(story, &process, &world, &case).await;
    let calls = process.injector.calls();
    (story.tidy)(&world, &case).await;
    let mut played = Played { title: story.title, undisturbed, rows: vec![], wrong: vec![] };
    if played.undisturbed.answer != story.answer {
        let answer = &played.undisturbed.answer;
        played.wrong.push(format!("{}: without a fault it ends with {answer}", story.title));
    }
    played.rows = calls.into_iter().map(|call| Row { call, cells: vec![] }).collect();
    let mut stage = Stage { story, world, before: None };
    let (jump, others): (Vec<_>, _) =
        Fault::ALL.into_iter().partition(|fault| *fault == Fault::ClockJump);
    for faults in [others, jump] {
        for place in 0..played.rows.len() {
            for fault in &faults {
                let call = played.rows[place].call.clone();
                let cannot = call.cannot.iter().find(|(it, _)| it == fault);
                let how = match cannot {
                    Some((_, why)) => Cell::CannotBe(why),
                    None => Box::pin(stage.cell(&mut played, (place, &call, *fault))).await,
                };
                played.rows[place].cells.push((*fault, how));
            }
        }
    }
    played
}

/// Where a story is played, with what is still as it was before it.
struct Stage<'a> {
    story: &'a Story,
    world: World,
    before: Option<(Case, String)>,
}

async fn outcome(story: &Story, process: &Process, world: &World, case: &Case) -> Outcome {
    let answer = (story.act)(process, world, case).await;
    Outcome { answer, state: (story.state)(world, case).await }
}

impl Stage<'_> {
    /// What is there before the story. What a refused try has left as it was serves again.
    async fn before(&mut self) -> (Case, String) {
        if let Some(before) = self.before.take() {
            return before;
        }
        let case = (self.story.prepare)(&self.world).await;
        let state = (self.story.state)(&self.world, &case).await;
        (case, state)
    }

    async fn cell(
        &mut self,
        played: &mut Played,
        (place, call, fault): (usize, &Call, Fault),
    ) -> Cell {
        let (case, before) = self.before().await;
        let (story, world) = (self.story, &self.world);
        let process = Process::start(world, Some((place, fault))).await;
        let first = outcome(story, &process, world, &case).await;
        if let Some(why) = process.injector.impossible() {
            (story.tidy)(world, &case).await;
            return Cell::CannotBe(why);
        }
        let made = process.injector.calls();
        let met = made.get(place).is_some_and(|it| it.label == call.label);
        let undisturbed = &played.undisturbed;
        let is_refused = story.refusals.contains(&&*first.answer) && first.state == before;
        let again = if is_refused && fault.does_nothing() && story.stays {
            self.before = Some((case, before));
            None
        } else {
            process.injector.arm(None);
            // Whoever was at it holds nothing any more.
            world.pass(0, 31);
            let again = outcome(story, &process, world, &case).await;
            (story.tidy)(world, &case).await;
            let is_one =
                again.answer == undisturbed.answer || story.again.contains(&&*again.answer);
            (!is_one || again.state != undisturbed.state).then_some(again)
        };
        let ends = Came { first, again };
        let mut rule = |holds: bool, rule: &str| {
            if !holds {
                let (title, place, label) = (story.title, place + 1, &call.label);
                let what = format!("{title}: {place}. {label}: {fault}: {rule}: {ends:?}");
                played.wrong.push(what);
            }
        };
        let is_promised =
            ends.first == *undisturbed || story.refusals.contains(&&*ends.first.answer);
        rule(met, "the call was not made");
        rule(is_promised || fault == Fault::ClockJump, "nobody promised that");
        rule(ends.again.is_none() || fault == Fault::ClockJump, "asking again does not end well");
        if ends.first == *undisturbed && ends.again.is_none() {
            return Cell::AsWithout;
        }
        Cell::Came(ends)
    }
}
