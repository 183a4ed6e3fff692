//! How long the proof of work takes that a letter costs: `cargo run -p tests --bin weigh_work`.
//!
//! A real Chromium asks a real server for challenges and solves them with the page's own script: as fast as this machine is, and
//! with the browser's processor slowed down four times. That slowing reaches scripts, and what they wait for only in part; so the
//! harder reckoning, four times as long as without it, is told as well. Says p50 and p95 of real challenges, and how long the
//! longest possible one takes. Prints figures only; the profile makes no difference, the browser does the work.

use std::process::ExitCode;

use anyhow::Context as _;
use serde_json::json;
use tests::browser::{Browser, PHONE};
use tests::server::Ground;
use tests::tool::{self, at, say};
use tests::workspace;

/// Real challenges that are solved.
const ROUNDS: usize = 40;

/// Tries of the longest one: below it lies the number that is looked for.
const MOST_TRIES: u32 = 400;

/// How much slower the phone is that all of it is made for.
const SLOWER: u32 = 4;

fn main() -> ExitCode {
    tool::ended("weigh_work", weigh())
}

fn weigh() -> anyhow::Result<()> {
    workspace::nuanzhan();
    let ground = Ground::new()?;
    let server = ground.start()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let Some(phone) = Browser::open(PHONE, "weighing the work").await? else { return Ok(()) };
        phone.goto(&format!("{}/ask/", server.base)).await?;
        say("| processor | p50 | p95 | longest of these | longest possible |\n| --- | --: | --: | --: | --: |");
        for (rate, factor, name) in
            [(1, 1, "this machine's"), (SLOWER, 1, "slowed down 4×"), (1, SLOWER, "this machine's, times 4")]
        {
            phone.command("Emulation.setCPUThrottlingRate", json!({ "rate": rate })).await?;
            let mut times = Vec::new();
            for _ in 0..ROUNDS {
                times.push(factor * milliseconds(&phone, "await nuanzhan.work.begin().done;").await?);
            }
            times.sort_unstable();
            // No key begins with what is no digit: all numbers are tried.
            let hopeless = format!(
                "const {{ parameters }} = await nuanzhan.common.call('/challenge'); parameters.keyPrefix = 'none'; \
                 await nuanzhan.work.solve({{ parameters }}, () => true, {MOST_TRIES}).catch(() => null);"
            );
            let worst = factor * milliseconds(&phone, &hopeless).await?;
            let (half, most, longest) = (at(&times, 50), at(&times, 95), at(&times, 100));
            say(&format!("| {name} | {half} ms | {most} ms | {longest} ms | {worst} ms |"));
        }
        Ok(())
    })
}

/// How long something takes in the page.
async fn milliseconds(phone: &Browser, script: &str) -> anyhow::Result<u32> {
    let timed = format!(
        "(async () => {{ const began = performance.now(); {script} return Math.round(performance.now() - began); }})()"
    );
    let wanted = json!({ "expression": timed, "awaitPromise": true, "returnByValue": true });
    let answer = phone.command("Runtime.evaluate", wanted).await?;
    let took = answer["result"]["value"].as_u64().with_context(|| format!("{script} gives {answer}"))?;
    Ok(u32::try_from(took)?)
}
