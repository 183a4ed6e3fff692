//! Where a block of a page goes: into which file of the little site, and between what.

use std::path::Path;

use super::page::Block;

/// A file with a piece of the page in it.
pub(crate) struct Placed {
    /// From the content root.
    pub(crate) path: String,
    before: String,
    piece: Vec<u8>,
    after: String,
}

/// How a piece comes into its file.
enum Way {
    /// The whole file.
    Whole,
    /// Markdown: the text below the head. YAML: settings in the head, in the place of those of the same name.
    Page,
    /// Below what is there.
    Below,
    /// Settings at the top, in the place of those of the same name; groups (`[[…]]`) below.
    Settings,
}

/// The files of the site that pieces go into, by the name that pages call them.
const PLACES: [(&str, &str, Way); 14] = [
    ("指南", "guides/work/night-shift.md", Way::Page),
    ("案例", "cases/2026/nursing-hour-restored.md", Way::Page),
    ("法规", "laws/shili-measures.md", Way::Page),
    ("站点", "stations/shili-county/nuanxi-family.md", Way::Page),
    ("保密站点", "stations/shili-county/night-shelter.md", Way::Page),
    ("名录", "stations/shili-county/_index.md", Way::Page),
    ("宣传", "campaigns/open-week.md", Way::Page),
    ("页面", "pages/before-you-come.md", Way::Page),
    ("站点表", "stations/shili-county/stations.csv", Way::Whole),
    ("旧地址表", "redirects.csv", Way::Whole),
    ("区划表", "regions.csv", Way::Below),
    ("主题", "topics.yaml", Way::Below),
    ("同义词", "thesaurus.yaml", Way::Below),
    ("网站设置", "site.toml", Way::Settings),
];

impl Placed {
    /// Puts a block where it goes, among the files of `site`.
    pub(crate) fn new(block: &Block, site: &Path) -> Self {
        let Some((_, path, way)) = PLACES.iter().find(|(name, ..)| *name == block.place) else {
            assert!(
                block.place.contains('.'),
                "不知道“{}”是哪里：写一个文件的位置，或 README.md 里的叫法",
                block.place
            );
            return Self::whole(block.place.clone(), block);
        };
        if matches!(way, Way::Whole) {
            return Self::whole((*path).to_owned(), block);
        }
        let host = std::fs::read_to_string(site.join(path)).unwrap();
        let (before, after) = match way {
            Way::Whole => (String::new(), String::new()),
            Way::Below => (host, String::new()),
            Way::Settings if block.text.starts_with('[') => (host + "\n", String::new()),
            Way::Settings => (String::new(), without_settings_of(&block.text, &host)),
            Way::Page => {
                let (head, text) = host.strip_prefix("---\n").unwrap().split_once("---\n").unwrap();
                if block.language == "md" {
                    (format!("---\n{head}---\n\n"), String::new())
                } else {
                    let head = without_settings_of(&block.text, head);
                    ("---\n".to_owned(), format!("{head}---\n{text}"))
                }
            }
        };
        Self { path: (*path).to_owned(), before, piece: bytes(block), after }
    }

    fn whole(path: String, block: &Block) -> Self {
        Self { path, before: String::new(), piece: bytes(block), after: String::new() }
    }

    /// The whole file.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        [self.before.as_bytes(), &self.piece, self.after.as_bytes()].concat()
    }

    /// The piece of a file that was mended. Only the piece may have changed.
    pub(crate) fn piece_of(&self, mended: &str) -> String {
        let rest = mended.strip_prefix(&self.before).and_then(|rest| rest.strip_suffix(&self.after));
        rest.unwrap_or_else(|| panic!("--fix 还改了例子外面：\n{mended}")).to_owned()
    }
}

/// What a block has; in a `bytes` block `\xNN` is the byte with that number, and line ends count only where written.
fn bytes(block: &Block) -> Vec<u8> {
    if block.language != "bytes" {
        return block.text.clone().into_bytes();
    }
    let text = block.text.trim_end();
    let mut parts = text.split("\\x");
    let mut out = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        out.push(u8::from_str_radix(&part[..2], 16).unwrap());
        out.extend(part[2..].bytes());
    }
    out
}

/// `host` without the settings that `piece` has, and what hangs under them.
fn without_settings_of(piece: &str, host: &str) -> String {
    let taken: Vec<&str> = piece.lines().filter_map(name_of).collect();
    // Names in a group of TOML are not those at the top.
    let (mut dropping, mut in_group) = (false, false);
    let kept = host.split_inclusive('\n').filter(|line| {
        in_group |= line.starts_with('[');
        if let Some(name) = name_of(line) {
            dropping = taken.contains(&name);
        }
        in_group || !dropping
    });
    kept.collect()
}

/// The name of a setting that stands at the very start of a line.
fn name_of(line: &str) -> Option<&str> {
    let (name, _) = line.split_once([':', '：', '=', '＝'])?;
    let name = name.trim_end();
    let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    (plain && !line.starts_with(' ')).then_some(name)
}
