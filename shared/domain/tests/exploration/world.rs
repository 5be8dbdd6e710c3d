//! The state of everything that matters, and what can happen next.

use std::rc::Rc;
use std::sync::LazyLock;

use domain::app_key::{AppKey, AppKeyId};
use domain::browser::BindingCookie;
use domain::client_environment::ClientEnvironment;
use domain::ids::{LeafUserId, SessionId, SharingUrlId};
use domain::operation::Operation;
use domain::organization_code::{IndexKey, OrganizationCode};
use domain::session::{Session, State};
use domain::timestamp::Timestamp;

use super::Without;

/// A farmer. Each has one Leaf user, one operation and one browser, so one number names all of
/// them.
pub(crate) type Number = usize;

/// The farmer who is attacked.
pub(crate) const DALE: Number = 0;

/// The attacker.
pub(crate) const MALLORY: Number = 1;

/// Both.
pub(crate) const EVERYBODY: [Number; 2] = [DALE, MALLORY];

/// How often each of these may still happen: what makes an exploration end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Left {
    /// Starts for each Leaf user.
    pub(crate) starts: [u8; 2],
    pub(crate) callbacks: u8,
    pub(crate) crashes: u8,
    /// Times that the finisher comes.
    pub(crate) resumes: u8,
    /// Minutes that pass: leases run out.
    pub(crate) minutes: u8,
    /// Quarters of an hour that pass: sessions run out.
    pub(crate) quarters: u8,
    /// Processes of ours that are at work at once.
    pub(crate) processes: u8,
    /// Whether Mallory has Dale's links as well, not only his own.
    pub(crate) all_links: bool,
}

/// What Dale's browser shows that he would press. (Mallory needs no page to press a button.)
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Page {
    /// Nothing of the kind: a page without a button, or one that names another account.
    Other,
    /// The hop link's, naming Dale's account.
    WhoseAccount(SessionId),
    /// The Magic Link's, naming Dale's account.
    MagicLink,
    /// A callback's, naming Dale's account, to which Panorama has sent him: did he mean it?
    CameBack,
    /// Panorama's, with the switch.
    Portal,
}

/// How sure it is that the farmer means a callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Intent {
    Unknown,
    FromPanorama,
    Said(Number),
}

/// Who calls back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Callback {
    pub(crate) browser: Number,
    /// The operation whose code it brings.
    pub(crate) code: Number,
    pub(crate) intent: Intent,
    /// Whether Panorama has just sent the browser, whatever that says of it.
    pub(crate) from_portal: bool,
}

/// A process of ours, between two steps.
#[derive(Debug, Clone)]
pub(crate) enum Process {
    /// It has read and decided, and is to save this.
    Saving(Callback, Rc<Session>),
    /// The confirmation is stored, and Panorama is asked about this operation.
    Asking(Number, Rc<Session>),
}

/// Something that happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    /// The partner starts for its customer, who has or has not told it the code.
    Start { user: Number, with_code: bool },
    /// A browser opens a Leaf user's hop link.
    Open { browser: Number, user: Number },
    /// A browser opens a Leaf user's Magic Link.
    OpenMagicLink { browser: Number, user: Number },
    /// Dale presses the button that he sees.
    Press,
    /// Dale switches his operation on in Panorama, which sends his browser back, with or without a
    /// `Referer`.
    SwitchOn { referrer: bool },
    /// Mallory has a browser call back with his own code. His operation's switch is on.
    Forge { browser: Number },
    /// A process goes one step further; Panorama answers if it is asked.
    Step { process: usize },
    /// Panorama does not answer a process that asks.
    NoAnswer { process: usize },
    /// A process dies.
    Crash { process: usize },
    /// The finisher takes up what a session was left with.
    Resume { user: Number },
    /// A minute passes.
    Minute,
    /// A quarter of an hour passes.
    Quarter,
}

