//! Pages as tags and attributes, and what no page of the site may have or lack: the way out, and nothing that the strict
//! `Content-Security-Policy` would have to stop.
//!
//! Start at [`faults`]. It reads what our own renderers write, not any HTML: an attribute without quotes is read, broken
//! markup is not mended.

/// A tag that opens, or stands alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag<'a> {
    /// In lower case.
    pub name: String,
    /// Names in lower case, and values as they are written.
    pub attributes: Vec<(String, &'a str)>,
}

/// What loads something as soon as a page is shown, and the attribute that says what.
const LOADS: [(&str, &str); 14] = [
    ("script", "src"),
    ("img", "src"),
    ("img", "srcset"),
    ("source", "src"),
    ("source", "srcset"),
    ("video", "src"),
    ("video", "poster"),
    ("audio", "src"),
    ("track", "src"),
    ("input", "src"),
    ("image", "href"),
    ("image", "xlink:href"),
    ("use", "href"),
    ("use", "xlink:href"),
];

/// What has no place on any page.
const NEVER: [&str; 6] = ["iframe", "frame", "object", "embed", "base", "style"];

impl Tag<'_> {
    /// The value of an attribute.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| *value)
    }

    fn has_class(&self, class: &str) -> bool {
        self.get("class").is_some_and(|classes| classes.split_whitespace().any(|one| one == class))
    }
}

/// What is wrong with a page from which the way out leads to `exit`; nothing, hopefully.
pub fn faults(html: &str, exit: &str) -> Vec<String> {
    let tags = tags(html);
    let mut found = Vec::new();
    let before = tags.iter().take_while(|tag| tag.name != "main");
    let is_out = |tag: &Tag<'_>| tag.name == "a" && tag.has_class("leave") && tag.get("href") == Some(exit);
    if before.filter(|tag| is_out(tag)).count() != 1 {
        found.push(format!("not one way out to {exit} above the text"));
    }
    for tag in &tags {
        found.extend(stray(tag).map(|what| format!("{what}: {tag:?}")));
    }
    found
}

/// What a tag has that none may have.
fn stray(tag: &Tag<'_>) -> Option<&'static str> {
    let named = |name: &str| tag.get(name);
    if NEVER.contains(&tag.name.as_str()) {
        return Some("a tag that has no place here");
    }
    if tag.attributes.iter().any(|(name, _)| name.starts_with("on") || name == "style" || name == "srcdoc") {
        return Some("an attribute that runs or styles");
    }
    let is_data = named("type").is_some_and(|kind| kind.ends_with("json"));
    if tag.name == "script" && named("src").is_none() && !is_data {
        return Some("a script in the page");
    }
    let scripted = |value: &str| value.trim_start().to_ascii_lowercase().starts_with("javascript:");
    if tag.attributes.iter().any(|(_, value)| scripted(value)) {
        return Some("a script in an address");
    }
    let loads =
        LOADS.iter().filter(|(name, _)| *name == tag.name).filter_map(|(_, attribute)| named(attribute));
    // A copy for search engines and other languages is named by its whole address, and loaded by nobody.
    let links = named("href").filter(|_| tag.name == "link" && named("rel") != Some("canonical"));
    let sends = named("action").filter(|_| tag.name == "form").or(named("formaction"));
    let mut addresses = loads.chain(links).chain(sends).flat_map(parts);
    addresses.any(|address| !is_ours(address)).then_some("something of another host")
}

/// The addresses in a `src` or in a `srcset`.
fn parts(value: &str) -> impl Iterator<Item = &str> {
    // The address of a picture in the page has a comma in it.
    let several = if value.starts_with("data:") { None } else { Some(',') };
    let each = value.split(move |letter| Some(letter) == several);
    each.map(|part| part.split_whitespace().next().unwrap_or_default())
}

/// Whether an address stays on this host.
fn is_ours(address: &str) -> bool {
    let own_path = address.starts_with('/') && !address.starts_with("//") && !address.starts_with("/\\");
    own_path || address.starts_with('#') || address.starts_with("data:image/")
}

/// The tags of a page, without comments and without what stands in scripts.
pub fn tags(html: &str) -> Vec<Tag<'_>> {
    let (mut rest, mut found) = (html, Vec::new());
    while let Some((_, after)) = rest.split_once('<') {
        if let Some(comment) = after.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, rest)| rest);
        } else if after.starts_with(|first: char| first.is_ascii_alphabetic()) {
            let (tag, behind) = tag(after);
            rest = behind;
            if ["script", "style", "textarea", "title"].contains(&tag.name.as_str()) {
                let end = format!("</{}", tag.name);
                rest = rest.find(&end).map_or("", |at| &rest[at..]);
            }
            found.push(tag);
        } else {
            rest = after;
        }
    }
    found
}

