//! What our processes do, step by step. Each step is one read with its decision, or one
//! conditional write, as in `application::use_cases` and the store. What reads and decides without
//! writing is no step of its own: it may as well happen later.

use std::rc::Rc;
use std::time::Duration;

use domain::binding::{Binding, Evidence, bind};
use domain::browser::BindingCookie;
use domain::ids::SessionId;
use domain::session::finishing::Resumed;
use domain::session::hop_link::Opened;
use domain::session::{LIFETIME, Received, Rejection, Relation, Session, Status};

use super::Without;
use super::world::{
    Action, Callback, DALE, Intent, MALLORY, Number, Page, Process, World, app_key, code,
    leaf_user, number_of, number_of_code, operation,
};

impl World {
    /// The world after something has happened.
    pub(crate) fn after(&self, action: &Action) -> Self {
        let mut world = self.clone();
        match *action {
            Action::Start { user, with_code } => {
                if world.start(user, with_code.then_some(user)) && with_code {
                    world.brought[user] = true;
                    // The sign-in URL is Panorama's own.
                    world.show(user, Page::Portal);
                }
            }
            Action::Open { browser, user } => world.open(browser, user),
            Action::OpenMagicLink { browser, user } => {
                world.show(browser, if user == DALE { Page::MagicLink } else { Page::Other });
                if browser == MALLORY {
                    world.named[MALLORY][user] = true;
                }
                if browser == MALLORY || world.without == Without::AccountPage {
                    world.tap(browser, user);
                }
            }
            Action::Press => world.press(),
            Action::SwitchOn { referrer } => {
                world.shared = true;
                world.page = Page::Other;
                let intent = if referrer { Intent::FromPanorama } else { Intent::Unknown };
                world.call_back(Callback { browser: DALE, code: DALE, intent, from_portal: true });
            }
            Action::Forge { browser } => {
                world.show(browser, Page::Other);
                // His own browser says whatever he likes.
                let intent =
                    if browser == MALLORY { Intent::FromPanorama } else { Intent::Unknown };
                world.call_back(Callback { browser, code: MALLORY, intent, from_portal: false });
            }
            Action::Step { process } => world.step(process, true),
            Action::NoAnswer { process } => world.step(process, false),
            Action::Crash { process } => {
                world.left.crashes -= 1;
                world.processes.remove(process);
            }
            Action::Resume { user } => world.resume(user),
            Action::Minute => {
                world.left.minutes -= 1;
                world.now = world.now.plus(Duration::from_mins(1));
            }
            Action::Quarter => {
                world.left.quarters -= 1;
                world.now = world.now.plus(LIFETIME);
            }
        }
        world
    }

    /// A start's transaction. Whether it was made.
    fn start(&mut self, user: Number, with: Option<Number>) -> bool {
        self.left.starts[user] -= 1;
        if with.is_some_and(|number| self.owners[number].is_some_and(|owner| owner != user)) {
            return false;
        }
        let id = self.next_id();
        let mut session = Session::start(id, leaf_user(user), app_key(), with.map(code), self.now);
        session.confirm_account = self.without != Without::AccountPage;
        let mut confirmed = None;
        if let Some(handshake) = self.sessions[user].as_ref().and_then(|left| left.handshake()) {
            let number = number_of_code(&handshake.code);
            if with.is_none_or(|with| with == number) {
                confirmed = Some(number);
            } else {
                self.unclaimed[number] = true;
            }
        }
        if let Some(number) = with {
            if std::mem::take(&mut self.unclaimed[number]) {
                confirmed = Some(number);
            }
            self.started[number].retain(|(other, _)| *other != user);
            self.started[number].push((user, id));
            self.started[number].sort_unstable();
        }
        if let Some(number) = confirmed {
            session = session.already_confirmed(code(number), operation(number), self.now);
            self.processes.push(Process::Asking(number, Rc::new(session.clone())));
        }
        self.bound_to[user] = None;
        self.sessions[user] = Some(Rc::new(session));
        true
    }

    /// A number that grows with each start, so that the newest session can be told.
    fn next_id(&self) -> SessionId {
        let newest = self.sessions.iter().flatten().map(|session| session.id.0.as_bytes()[0]).max();
        SessionId::new([newest.unwrap_or(0) + 1; 16])
    }

