//! P5 under load: the server is killed at random moments while letters come in and desks work on them, again and again.
//!
//! The gate kills a few times; `NUANZHAN_TEST_KILLS=200` as often as wanted.

use tests::desk::{open_county_desk, open_desk};
use tests::nuanzhan;
use tests::server::{Ground, on_both_databases};
use tests::tool::say;

use crate::deeds::{Kept, People};
use crate::forms::Forms;

/// Kills of each database, unless more are wanted.
const KILLS: usize = 4;

fn kills() -> usize {
    std::env::var("NUANZHAN_TEST_KILLS").map_or(KILLS, |kills| kills.parse().expect("a number of kills"))
}

#[test]
fn p5_killed_at_random_moments_under_load_nothing_acknowledged_is_lost_and_nothing_is_there_twice() {
    on_both_databases("kill -9 under load", |ground| {
        let mut ground = ground.clone();
        ground.environment.push(("NUANZHAN_LIMITS_LETTERS_PER_HOUR", "1000000".to_owned()));
        ground.environment.push(("NUANZHAN_LIMITS_FORMS_PER_HOUR", "1000000".to_owned()));
        let mut server = ground.start().unwrap();
        open_desk(&ground).unwrap();
        open_county_desk(&ground).unwrap();
        let mut people = People::of_two_desks(&server, None);
        let (mut all, mut forms_answered) = (Kept::default(), 0);
        for round in 0..kills() {
            // Another network each time: one that sends many forms waits in line.
            let her = people.client.clone().calling_from(&format!("10.{}.{}.1", round / 250, round % 250));
            let mut forms = Forms::filled_in(&her, round);
            let mut kept = std::thread::scope(|scope| {
                scope.spawn(|| forms.send(&her));
                Kept::after(&people, || server.kill().unwrap())
            });
            server = ground.start_on(&ground.var().join("site")).unwrap();
            people = People::of_two_desks(&server, Some(&people));
            let her = server.client().calling_from(&format!("10.{}.{}.2", round / 250, round % 250));
            forms_answered += forms.answered();
            forms.send_again(&her);
            forms.check(&her);
            kept.send_again(&people);
            kept.check(&people);
            all.add(kept);
        }
        all.check(&people);
        the_chain_holds(&ground);
        let (acknowledged, cut) = all.counts();
        say(&format!(
            "{} kills: {acknowledged} acknowledged, {cut} cut off and sent again, {forms_answered} forms answered at once",
            kills()
        ));
        assert!(acknowledged > 0 && cut > 0, "the kills came while there was work: {acknowledged}, {cut}");
    });
}

/// Every act that is there is a line of the chain, and the chain is whole.
fn the_chain_holds(ground: &Ground) {
    let data = ground.data_arguments();
    let mut arguments = vec!["audit", "verify"];
    arguments.extend(data.iter().map(String::as_str));
    let verified = nuanzhan::run(ground.folder(), &arguments).unwrap();
    assert_eq!(verified.code, 0, "{}{}", verified.stdout, verified.stderr);
}