/// The tag at the beginning, and what comes after it.
fn tag(text: &str) -> (Tag<'_>, &str) {
    let ends = |letter: char| letter.is_whitespace() || letter == '>' || letter == '/';
    let (name, mut rest) = text.split_at(text.find(ends).unwrap_or(text.len()));
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '/');
        if rest.is_empty() || rest.starts_with('>') {
            let tag = Tag { name: name.to_ascii_lowercase(), attributes };
            return (tag, rest.get(1..).unwrap_or_default());
        }
        let stops = |letter: char| ends(letter) || letter == '=';
        // A stray sign of equality would be a name of its own, and no end of the page.
        let end =
            rest.char_indices().skip(1).find(|(_, letter)| stops(*letter)).map_or(rest.len(), |(at, _)| at);
        let (key, after) = rest.split_at(end);
        let (value, behind) = match after.trim_start().strip_prefix('=') {
            Some(value) => value_at(value.trim_start()),
            None => ("", after),
        };
        attributes.push((key.to_ascii_lowercase(), value));
        rest = behind;
    }
}

/// The value at the beginning, in quotes or without, and what comes after it.
fn value_at(text: &str) -> (&str, &str) {
    match text.chars().next().filter(|quote| matches!(quote, '"' | '\'')) {
        Some(quote) => text[1..].split_once(quote).unwrap_or((&text[1..], "")),
        None => text.split_at(text.find(|at: char| at.is_whitespace() || at == '>').unwrap_or(text.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXIT: &str = "https://weather.example/";
    const OUT: &str = "<!-- <script>no()</script> --><a rel=\"x\" class=\"big leave\" href='https://weather.example/'>走</a>";

    fn of(more: &str) -> Vec<String> {
        faults(&format!("<!doctype html><body>{OUT}<main>{more}</main>"), EXIT)
    }

    #[test]
    fn what_is_ours_is_no_fault() {
        let good = "<p class=on title=\"1 > 0 onclick=x\">&lt;script&gt;</p><script src=/assets/a.js defer></script>\
                    <script type=\"application/ld+json\">{\"a\": \"<img src=//x>\"}</script><br/>\
                    <img src=\"data:image/png;base64,AA,//x\" alt=\"\"><img srcset=\"/a 1x, /b 2x\" src=\"/a\">\
                    <a href=\"https://court.example/\">法院</a><link rel=canonical href=https://nuanzhan.example/>\
                    <form action=\"/ask/\"><textarea><script>x</script></textarea></form><svg><use href=\"#i\"/></svg>";
        assert_eq!(of(good), [""; 0]);
    }

    #[test]
    fn what_runs_or_loads_from_elsewhere_is_a_fault() {
        for bad in [
            "<script>x()</script>",
            "<SCRIPT type=module>x()</SCRIPT>",
            "<script src=\"//cdn.example/a.js\"></script>",
            "<script\nsrc='https://cdn.example/a.js'></script>",
            "<p ONCLICK=\"x()\">",
            "<p class=a onclick=x()>",
            "<p style=\"color:red\">",
            "<style>p{}</style>",
            "<img src=\"/a\" srcset=\"/a 1x,https://cdn.example/b 2x\">",
            "<img src=https://cdn.example/a.png>",
            "<img src=\"/\\cdn.example/a.png\">",
            "<link rel=\"stylesheet\" href=\"https://cdn.example/a.css\">",
            "<link rel=\"preload\" as=\"font\" href=\"//cdn.example/a.woff2\">",
            "<a href=\" JavaScript:x()\">",
            "<iframe src=\"/a\"></iframe>",
            "<base href=\"/\">",
            "<form action=\"https://cdn.example/\">",
            "<input type=image src=\"//cdn.example/\">",
        ] {
            assert_eq!(of(bad).len(), 1, "{bad}: {:?}", of(bad));
        }
    }

    #[test]
    fn a_page_without_the_way_out_or_with_one_that_leads_elsewhere_is_a_fault() {
        for page in [
            "<main></main>".to_owned(),
            format!("<main>{OUT}</main>"),
            OUT.replace("weather", "whether"),
            OUT.replace("leave", "leaves"),
            format!("<!--{OUT}--><main></main>").replace("--><a", "<a"),
            [OUT, OUT].concat(),
        ] {
            assert_eq!(faults(&page, EXIT).len(), 1, "{page}");
        }
    }
}
