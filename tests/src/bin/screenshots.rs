//! Makes the pictures of the README: home and the nearest station, on a phone.
//!
//! `cargo run -p tests --bin screenshots` writes `docs/screens/*.png`. Needs Chromium with ChromeDriver.

use std::fs;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use tests::browser::{Browser, Looks, PHONE};
use tests::server::Ground;
use tests::workspace;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match make().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(err) => {
            complain(&format!("screenshots: {err:#}"));
            ExitCode::from(2)
        }
    }
}

#[expect(clippy::print_stderr, reason = "a command tells its user what went wrong")]
fn complain(text: &str) {
    eprintln!("{text}");
}

async fn make() -> anyhow::Result<()> {
    let folder = workspace::root().join("docs/screens");
    fs::create_dir_all(&folder)?;
    let server = Ground::new()?.start()?;
    let Some(browser) = Browser::open(Looks { height: 800, ..PHONE }, "screenshots").await? else {
        bail!("Chromium and ChromeDriver have to be installed (tests/run does)");
    };
    browser.goto(&format!("{}/", server.base)).await?;
    keep(&browser, &folder.join("home-phone.png")).await?;

    browser.goto(&format!("{}/stations/", server.base)).await?;
    stand_at(&browser, 40.434, 102.574).await?;
    browser.click("#locate").await?;
    browser.wait_for_text("米").await.context("stations appear with their distance")?;
    browser.client.execute("document.querySelector('#near').scrollIntoView()", Vec::new()).await?;
    keep(&browser, &folder.join("nearest-phone.png")).await?;
    browser.close().await
}

/// A headless browser has no idea where it is: the page is told what a phone would say.
async fn stand_at(browser: &Browser, lat: f64, lon: f64) -> anyhow::Result<()> {
    let script = "const [latitude, longitude] = arguments; \
                  navigator.geolocation.getCurrentPosition = (found) => found({ coords: { latitude, longitude, accuracy: 20 } });";
    browser.client.execute(script, vec![lat.into(), lon.into()]).await?;
    Ok(())
}

async fn keep(browser: &Browser, path: &std::path::Path) -> anyhow::Result<()> {
    fs::write(path, browser.screenshot().await?).with_context(|| format!("writing {}", path.display()))
}
