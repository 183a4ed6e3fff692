//! A small site on disk that tests change and check.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use jiff::civil::{Date, date};
use site_gen::{Options, Outcome};
use tempfile::TempDir;

use crate::real::newest_day;

/// The day on which all made-up content is looked at.
pub(crate) const TODAY: Date = date(2026, 11, 21);

/// A content folder of one guide, one digest, two statutes, two stations and what they need.
pub(crate) struct TestSite {
    folder: TempDir,
}

const FILES: [(&str, &str); 11] = [
    (
        "site.toml",
        "name = \"暖站\"\ntitle = \"示例市妇女儿童维权服务\"\nbase_url = \"https://nuanzhan.example\"\nregion = \"990100\"\nexit_url = \"https://www.example.com/\"\n\n[footer]\noperator = \"示例市妇女联合会主办\"\n\n[[hotlines]]\nnumber = \"110\"\nname = \"报警\"\nuse = \"有危险\"\nemergency = true\n",
    ),
    (
        "regions.csv",
        "code,name,level,lat,lon,radius_km\n990100,示例市,city,40.4,102.2,90\n990121,示例县,county,40.4,102.5,45\n990121100,暖溪镇,township,40.45,102.6,12\n",
    ),
    (
        "topics.yaml",
        "- slug: domestic-violence\n  title: 反家庭暴力\n  summary: 挨打怎么办\n  order: 1\n  icon: shield\n  emergency: true\n",
    ),
    ("thesaurus.yaml", "- say: [打老婆]\n  law: [家庭暴力]\n  topic: domestic-violence\n"),
    (
        "guides/domestic-violence/protection-order.md",
        "---\ntitle: 人身安全保护令怎么申请\nsummary: 请法院不许他再动手。\nreviewed: 2026-10-12\nsteps:\n  - do: 先打 110\n    how: 说清“家庭暴力”。\nbring:\n  - 身份证\nhotlines: [\"110\"]\nhelp_at: [court_window]\n---\n法院 **72 小时**内决定。\n\n## 依据\n\n> 依据《反家庭暴力法》第二十三条、第二十八条。\n",
    ),
    (
        "cases/2025/order-in-two-days.md",
        "---\ntitle: 两天拿到保护令\nsummary: 她请法院下了命令。\ntopic: domestic-violence\noutcome: protection_order\nchannel: court\napplied:\n  - 《反家庭暴力法》第二十三条\nguides: [protection-order]\n---\n## 事情经过\n\n她报了警。\n",
    ),
    (
        "laws/anti-domestic-violence-law.md",
        "---\ntitle: 中华人民共和国反家庭暴力法\nshort_titles: [反家庭暴力法]\nrank: 法律\nversions:\n  - adopted: 2015-12-27\n    effective: 2016-03-01\n    articles: 38\n---\n保护家里挨打的人。\n\n### 第二十三条 谁可以申请\n\n挨打的人可以申请。\n",
    ),
    (
        "laws/marriage-law.md",
        "---\ntitle: 中华人民共和国婚姻法\nshort_titles: [婚姻法]\nversions:\n  - adopted: 2001-04-28\n    effective: 2001-04-28\n    articles: 51\n    repealed: 2021-01-01\nreplaced_by:\n  第三十二条: 《反家庭暴力法》第一条\n---\n已经废止。\n",
    ),
    ("stations/shili-county/_index.md", "---\nregion: \"990121\"\n---\n示例县的站点。\n"),
    (
        "stations/shili-county/nuanxi-rights.md",
        "---\nname: 暖溪镇妇女儿童维权服务站\nkind: rights_station\nregion: \"990121100\"\naddress: 示例县暖溪镇人民路 18 号\nlocation: {lat: 40.45, lon: 102.6, datum: wgs84}\nphones: [\"0000-5550123\"]\nhours: \"Mo-Fr 08:30-12:00\"\n---\n进门先登记。\n",
    ),
    (
        "stations/shili-county/county-shelter.md",
        "---\nname: 示例县庇护中心\nkind: shelter\nregion: \"990121\"\nphones: [\"0000-5550199\"]\nhours: \"24/7\"\nvisibility: confidential\n---\n打热线，有人来接。\n",
    ),
];

