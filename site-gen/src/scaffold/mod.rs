//! New files for editors to fill in: the right place, a name for the address, a template that explains itself.
//!
//! Start at [`plan`]: from what was asked and what is there to the text of one file, or to a refusal that says what to
//! type instead. Whatever can be derived is: the name from the title, the year from the day, a station's division and
//! kind from its name. Every template passes `check` as it is and is marked as a draft (see [`crate::held_back`]), so an
//! unfinished page is never published. [`county`] lays out a whole county. Nothing here writes; the command does.

pub mod around;
pub mod county;
pub mod site;
pub mod slug;
pub mod templates;

use jiff::civil::Date;

use crate::diag::nearest;
use around::Around;

/// What a new file is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// `guides/<topic>/<slug>.md`
    Guide,
    /// `cases/<year>/<slug>.md`
    Case,
    /// `stations/<folder>/<slug>.md`
    Station,
    /// `laws/<slug>.md`
    Law,
    /// `campaigns/<slug>.md`
    Campaign,
    /// `pages/<slug>.md`
    Page,
}

/// What an editor asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// What it is to be.
    pub sort: Sort,
    /// As typed: `work/maternity-leave`, `work`, a whole path, or nothing.
    pub place: Option<String>,
    /// Its heading or name.
    pub title: Option<String>,
    /// The topic's slug, for guides and cases.
    pub topic: Option<String>,
    /// For the year of a case and the dates in templates.
    pub today: Date,
}

/// A file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// From the content root.
    pub path: String,
    /// The template, filled in as far as possible.
    pub text: String,
    /// What was derived, one sentence each.
    pub derived: Vec<String>,
}

/// Why nothing is written, and what to type instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What is in the way.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// Where a new file goes.
struct Spot {
    /// Topic, year or station folder; empty for kinds without.
    folder: String,
    slug: String,
    derived: Vec<String>,
}

impl Sort {
    /// The word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Guide => "guide",
            Self::Case => "case",
            Self::Station => "station",
            Self::Law => "law",
            Self::Campaign => "campaign",
            Self::Page => "page",
        }
    }

    /// The folder at the content root.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Guide => "guides",
            Self::Case => "cases",
            Self::Station => "stations",
            Self::Law => "laws",
            Self::Campaign => "campaigns",
            Self::Page => "pages",
        }
    }

    fn has_folders(self) -> bool {
        matches!(self, Self::Guide | Self::Case | Self::Station)
    }
}

/// The file that `request` asks for.
///
/// # Errors
///
/// Refuses an unknown topic, a name that is taken or can't stand in an address, and a request that leaves out what
/// nothing can be derived from.
pub fn plan(request: &Request, around: &Around) -> Result<NewFile, Refusal> {
    if request.title.as_ref().is_some_and(|title| title.contains('\u{fffd}')) {
        return Err(refusal("标题里有一个字丢了，只剩下“�”", "把标题重新打一遍"));
    }
    let mut spot = spot(request, around)?;
    refuse_taken(request, &spot, around)?;
    let path = path_of(request.sort, &spot);
    let text = templates::fill(request, &spot.folder, around, &mut spot.derived);
    Ok(NewFile { path, text, derived: spot.derived })
}

/// The path from the content root.
fn path_of(sort: Sort, spot: &Spot) -> String {
    match sort.has_folders() {
        true => format!("{}/{}/{}.md", sort.folder(), spot.folder, spot.slug),
        false => format!("{}/{}.md", sort.folder(), spot.slug),
    }
}

fn spot(request: &Request, around: &Around) -> Result<Spot, Refusal> {
    let (folder, name) = typed(request, around);
    let mut derived = Vec::new();
    let folder = match request.sort {
        Sort::Guide => topic(folder.or_else(|| request.topic.clone()), around)?,
        Sort::Case => year(folder, request, &mut derived)?,
        Sort::Station => station_folder(folder, around)?,
        Sort::Law | Sort::Campaign | Sort::Page => String::new(),
    };
    let slug = match name {
        Some(name) => checked_slug(&name, request, &folder)?,
        None => slug_from_title(request, &folder, around, &mut derived)?,
    };
    Ok(Spot { folder, slug, derived })
}

/// The folder and the name in what was typed. `guides/work/x.md`, `work/x`, `work/`, `work` and `x` are understood.
fn typed(request: &Request, around: &Around) -> (Option<String>, Option<String>) {
    let Some(place) = &request.place else { return (None, None) };
    let place = place.trim().trim_start_matches("./");
    let place = place.strip_prefix("content/").unwrap_or(place);
    let own = format!("{}/", request.sort.folder());
    let place = place.strip_prefix(&own).unwrap_or(place);
    let place = place.strip_suffix(".md").unwrap_or(place);
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    if !request.sort.has_folders() {
        return (None, some(place.trim_matches('/')));
    }
    match place.rsplit_once('/') {
        Some((folder, name)) => (some(folder), some(name)),
        None if is_folder_alone(place, request, around) => (some(place), None),
        None => (None, some(place)),
    }
}

/// Whether one word names a folder and not a file.
fn is_folder_alone(word: &str, request: &Request, around: &Around) -> bool {
    match request.sort {
        // With a topic given apart, the word can only be the name.
        Sort::Guide => request.topic.is_none(),
        Sort::Case => word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit()),
        Sort::Station => around.station_folders.contains(word),
        Sort::Law | Sort::Campaign | Sort::Page => false,
    }
}

