//! Makes the pictures of the README: home and the nearest station, on a phone.
//!
//! `cargo run -p tests --bin screenshots` writes `docs/screens/*.png`. Needs Chromium.

use std::fs;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use serde_json::json;
use tests::browser::{Browser, Looks, PHONE};
use tests::server::Ground;
use tests::{tool, workspace};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    tool::ended("screenshots", make().await)
}

async fn make() -> anyhow::Result<()> {
    let folder = workspace::root().join("docs/screens");
    fs::create_dir_all(&folder)?;
    let server = Ground::new()?.start()?;
    let Some(browser) = Browser::open(Looks { height: 800, ..PHONE }, "screenshots").await? else {
        bail!("Chromium has to be installed (tests/run does)");
    };
    // A finger is offered what a mouse is not.
    browser.command("Emulation.setTouchEmulationEnabled", json!({ "enabled": true })).await?;
    browser.goto(&format!("{}/", server.base)).await?;
    keep(&browser, &folder.join("home-phone.png")).await?;

    browser.goto(&format!("{}/stations/", server.base)).await?;
    stand_at(&browser, 40.5203, 102.5529).await?;
    browser.click("#near button").await?;
    browser.wait_for_text("米").await.context("stations appear with their distance")?;
    browser.evaluate("document.querySelector('#places').scrollIntoView()").await?;
    keep(&browser, &folder.join("nearest-phone.png")).await?;
    Ok(())
}

/// A headless browser has no idea where it is: it is told what a phone's receiver would say.
async fn stand_at(browser: &Browser, lat: f64, lon: f64) -> anyhow::Result<()> {
    browser.command("Browser.grantPermissions", json!({ "permissions": ["geolocation"] })).await?;
    let here = json!({ "latitude": lat, "longitude": lon, "accuracy": 20 });
    browser.command("Emulation.setGeolocationOverride", here).await?;
    Ok(())
}

async fn keep(browser: &Browser, path: &std::path::Path) -> anyhow::Result<()> {
    fs::write(path, browser.screenshot().await?).with_context(|| format!("writing {}", path.display()))
}
