//! A real Chromium, driven through ChromeDriver: a phone or a desk, light or dark, with or without scripts.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail};
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::skip::skipped;

/// How long a page may take to show what a test waits for.
const PATIENCE: Duration = Duration::from_secs(30);

/// What sort of browser.
#[derive(Debug, Clone, Copy)]
pub struct Looks {
    /// Width of the window in CSS pixels.
    pub width: u32,
    /// Height of the window in CSS pixels.
    pub height: u32,
    /// Whether pages may run scripts.
    pub scripts: bool,
    /// Whether the reader prefers dark colours.
    pub dark: bool,
}

/// A small phone with scripts.
pub const PHONE: Looks = Looks { width: 360, height: 740, scripts: true, dark: false };
/// A small phone without scripts.
pub const PHONE_WITHOUT_SCRIPTS: Looks = Looks { scripts: false, ..PHONE };
/// A desk computer.
pub const DESK: Looks = Looks { width: 1280, height: 900, scripts: true, dark: false };

/// A browser window of its own, with an empty profile. Closed when dropped.
pub struct Browser {
    /// WebDriver's client, for what the methods here don't do.
    pub client: Client,
    driver: Child,
    _profile: TempDir,
}

impl Browser {
    /// Opens a window; `None` (and said so) where Chromium or ChromeDriver is not installed.
    pub async fn open(looks: Looks, what: &str) -> anyhow::Result<Option<Self>> {
        let (Some(chromium), Some(driver)) = (find("chromium"), find("chromedriver")) else {
            skipped(what, "Chromium with ChromeDriver is not installed");
            return Ok(None);
        };
        let profile = tempfile::tempdir()?;
        let mut driver = Command::new(driver)
            .args(["--port=0", "--log-level=WARNING"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("chromedriver starts")?;
        let port = port_of(&mut driver)?;
        let capabilities = capabilities(looks, &chromium, &profile);
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder.capabilities(capabilities).connect(&format!("http://127.0.0.1:{port}")).await;
        let client = match client {
            Ok(client) => client,
            Err(err) => {
                driver.kill()?;
                return Err(err).context("Chromium starts");
            }
        };
        if looks.width > 500 {
            client.set_window_size(looks.width, looks.height).await?;
        }
        Ok(Some(Self { client, driver, _profile: profile }))
    }

    /// Goes to an address.
    pub async fn goto(&self, url: &str) -> anyhow::Result<()> {
        self.client.goto(url).await.with_context(|| format!("going to {url}"))
    }

    /// Types into the field that `css` finds.
    pub async fn fill(&self, css: &str, text: &str) -> anyhow::Result<()> {
        let field = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        let field = field.with_context(|| format!("there is a field {css}"))?;
        field.clear().await?;
        field.send_keys(text).await.with_context(|| format!("typing into {css}"))
    }

    /// Clicks what `css` finds.
    pub async fn click(&self, css: &str) -> anyhow::Result<()> {
        let target = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        target.with_context(|| format!("there is {css}"))?.click().await.with_context(|| format!("clicking {css}"))
    }

    /// Clicks the link whose text contains `text`.
    pub async fn follow(&self, text: &str) -> anyhow::Result<()> {
        let xpath = format!("//a[contains(normalize-space(.), '{text}')]");
        let link = self.client.wait().at_most(PATIENCE).for_element(Locator::XPath(&xpath)).await;
        link.with_context(|| format!("there is a link “{text}”"))?.click().await.with_context(|| format!("following “{text}”"))
    }

    /// The visible text of what `css` finds.
    pub async fn text(&self, css: &str) -> anyhow::Result<String> {
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        Ok(found.with_context(|| format!("there is {css}"))?.text().await?)
    }

    /// Waits until the page's visible text contains `text`; gives the whole text.
    pub async fn wait_for_text(&self, text: &str) -> anyhow::Result<String> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let body = match self.client.find(Locator::Css("body")).await {
                // The page may just be changing under our hands.
                Ok(body) => body.text().await.unwrap_or_default(),
                Err(_) => String::new(),
            };
            if body.contains(text) {
                return Ok(body);
            }
            if tokio::time::Instant::now() > deadline {
                bail!("“{text}” did not appear, only:\n{body}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The address shown.
    pub async fn url(&self) -> anyhow::Result<String> {
        Ok(self.client.current_url().await?.to_string())
    }

    /// A picture of the window as PNG.
    pub async fn screenshot(&self) -> anyhow::Result<Vec<u8>> {
        Ok(self.client.screenshot().await?)
    }

    /// Closes the window and the driver.
    pub async fn close(mut self) -> anyhow::Result<()> {
        self.client.clone().close().await?;
        self.driver.kill()?;
        self.driver.wait()?;
        Ok(())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A test that failed half-way: the driver's end is the browser's end too.
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// ChromeDriver says which free port it took.
fn port_of(driver: &mut Child) -> anyhow::Result<u16> {
    let output = driver.stdout.take().context("output is piped")?;
    for line in BufReader::new(output).lines() {
        let line = line?;
        if let Some((_, rest)) = line.split_once("started successfully on port ") {
            return rest.trim_end_matches('.').parse().context("a port is a number");
        }
    }
    bail!("chromedriver ended without a port")
}

fn capabilities(looks: Looks, chromium: &std::path::Path, profile: &TempDir) -> Map<String, Value> {
    let mut arguments = vec![
        "--headless=new".to_owned(),
        "--no-sandbox".to_owned(),
        "--disable-gpu".to_owned(),
        "--disable-quic".to_owned(),
        "--no-first-run".to_owned(),
        // Chromium would look up its maker's hosts, which no test may depend on.
        "--disable-background-networking".to_owned(),
        "--disable-component-update".to_owned(),
        "--disable-sync".to_owned(),
        "--hide-scrollbars".to_owned(),
        "--lang=zh-CN".to_owned(),
        format!("--user-data-dir={}", profile.path().display()),
    ];
    if looks.dark {
        arguments.push("--blink-settings=preferredColorScheme=0".to_owned());
    }
    let mut options = json!({ "binary": chromium, "args": arguments });
    if !looks.scripts {
        options["prefs"] = json!({ "profile.managed_default_content_settings.javascript": 2 });
    }
    // A window can't be made narrower than 500 pixels: phones are emulated.
    if looks.width <= 500 {
        let metrics = json!({ "width": looks.width, "height": looks.height, "pixelRatio": 2.0, "touch": true });
        options["mobileEmulation"] = json!({ "deviceMetrics": metrics });
    }
    let mut capabilities = Map::new();
    capabilities.insert("browserName".to_owned(), json!("chrome"));
    capabilities.insert("goog:chromeOptions".to_owned(), options);
    capabilities
}
