//! The staff's side: a desk made with the operators' command, and a member at work in the browser.

use std::fs;

use anyhow::{Context as _, ensure};

use crate::browser::{Browser, DESK, Looks};
use crate::nuanzhan;
use crate::server::{Ground, Server};

/// The member of every test's desk.
pub const MEMBER: &str = "值班员";
/// Their passphrase.
pub const PASSPHRASE: &str = "灯笼 溪水 麦子 二十三 石桥";

/// The member of the desk below.
pub const COUNTY_MEMBER: &str = "县里的值班员";

/// Makes the city's desk with its first member; what the command said.
pub fn open_desk(ground: &Ground) -> anyhow::Result<String> {
    create(ground, ["shili-city", "示例市妇联", "990100"], MEMBER, &[])
}

/// Makes the county's desk below that of the city; what the command said.
pub fn open_county_desk(ground: &Ground) -> anyhow::Result<String> {
    let below = ["--parent", "shili-city"];
    create(ground, ["shili-county", "示例县妇联", "990121"], COUNTY_MEMBER, &below)
}

fn create(
    ground: &Ground,
    [id, name, region]: [&str; 3],
    member: &str,
    more: &[&str],
) -> anyhow::Result<String> {
    let file = ground.folder().join("passphrase.txt");
    fs::write(&file, format!("{PASSPHRASE}\n"))?;
    let file = file.display().to_string();
    let mut arguments = vec!["desk", "create", "--id", id, "--name", name, "--region", region];
    arguments.extend(["--member", member, "--keys-here", "--passphrase-file", &file]);
    arguments.extend(more);
    let data = ground.data_arguments();
    arguments.extend(data.iter().map(String::as_str));
    let ran = nuanzhan::run(ground.folder(), &arguments)?;
    ensure!(ran.code == 0, "the desk is made: {}{}", ran.stdout, ran.stderr);
    Ok(ran.stdout)
}

/// A member signed in at the desk.
pub struct AtDesk {
    /// The member's browser.
    pub browser: Browser,
}

impl AtDesk {
    /// Signs in; `None` where there is no browser.
    pub async fn sign_in(server: &Server, what: &str) -> anyhow::Result<Option<Self>> {
        Self::sign_in_as(server, (MEMBER, "轮到我们"), DESK, what).await
    }

    /// Signs somebody in who then sees `first`.
    pub async fn sign_in_as(
        server: &Server,
        whom: (&str, &str),
        looks: Looks,
        what: &str,
    ) -> anyhow::Result<Option<Self>> {
        Self::sign_in_at(&server.base, whom, looks, what).await
    }

    /// The same, where the site is at `base`.
    pub async fn sign_in_at(
        base: &str,
        (member, first): (&str, &str),
        looks: Looks,
        what: &str,
    ) -> anyhow::Result<Option<Self>> {
        let Some(browser) = Browser::open(looks, what).await? else { return Ok(None) };
        browser.count_violations().await?;
        browser.goto(&format!("{base}/desk/")).await?;
        browser.fill("#member", member).await?;
        browser.fill("#passphrase", PASSPHRASE).await?;
        browser.click("#desk form button").await?;
        browser.wait_for_text(first).await.context("the work is shown after signing in")?;
        let wrong = browser.text("#desk > [role=alert]").await?;
        ensure!(wrong.is_empty(), "the queue complains: {wrong}");
        Ok(Some(Self { browser }))
    }

    /// Opens the first letter that waits for the desk, takes it on if nobody has; its text.
    pub async fn open_first(&self) -> anyhow::Result<String> {
        self.browser.click(".queue li button").await?;
        self.browser.wait_for_text("来信的人").await?;
        if self.browser.click_if_there("//button[contains(., '受理')]").await? {
            self.browser.wait_for_text("已受理").await?;
        }
        self.browser.text("#desk .thread").await
    }

    /// Answers the letter that is open.
    pub async fn answer(&self, text: &str) -> anyhow::Result<()> {
        self.browser.fill("#answer", text).await?;
        self.browser.click("#desk form button").await?;
        self.browser.wait_for_text("答复已经寄出").await?;
        Ok(())
    }

    /// Goes back to the queue.
    pub async fn back_to_queue(&self) -> anyhow::Result<String> {
        self.browser.click("#desk .actions button").await?;
        self.browser.wait_for_text("轮到我们").await
    }
}