    /// `GET /connect/{sessionId}`, and Mallory's button.
    fn open(&mut self, browser: Number, user: Number) {
        self.show(browser, Page::Other);
        let Some(session) = self.sessions[user].clone() else { return };
        let id = session.id;
        let (fresh, shown) = (Self::cookie(user, &session), self.shown(browser, id));
        match (*session).clone().open(shown.as_ref(), &fresh, self.now) {
            Opened::Bound(bound) => self.bind_browser(browser, user, *bound, fresh),
            Opened::Again => self.show(browser, Page::Portal),
            Opened::Unconfirmed | Opened::Elsewhere if browser == MALLORY => {
                self.named[MALLORY][user] = true;
                self.go_on(MALLORY, user);
            }
            Opened::Unconfirmed | Opened::Elsewhere if user == DALE => {
                self.page = Page::WhoseAccount(id);
            }
            Opened::Unconfirmed | Opened::Elsewhere | Opened::Over(_) => {}
        }
    }

    fn show(&mut self, browser: Number, page: Page) {
        if browser == DALE {
            self.page = page;
        }
    }

    /// The button of a Magic Link: a start and its hop link's button in one.
    fn tap(&mut self, browser: Number, user: Number) {
        self.show(browser, Page::Other);
        match self.sessions[user].as_ref().map(|session| session.status(self.now)) {
            Some(Status::Confirming) => return,
            Some(Status::Pending) => {}
            // A link to connect again keeps to the operation.
            _ if self.left.starts[user] > 0 && self.has_room() => {
                if !self.start(user, self.credentials[user]) {
                    return;
                }
            }
            _ => return,
        }
        self.go_on(browser, user);
    }

    fn press(&mut self) {
        self.named[DALE][DALE] = true;
        match std::mem::replace(&mut self.page, Page::Other) {
            Page::WhoseAccount(session) => {
                if self.sessions[DALE].as_ref().is_some_and(|stored| stored.id == session) {
                    self.go_on(DALE, DALE);
                }
            }
            Page::MagicLink => self.tap(DALE, DALE),
            Page::CameBack if self.left.callbacks > 0 => {
                let intent = Intent::Said(DALE);
                self.call_back(Callback { browser: DALE, code: DALE, intent, from_portal: true });
            }
            Page::CameBack | Page::Other | Page::Portal => {}
        }
    }

    /// `POST /connect/{sessionId}`.
    fn go_on(&mut self, browser: Number, user: Number) {
        let Some(session) = self.sessions[user].clone() else { return };
        let (fresh, shown) = (Self::cookie(user, &session), self.shown(browser, session.id));
        match (*session).clone().continue_in(shown.as_ref(), &fresh, self.now) {
            Opened::Bound(bound) => self.bind_browser(browser, user, *bound, fresh),
            Opened::Again => self.show(browser, Page::Portal),
            Opened::Unconfirmed | Opened::Elsewhere | Opened::Over(_) => {}
        }
    }

    /// The cookie that a browser would be given.
    fn cookie(user: Number, session: &Session) -> BindingCookie {
        let mut random = [0; 32];
        random[..16].copy_from_slice(session.id.0.as_bytes());
        random[16..24].copy_from_slice(&session.version.to_be_bytes());
        BindingCookie::new(leaf_user(user), session.id, random)
    }

    fn shown(&self, browser: Number, id: SessionId) -> Option<domain::browser::BrowserHash> {
        let mut cookies = self.cookies[browser].iter();
        cookies.find(|cookie| cookie.session_id == id).map(|cookie| cookie.hash())
    }

    fn bind_browser(
        &mut self,
        browser: Number,
        user: Number,
        bound: Session,
        cookie: BindingCookie,
    ) {
        self.cookies[browser].retain(|old| old.session_id != bound.id);
        self.cookies[browser].push(Rc::new(cookie));
        self.bound_to[user] = Some(browser);
        self.sessions[user] = Some(Rc::new(bound));
        self.show(browser, Page::Portal);
    }

    fn call_back(&mut self, callback: Callback) {
        self.left.callbacks -= 1;
        self.decide(callback);
    }

    fn resume(&mut self, user: Number) {
        let Some(session) = self.sessions[user].clone() else { return };
        let Some(number) = session.handshake().map(|handshake| number_of_code(&handshake.code))
        else {
            return;
        };
        if let Resumed::Begin(resumed) = (*session).clone().resume(self.now) {
            self.left.resumes -= 1;
            let resumed = Rc::new(*resumed);
            self.sessions[user] = Some(Rc::clone(&resumed));
            self.processes.push(Process::Asking(number, resumed));
        }
    }

