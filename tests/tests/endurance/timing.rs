//! P9 as a statistic: how long a right receipt takes and how long a wrong one does are told apart by nobody who measures.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use tests::asker::{Receipt, ask, open};
use tests::desk::open_desk;
use tests::http::Client;
use tests::sealed::Sealing;
use tests::server::on_both_databases;
use tests::tool::say;

/// Pairs of a right and a wrong locator, which cost the server little.
const LOCATORS: usize = 96;
/// Pairs of receipts, each of which costs the server 600,000 rounds. So many that a leak is found when nine in ten answers to right
/// receipts leave one step later, even where answers are spread over three steps; [`smallest_share`] says what a run would have found:
/// five and six in ten when it was written.
const RECEIPTS: usize = 48;
/// Tenths of the answers to right receipts that may leave a step later before it is found, at most.
const TENTHS: usize = 9;
/// Answers to receipts leave at multiples of it (decision 0006): what leaks is not a little more time but a step.
const STEP: f64 = 0.5;
/// Where chance has its end: beyond it lies one of some ten thousand runs.
const BEYOND_CHANCE: f64 = 4.0;
/// A difference that is found if it is there.
const DIFFERENCE: f64 = 0.1;

/// Seconds of right ones and of wrong ones, asked in turns by `callers` at once, each pair from a network that was never here.
fn in_turns(
    (pairs, callers): (usize, usize),
    client: &Client,
    right: impl Fn(&Client) + Sync,
    wrong: impl Fn(&Client) + Sync,
) -> (Vec<f64>, Vec<f64>) {
    let times = Mutex::new((Vec::new(), Vec::new()));
    std::thread::scope(|scope| {
        for caller in 0..callers {
            let (times, right, wrong) = (&times, &right, &wrong);
            scope.spawn(move || {
                for pair in (caller..pairs).step_by(callers) {
                    let client = client.clone().calling_from(&format!("10.7.{pair}.1"));
                    let took = |ask: &dyn Fn(&Client)| {
                        let began = Instant::now();
                        ask(&client);
                        began.elapsed().as_secs_f64()
                    };
                    // Which of them is first changes too.
                    let (one, other) = if pair % 2 == 0 {
                        let one = took(right);
                        (one, took(wrong))
                    } else {
                        let other = took(wrong);
                        (took(right), other)
                    };
                    let mut times = times.lock().unwrap();
                    times.0.push(one);
                    times.1.push(other);
                }
            });
        }
    });
    times.into_inner().unwrap()
}

/// Mann and Whitney's U as a standard score: how far the ranks of the two lie apart. Ties count half.
fn score(one: &[f64], other: &[f64]) -> f64 {
    let wins: f64 = one
        .iter()
        .flat_map(|a| {
            other.iter().map(move |b| {
                if a > b {
                    1.0
                } else if a < b {
                    0.0
                } else {
                    0.5
                }
            })
        })
        .sum();
    #[expect(clippy::cast_precision_loss, reason = "some dozens")]
    let (n, m) = (one.len() as f64, other.len() as f64);
    (wins - n * m / 2.0) / (n * m * (n + m + 1.0) / 12.0).sqrt()
}

/// Chance explains what lies between them.
fn assert_alike((right, wrong): &(Vec<f64>, Vec<f64>)) {
    let apart = score(right, wrong);
    let mean = |times: &[f64]| {
        Duration::from_secs_f64(times.iter().sum::<f64>() / f64::from(u16::try_from(times.len()).unwrap()))
    };
    assert!(
        apart.abs() < BEYOND_CHANCE,
        "right {:?}, wrong {:?} on average: {apart}",
        mean(right),
        mean(wrong)
    );
}

/// Chance would not explain a tenth of a second.
fn assert_a_tenth_is_found((right, wrong): &(Vec<f64>, Vec<f64>)) {
    let slower: Vec<f64> = right.iter().map(|took| took + DIFFERENCE).collect();
    let told = score(&slower, wrong);
    assert!(told > BEYOND_CHANCE, "nothing would be found: {told}");
}

/// How many tenths of answers have to leave one step later until chance does not explain it: of answers that are alike, as the wrong
/// ones are with themselves.
fn smallest_share(wrong: &[f64]) -> Option<usize> {
    (1..=10).find(|tenths| {
        let late = |(place, took): (usize, &f64)| if place % 10 < *tenths { took + STEP } else { *took };
        let shifted: Vec<f64> = wrong.iter().enumerate().map(late).collect();
        score(&shifted, wrong) > BEYOND_CHANCE
    })
}

#[test]
fn p9_the_time_of_an_answer_does_not_tell_a_right_locator_from_a_wrong_one() {
    on_both_databases("the time of locators", |ground| {
        let server = ground.start().unwrap();
        open_desk(ground).unwrap();
        let client = server.client();
        let letter = Sealing::at(client.clone()).unwrap().letter().unwrap();
        assert_eq!(letter.send(&client).unwrap().status, 201);
        let wrong = letter.mistaken().unwrap();
        let times = in_turns(
            (LOCATORS, 8),
            &client,
            |client| assert!(letter.open(client).unwrap().is_object()),
            |client| assert!(wrong.open(client).unwrap().is_null()),
        );
        assert_alike(&times);
        assert_a_tenth_is_found(&times);
    });
}

#[test]
fn p9_the_time_of_a_page_does_not_tell_a_right_receipt_from_a_wrong_one() {
    on_both_databases("the time of receipts", |ground| {
        let server = ground.start().unwrap();
        open_desk(ground).unwrap();
        let client = server.client();
        let letter = "他把我的证件都收走了。";
        let receipt = Receipt::on(&ask(&client, letter, &[]).unwrap().body).unwrap();
        let wrong = receipt.another().0;
        let times = in_turns(
            (RECEIPTS, 2),
            &client,
            |client| assert!(open(client, &receipt.0).unwrap().body.contains(letter)),
            |client| assert!(!open(client, &wrong).unwrap().body.contains(letter)),
        );
        assert_alike(&times);
        let share = smallest_share(&times.1);
        say(&format!("a step later is found from {share:?} tenths of the answers on"));
        assert!(share.is_some_and(|share| share <= TENTHS), "nothing would be found: {share:?}");
    });
}
