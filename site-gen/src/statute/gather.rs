//! Reads the library's folder and puts what belongs together: versions of one statute, books of one code.
//!
//! Files are read and taken apart in parallel; the outcome is the same on every machine. What can't be read is told with
//! its file and left out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::Date;
use rayon::prelude::*;

use super::parse::{self, Fault, FaultKind};
use super::text::{EventKind, FullText, Volume};
use super::{Library, Work, dates};
use crate::diag::{Diagnostic, Diagnostics};
use crate::source::{self, Hash, Located, Signature, SourceMap, Span};

/// Folders of the collection that hold no statutes.
const OTHER_FOLDERS: [&str; 2] = ["案例", "scripts"];

/// What is said before titles and is no part of them for people.
const STATE: &str = "中华人民共和国";

/// Where a library is, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The folder.
    pub folder: PathBuf,
    /// How findings name it: from the content folder.
    pub shown: String,
    /// In `site.toml`; `None` where the command line says it.
    pub said: Option<Span>,
}

impl Place {
    /// The library that `site.toml` names, or the command line, which goes before. Relative to the content folder in
    /// `site.toml`, to the place where one stands on the command line.
    pub fn find(content: &Path, option: Option<&Path>, setting: Option<&Located<String>>) -> Option<Self> {
        if let Some(folder) = option {
            return Some(Self { shown: folder.display().to_string(), folder: folder.to_owned(), said: None });
        }
        let setting = setting?;
        let shown = setting.value.trim().trim_end_matches('/').to_owned();
        Some(Self { folder: content.join(&shown), shown, said: Some(setting.span) })
    }
}

/// The library's folder where it lies inside the content: what is in it is no content.
pub fn folder_inside(content: &Path) -> Option<String> {
    let settings = String::from_utf8(source::bytes(&content.join("site.toml")).ok()?).ok()?;
    let settings: toml::Table = settings.trim_start_matches('\u{feff}').parse().ok()?;
    let folder = settings.get("statutes").or_else(|| settings.get("法规全文"))?.as_str()?;
    let folder = folder.trim().trim_start_matches("./").trim_end_matches('/');
    let inside =
        !folder.is_empty() && !folder.starts_with('/') && !folder.split('/').any(|part| part == "..");
    inside.then(|| folder.to_owned())
}

/// A file, read.
struct Read {
    path: String,
    text: Arc<str>,
    hash: Hash,
    volume: Option<(Volume, Date)>,
    faults: Vec<Fault>,
}

/// The files of a library, as they look from outside: while that does not change, it need not be read again. The reason
/// where the folder can't be opened.
pub type Listing = Result<Vec<(String, Signature)>, String>;

/// Lists the library at `place`.
///
/// # Errors
///
/// Fails when the folder was named on the command line and can't be read.
pub fn list(place: &Place) -> anyhow::Result<Listing> {
    match (source::markdown_under(&place.folder), place.said) {
        (Ok(files), _) => Ok(Ok(files.into_iter().filter(|(path, _)| is_statute(path)).collect())),
        (Err(err), None) => Err(err),
        (Err(err), Some(_)) => Ok(Err(err.root_cause().to_string())),
    }
}

/// Reads the library at `place`, which holds the files of `listing`. Files with faults are added to `sources`, so that
/// findings can point at them. A folder that `site.toml` names and that can't be read is a finding.
pub fn library(
    place: &Place,
    listing: &Listing,
    sources: &mut SourceMap,
    diags: &mut Diagnostics,
) -> Library {
    let files = match (listing, place.said) {
        (Ok(files), _) => files.as_slice(),
        (Err(_), None) => &[],
        (Err(why), Some(at)) => {
            let message = format!("打不开法规全文的文件夹“{}”：{why}", place.shown);
            diags.push(
                Diagnostic::error("statute-library", at, message)
                    .hint("写从内容文件夹算起的位置，例如 ../statutes；没有全文就删掉这一行"),
            );
            return Library { lost: true, ..Library::default() };
        }
    };
    // Collected in the order of paths, whatever order the threads finish in.
    let mut files: Vec<Read> = files.par_iter().map(|(path, _)| read(&place.folder, path.clone())).collect();
    let stamp = stamp(&files);
    let works = works(&mut files);
    for file in &files {
        tell(file, &place.shown, sources, diags);
    }
    Library { works, stamp, lost: false }
}