impl TestSite {
    /// A site without faults.
    pub(crate) fn new() -> Self {
        let site = Self { folder: tempfile::tempdir().unwrap() };
        for (path, text) in FILES {
            site.write(path, text);
        }
        site
    }

    /// Writes a file of the content.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) -> &Self {
        let path = self.content().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        #[expect(clippy::disallowed_methods, reason = "a test plays the editor")]
        fs::write(path, text).unwrap();
        self
    }

    /// What a file of the content has.
    pub(crate) fn read(&self, path: &str) -> String {
        String::from_utf8(fs::read(self.content().join(path)).unwrap()).unwrap()
    }

    /// Replaces `from`, which must be there, in a file of the content.
    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) -> &Self {
        #[expect(clippy::disallowed_methods, reason = "a test plays the editor")]
        let text = fs::read_to_string(self.content().join(path)).unwrap();
        assert!(text.contains(from), "{path} has no “{from}”");
        self.write(path, text.replacen(from, to, 1))
    }

    /// The folder editors write.
    pub(crate) fn content(&self) -> PathBuf {
        self.folder.path().join("content")
    }

    /// The folder the site is built into.
    pub(crate) fn dist(&self) -> PathBuf {
        self.folder.path().join("dist")
    }

    /// Builds into [`Self::dist`].
    pub(crate) fn build(&self) -> Outcome {
        self.build_into(&self.dist())
    }

    /// Builds into `out`.
    pub(crate) fn build_into(&self, out: &Path) -> Outcome {
        site_gen::build(&Options::new(self.content(), out, TODAY)).unwrap()
    }

    /// What `check` says, one line for each finding: `path:line:column code message | hint`.
    pub(crate) fn findings(&self) -> Vec<String> {
        let (Outcome::Built(report) | Outcome::Rejected(report)) =
            site_gen::check(&self.content(), TODAY).unwrap();
        let line = |diagnostic: &site_gen::diag::Diagnostic| {
            let span = diagnostic.span;
            let (line, column) = report.sources.line_column(span.file, span.start);
            let hint = diagnostic.hint.as_ref().map_or(String::new(), |hint| format!(" | {hint}"));
            let path = report.sources.path(span.file);
            format!("{path}:{line}:{column} {} {}{hint}", diagnostic.code, diagnostic.message)
        };
        report.diags.sorted().into_iter().map(line).collect()
    }

    /// The codes of what `check` says.
    pub(crate) fn codes(&self) -> Vec<String> {
        self.findings().iter().map(|line| line.split(' ').nth(1).unwrap().to_owned()).collect()
    }
}

/// The files of the real content's site, by path.
pub(crate) fn real_site() -> &'static BTreeMap<String, Vec<u8>> {
    static SITE: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(build_real_site);
    &SITE
}

fn build_real_site() -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("../content");
    let out = folder.path().join("dist");
    match site_gen::build(&Options::new(&content, &out, newest_day(&content).unwrap())).unwrap() {
        Outcome::Built(_) => read_all(&out),
        Outcome::Rejected(report) => panic!("{}", report.text()),
    }
}

/// Every file under `folder` with its bytes, by path.
pub(crate) fn read_all(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    try_read_all(folder).unwrap()
}

/// The same of a folder that somebody may be writing to: a file may be gone before it is read.
pub(crate) fn try_read_all(folder: &Path) -> std::io::Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                files.insert(name, fs::read(&path)?);
            }
        }
    }
    Ok(files)
}

/// A picture with something to see; another `shade` is another picture.
pub(crate) fn png(width: u32, height: u32, shade: u8) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let pixels: Vec<u8> = (0..height)
        .flat_map(|y| (0..width).flat_map(move |x| [x, y, (x ^ y) + u32::from(shade)]))
        .map(|value| u8::try_from(value % 251).unwrap())
        .collect();
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    file
}