fn topic(folder: Option<String>, around: &Around) -> Result<String, Refusal> {
    let all = || {
        let topics = around.topics.iter().map(|(slug, title)| format!("{slug}（{title}）"));
        topics.collect::<Vec<_>>().join("、")
    };
    let Some(topic) = folder else {
        return Err(refusal(
            "没说放在哪个主题",
            format!("主题有：{}。例如 site-gen new guide {} --title \"标题\"", all(), around.first_topic()),
        ));
    };
    if around.topics.iter().any(|(slug, _)| *slug == topic) {
        return Ok(topic);
    }
    if let Some((slug, _)) = around.topics.iter().find(|(_, title)| *title == topic) {
        return Ok(slug.clone());
    }
    let near = nearest(&topic, around.topics.iter().map(|(slug, _)| slug.as_str()));
    let hint = match near {
        Some(near) => format!("是不是想写 {near}。主题有：{}", all()),
        None => format!("主题有：{}。要新的主题，先在 topics.yaml 里加", all()),
    };
    Err(refusal(format!("没有叫“{topic}”的主题"), hint))
}

fn year(folder: Option<String>, request: &Request, derived: &mut Vec<String>) -> Result<String, Refusal> {
    let Some(year) = folder else {
        let year = request.today.year();
        derived.push(format!("年份用了今年 {year}；事情不是今年办完的，换成办完的那一年"));
        return Ok(year.to_string());
    };
    let known = year.parse::<i16>().ok().filter(|year| (1990..=2100).contains(year));
    known.map(|year| year.to_string()).ok_or_else(|| {
        refusal(
            format!("“{year}”不是年份"),
            "案例放在办完的那一年，例如 site-gen new case 2026 --title \"标题\"",
        )
    })
}

fn station_folder(folder: Option<String>, around: &Around) -> Result<String, Refusal> {
    let known = || around.station_folders.iter().map(String::as_str);
    let all = || known().collect::<Vec<_>>().join("、");
    let Some(folder) = folder else {
        let mut folders = known();
        return match (folders.next(), folders.next()) {
            (Some(only), None) => Ok(only.to_owned()),
            (None, _) => Err(refusal(
                "没说放在哪个文件夹",
                "一般一个县一个，用拼音或英文。例如 site-gen new station shili-county --title \"站点名称\"",
            )),
            _ => Err(refusal("没说放在哪个文件夹", format!("已有的文件夹：{}", all()))),
        };
    };
    if known().any(|name| name == folder) {
        return Ok(folder);
    }
    if !slug::is_slug(&folder) {
        return Err(refusal(
            format!("文件夹“{folder}”不能用"),
            "只用小写英文字母、数字和短横，例如 shili-county",
        ));
    }
    match nearest(&folder, known()) {
        Some(near) => Err(refusal(
            format!("没有叫“{folder}”的文件夹"),
            format!("是不是想写 {near}。真要一个新的，先在 stations 里新建文件夹 {folder}，再运行一次"),
        )),
        None => Ok(folder),
    }
}

fn checked_slug(name: &str, request: &Request, folder: &str) -> Result<String, Refusal> {
    if slug::is_slug(name) {
        return Ok(name.to_owned());
    }
    let hint = match slug::from_title(name) {
        Some(proposal) => format!("可以这样：{}", command(request, folder, &proposal)),
        None => "文件名只用小写英文字母、数字和短横".to_owned(),
    };
    Err(refusal(format!("文件名“{name}”不能用在网址里"), hint))
}

fn slug_from_title(
    request: &Request,
    folder: &str,
    around: &Around,
    derived: &mut Vec<String>,
) -> Result<String, Refusal> {
    let title = request.title.as_deref().unwrap_or_default();
    let Some(name) = slug::from_title(title) else {
        let example = command(request, folder, "file-name");
        return Err(refusal(
            "没写文件名，也没写能取文件名的标题",
            format!("加上 --title \"标题\"，文件名会按拼音取；或者自己取一个：{example}"),
        ));
    };
    if taken_by(&name, request.sort, folder, around).is_none() {
        derived
            .push(format!("文件名 {name} 按标题的拼音取的，会成为网址的一部分。想换就现在换，发布以后别改"));
    }
    Ok(name)
}

fn refuse_taken(request: &Request, spot: &Spot, around: &Around) -> Result<(), Refusal> {
    let Some(by) = taken_by(&spot.slug, request.sort, &spot.folder, around) else { return Ok(()) };
    let free = slug::free(&spot.slug, |name| taken_by(name, request.sort, &spot.folder, around).is_some());
    let other = command(request, &spot.folder, &free);
    Err(refusal(format!("“{}”已经有了：{by}。没有动它", spot.slug), format!("换一个名字，例如：{other}")))
}

/// What has this name already. Guides, cases and stations may not share names across folders either.
fn taken_by(name: &str, sort: Sort, folder: &str, around: &Around) -> Option<String> {
    let path = match sort.has_folders() {
        true => format!("{}/{folder}/{name}.md", sort.folder()),
        false => format!("{}/{name}.md", sort.folder()),
    };
    if around.paths.contains(&path) {
        return Some(path);
    }
    if sort == Sort::Page && crate::check::is_reserved(name) {
        return Some("网站自己要用这个地址".to_owned());
    }
    if sort.has_folders() {
        return around.names.get(&(sort.folder(), name.to_owned())).cloned();
    }
    None
}

/// The command with another name, to be copied.
fn command(request: &Request, folder: &str, name: &str) -> String {
    let place = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    let title = request.title.as_ref().map_or_else(String::new, |title| format!(" --title \"{title}\""));
    format!("site-gen new {} {place}{title}", request.sort.word())
}

fn refusal(message: impl Into<String>, hint: impl Into<String>) -> Refusal {
    Refusal { message: message.into(), hint: hint.into() }
}

#[cfg(test)]
mod tests;
