//! A real Chromium, driven over its DevTools protocol: a phone or a desk, light or dark, with or without scripts.
//!
//! Elements are found, clicked and typed into by the browser's own input, not by scripts in the page: the same steps work
//! where pages may run none. (WebDriver finds elements by scripts of its own and hangs there.)

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout};

use crate::devtools::DevTools;
use crate::skip::skipped;

/// How long a page may take to show what a test waits for.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whatever a page may not do is counted.
const COUNT_VIOLATIONS: &str = "window.violations = []; document.addEventListener('securitypolicyviolation', \
                                (event) => window.violations.push(event.violatedDirective + ' ' + event.sample));";

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
/// The narrowest phone.
pub const NARROW: Looks = Looks { width: 320, height: 568, ..PHONE };
/// A desk computer.
pub const DESK: Looks = Looks { width: 1280, height: 900, scripts: true, dark: false };

/// A browser window of its own, with an empty profile. Closed when dropped.
pub struct Browser {
    devtools: Mutex<DevTools>,
    looks: Looks,
    chromium: Child,
    _profile: TempDir,
}

impl Browser {
    /// Opens a window; `None` (and said so) where Chromium is not installed.
    pub async fn open(looks: Looks, what: &str) -> anyhow::Result<Option<Self>> {
        let Some(program) = find("chromium") else {
            skipped(what, "Chromium is not installed");
            return Ok(None);
        };
        let profile = tempfile::tempdir()?;
        let (chromium, address) = start(&program, profile.path())?;
        let devtools = Mutex::new(DevTools::attach(&address).await?);
        let browser = Self { devtools, looks, chromium, _profile: profile };
        browser.dress(looks).await?;
        browser.command("Emulation.setScriptExecutionDisabled", json!({ "value": !looks.scripts })).await?;
        browser.command("Page.enable", json!({})).await?;
        browser.command("DOM.enable", json!({})).await?;
        Ok(Some(browser))
    }

    /// Gives the window its size and the reader's wish for colours.
    async fn dress(&self, looks: Looks) -> anyhow::Result<()> {
        let phone = looks.width <= 500;
        let metrics = json!({ "width": looks.width, "height": looks.height, "deviceScaleFactor": if phone { 2 } else { 1 }, "mobile": phone });
        self.command("Emulation.setDeviceMetricsOverride", metrics).await?;
        let scheme = if looks.dark { "dark" } else { "light" };
        let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
        self.command("Emulation.setEmulatedMedia", json!({ "features": [feature] })).await.map(|_| ())
    }

    /// Goes to an address and waits until it is loaded.
    pub async fn goto(&self, url: &str) -> anyhow::Result<()> {
        let mut devtools = self.devtools.lock().await;
        devtools.forget_events();
        let answer = devtools.command("Page.navigate", json!({ "url": url })).await?;
        if let Some(error) = answer["errorText"].as_str() {
            bail!("going to {url}: {error}");
        }
        timeout(PATIENCE, devtools.event("Page.loadEventFired"))
            .await
            .with_context(|| format!("{url} loads"))?
    }

    /// Replaces what stands in the field that `css` finds.
    pub async fn fill(&self, css: &str, text: &str) -> anyhow::Result<()> {
        self.at(css, |node| async move {
            self.command("DOM.scrollIntoViewIfNeeded", json!({ "nodeId": node })).await?;
            self.command("DOM.focus", json!({ "nodeId": node })).await
        })
        .await
        .with_context(|| format!("typing into {css}"))?;
        let select_all = json!({ "type": "rawKeyDown", "commands": ["selectAll"] });
        self.command("Input.dispatchKeyEvent", select_all).await?;
        self.command("Input.insertText", json!({ "text": text })).await?;
        Ok(())
    }

    /// Clicks what `css` finds, where it is on the screen.
    pub async fn click(&self, css: &str) -> anyhow::Result<()> {
        let (x, y) =
            self.at(css, |node| self.middle(node)).await.with_context(|| format!("clicking {css}"))?;
        self.click_at(x, y).await
    }

    /// Clicks the first element that `xpath` finds; `false` where there is none right now.
    pub async fn click_if_there(&self, xpath: &str) -> anyhow::Result<bool> {
        match self.search(xpath).await? {
            Some(node) => {
                let (x, y) = self.middle(node).await?;
                self.click_at(x, y).await.map(|()| true)
            }
            None => Ok(false),
        }
    }

