//! Letters, additions and answers that come in while something breaks, and what must be there afterwards.
//!
//! Start at [`Kept::after`]: people write and are answered, then something happens, and later all who were not told that their
//! words are kept send them again, as a browser does. [`Kept::check`] says what must hold: whatever was acknowledged is there, and
//! nothing twice. What breaks is the caller's.

use std::sync::Mutex;
use std::time::Duration;

use ring::rand::{SecureRandom as _, SystemRandom};
use serde_json::{Value, json};
use tests::desk::{MEMBER, PASSPHRASE};
use tests::http::Client;
use tests::member::Member;
use tests::sealed::{Letter, Sealing, contents, new_key};
use tests::server::Server;

/// Threads that one writer begins, if it gets so far.
const THREADS: usize = 3;
/// Half of them are askers who write twice, the others have a member who answers them.
const WRITERS: usize = 6;
/// The longest that people are left alone before something happens.
const LONGEST: u32 = 900;

/// Something that was posted, and whether its sender was told that it is kept.
struct Deed {
    path: String,
    body: Value,
    by_member: bool,
    acknowledged: bool,
}

/// What was done to one thread, in this order.
struct Thread {
    letter: Letter,
    deeds: Vec<Deed>,
}

/// Who talks to a running server.
pub(crate) struct People {
    pub(crate) client: Client,
    pub(crate) member: Member,
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
        Self { client, member }
    }
}

impl Deed {
    fn of(letter: &Letter) -> Self {
        Self {
            path: letter.path.to_owned(),
            body: letter.body.clone(),
            by_member: false,
            acknowledged: false,
        }
    }

    fn of_member(thread: &str, act: &str, body: Value) -> Self {
        Self { path: format!("/consultations/{thread}/{act}"), body, by_member: true, acknowledged: false }
    }

    /// Sends it. Nothing here is wrong: the answer is a yes, or none, or that it can't be kept now.
    fn send(&mut self, people: &People) -> bool {
        let answer = if self.by_member {
            people.member.post(&self.path, &self.body)
        } else {
            people.client.post_json(&self.path, &self.body)
        };
        self.acknowledged = answer.is_ok_and(|answer| {
            let expected = [200, 201, 503].contains(&answer.status);
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
        self.goes_on(Deed::of(&self.letter), people) && self.goes_on(Deed::of(&again), people)
    }

    /// She writes, and a member takes it on and answers.
    fn with_member(&mut self, people: &People) -> bool {
        if !self.goes_on(Deed::of(&self.letter), people) {
            return false;
        }
        let accept = Deed::of_member(self.id(), "accept", json!({ "request_key": new_key().unwrap() }));
        if !self.goes_on(accept, people) {
            return false;
        }
        let Ok(answer) = people.member.answer_to(self.id()) else { return false };
        self.goes_on(Deed::of_member(self.id(), "messages", answer), people)
    }

    /// What has to be there: whatever was acknowledged, in its order.
    fn expected(&self) -> Vec<&str> {
        self.deeds.iter().filter_map(|deed| deed.body["content"].as_str()).collect()
    }

    fn can_be_read(&self, client: &Client) {
        let opened = self.letter.open(client).unwrap();
        assert_eq!(contents(&opened["letters"]), self.expected(), "{opened}");
    }

    fn check(&self, people: &People) {
        self.can_be_read(&people.client);
        if self.deeds.iter().any(|deed| deed.by_member) {
            let seen = people.member.get(&format!("/consultations/{}", self.id())).unwrap();
            let history = seen["history"].as_array().unwrap();
            assert_eq!(history.len(), self.deeds.len(), "each act happened, and once: {history:?}");
        }
    }
}

impl Kept {
    /// People write, answer and are answered, and at a random moment something happens. Who was not told that it is kept stops
    /// there.
    pub(crate) fn after(people: &People, happens: impl FnOnce()) -> Self {
        let sealing = Sealing::at(people.client.clone()).unwrap();
        // Work is done before, so that the server is busy with nothing but keeping what it is sent.
        let begun = |_| Thread { letter: sealing.letter().unwrap(), deeds: Vec::new() };
        let ready: Vec<Vec<Thread>> = (0..WRITERS).map(|_| (0..THREADS).map(begun).collect()).collect();
        let done = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for (writer, threads) in ready.into_iter().enumerate() {
                let (sealing, done) = (&sealing, &done);
                scope.spawn(move || {
                    for mut thread in threads {
                        let more = match writer % 2 {
                            0 => thread.of_asker(sealing, people),
                            _ => thread.with_member(people),
                        };
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