/// Changes whenever a file comes or goes or says something else.
fn stamp(files: &[Read]) -> Hash {
    let mut hasher = blake3::Hasher::new();
    for file in files {
        hasher.update(&(file.path.len() as u64).to_le_bytes());
        hasher.update(file.path.as_bytes());
        hasher.update(&file.hash);
    }
    hasher.finalize().into()
}

/// Hidden files are not listed at all; here go what explains the collection, and what is no statute.
fn is_statute(path: &str) -> bool {
    let mut parts = path.split('/').rev();
    let name = parts.next().unwrap_or_default();
    !name.starts_with('_')
        && !name.starts_with("README")
        && !parts.any(|folder| OTHER_FOLDERS.contains(&folder))
}

fn read(folder: &Path, path: String) -> Read {
    let fatal = |message: String, hint: &str| {
        vec![Fault { kind: FaultKind::Unread, at: 0..0, message, hint: hint.to_owned() }]
    };
    let nothing = |path: String, hash, faults| Read { path, text: Arc::from(""), hash, volume: None, faults };
    let bytes = match source::bytes(&folder.join(&path)) {
        Ok(bytes) => bytes,
        Err(err) => {
            let faults = fatal(format!("读不了这个文件：{err}"), "检查文件的权限");
            return nothing(path, Hash::default(), faults);
        }
    };
    let hash = blake3::hash(&bytes).into();
    let text: Arc<str> = match String::from_utf8(bytes) {
        Ok(text) => Arc::from(text),
        Err(_) => {
            return nothing(
                path,
                hash,
                fatal("这个文件不是 UTF-8 编码".to_owned(), "另存为时，编码选 UTF-8"),
            );
        }
    };
    let (volume, mut faults) = parse::volume(&path, Arc::clone(&text));
    let volume = volume.and_then(|volume| {
        let on = date_of(&path, &volume);
        if on.is_none() {
            let hint = "文件名写成 名称(2020-05-01).md，或在名称下面写 2020年5月1日 …… 通过";
            faults.extend(fatal("不知道这是哪一天通过的版本".to_owned(), hint));
        }
        Some((volume, on?))
    });
    Read { path, text, hash, volume, faults }
}

/// The day in the file's name; else the last thing that happened.
fn date_of(path: &str, volume: &Volume) -> Option<Date> {
    dates::of_name(stem(path)).1.or_else(|| {
        let events = volume.events.iter();
        let made = events.filter(|event| !matches!(event.what, EventKind::Effective | EventKind::Repealed));
        made.map(|event| event.on).max()
    })
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.strip_suffix(".md").unwrap_or(name)
}

/// Amendments, decisions and replies are done with when they are made: one of another day is another one, not a newer
/// version.
fn is_single(title: &str) -> bool {
    let bare = title.split(['（', '(']).next().unwrap_or(title);
    let ends = ["修正案", "决定", "批复", "通知", "公告", "命令", "答复", "复函"];
    ends.iter().any(|end| bare.ends_with(end))
}

/// Which statute a title names: the brackets of inner titles and blanks make no difference.
fn key_of(title: &str) -> String {
    let plain = |c: char| match c {
        '<' | '《' => '〈',
        '>' | '》' => '〉',
        '(' => '（',
        ')' => '）',
        c => c,
    };
    title.chars().map(plain).collect()
}

/// The versions of a statute: the volumes of each day with the places of their files.
type Days = BTreeMap<Date, Vec<(usize, Volume)>>;

