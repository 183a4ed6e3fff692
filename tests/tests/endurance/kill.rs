//! P5 under load: the server is killed at random moments while letters, additions and answers come in, again and again.
//!
//! The gate kills a few times; `NUANZHAN_TEST_KILLS=200` as often as wanted.

use tests::desk::open_desk;
use tests::server::on_both_databases;
use tests::tool::say;

use crate::deeds::{Kept, People};

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
        let mut server = ground.start().unwrap();
        open_desk(&ground).unwrap();
        let mut people = People::at(&server, None);
        let mut all = Kept::default();
        for _ in 0..kills() {
            let mut kept = Kept::after(&people, || server.kill().unwrap());
            server = ground.start_on(&ground.var().join("site")).unwrap();
            people = People::at(&server, Some(&people.member));
            kept.send_again(&people);
            kept.check(&people.client);
            all.add(kept);
        }
        all.check(&people.client);
        let (acknowledged, cut) = all.counts();
        say(&format!("{} kills: {acknowledged} acknowledged, {cut} cut off and sent again", kills()));
        assert!(acknowledged > 0 && cut > 0, "the kills came while there was work: {acknowledged}, {cut}");
    });
}
