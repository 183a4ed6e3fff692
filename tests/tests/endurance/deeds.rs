//! Letters, additions, answers and all else that is done to a letter, which come in while something breaks, and what must be there afterwards.
//!
//! Start at [`Kept::after`]: people write and are answered, then something happens, and later all who were not told that their
//! words are kept send them again, as a browser does. [`Kept::check`] says what must hold: whatever was acknowledged is there, and
//! nothing twice. What breaks is the caller's.

use std::sync::Mutex;
use std::time::Duration;

use ring::rand::{SecureRandom as _, SystemRandom};
use serde_json::{Value, json};
use tests::desk::{COUNTY_MEMBER, MEMBER, PASSPHRASE};
use tests::http::Client;
use tests::member::Member;
use tests::sealed::{Letter, Sealing, contents, new_key};
use tests::server::Server;

/// Threads that one writer begins, if it gets so far.
const THREADS: usize = 3;
/// What each of them does is said in [`Thread::runs`]: the later ones need two desks, and more room than a small disk has.
const WRITERS: usize = 6;
/// Where there are two desks.
const WRITERS_OF_TWO_DESKS: usize = 8;
/// The desk to which something goes.
const BELOW: &str = "shili-county";
/// The longest that people are left alone before something happens.
const LONGEST: u32 = 900;

/// Something that was posted, and whether its sender was told that it is kept.
struct Deed {
    path: String,
    body: Value,
    by: By,
    /// Whether it was tried before.
    sent: bool,
    acknowledged: bool,
}

/// Who does something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Asker,
    Member,
    /// A member of the desk below, to which something went.
    Below,
}

/// What was done to one thread, in this order.
struct Thread {
    letter: Letter,
    /// Nobody wrote: somebody came, and has no receipt.
    walks_in: bool,
    deeds: Vec<Deed>,
}

/// Who talks to a running server.
pub(crate) struct People {
    pub(crate) client: Client,
    pub(crate) member: Member,
    /// Somebody at the desk below, where there is one.
    below: Option<Member>,
}

/// What was done, and how often its sender was told that it is kept.
#[derive(Default)]
pub(crate) struct Kept {
    threads: Vec<Thread>,
    acknowledged: usize,
    cut: usize,
}

impl People {
    /// Askers and a member of the city's desk, who is signed in already where there is a session.
    pub(crate) fn at(server: &Server, session: Option<&Member>) -> Self {
        let client = server.client();
        let signed_in = || Member::sign_in(&client, MEMBER, PASSPHRASE).unwrap();
        let member = session.map_or_else(signed_in, |member| member.at(&client));
        Self { client, member, below: None }
    }

    /// The same with a member of the desk below.
    pub(crate) fn of_two_desks(server: &Server, before: Option<&Self>) -> Self {
        let mut people = Self::at(server, before.map(|before| &before.member));
        let session = before.and_then(|before| before.below.as_ref());
        let signed_in = || Member::sign_in(&people.client, COUNTY_MEMBER, PASSPHRASE).unwrap();
        people.below = Some(session.map_or_else(signed_in, |member| member.at(&people.client)));
        people
    }

    fn at_desk(&self, by: By) -> &Member {
        if by == By::Below { self.below.as_ref().unwrap() } else { &self.member }
    }
}

impl Deed {
    fn letter(letter: &Letter) -> Self {
        Self {
            path: letter.path.to_owned(),
            body: letter.body.clone(),
            by: By::Asker,
            sent: false,
            acknowledged: false,
        }
    }

    fn of(by: By, thread: &str, act: &str, mut body: Value) -> Self {
        if body["request_key"].is_null() {
            body["request_key"] = json!(new_key().unwrap());
        }
        Self { path: format!("/consultations/{thread}/{act}"), body, by, sent: false, acknowledged: false }
    }

    /// Her own wish that all of it be destroyed.
    fn withdrawal(letter: &Letter) -> Self {
        let body = json!({ "locator": letter.body["locator"], "request_key": new_key().unwrap() });
        let path = "/api/v1/consultations/withdraw".to_owned();
        Self { path, body, by: By::Asker, sent: false, acknowledged: false }
    }

    fn withdraws(&self) -> bool {
        self.path.ends_with("/withdraw")
    }

    /// Sends it. Nothing here is wrong: the answer is a yes, or none, or that it can't be kept now. Of what is destroyed nobody
    /// knows any more, when it is asked for again.
    fn send(&mut self, people: &People) -> bool {
        let answer = match self.by {
            By::Asker => people.client.post_json(&self.path, &self.body),
            by => people.at_desk(by).post(&self.path, &self.body),
        };
        let again = std::mem::replace(&mut self.sent, true);
        self.acknowledged = answer.is_ok_and(|answer| {
            let gone = answer.status == 404 && again && self.withdraws();
            let expected = gone || [200, 201, 204, 503].contains(&answer.status);
            assert!(expected, "{}: {} {}", self.path, answer.status, answer.body.trim());
            answer.status != 503
        });
        self.acknowledged
    }
}