/// Puts versions and books together. Takes the volumes out of `files` and leaves what is wrong with them there.
fn works(files: &mut [Read]) -> Vec<Arc<Work>> {
    // By title, then by day: the volumes with the places of their files.
    let mut groups: BTreeMap<(String, Option<Date>), Days> = BTreeMap::new();
    for (at, file) in files.iter_mut().enumerate() {
        let Some((volume, on)) = file.volume.take() else { continue };
        let single = is_single(&volume.title).then_some(on);
        groups.entry((key_of(&volume.title), single)).or_default().entry(on).or_default().push((at, volume));
    }
    let mut works = Vec::new();
    for ((_, single), days) in groups {
        let texts = days.into_iter().map(|(on, volumes)| Arc::new(full_text(on, volumes, files)));
        works.push(Arc::new(work(texts.collect(), single.is_some())));
    }
    works
}

fn full_text(adopted: Date, mut volumes: Vec<(usize, Volume)>, files: &mut [Read]) -> FullText {
    let first_article = |volume: &Volume| volume.articles.first().map(|article| article.number);
    volumes.sort_by_key(|(at, volume)| (first_article(volume), *at));
    let mut kept: Vec<Volume> = Vec::new();
    for (at, volume) in volumes {
        let twice = kept
            .iter()
            .find(|other| volume.book.is_none() || other.book.is_none() || other.book == volume.book);
        if let Some(other) = twice {
            files[at].faults.push(Fault {
                kind: FaultKind::Unread,
                at: 0..0,
                message: format!("和 {} 是同一部法规的同一个版本", other.path),
                hint: "留下一份；不是同一个版本，就改文件名里的日期".to_owned(),
            });
        } else {
            kept.push(volume);
        }
    }
    let mut text = FullText { adopted, effective: None, repealed: None, volumes: kept };
    text.effective = dates::effective(&text);
    let events = text.volumes.iter().flat_map(|volume| &volume.events);
    let repealed = events.filter(|event| event.what == EventKind::Repealed).map(|event| event.on).min();
    text.repealed = repealed.filter(|day| *day > adopted);
    text
}

fn work(texts: Vec<Arc<FullText>>, single: bool) -> Work {
    let newest = texts.last().and_then(|text| text.volumes.first());
    let (title, path) = newest.map_or(("", ""), |volume| (volume.title.as_str(), volume.path.as_str()));
    // Of single ones the name of the file tells them apart: 示例修正案（三）.
    let own_name = dates::of_name(stem(path)).0;
    let title = if single && own_name.contains(['（', '(']) { own_name } else { title };
    let short = title.replace(STATE, "").replace("《》", "");
    Work {
        title: title.to_owned(),
        short_title: if short.is_empty() { title.to_owned() } else { short },
        rank: rank_of(path).to_owned(),
        texts,
    }
}

/// What a statute is, from the outermost folder that says it: the others are branches of law.
fn rank_of(path: &str) -> &str {
    const RANKS: [&str; 6] = ["行政法规", "司法解释", "部门规章", "地方性法规", "宪法", "地方政府规章"];
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    folder.split('/').find_map(|part| RANKS.iter().find(|rank| part == **rank).copied()).unwrap_or("法律")
}

