//! Stories at random, played on a real machine and compared with a model after every step: three
//! Leaf users, three browsers and three operations, a Panorama with faults, processes that die
//! between any two calls.
//!
//! `PROPTEST_CASES` says how many stories, `PROPTEST_RNG_SEED` which ones. A story that fails is
//! shortened and printed; it belongs among the named ones below.

mod expected;
mod field;
mod steps;

use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};

use expected::{Cookies, Phase, Risk, Sharing, State};
use field::{Field, Observed};
use steps::{Request, Step, Story, USERS};

/// Stories that are played when nobody says how many.
const CASES: u32 = 40;

/// Chapters of a story, of two steps or so.
const LENGTH: usize = 18;

#[test]
fn any_story_goes_as_the_model_says() {
    let number = |variable: &str| std::env::var(variable).ok()?.parse().ok();
    let config = Config {
        cases: number("PROPTEST_CASES")
            .and_then(|cases| u32::try_from(cases).ok())
            .unwrap_or(CASES),
        // The same stories in every run, so that a change which fails is the change that broke it.
        rng_seed: RngSeed::Fixed(number("PROPTEST_RNG_SEED").unwrap_or(20_261_122)),
        failure_persistence: None,
        max_shrink_iters: number("PROPTEST_MAX_SHRINK_ITERS")
            .and_then(|most| u32::try_from(most).ok())
            .unwrap_or(300),
        ..Config::default()
    };
    let played = TestRunner::new(config)
        .run(&steps::stories(LENGTH), |story| play(&story).map_err(TestCaseError::fail));
    if let Err(error) = played {
        panic!("{error}");
    }
}

/// A start that claims a kept confirmation is at the handshake. It used to be stored as the version
/// that callbacks remember as waiting, so the farmer's repeat took the handshake away in the middle
/// of it.
#[test]
fn a_repeat_leaves_a_start_alone_that_is_at_the_handshake() {
    let repeat = Step::Asked(Request::Callback(None, 0));
    let story = vec![repeat.clone(), Step::Dies(5, Request::Start(0, Some(0))), repeat];
    play(&Story(story)).expect("the model's story");
}

/// The first Leaf user's confirmation waits for Panorama, for longer than its 15 minutes. A browser
/// with another one's cookie used to be bound with the same code, because the start that is
/// remembered beside the operation looked expired.
#[test]
fn an_operation_that_waits_for_panorama_is_not_bound_to_another_leaf_users_cookie() {
    let story = vec![
        Step::Asked(Request::Start(1, Some(0))),
        Step::SwitchOn(0),
        Step::Fault("confirmSharing", "status"),
        Step::Asked(Request::Callback(None, 0)),
        Step::Mend,
        Step::Pass(900),
        Step::Asked(Request::Start(0, None)),
        Step::Asked(Request::Hop(0, 1)),
        Step::Asked(Request::Callback(Some(1), 0)),
    ];
    play(&Story(story)).expect("the model's story");
}

fn play(story: &Story) -> Result<(), String> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut player = Player::new().await?;
        for (number, step) in story.0.iter().enumerate() {
            player
                .play(step)
                .await
                .map_err(|error| format!("step {}, {step:?}: {error}", number + 1))?;
        }
        player.end().await.map_err(|error| format!("in the end: {error}"))
    })
}

/// A machine, and what the model says of it.
struct Player {
    field: Field,
    state: State,
    browsers: [Option<String>; USERS],
    cookies: Cookies,
    faults: bool,
}

impl Player {
    async fn new() -> Result<Self, String> {
        let field = Field::new().await;
        let Observed { state, browsers } = field.observe().await?;
        Ok(Self { field, state, browsers, cookies: Cookies::default(), faults: false })
    }

