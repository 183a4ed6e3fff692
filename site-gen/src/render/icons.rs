//! The drawings: line icons on a grid of 48, coloured by the text around them.

/// Icons by the name that `topics.yaml` and templates use. The first stands in for a name that is not here.
const ICONS: &[(&str, &str)] = &[
    ("book", r#"<path d="M24 13c-4-3-9-4-16-4v27c7 0 12 1 16 4 4-3 9-4 16-4V9c-7 0-12 1-16 4zM24 13v27"/>"#),
    (
        "shield",
        r#"<path d="M24 5c5 4 10 5 16 5v13c0 10-6 16-16 20C14 39 8 33 8 23V10c6 0 11-1 16-5z"/><path d="m17 23 5 5 9-10"/>"#,
    ),
    ("home", r#"<path d="M6 23 24 8l18 15M11 20v20h26V20"/><path d="M20 40V28h8v12"/>"#),
    (
        "child",
        r#"<circle cx="24" cy="11" r="5"/><path d="M24 16v14M12 19c4 4 8 5 12 5s8-1 12-5M16 42l8-12 8 12"/>"#,
    ),
    ("work", r#"<path d="M6 15h36v25H6zM17 15V9h14v6M6 25h36M24 22v6"/>"#),
    ("voice", r#"<path d="M7 20v9h7l14 9V11l-14 9zM34 18c3 3 3 10 0 13M39 13c6 6 6 17 0 23"/>"#),
    (
        "field",
        r#"<path d="M5 39c8-6 30-6 38 0M11 36l4-9M24 35v-9M37 36l-4-9"/><path d="M24 26c-7 0-9-5-9-11 6 0 9 4 9 11zM24 26c7 0 9-5 9-11-6 0-9 4-9 11zM24 15V7"/>"#,
    ),
    (
        "elder",
        r#"<circle cx="20" cy="10" r="5"/><path d="M14 42l3-13-2-9c2-4 8-4 10 0l2 8 8 2M20 30l5 12M35 26v16M35 26c0-3 4-3 4 0"/>"#,
    ),
    (
        "scales",
        r#"<path d="M24 7v34M14 41h20M9 14h30M9 14 4 27h10zM39 14l-5 13h10zM4 27c0 6 10 6 10 0M34 27c0 6 10 6 10 0"/>"#,
    ),
    (
        "pin",
        r#"<path d="M24 43c9-10 14-17 14-24a14 14 0 1 0-28 0c0 7 5 14 14 24z"/><circle cx="24" cy="19" r="5"/>"#,
    ),
    ("letter", r#"<path d="M6 10h36v25H23l-9 8v-8H6z"/><path d="M15 19h18M15 26h11"/>"#),
    (
        "mark",
        r#"<path d="M6 23 24 7l18 16v18H6z"/><path d="M24 37c-5-3-8-6-8-9 0-3 2-4 4-4s3 1 4 2c1-1 2-2 4-2s4 1 4 4c0 3-3 6-8 9z" fill="currentColor" stroke="none"/>"#,
    ),
];

/// Whether there is an icon of this name.
pub fn is_known(name: &str) -> bool {
    ICONS.iter().any(|(known, _)| *known == name)
}

/// The names there are.
pub fn names() -> Vec<&'static str> {
    ICONS.iter().map(|(name, _)| *name).collect()
}

/// The SVG element of an icon. A name that is not known gets the book.
pub(super) fn svg(name: &str) -> String {
    let drawing = ICONS.iter().find(|(known, _)| *known == name).unwrap_or(&ICONS[0]).1;
    format!(r#"<svg viewBox="0 0 48 48" aria-hidden="true" focusable="false">{drawing}</svg>"#)
}

/// The icon of the browser's tab: a file of its own, so with its own colour.
pub(super) fn favicon() -> Vec<u8> {
    let drawing = svg("mark").replace(
        r#" aria-hidden="true" focusable="false""#,
        r##" xmlns="http://www.w3.org/2000/svg" fill="none" stroke="#0d5a55" stroke-width="4" stroke-linejoin="round" color="#0d5a55""##,
    );
    drawing.into_bytes()
}
