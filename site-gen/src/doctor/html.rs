//! Tags and attributes of our own pages, as far as a look from outside needs them. No parser of other people's HTML.

/// A tag with its attributes: `link`, `[("href", "/assets/a.css")]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag<'h> {
    /// In lower case as written.
    pub name: &'h str,
    /// Name and value of each attribute with a value in double quotes.
    pub attributes: Vec<(&'h str, &'h str)>,
}

/// The opening tags of a page.
pub fn tags(html: &str) -> Vec<Tag<'_>> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let end = rest.find('>').unwrap_or(rest.len());
        let inside = &rest[..end];
        let name = inside.split([' ', '\n', '/']).next().unwrap_or_default();
        if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            tags.push(Tag { name, attributes: attributes(&inside[name.len()..]) });
        }
        rest = &rest[end..];
    }
    tags
}

impl<'h> Tag<'h> {
    /// The value of an attribute.
    pub fn get(&self, name: &str) -> Option<&'h str> {
        self.attributes.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
}

/// What the browser fetches by itself for this page: scripts, styles, pictures, frames, and where forms go.
pub fn fetched(html: &str) -> Vec<String> {
    let mut addresses = Vec::new();
    for tag in tags(html) {
        let from = match tag.name {
            "script" | "img" | "iframe" | "source" | "video" | "audio" | "embed" | "track" | "input" => {
                ["src", "srcset"]
            }
            "link" => ["href", ""],
            "form" => ["action", ""],
            "object" => ["data", ""],
            _ => continue,
        };
        // Where the page itself is, and where its feed is, is not fetched.
        let only_named =
            tag.name == "link" && matches!(tag.get("rel"), Some("canonical" | "alternate" | "search"));
        if only_named {
            continue;
        }
        for value in from.iter().filter_map(|name| tag.get(name)) {
            addresses.extend(
                value.split(',').filter_map(|part| part.split_whitespace().next()).map(str::to_owned),
            );
        }
    }
    addresses
}

/// Whether an address leads to somebody else than `own` (`https://nuanzhan.example`).
pub fn is_foreign(address: &str, own: &str) -> bool {
    let outside =
        address.starts_with("http://") || address.starts_with("https://") || address.starts_with("//");
    outside && !address.starts_with(&format!("{own}/")) && address != own
}

fn attributes(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("=\"") {
        let name = before.rsplit([' ', '\n', '"']).next().unwrap_or_default();
        let Some((value, more)) = after.split_once('"') else { break };
        found.push((name, value));
        rest = more;
    }
    found
}