impl Thread {
    fn id(&self) -> &str {
        self.letter.body["id"].as_str().unwrap()
    }

    /// Does one thing more, unless the server is gone.
    fn goes_on(&mut self, mut deed: Deed, people: &People) -> bool {
        let done = deed.send(people);
        self.deeds.push(deed);
        done
    }

    /// She writes, and once more before anybody answered.
    fn of_asker(&mut self, sealing: &Sealing, people: &People) -> bool {
        let again = sealing.another(&self.letter, 2).unwrap();
        self.goes_on(Deed::letter(&self.letter), people) && self.goes_on(Deed::letter(&again), people)
    }

    /// What the writer of that number does.
    fn runs(&mut self, writer: usize, sealing: &Sealing, people: &People) -> bool {
        if people.below.is_none() {
            return if writer.is_multiple_of(2) {
                self.of_asker(sealing, people)
            } else {
                self.with_member(people)
            };
        }
        match writer {
            0 | 1 => self.of_asker(sealing, people),
            2 | 3 => self.with_member(people),
            4 => self.of_asker(sealing, people) && self.goes_on(Deed::withdrawal(&self.letter), people),
            5 => self.all_the_way(sealing, people),
            6 => self.in_person(people),
            _ => self.handed_on(people),
        }
    }

    /// Does one thing more at a desk.
    fn at_desk(&mut self, (by, act): (By, &str), body: Value, people: &People) -> bool {
        let deed = Deed::of(by, self.id(), act, body);
        self.goes_on(deed, people)
    }

    fn is_accepted(&mut self, people: &People) -> bool {
        self.goes_on(Deed::letter(&self.letter), people)
            && self.at_desk((By::Member, "accept"), json!({}), people)
    }

    fn is_answered(&mut self, kind: &str, people: &People) -> bool {
        let Ok(mut answer) = people.member.answer_to(self.id()) else { return false };
        answer["kind"] = json!(kind);
        self.at_desk((By::Member, "messages"), answer, people)
    }

    fn is_noted(&mut self, people: &People) -> bool {
        let Ok(note) = people.member.note_to(self.id()) else { return false };
        self.at_desk((By::Member, "notes"), note, people)
    }

    /// She writes, and a member takes it on and answers.
    fn with_member(&mut self, people: &People) -> bool {
        self.is_accepted(people) && self.is_answered("answer", people)
    }

    /// She writes, is asked back, writes again, and it ends.
    fn all_the_way(&mut self, sealing: &Sealing, people: &People) -> bool {
        let again = Deed::letter(&sealing.another(&self.letter, 3).unwrap());
        self.is_accepted(people)
            && self.is_noted(people)
            && self.is_answered("ask_back", people)
            && self.goes_on(again, people)
            && self.is_answered("answer", people)
            && self.at_desk((By::Member, "close"), json!({ "outcome": "advised" }), people)
            && self.at_desk((By::Member, "follow-up"), json!({ "helped": true }), people)
    }

    /// Somebody comes in person, is noted down and sent on to an agency.
    fn in_person(&mut self, people: &People) -> bool {
        let readers: Vec<Value> = self.letter.body["keys"].as_array().unwrap().clone();
        let desks: Vec<Value> = readers.into_iter().filter(|key| key["reader"] != "thread").collect();
        let body = json!({
            "id": self.letter.body["id"], "channel": "visit", "content": self.letter.body["content"], "keys": desks,
            "request_key": new_key().unwrap(),
        });
        self.walks_in = true;
        let registered = Deed {
            path: "/consultations".to_owned(),
            body,
            by: By::Member,
            sent: false,
            acknowledged: false,
        };
        self.goes_on(registered, people)
            && self.at_desk((By::Member, "accept"), json!({}), people)
            && self.at_desk((By::Member, "handovers"), json!({ "agency": "示例区法院" }), people)
            && self.at_desk((By::Member, "handovers/confirm"), json!({ "number": 1 }), people)
            && self.at_desk(
                (By::Member, "handovers/result"),
                json!({ "number": 1, "result": "settled" }),
                people,
            )
    }

    /// A letter and a note go to the desk below, all of it or nothing, and somebody there takes it on.
    fn handed_on(&mut self, people: &People) -> bool {
        if !(self.is_accepted(people) && self.is_noted(people)) {
            return false;
        }
        let Ok(transfer) = people.member.transfer_of(self.id(), BELOW) else { return false };
        self.at_desk((By::Member, "transfer"), transfer, people)
            && self.at_desk((By::Below, "accept"), json!({}), people)
    }

