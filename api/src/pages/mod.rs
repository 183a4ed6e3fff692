//! Pages that only the server can make, for browsers without scripts: the inside of `<main>`, put into the shell.
//!
//! Each page is a handler, a typed context and a fragment beside it. Fragments escape everything they are given and
//! fail loudly on a name they do not know, so a test that renders one proves it.

pub mod search;
pub mod stations;

use std::sync::LazyLock;

use minijinja::value::{Serde, Value};
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;

use crate::error::{ApiError, ApiResult};

/// Every fragment by its name. Names end in `.html`: that is what turns escaping on.
const FRAGMENTS: [(&str, &str); 11] = [
    ("search.html", include_str!("search.html")),
    ("stations.html", include_str!("stations.html")),
    ("consultations/call_now.html", include_str!("consultations/call_now.html")),
    ("consultations/numbers.html", include_str!("consultations/numbers.html")),
    ("consultations/ask_again.html", include_str!("consultations/ask_again.html")),
    ("consultations/receipt.html", include_str!("consultations/receipt.html")),
    ("consultations/sent_before.html", include_str!("consultations/sent_before.html")),
    ("consultations/deleted.html", include_str!("consultations/deleted.html")),
    ("consultations/not_taken.html", include_str!("consultations/not_taken.html")),
    ("consultations/receipt_again.html", include_str!("consultations/receipt_again.html")),
    ("consultations/thread.html", include_str!("consultations/thread.html")),
];

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    for (name, source) in FRAGMENTS {
        environment.add_template(name, source).expect("a test renders every fragment");
    }
    environment
});

/// The fragment `name` with what it shows.
pub fn render(name: &str, context: impl Serialize) -> ApiResult<String> {
    let fragment =
        ENVIRONMENT.get_template(name).and_then(|fragment| fragment.render(Value::from(Serde(context))));
    fragment.map_err(|err| ApiError::Internal(anyhow::Error::new(err).context("fragment")))
}

/// An address on this site with parameters.
pub fn link(path: &str, parameters: &[(&str, &str)]) -> String {
    let given = parameters.iter().filter(|(_, value)| !value.is_empty());
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(given).finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}