    /// A process goes one step further; `answers`: whether Panorama does, if it is asked.
    fn step(&mut self, process: usize, answers: bool) {
        match self.processes.remove(process) {
            Process::Saving(callback, next) if self.is_current(&next, 1) => {
                self.sessions[number_of(next.leaf_user_id)] = Some(Rc::clone(&next));
                if next.handshake().is_some() {
                    self.processes.push(Process::Asking(callback.code, next));
                }
            }
            // Somebody else wrote: it is decided anew.
            Process::Saving(callback, _) => self.decide(callback),
            Process::Asking(_, session) if !answers => {
                if let Some(handshake) = session.handshake() {
                    let next = (*session).clone().postpone(handshake, self.now);
                    self.save(next);
                }
            }
            Process::Asking(number, session) if number == MALLORY || self.shared => {
                self.complete(number, (*session).clone());
            }
            Process::Asking(_, session) => {
                self.save((*session).clone().turn_back(self.now));
            }
        }
    }

    fn save(&mut self, next: Session) {
        if self.is_current(&next, 1) {
            let user = number_of(next.leaf_user_id);
            self.sessions[user] = Some(Rc::new(next));
        }
    }

    /// The second write of a callback: session, credential and owner at once.
    fn complete(&mut self, number: Number, session: Session) {
        let user = number_of(session.leaf_user_id);
        if !self.is_current(&session, 0) {
            return;
        }
        let is_owned = self.owners[number].is_some_and(|owner| owner != user);
        if is_owned && self.without != Without::Owner {
            self.save(session.rejected(Rejection::OperationOwned));
            return;
        }
        if let Some(before) = self.credentials[user].replace(number) {
            self.owners[before] = None;
        }
        self.owners[number] = Some(user);
        self.unclaimed[number] = false;
        self.sessions[user] = Some(Rc::new(session.complete(code(number))));
    }

    /// What a callback reads, and what it makes of it.
    fn decide(&mut self, callback: Callback) {
        let Callback { browser, code: number, intent, from_portal } = callback;
        let claimed = code(number);
        let found = match bind(self.evidence(browser, number), &claimed, self.now) {
            Binding::To(session, _) => Some(*session),
            Binding::Over(..) | Binding::Disagrees | Binding::Ambiguous | Binding::Nobody => {
                self.newest_instead()
            }
        };
        let Some(session) = found else {
            self.unclaimed[number] = true;
            return;
        };
        let user = number_of(session.leaf_user_id);
        let is_meant = match intent {
            Intent::Unknown => self.without == Without::Question,
            Intent::FromPanorama => true,
            Intent::Said(shown) => shown == user,
        };
        if session.relation(&claimed, self.now) == Relation::Open && !is_meant {
            // Dale says yes where Panorama has just sent him, to his own account.
            let is_his = user == DALE && from_portal;
            self.show(browser, if is_his { Page::CameBack } else { Page::Other });
            return;
        }
        let is_free =
            self.without == Without::Owner || self.owners[number].is_none_or(|owner| owner == user);
        let next = match session.clone().receive(&claimed, operation(number), self.now) {
            Received::Begin(next) | Received::Later(next) if is_free => next,
            Received::Begin(next) | Received::Later(next) => {
                Session { version: session.version, pace: session.pace, ..next }
                    .rejected(Rejection::OperationOwned)
            }
            Received::TooMany(next) => next,
            Received::Done | Received::UnderWay | Received::NotTaken => return,
        };
        self.processes.push(Process::Saving(callback, Rc::new(next)));
    }

    fn evidence(&self, browser: Number, number: Number) -> Evidence {
        let stored = |user: Number, id: SessionId| {
            let stored = self.sessions[user].as_ref().filter(|session| session.id == id);
            stored.map(|session| (**session).clone())
        };
        let by_cookie = self.cookies[browser].iter().filter_map(|cookie| {
            let session = stored(number_of(cookie.leaf_user_id), cookie.session_id)?;
            session.is_bound_to(cookie).then_some(session)
        });
        let by_code = self.started[number].iter().filter_map(|(user, id)| stored(*user, *id));
        Evidence {
            by_cookie: by_cookie.collect(),
            by_code: by_code.collect(),
            ..Evidence::default()
        }
    }

    /// The guess that must not be made.
    fn newest_instead(&self) -> Option<Session> {
        if self.without != Without::Proof {
            return None;
        }
        let waiting = self.sessions.iter().flatten();
        let waiting = waiting.filter(|session| session.status(self.now) == Status::Pending);
        waiting.max_by_key(|session| session.id.0).map(|session| (**session).clone())
    }
}