    /// What has to be there of letters, or of notes: whatever was acknowledged, in its order.
    fn expected(&self, notes: bool) -> Vec<&str> {
        let of_kind = self.deeds.iter().filter(|deed| deed.path.ends_with("/notes") == notes);
        of_kind.filter_map(|deed| deed.body["content"].as_str()).collect()
    }

    fn is_withdrawn(&self) -> bool {
        self.deeds.iter().any(Deed::withdraws)
    }

    fn can_be_read(&self, client: &Client) {
        if self.walks_in {
            return;
        }
        let opened = self.letter.open(client).unwrap();
        if self.is_withdrawn() {
            assert!(opened.is_null(), "what was destroyed is gone: {opened}");
        } else {
            assert_eq!(contents(&opened["letters"]), self.expected(false), "{opened}");
        }
    }

    fn check(&self, people: &People) {
        self.can_be_read(&people.client);
        let path = format!("/consultations/{}", self.id());
        if self.is_withdrawn() {
            let told = people.member.get(&path).unwrap_err().to_string();
            assert!(told.contains(": 404 "), "what was destroyed is gone: {told}");
        } else if self.deeds.iter().any(|deed| deed.by != By::Asker) {
            let went = self.deeds.iter().any(|deed| deed.path.ends_with("/transfer"));
            let by = if went { By::Below } else { By::Member };
            let seen = people.at_desk(by).get(&path).unwrap();
            let history = seen["history"].as_array().unwrap();
            // What a desk notes for itself is no news; notes are counted below.
            let acts = self.deeds.len() - self.expected(true).len();
            assert_eq!(history.len(), acts, "each act happened, and once: {history:?}");
            assert_eq!(contents(&seen["messages"]), self.expected(false));
            assert_eq!(contents(&seen["notes"]), self.expected(true));
            if went {
                assert!(people.member.get(&path).unwrap_err().to_string().contains(": 404 "), "it went");
            }
        }
    }
}

impl Kept {
    /// People write, answer and are answered, and at a random moment something happens. Who was not told that it is kept stops
    /// there.
    pub(crate) fn after(people: &People, happens: impl FnOnce()) -> Self {
        let sealing = Sealing::at(people.client.clone()).unwrap();
        // Work is done before, so that the server is busy with nothing but keeping what it is sent.
        let begun = |_| Thread { letter: sealing.letter().unwrap(), walks_in: false, deeds: Vec::new() };
        let writers = if people.below.is_some() { WRITERS_OF_TWO_DESKS } else { WRITERS };
        let ready: Vec<Vec<Thread>> = (0..writers).map(|_| (0..THREADS).map(begun).collect()).collect();
        let done = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for (writer, threads) in ready.into_iter().enumerate() {
                let (sealing, done) = (&sealing, &done);
                scope.spawn(move || {
                    for mut thread in threads {
                        let more = thread.runs(writer, sealing, people);
                        done.lock().unwrap().push(thread);
                        if !more {
                            break;
                        }
                    }
                });
            }
            std::thread::sleep(moment());
            happens();
        });
        Self { threads: done.into_inner().unwrap(), ..Self::default() }
    }

    /// Who was not told that it is kept sends it again, and is told now.
    pub(crate) fn send_again(&mut self, people: &People) {
        for deed in self.threads.iter_mut().flat_map(|thread| &mut thread.deeds) {
            if deed.acknowledged {
                self.acknowledged += 1;
            } else {
                self.cut += 1;
                assert!(deed.send(people), "{} is kept in the end", deed.path);
            }
        }
    }

    /// Nothing is missing and nothing is there twice: neither letters nor what a member did.
    pub(crate) fn check(&self, people: &People) {
        self.each(|thread| thread.check(people));
    }

    /// Those who wrote read all of it. The desk could not: each of its readings is a line in the chain, which has to be written.
    pub(crate) fn can_be_read(&self, client: &Client) {
        self.each(|thread| thread.can_be_read(client));
    }

    /// Answers to receipts leave on a grid of half seconds: many wait at the same time.
    fn each(&self, act: impl Fn(&Thread) + Sync) {
        for some in self.threads.chunks(32) {
            std::thread::scope(|scope| {
                for thread in some {
                    scope.spawn(|| act(thread));
                }
            });
        }
    }

    /// What was done before, and this.
    pub(crate) fn add(&mut self, mut more: Self) {
        self.threads.append(&mut more.threads);
        self.acknowledged += more.acknowledged;
        self.cut += more.cut;
    }

    /// How much was acknowledged at once, how much was cut off before.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.acknowledged, self.cut)
    }
}

fn moment() -> Duration {
    let mut bytes = [0; 4];
    SystemRandom::new().fill(&mut bytes).unwrap();
    Duration::from_millis(u64::from(u32::from_ne_bytes(bytes) % LONGEST))
}