/// Everything.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) without: Without,
    pub(crate) left: Left,
    pub(crate) now: Timestamp,
    /// The stored session of each Leaf user.
    pub(crate) sessions: [Option<Rc<Session>>; 2],
    /// The starts that are remembered beside each operation.
    pub(crate) started: [Vec<(Number, SessionId)>; 2],
    /// The operation of each Leaf user's credential, and each operation's owner.
    pub(crate) credentials: [Option<Number>; 2],
    pub(crate) owners: [Option<Number>; 2],
    /// Whether each operation has an unclaimed confirmation.
    pub(crate) unclaimed: [bool; 2],
    /// Whether Dale's switch is on.
    pub(crate) shared: bool,
    pub(crate) cookies: [Vec<Rc<BindingCookie>>; 2],
    /// Which browser has the cookie that each Leaf user's session is bound to.
    pub(crate) bound_to: [Option<Number>; 2],
    pub(crate) page: Page,
    pub(crate) processes: Vec<Process>,
    /// Which accounts each farmer pressed a button for that named them.
    pub(crate) named: [[bool; 2]; 2],
    /// Whether each Leaf user's partner was given its farmer's code.
    pub(crate) brought: [bool; 2],
}

pub(crate) fn code(operation: Number) -> OrganizationCode {
    ["daleCode", "malloryCode"][operation].parse().expect("a code")
}

pub(crate) fn number_of_code(code: &OrganizationCode) -> Number {
    usize::from(code.expose() != "daleCode")
}

pub(crate) fn operation(number: Number) -> &'static Operation {
    static OPERATIONS: LazyLock<[Operation; 2]> = LazyLock::new(|| {
        let key = IndexKey::new(&[1; 32]);
        EVERYBODY.map(|number| Operation::new(&key, ClientEnvironment::Stage, &code(number)))
    });
    &OPERATIONS[number]
}

pub(crate) fn leaf_user(number: Number) -> LeafUserId {
    LeafUserId::new([[10; 16], [20; 16]][number])
}

pub(crate) fn number_of(user: LeafUserId) -> Number {
    usize::from(user != leaf_user(DALE))
}

pub(crate) fn app_key() -> &'static AppKey {
    static APP_KEY: LazyLock<AppKey> = LazyLock::new(|| {
        let environment = ClientEnvironment::Stage;
        AppKey {
            id: AppKeyId { name: "app".parse().expect("a name"), environment },
            sharing_url_id: SharingUrlId::new([2; 16]),
            client: IndexKey::new(&[1; 32]).client(environment, "client"),
            created_at: beginning(),
            version: 1,
        }
    });
    &APP_KEY
}

fn beginning() -> Timestamp {
    Timestamp::new(time::macros::datetime!(2026-11-29 12:00 UTC))
}

impl World {
    pub(crate) fn new(without: Without, left: Left) -> Self {
        Self {
            without,
            left,
            now: beginning(),
            sessions: [None, None],
            started: [vec![], vec![]],
            credentials: [None, None],
            owners: [None, None],
            unclaimed: [false, false],
            shared: false,
            cookies: [vec![], vec![]],
            bound_to: [None, None],
            page: Page::Other,
            processes: vec![],
            named: [[false; 2]; 2],
            brought: [false; 2],
        }
    }

    /// Whether what must never be is.
    pub(crate) fn is_broken(&self) -> bool {
        let wrong = |user: Number| {
            self.credentials[user].is_some_and(|operation| {
                let by_code = operation == user && self.brought[user];
                !self.named[operation][user] && !by_code
            })
        };
        let twice =
            self.credentials[DALE].is_some() && self.credentials[DALE] == self.credentials[MALLORY];
        twice || EVERYBODY.into_iter().any(wrong)
    }

    /// Whether another process may begin.
    pub(crate) fn has_room(&self) -> bool {
        self.processes.len() < usize::from(self.left.processes)
    }

    /// What can happen now.
    pub(crate) fn actions(&self) -> Vec<Action> {
        let mut actions = Vec::new();
        for user in EVERYBODY {
            if self.left.starts[user] > 0 && self.has_room() {
                actions.extend([false, true].map(|with_code| Action::Start { user, with_code }));
            }
            if self.left.resumes > 0 && self.has_room() {
                actions.push(Action::Resume { user });
            }
            for browser in EVERYBODY {
                // People send links on to Dale; his own leak only where that is looked at.
                if browser == DALE || user == MALLORY || self.left.all_links {
                    actions.push(Action::Open { browser, user });
                    actions.push(Action::OpenMagicLink { browser, user });
                }
            }
        }
        if self.left.callbacks > 0 && self.has_room() {
            if self.page == Page::Portal {
                actions.extend([true, false].map(|referrer| Action::SwitchOn { referrer }));
            }
            actions.extend(EVERYBODY.map(|browser| Action::Forge { browser }));
        }
        if !matches!(self.page, Page::Other | Page::Portal) && self.has_room() {
            actions.push(Action::Press);
        }
        for (process, at) in self.processes.iter().enumerate() {
            actions.push(Action::Step { process });
            if matches!(at, Process::Asking(..)) {
                actions.push(Action::NoAnswer { process });
            }
            if self.left.crashes > 0 {
                actions.push(Action::Crash { process });
            }
        }
        if self.left.minutes > 0 {
            actions.push(Action::Minute);
        }
        if self.left.quarters > 0 {
            actions.push(Action::Quarter);
        }
        actions
    }