    async fn play(&mut self, step: &Step) -> Result<(), String> {
        match step {
            Step::Fault(..) => self.faults = true,
            Step::Mend => self.faults = false,
            _ => {}
        }
        let risk = Risk { faults: self.faults, dies: matches!(step, Step::Dies(..)) };
        let expected = self.state.after(step, risk, &self.cookies, self.field.now());
        let page = Box::pin(self.field.do_step(step, &self.state)).await;
        let observed = self.field.observe().await?;
        let now = self.field.now();
        let mut expected: Vec<_> =
            expected.iter().map(|state| named(state, &self.state, &observed.state)).collect();
        for state in &mut expected {
            state.kept.retain(|_, until| now < *until);
        }
        if !expected.contains(&observed.state) {
            return Err(format!(
                "\nfrom {:#?}\ncame {:#?}\nexpected {expected:#?}",
                self.state, observed.state
            ));
        }
        if let (Step::Asked(Request::Callback(_, code)), Some(page)) = (step, page) {
            says_the_truth(&page, *code, &observed.state)?;
        }
        self.follow_cookies(step, &observed)?;
        (self.state, self.browsers) = (observed.state, observed.browsers);
        Ok(())
    }

    /// Which browser holds the cookie of each session now.
    fn follow_cookies(&mut self, step: &Step, observed: &Observed) -> Result<(), String> {
        for user in 0..USERS {
            if observed.browsers[user] == self.browsers[user] {
                continue;
            }
            self.cookies[user] = match step {
                Step::Asked(Request::Hop(opened, browser)) if *opened == user => Some(*browser),
                _ if observed.browsers[user].is_none() => None,
                // Whoever opened it died before the browser had its cookie.
                Step::Dies(_, Request::Hop(opened, _)) if *opened == user => None,
                _ => return Err(format!("Leaf user {user} has another browser")),
            };
        }
        Ok(())
    }

    /// When Panorama is well again and everything was delivered, nothing is left to finish, and
    /// after a check nothing is untrue.
    async fn end(&mut self) -> Result<(), String> {
        self.play(&Step::Mend).await?;
        for _ in 0..3 {
            self.play(&Step::Asked(Request::Deliver(0))).await?;
            self.play(&Step::Pass(7_200)).await?;
        }
        self.play(&Step::Asked(Request::Deliver(0))).await?;
        if self.state.is_unfinished(self.field.now()) {
            return Err(format!("a session waits for ever: {:#?}", self.state));
        }
        self.play(&Step::Pass(900)).await?;
        self.play(&Step::Asked(Request::Check)).await?;
        let credentials = self.state.users.iter().filter_map(|user| user.credential);
        for credential in credentials {
            let is_shared = self.state.sharing[credential.code] == Sharing::Confirmed;
            if credential.is_active != is_shared {
                return Err(format!("{credential:?} is not true: {:#?}", self.state));
            }
        }
        Ok(())
    }
}

/// What was expected, with the ids that new sessions were given.
fn named(expected: &State, before: &State, observed: &State) -> State {
    let mut named = expected.clone();
    for user in 0..USERS {
        let id = |state: &State| {
            state.users[user].session.as_ref().and_then(|session| session.id.clone())
        };
        if let Some(session) = &mut named.users[user].session
            && session.id.is_none()
            && id(observed) != id(before)
        {
            session.id = id(observed);
        }
    }
    named
}

/// A farmer who is told to be connected is, and one who is told that it is being finished has a
/// stored confirmation.
fn says_the_truth(page: &str, code: usize, state: &State) -> Result<(), String> {
    let is_true = match page {
        "connected" => state.users.iter().any(|user| {
            user.credential
                .is_some_and(|credential| credential.code == code && credential.is_active)
        }),
        "finishing" => state.users.iter().any(|user| {
            let phase = user.session.as_ref().map(|session| session.phase);
            matches!(phase, Some(Phase::Confirming { code: confirmed, .. }) if confirmed == code)
        }),
        "unavailable" => false,
        _ => true,
    };
    if is_true { Ok(()) } else { Err(format!("the page says {page}, but there is {state:#?}")) }
}