/// Turns the faults of a file into findings.
fn tell(file: &Read, shown: &str, sources: &mut SourceMap, diags: &mut Diagnostics) {
    if file.faults.is_empty() {
        return;
    }
    let id = sources.point_at(format!("{shown}/{}", file.path), &file.text);
    for fault in &file.faults {
        let at = Span::new(id, fault.at.start, fault.at.end);
        let message = fault.message.clone();
        let finding = match fault.kind {
            FaultKind::Unread => {
                Diagnostic::warning("statute-text", at, format!("这份全文没有收进来：{message}"))
            }
            FaultKind::Order => Diagnostic::warning("statute-order", at, message),
            FaultKind::Chapter => Diagnostic::warning("statute-chapter", at, message),
        };
        diags.push(finding.hint(fault.hint.clone()));
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn file(path: &str, text: &str) -> (String, String) {
        (path.to_owned(), text.to_owned())
    }

    fn gathered(files: &[(String, String)]) -> (Library, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            #[expect(clippy::disallowed_methods, reason = "a test lays out a library")]
            std::fs::write(path, text).unwrap();
        }
        let place = Place { folder: folder.path().to_owned(), shown: "../statutes".to_owned(), said: None };
        let (mut sources, mut diags) = (SourceMap::default(), Diagnostics::default());
        let listing = list(&place).unwrap();
        let library = library(&place, &listing, &mut sources, &mut diags);
        let told = diags.sorted().into_iter().map(|found| {
            let (line, _) = sources.line_column(found.span.file, found.span.start);
            format!("{}:{line} {} {}", sources.path(found.span.file), found.code, found.message)
        });
        (library, told.collect())
    }

    const LAW: &str = "# 中华人民共和国示例法\n2019年1月5日 会议通过\n<!-- INFO END -->\n第一条 甲。\n第二条 本法自2019年3月1日起施行。\n";

    #[test]
    fn versions_of_one_title_are_one_statute_and_books_of_one_code_one_text() {
        let book = |name: &str, from: &str| {
            format!(
                "# 示例法典\n# {name}\n2020年5月28日 通过\n2021年1月1日 施行\n<!-- INFO END -->\n{from} 甲。\n"
            )
        };
        let (library, told) = gathered(&[
            file("社会法/示例法(2019-01-05).md", LAW),
            file(
                "社会法/示例法(2022-02-02).md",
                &LAW.replace("甲", "乙").replace("会议通过", "会议通过\n2022年2月2日 会议修正"),
            ),
            file("法典/一编.md", &book("总则", "第一条")),
            file("法典/附则.md", &book("附则", "第三条")),
            file("法典/家庭.md", &book("家庭编", "第二条")),
            file("法典/_index.md", "---\n---\n"),
        ]);
        assert_eq!(told, Vec::<String>::new());
        let titles: Vec<(&str, &str)> =
            library.works.iter().map(|work| (work.title.as_str(), work.short_title.as_str())).collect();
        assert_eq!(titles, [("中华人民共和国示例法", "示例法"), ("示例法典", "示例法典")]);
        let law = &library.works[0];
        let days: Vec<_> = law.texts.iter().map(|text| (text.adopted, text.effective)).collect();
        // The amended one still names the first one's day, which says nothing of it.
        assert_eq!(days, [(date(2019, 1, 5), Some(date(2019, 3, 1))), (date(2022, 2, 2), None)]);
        let code = library.works[1].newest();
        assert_eq!(code.effective, Some(date(2021, 1, 1)));
        let books: Vec<_> = code.volumes.iter().map(|volume| volume.book.as_deref().unwrap()).collect();
        assert_eq!(books, ["总则", "家庭编", "附则"]);
        assert_eq!(code.count(), 3);
    }

    #[test]
    fn one_bad_file_is_named_and_the_rest_go_on() {
        let (library, told) = gathered(&[
            file("a(2020-01-01).md", "没有名称。\n"),
            file("b.md", "# 示例办法\n<!-- INFO END -->\n第一条 甲。\n"),
            file("c(2019-01-05).md", LAW),
            file("d(2019-01-05).md", LAW),
            file("e(2020-01-01).md", "# 示例规定\n<!-- INFO END -->\n第一条 甲。\n\n第三条 乙。\n"),
        ]);
        assert_eq!(
            told,
            [
                "../statutes/a(2020-01-01).md:1 statute-text 这份全文没有收进来：没有找到法规的名称",
                "../statutes/b.md:1 statute-text 这份全文没有收进来：不知道这是哪一天通过的版本",
                "../statutes/d(2019-01-05).md:1 statute-text 这份全文没有收进来：和 c(2019-01-05).md 是同一部法规的同一个版本",
                "../statutes/e(2020-01-01).md:5 statute-order 第一条后面是第三条，中间少了条文",
            ]
        );
        assert_eq!(library.works.len(), 2);
    }

    #[test]
    fn an_amendment_of_another_year_is_another_one() {
        let amendment = "# 示例法修正案\n<!-- INFO END -->\n第一条 改成甲。\n";
        let (library, _) = gathered(&[
            file("示例法修正案（1988年）(1988-01-01).md", amendment),
            file("示例法修正案（1993年）(1993-01-01).md", amendment),
        ]);
        let titles: Vec<&str> = library.works.iter().map(|work| work.title.as_str()).collect();
        assert_eq!(titles, ["示例法修正案（1988年）", "示例法修正案（1993年）"]);
    }
}
