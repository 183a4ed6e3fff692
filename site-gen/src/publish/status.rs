//! The list of releases, for whoever looks after the server.

use std::fmt::Write as _;

use super::releases::Releases;

/// One line for each release, newest first, with a mark at the current one; then the previews.
///
/// # Errors
///
/// Fails when the folder can't be read.
pub fn text(releases: &Releases) -> anyhow::Result<String> {
    let current = releases.current()?;
    let mut text = String::new();
    for release in releases.all()?.iter().rev() {
        let mark = if Some(release) == current.as_ref() { "→" } else { " " };
        let about = &release.about;
        let commit = about.commit.get(..10).unwrap_or(&about.commit);
        let published = about.published.strftime("%Y-%m-%d %H:%M");
        let _ = writeln!(
            text,
            "{mark} 第 {} 版  {published}  {commit}  {} 页  {}",
            release.number, about.pages, about.subject
        );
    }
    if text.is_empty() {
        text.push_str("还没有发布过。\n");
    } else if current.is_none() {
        text.push_str("没有一版是现在的网站：用 --rollback 选一版，或者再推送一次。\n");
    }
    let mut previews: Vec<String> = std::fs::read_dir(releases.previews())
        .map(|entries| {
            entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
        })
        .unwrap_or_default();
    previews.sort();
    if !previews.is_empty() {
        let _ = writeln!(text, "预览：{}", previews.join("、"));
    }
    Ok(text)
}
