//! `site-gen watch` as an editor leaves it running: how she saves, what she breaks, and Ctrl-C.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use site_gen::workshop::Workshop;
use site_gen::{Options, Outcome};

use crate::common::{TODAY, TestSite, read_all, try_read_all};

const PATIENCE: Duration = Duration::from_mins(1);
const GUIDE: &str = "guides/domestic-violence/protection-order.md";
const PAGE: &str = "guides/domestic-violence/protection-order/index.html";

/// The running program and what it says.
struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    /// Starts it; the site need not be there yet.
    fn start(site: &TestSite) -> Self {
        let mut program = Command::new(env!("CARGO_BIN_EXE_site-gen"));
        program.args(["watch", "--no-git", "--content"]).arg(site.content());
        program
            .arg("--out")
            .arg(site.dist())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = program.spawn().unwrap();
        let (sender, lines) = channel();
        let said = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || said.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { child, lines }
    }

    /// The same, once the first site is there.
    fn started(site: &TestSite) -> Self {
        let watch = Self::start(site);
        watch.hear("停下：按 Ctrl-C");
        watch
    }

    fn hear(&self, part: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut said = Vec::new();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) if line.contains(part) => return line,
                Ok(line) => said.push(line),
                Err(why) => panic!("nobody said “{part}” ({why}), only {said:#?}"),
            }
        }
    }

    /// As Ctrl-C does; its exit code.
    fn stop(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}

fn page(site: &TestSite, path: &str) -> Option<String> {
    Some(String::from_utf8_lossy(&fs::read(site.dist().join(path)).ok()?).into_owned())
}

fn wait_for(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "it never was so: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Waits until what was saved last is in the site, and holds it against a clean build.
fn ends_as_a_clean_build(site: &TestSite) {
    let clean = site.dist().with_file_name("clean");
    let mut workshop = Workshop::new(Options::new(site.content(), &clean, TODAY));
    assert!(matches!(workshop.update(None).unwrap(), Outcome::Built(_)));
    let clean = read_all(&clean);
    wait_for("the site is what a clean build makes", || {
        try_read_all(&site.dist()).is_ok_and(|all| all == clean)
    });
}

fn sentence(text: &str) -> String {
    format!("---\ntitle: 新来的\nsummary: 一句。\n---\n{text}\n")
}

#[test]
fn a_file_is_followed_however_it_is_saved() {
    let site = TestSite::new();
    let watch = Watch::started(&site);
    site.edit(GUIDE, "内决定。", "内决定。写进去的。");
    let line = watch.hear("protection-order.md（改过）");
    assert!(line.contains("写了") && line.contains("毫秒"), "{line}");
    assert!(page(&site, PAGE).unwrap().contains("写进去的"));
    // Another file, renamed over it; and away and back, with a copy left behind.
    let (at, text) = (site.content().join(GUIDE), site.read(GUIDE));
    site.write("guides/domestic-violence/.draft.tmp", text.replace("写进去的", "换上去的"));
    fs::rename(at.with_file_name(".draft.tmp"), &at).unwrap();
    wait_for("renamed over", || page(&site, PAGE).is_some_and(|page| page.contains("换上去的")));
    fs::rename(&at, at.with_file_name("protection-order.md~")).unwrap();
    site.write(GUIDE, text.replace("写进去的", "放回来的"));
    wait_for("away and back", || page(&site, PAGE).is_some_and(|page| page.contains("放回来的")));
    // A file that comes, moves with its folder, and goes.
    site.write(
        "cases/2026/new.md",
        "---\ntitle: 新来的\nsummary: 一句。\ntopic: domestic-violence\noutcome: advised\n---\n有人陪。\n",
    );
    wait_for("it comes", || page(&site, "cases/new/index.html").is_some());
    fs::rename(site.content().join("cases/2026"), site.content().join("cases/2024")).unwrap();
    site.edit("cases/2024/new.md", "有人陪", "有人一直陪");
    wait_for("its folder moves", || {
        page(&site, "cases/new/index.html").is_some_and(|page| page.contains("有人一直陪"))
    });
    fs::remove_dir_all(site.content().join("cases/2024")).unwrap();
    wait_for("it goes", || page(&site, "cases/new/index.html").is_none());
    ends_as_a_clean_build(&site);
    assert_eq!(watch.stop(), Some(0));
}

#[test]
fn what_is_broken_is_told_the_site_stays_and_mending_is_told_too() {
    let site = TestSite::new();
    let watch = Watch::started(&site);
    let before = read_all(&site.dist());
    site.edit(GUIDE, "title:", "titel:");
    watch.hear("是不是想写 title");
    watch.hear("网站还是改动以前的样子");
    assert!(read_all(&site.dist()) == before);
    site.edit(GUIDE, "titel:", "title:");
    watch.hear("都改好了");
    assert!(read_all(&site.dist()) == before);
    // No setting, no site: as it was, until it is back.
    let (at, away) = (site.content().join("site.toml"), site.content().with_file_name("away"));
    fs::rename(&at, &away).unwrap();
    watch.hear("没有更新");
    assert!(read_all(&site.dist()) == before);
    fs::rename(&away, &at).unwrap();
    site.edit(GUIDE, "内决定。", "内决定。又好了。");
    wait_for("it is mended", || page(&site, PAGE).is_some_and(|page| page.contains("又好了")));
    assert_eq!(watch.stop(), Some(0));
}

#[test]
fn a_burst_of_edits_while_the_site_is_being_built_ends_as_a_clean_build() {
    let site = TestSite::new();
    // Not waited for: the first edits come while the first site is being built.
    let watch = Watch::start(&site);
    for edit in 0..200 {
        let text = sentence(&format!("第 {edit} 次。"));
        site.write(&format!("guides/domestic-violence/many-{}.md", edit % 40), text);
        if edit % 20 == 0 {
            std::thread::sleep(Duration::from_millis(15));
        }
    }
    ends_as_a_clean_build(&site);
    assert_eq!(watch.stop(), Some(0));
}

#[test]
fn ctrl_c_leaves_a_whole_site_and_nothing_half_written() {
    let site = TestSite::new();
    for stop_after in [0, 5, 20, 60] {
        let watch = Watch::started(&site);
        for number in 0..50 {
            let text = sentence(&format!("停在第 {stop_after} 毫秒。"));
            site.write(&format!("guides/domestic-violence/many-{number}.md"), text);
        }
        std::thread::sleep(Duration::from_millis(stop_after));
        assert_eq!(watch.stop(), Some(0));
        let beside: Vec<_> = fs::read_dir(site.dist().parent().unwrap()).unwrap().collect();
        let half = |entry: &std::io::Result<fs::DirEntry>| {
            let name = entry.as_ref().unwrap().file_name();
            let name = name.to_string_lossy().into_owned();
            name.ends_with(".staging") || name.ends_with(".new") || name.ends_with(".previous")
        };
        assert!(!beside.iter().any(half), "{beside:?}");
        for (path, bytes) in read_all(&site.dist()) {
            let whole = !path.ends_with(".html") || bytes.trim_ascii_end().ends_with(b"</html>");
            assert!(whole, "{path} is not whole");
        }
        // And the next process goes on from there.
        assert!(matches!(site.build(), Outcome::Built(_)));
    }
    ends_as_a_clean_build(&site);
}
