//! `docs/api.md` is the map of the API: it names every route that the `OpenAPI` document describes, and none that is not there.
//!
//! Start at [`the_map_names_every_route_and_no_other`]. What a route answers is tested where it is made.

use std::collections::BTreeSet;

use serde_json::Value;

const MAP: &str = include_str!("../../../docs/api.md");

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// `GET /api/v1/…` and the like, as the `OpenAPI` document has them; and itself.
fn described() -> BTreeSet<String> {
    let document: Value = serde_json::from_str(&api::routes::document()).unwrap();
    let mut found = BTreeSet::from(["GET /api/v1/openapi.json".to_owned()]);
    for (path, item) in document["paths"].as_object().unwrap() {
        let methods = item.as_object().unwrap().keys().map(|method| method.to_uppercase());
        found.extend(
            methods
                .filter(|method| METHODS.contains(&method.as_str()))
                .map(|method| format!("{method} {path}")),
        );
    }
    found
}

/// The parts of a line that are set as code.
fn code(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// The method and the path of `GET /search`, without what is asked.
fn route(code: &str) -> Option<(&str, &str)> {
    let (method, path) = code.split_once(' ')?;
    let known = METHODS.contains(&method) && path.starts_with('/');
    known.then(|| (method, path.split('?').next().unwrap_or(path)))
}

/// What the first cells of tables name: a method alone goes with the next path. Paths are told from what stands above the
/// table.
fn named(map: &str) -> Vec<String> {
    let (mut under, mut found) = (String::new(), Vec::new());
    for line in map.lines() {
        if line.starts_with('#') {
            under = String::new();
        } else if let Some(rest) = line.strip_prefix("All under ") {
            code(rest).next().unwrap().clone_into(&mut under);
        } else if line.starts_with("Beside these, right under ") {
            under = String::new();
        } else if let Some(row) = line.strip_prefix("| ") {
            let mut methods = Vec::new();
            for code in code(row.split(" |").next().unwrap()) {
                if METHODS.contains(&code) {
                    methods.push(code);
                } else if let Some((method, path)) = route(code) {
                    methods.push(method);
                    let path = format!("/api/v1{under}{path}");
                    // The list of what lies under a folder has no slash at its end.
                    let path = if under.is_empty() { path.as_str() } else { path.trim_end_matches('/') };
                    found.extend(methods.drain(..).map(|method| format!("{method} {path}")));
                }
            }
            assert!(methods.is_empty(), "a method without a path: {line}");
        }
    }
    found
}

#[test]
fn the_map_names_every_route_and_no_other() {
    let (described, named) = (described(), named(MAP));
    let once: BTreeSet<String> = named.iter().cloned().collect();
    let lacking: Vec<_> = described.difference(&once).collect();
    let surplus: Vec<_> = once.difference(&described).collect();
    assert!(
        lacking.is_empty() && surplus.is_empty(),
        "docs/api.md lacks {lacking:?}, has {surplus:?} too much"
    );
    assert_eq!(once.len(), named.len(), "each once: {named:?}");
}

/// What the text says beside the tables is there as well.
#[test]
fn every_route_that_the_map_speaks_of_is_there() {
    let described = described();
    for (method, path) in MAP.lines().flat_map(code).filter_map(route) {
        let is_there = ["", "/consultations", "/desk"].iter().any(|under| {
            let path = format!("/api/v1{under}{path}");
            let path = if under.is_empty() { path.as_str() } else { path.trim_end_matches('/') };
            described.contains(&format!("{method} {path}"))
        });
        assert!(is_there, "{method} {path}");
    }
}

/// Would a route be missed, or one too many seen?
#[test]
fn the_map_is_read_as_it_is_meant() {
    let map = "# A\n\n| `GET /a` | `POST /not` |\n\nAll under `/desk`. `GET /nor`\n\n| `GET`, `POST /b?to=` | |\n\
               | `POST /c/{id}`, `DELETE /c` | |\n| `POST /` | |\n| `/d` | |\n## B\n| `GET /e/` |\n";
    let expected = [
        "GET /api/v1/a",
        "GET /api/v1/desk/b",
        "POST /api/v1/desk/b",
        "POST /api/v1/desk/c/{id}",
        "DELETE /api/v1/desk/c",
        "POST /api/v1/desk",
        "GET /api/v1/e/",
    ];
    assert_eq!(named(map), expected);
}