    /// What tells this state from others, in few bytes. A session's version counts only as far as
    /// it is or is not the one that a process has read; a cookie, only if a session is bound to it;
    /// and processes are in no order.
    pub(crate) fn key(&self) -> Vec<u8> {
        let mut key = Vec::with_capacity(200);
        let Left { starts, callbacks, crashes, resumes, minutes, quarters, .. } = self.left;
        key.extend(starts);
        key.extend([callbacks, crashes, resumes, minutes, quarters]);
        let flags = [self.unclaimed, self.named[0], self.named[1], self.brought].concat();
        key.extend(flags.iter().map(|flag| u8::from(*flag)));
        key.push(u8::from(self.shared));
        key.extend(
            [self.credentials, self.owners, self.bound_to].concat().into_iter().map(or_none),
        );
        for started in &self.started {
            key.push(b'[');
            key.extend(started.iter().flat_map(|(user, id)| [small(*user), short(*id)]));
        }
        match self.page {
            Page::Other => key.push(0),
            Page::WhoseAccount(id) => key.extend([1, short(id)]),
            Page::MagicLink => key.push(2),
            Page::CameBack => key.push(3),
            Page::Portal => key.push(4),
        }
        for session in &self.sessions {
            key.push(b';');
            if let Some(session) = session {
                describe(&mut key, session);
            }
        }
        let mut processes: Vec<_> = self.processes.iter().map(|at| self.describe(at)).collect();
        processes.sort_unstable();
        key.extend(processes.concat());
        key
    }

    fn describe(&self, process: &Process) -> Vec<u8> {
        let mut key = vec![b'/'];
        let (session, before) = match process {
            Process::Saving(Callback { browser, code, intent, from_portal }, next) => {
                let intent = match intent {
                    Intent::Unknown => 0,
                    Intent::FromPanorama => 1,
                    Intent::Said(user) => 2 + small(*user),
                };
                key.extend([small(*browser), small(*code), intent, u8::from(*from_portal)]);
                (next, 1)
            }
            Process::Asking(code, session) => {
                key.push(small(*code));
                (session, 0)
            }
        };
        key.push(u8::from(self.is_current(session, before)));
        describe(&mut key, session);
        key
    }

    /// Whether the version so many before this one is what is stored.
    pub(crate) fn is_current(&self, session: &Session, before: u64) -> bool {
        self.sessions[number_of(session.leaf_user_id)].as_ref().is_some_and(|stored| {
            stored.id == session.id && stored.version == session.version - before
        })
    }
}

/// A session without its version and its browser.
fn describe(key: &mut Vec<u8>, session: &Session) {
    let (state, code) = match &session.state {
        State::Pending => (0, None),
        State::Confirming(handshake) => (1, Some(&handshake.code)),
        State::Completed { code } => (2, Some(code)),
        State::Expired => (3, None),
        State::Rejected(_) => (4, None),
    };
    let since = |moment: Timestamp| moment.seconds_since(beginning()).to_le_bytes();
    key.extend([short(session.id), state]);
    let codes = [session.organization_code.as_ref(), code].map(|code| code.map(number_of_code));
    key.extend(codes.into_iter().map(or_none));
    key.extend(since(session.expires_at));
    key.extend(session.pace.used_up_to().map(since).iter().flatten());
    if let Some(handshake) = session.handshake() {
        key.extend(since(handshake.lease_until));
        key.extend(handshake.attempts.to_le_bytes());
    }
    key.push(0xff);
    let tried = EVERYBODY.map(|number| session.tried.contains(&operation(number).hash));
    key.extend(tried.map(u8::from));
}

fn small(number: Number) -> u8 {
    u8::try_from(number).expect("there are two")
}

fn or_none(number: Option<Number>) -> u8 {
    number.map_or(9, small)
}

fn short(id: SessionId) -> u8 {
    id.0.as_bytes()[0]
}
