//! What others are to read is read by other people's tools: the interface of HSDS is fuzzed against Open Referral's own
//! description of it, the map is looked at by a validator of RFC 7946.
//!
//! The tools come from Python's package index and the description lies beside the checkout; without either the tests say so and pass.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tests::server::{Ground, Server};
use tests::skip::skipped;
use tests::{python, workspace};

const BASE: &str = "/api/v1/hsds";

/// The one check that is left out: the description names no answer but 200, so that by it no identifier may be unknown
/// and nothing may be refused. What is refused, and what not, is held by the checks that stay: what the description takes
/// must not be refused (`positive_data_acceptance`), what it does not take must be (`negative_data_rejection`).
///
/// The other slips of that file are met, not left out: any text is taken as `modified_after` (its format is `datetime`, which
/// is none); a page may be 0 or -1; one `service_at_location` is also right as a service; lists take POST; operations
/// share their names.
const LEFT_OUT: &str = "status_code_conformance";

fn description() -> Option<PathBuf> {
    let path = workspace::root().join("../shared/data/hsds/openapi.json");
    if !path.exists() {
        said("HSDS's own description", "../shared/data/hsds is not beside the checkout");
        return None;
    }
    Some(path)
}

/// The tools, where there is a network to fetch them from: on CI there has to be one.
fn tools(what: &str) -> Option<&'static Path> {
    let why = match python::tools(Path::new(env!("CARGO_TARGET_TMPDIR"))) {
        Ok(tools) => return Some(tools),
        Err(why) => why,
    };
    if std::env::var_os("CI").is_some_and(|value| value == "true") {
        skipped(what, why);
    } else {
        said(what, why);
    }
    None
}

fn said(what: &str, why: &str) {
    // Straight to the terminal: the test runner hides what passing tests print.
    let _ = writeln!(std::io::stderr(), "skipped: {what} ({why})");
}

fn get(server: &Server, path: &str) -> Value {
    server.client().get(path).unwrap().json().unwrap()
}

/// The first of a list.
fn known(server: &Server, list: &str) -> String {
    let page = get(server, &format!("{BASE}/{list}?per_page=1"));
    page["contents"][0]["id"].as_str().unwrap().to_owned()
}

/// Runs schemathesis and gives what it said; it has to find nothing.
fn schemathesis(arguments: &[&str], settings: &str, description: &Path, server: &Server) {
    let Some(tools) = tools("fuzzing of the HSDS interface") else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("schemathesis.toml");
    std::fs::write(&file, settings).unwrap();
    let mut command = Command::new(tools.join("schemathesis"));
    command.arg("--config-file").arg(&file).arg("run").arg(description);
    command.args(["--url", &format!("{}{BASE}", server.base), "--exclude-checks", LEFT_OUT]);
    command.args(["--no-color", "--seed", "1", "--continue-on-failure"]).args(arguments);
    let said = command.current_dir(folder.path()).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(said.status.success(), "{out}\n{err}");
    assert!(out.contains("passed"), "{out}\n{err}");
}

#[test]
fn the_interface_is_what_hsds_describes() {
    let Some(description) = description() else { return };
    let server = Ground::new().unwrap().start().unwrap();
    schemathesis(&["--max-examples", "30"], "", &description, &server);
    // Again with identifiers that there are, which chance does not find.
    let lists = ["services", "organizations", "service_at_locations", "taxonomies", "taxonomy_terms"];
    let one = |list: &&str| {
        let id = known(&server, list);
        format!("[[operations]]\ninclude-path = \"/{list}/{{id}}\"\nparameters = {{ id = \"{id}\" }}\n")
    };
    let term = get(&server, &format!("{BASE}/taxonomy_terms?search=legal_advice"));
    let ids = ["id", "taxonomy_id"].map(|member| term["contents"][0][member].as_str().unwrap().to_owned());
    let many = |list: &&str| {
        let [term, taxonomy] = &ids;
        let labels = format!("taxonomy_term_id = \"{term}\", taxonomy_id = \"{taxonomy}\"");
        format!(
            "[[operations]]\ninclude-path = \"/{list}\"\nparameters = {{ {labels}, page = 1, search = \"\" }}\n"
        )
    };
    let settings: Vec<String> = lists.iter().map(one).chain(lists[..3].iter().map(many)).collect();
    schemathesis(&["--max-examples", "30", "--mode", "positive"], &settings.concat(), &description, &server);
}

#[test]
fn the_map_keeps_to_rfc_7946() {
    let server = Ground::new().unwrap().start().unwrap();
    let Some(tools) = tools("validation of the GeoJSON") else { return };
    let look = |collection: &str| -> Value {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("stations.geojson");
        std::fs::write(&file, collection).unwrap();
        let script = "import json, sys, geojson_validator as look\n\
                      map = json.load(open(sys.argv[1], encoding='utf-8'))\n\
                      print(json.dumps([look.validate_structure(map, check_crs=True), look.validate_geometries(map)]))";
        let said = Command::new(tools.join("python")).args(["-c", script]).arg(&file).output().unwrap();
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        serde_json::from_slice(&said.stdout).unwrap()
    };
    let map = server.client().get("/data/stations.geojson").unwrap();
    assert_eq!(map.header("content-type"), Some("application/geo+json"));
    let [structure, geometries] = [0, 1].map(|at| look(&map.body)[at].clone());
    assert_eq!(structure, serde_json::json!({}));
    assert_eq!(
        (&geometries["invalid"], &geometries["problematic"]),
        (&serde_json::json!({}), &serde_json::json!({}))
    );
    assert_eq!(geometries["skipped_validation"], serde_json::json!([]));
    assert!(geometries["count_geometry_types"]["Point"].as_u64().unwrap() > 70);
    // The validator would have seen latitude first, and a position that is none.
    let mut wrong: Value = serde_json::from_str(&map.body).unwrap();
    wrong["features"][0]["geometry"]["coordinates"] = serde_json::json!([40.4, 102.2]);
    let seen = look(&wrong.to_string());
    assert_eq!(seen[1]["problematic"]["outside_lat_lon_boundaries"], serde_json::json!([0]));
    wrong["features"][1]["geometry"]["coordinates"] = serde_json::json!("102.2,40.4");
    assert!(!look(&wrong.to_string())[0].as_object().unwrap().is_empty());
}