    /// Clicks the link whose text contains `text`.
    pub async fn follow(&self, text: &str) -> anyhow::Result<()> {
        self.click_soon(&format!("//a[contains(normalize-space(.), '{text}')]")).await
    }

    /// Clicks the button whose words begin with `words`, as soon as it can be pressed.
    pub async fn press(&self, words: &str) -> anyhow::Result<()> {
        let xpath = format!("//button[not(@disabled) and starts-with(normalize-space(.), '{words}')]");
        self.click_soon(&xpath).await
    }

    /// Clicks the first element that `xpath` finds, as soon as there is one.
    pub async fn click_soon(&self, xpath: &str) -> anyhow::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if self.click_if_there(xpath).await.unwrap_or(false) {
                return Ok(());
            }
            sleep(Duration::from_millis(50)).await;
        }
        bail!("there is no {xpath}")
    }

    /// The visible text of what `css` finds.
    pub async fn text(&self, css: &str) -> anyhow::Result<String> {
        self.element(css).await?;
        let selector = serde_json::to_string(css)?;
        let text = self.evaluate(&format!("document.querySelector({selector}).innerText")).await?;
        text.as_str().map(str::to_owned).with_context(|| format!("{css} has a text"))
    }

    /// Waits until the page's visible text contains `text`; gives the whole text.
    pub async fn wait_for_text(&self, text: &str) -> anyhow::Result<String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            // The page may just be changing under our hands: then there is no body for a moment, or half of one.
            let whole = "document.readyState === 'loading' ? '' : document.body.innerText";
            let body = self.evaluate(whole).await.unwrap_or_default();
            let body = body.as_str().unwrap_or_default();
            if body.contains(text) {
                return Ok(body.to_owned());
            }
            if Instant::now() > deadline {
                bail!("“{text}” did not appear, only:\n{body}");
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the page at the path `path` is the one shown, whatever is asked of it behind a `?`.
    pub async fn wait_for_path(&self, path: &str) -> anyhow::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let shown = self.evaluate("document.body && location.pathname").await.unwrap_or_default();
            if shown == path {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!("{path} is not shown, but {shown}");
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until an expression is true.
    pub async fn wait_for(&self, expression: &str) -> anyhow::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while self.evaluate(expression).await.unwrap_or_default() != true {
            if Instant::now() > deadline {
                bail!("{expression} did not become true");
            }
            sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// The value of an expression, asked by the tool and not by the page: works with the page's scripts off.
    pub async fn evaluate(&self, expression: &str) -> anyhow::Result<Value> {
        let answer = self
            .command("Runtime.evaluate", json!({ "expression": expression, "returnByValue": true }))
            .await?;
        if let Some(exception) = answer.get("exceptionDetails") {
            bail!("{expression}: {exception}");
        }
        Ok(answer["result"]["value"].clone())
    }

    /// The address shown, and those that Back and Forward would show, oldest first.
    pub async fn history(&self) -> anyhow::Result<(String, Vec<String>)> {
        let history = self.command("Page.getNavigationHistory", json!({})).await?;
        let entries = history["entries"].as_array().context("a history has entries")?;
        let urls: Vec<String> =
            entries.iter().filter_map(|entry| entry["url"].as_str().map(str::to_owned)).collect();
        let current = history["currentIndex"].as_u64().and_then(|at| usize::try_from(at).ok()).unwrap_or(0);
        Ok((urls.get(current).cloned().unwrap_or_default(), urls))
    }

    /// Presses a key by its name (`Tab`, `Enter`, `Escape`, ` `), as a finger on a keyboard does.
    pub async fn key(&self, key: &str) -> anyhow::Result<()> {
        let (code, number, text) = match key {
            "Tab" => ("Tab", 9, ""),
            "Enter" => ("Enter", 13, "\r"),
            "Escape" => ("Escape", 27, ""),
            " " => ("Space", 32, " "),
            other => bail!("the key {other} is not known here"),
        };
        for kind in ["keyDown", "keyUp"] {
            let event = json!({ "type": kind, "key": key, "code": code, "windowsVirtualKeyCode": number, "text": text });
            self.command("Input.dispatchKeyEvent", event).await?;
        }
        Ok(())
    }

    /// Types into whatever has the focus.
    pub async fn type_text(&self, text: &str) -> anyhow::Result<()> {
        self.command("Input.insertText", json!({ "text": text })).await.map(|_| ())
    }

    /// Runs `script` in every page before its own scripts.
    pub async fn before_each_page(&self, script: &str) -> anyhow::Result<()> {
        self.command("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await.map(|_| ())
    }

    /// From the next page on, counts whatever a page tries that its policy forbids.
    pub async fn count_violations(&self) -> anyhow::Result<()> {
        self.before_each_page(COUNT_VIOLATIONS).await
    }

    /// What the page that is shown has tried and may not do, one after the other; only after [`Browser::count_violations`].
    pub async fn violations(&self) -> anyhow::Result<String> {
        let counted = self.evaluate("window.violations.join('; ')").await?;
        counted.as_str().map(str::to_owned).context("violations are counted")
    }

    /// What an expression promises, asked like [`Browser::evaluate`].
    pub async fn promised(&self, expression: &str) -> anyhow::Result<Value> {
        let wanted = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let answer = self.command("Runtime.evaluate", wanted).await?;
        if let Some(exception) = answer.get("exceptionDetails") {
            bail!("{exception}");
        }
        Ok(answer["result"]["value"].clone())
    }

    /// What somebody who can't see the page is told there is: role and name of each element that is told.
    pub async fn told(&self) -> anyhow::Result<Vec<(String, String)>> {
        let tree = self.command("Accessibility.getFullAXTree", json!({})).await?;
        let nodes = tree["nodes"].as_array().context("a tree has nodes")?;
        let part = |node: &Value, name: &str| node[name]["value"].as_str().unwrap_or_default().to_owned();
        let told = nodes.iter().filter(|node| node["ignored"] == false);
        Ok(told.map(|node| (part(node, "role"), part(node, "name"))).collect())
    }

    /// A picture of the window as PNG.
    pub async fn screenshot(&self) -> anyhow::Result<Vec<u8>> {
        let answer = self.command("Page.captureScreenshot", json!({ "format": "png" })).await?;
        decoded(&answer)
    }

    /// Keeps pictures of the whole page, on a phone and on a desk computer, light and dark, where `NUANZHAN_TEST_PICTURES` names
    /// a folder, for people to look at.
    pub async fn keep_picture(&self, name: &str) -> anyhow::Result<()> {
        let Some(folder) = std::env::var_os("NUANZHAN_TEST_PICTURES") else { return Ok(()) };
        for size in [PHONE, DESK] {
            for dark in [false, true] {
                self.dress(Looks { dark, ..size }).await?;
                let page = self.command("Page.getLayoutMetrics", json!({})).await?["cssContentSize"].clone();
                let whole =
                    json!({ "x": 0, "y": 0, "width": page["width"], "height": page["height"], "scale": 1 });
                let wanted = json!({ "format": "png", "captureBeyondViewport": true, "clip": whole });
                let picture = decoded(&self.command("Page.captureScreenshot", wanted).await?)?;
                let name = format!("{name}-{}{}.png", size.width, if dark { "-dark" } else { "" });
                std::fs::write(Path::new(&folder).join(name), picture)?;
            }
        }
        self.dress(self.looks).await
    }

    /// Cuts the page off from the network, or joins it again.
    pub async fn set_offline(&self, offline: bool) -> anyhow::Result<()> {
        let conditions =
            json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.command("Network.enable", json!({})).await?;
        self.command("Network.emulateNetworkConditions", conditions).await.map(|_| ())
    }

    /// Chooses what stands behind `value` in the list that `css` finds, as a reader's choice is told to the page.
    pub async fn choose(&self, css: &str, value: &str) -> anyhow::Result<()> {
        self.element(css).await?;
        let (css, value) = (json!(css), json!(value));
        let chosen = format!(
            "(() => {{ const list = document.querySelector({css}); list.value = {value}; \
             for (const kind of ['input', 'change']) list.dispatchEvent(new Event(kind, {{ bubbles: true }})); return list.value; }})()"
        );
        let now = self.evaluate(&chosen).await?;
        if json!(now) != value {
            bail!("{css} has no {value}");
        }
        Ok(())
    }

    /// The page as it is printed on A4.
    pub async fn pdf(&self) -> anyhow::Result<Vec<u8>> {
        let paper = json!({ "paperWidth": 8.27, "paperHeight": 11.69 });
        decoded(&self.command("Page.printToPDF", paper).await?)
    }

    /// Any command of the DevTools protocol.
    pub async fn command(&self, method: &str, parameters: Value) -> anyhow::Result<Value> {
        let mut devtools = self.devtools.lock().await;
        timeout(PATIENCE, devtools.command(method, parameters))
            .await
            .with_context(|| format!("{method} is answered"))?
    }

    /// The node that `css` finds, as soon as there is one.
    async fn element(&self, css: &str) -> anyhow::Result<u64> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let root = self.command("DOM.getDocument", json!({ "depth": 0 })).await?;
            let query = json!({ "nodeId": root["root"]["nodeId"], "selector": css });
            // A document that is just being replaced has no such root any more: look again.
            let found = self.command("DOM.querySelector", query).await.unwrap_or_default();
            match found["nodeId"].as_u64() {
                Some(node) if node > 0 => return Ok(node),
                _ if Instant::now() > deadline => bail!("there is no {css}"),
                _ => sleep(Duration::from_millis(50)).await,
            }
        }
    }

    async fn search(&self, xpath: &str) -> anyhow::Result<Option<u64>> {
        self.command("DOM.getDocument", json!({ "depth": 0 })).await?;
        let found = self.command("DOM.performSearch", json!({ "query": xpath })).await?;
        if found["resultCount"] == 0 {
            return Ok(None);
        }
        let range = json!({ "searchId": found["searchId"], "fromIndex": 0, "toIndex": 1 });
        let nodes = self.command("DOM.getSearchResults", range).await?;
        Ok(nodes["nodeIds"][0].as_u64().filter(|node| *node > 0))
    }

    /// Does `what` with the element that `css` finds, and again with the one that stands there then, where the
    /// page was replaced in between: a number of a node lives no longer than its document.
    async fn at<T, F>(&self, css: &str, what: impl Fn(u64) -> F) -> anyhow::Result<T>
    where
        F: Future<Output = anyhow::Result<T>>,
    {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match what(self.element(css).await?).await {
                Err(error) if Instant::now() > deadline => return Err(error),
                Err(_) => sleep(Duration::from_millis(50)).await,
                done => return done,
            }
        }
    }

    /// Where on the screen the middle of a node is, once it is scrolled into view.
    async fn middle(&self, node: u64) -> anyhow::Result<(f64, f64)> {
        self.command("DOM.scrollIntoViewIfNeeded", json!({ "nodeId": node })).await?;
        let quads = self.command("DOM.getContentQuads", json!({ "nodeId": node })).await?;
        let corners: Vec<f64> =
            quads["quads"][0].as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
        let [x1, y1, _, _, x2, y2, ..] = corners[..] else { return Err(anyhow!("it is not on the screen")) };
        Ok((f64::midpoint(x1, x2), f64::midpoint(y1, y2)))
    }

    async fn click_at(&self, x: f64, y: f64) -> anyhow::Result<()> {
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
            self.command("Input.dispatchMouseEvent", event).await?;
        }
        Ok(())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Its profile goes with it; nothing in it is worth a clean end.
        let _ = self.chromium.kill();
        let _ = self.chromium.wait();
    }
}

fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// Starts Chromium and reads where it listens for the DevTools protocol.
fn start(program: &Path, profile: &Path) -> anyhow::Result<(Child, String)> {
    let mut chromium = Command::new(program)
        .args([
            "--headless=new",
            "--remote-debugging-port=0",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
        ])
        // Chromium would look up its maker's hosts, which no test may depend on.
        .args([
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ])
        .args(["--hide-scrollbars", "--lang=zh-CN", "about:blank"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("Chromium starts")?;
    let output = chromium.stderr.take().context("output is piped")?;
    let mut lines = BufReader::new(output).lines();
    let address = lines.by_ref().map_while(Result::ok).find_map(|line| {
        line.split_once("DevTools listening on ").map(|(_, address)| address.trim().to_owned())
    });
    // Chromium goes on talking; a full pipe would stop it.
    std::thread::spawn(move || lines.for_each(drop));
    match address {
        Some(address) => Ok((chromium, address)),
        None => {
            chromium.kill()?;
            bail!("Chromium ended without saying where it listens")
        }
    }
}

/// What an answer has in its `data`.
fn decoded(answer: &Value) -> anyhow::Result<Vec<u8>> {
    let data = answer["data"].as_str().context("a file comes back")?;
    base64::Engine::decode(&base64::engine::general_purpose::STANDARD, data).context("files come in Base64")
}
