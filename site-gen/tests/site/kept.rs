//! What one process keeps for the next: used where it is true, and nowhere else.

use std::fs;

use crate::common::read_all;
use crate::edits::site;

#[test]
fn what_was_kept_is_not_trusted_when_the_site_is_not_what_it_was() {
    let site = site();
    site.build();
    let whole = read_all(&site.dist());
    fs::remove_dir_all(site.dist()).unwrap();
    site.build();
    assert_eq!(read_all(&site.dist()), whole);
    let state = site.dist().with_file_name(".dist.state");
    let kept = fs::read(&state).unwrap();
    for damaged in [&kept[..kept.len() / 2], b"", b"nonsense that is long enough to be a length"] {
        #[expect(clippy::disallowed_methods, reason = "a test damages a file")]
        fs::write(&state, damaged).unwrap();
        site.build();
        assert_eq!(read_all(&site.dist()), whole);
    }
    // The documents that the state names are those it was written with, or none.
    let documents = site.dist().with_file_name(".dist.documents");
    let before = fs::read(&documents).unwrap();
    site.edit("guides/domestic-violence/g1.md", "一句话。", "两句话。");
    site.build();
    assert!(fs::read(&documents).unwrap() == before, "one edit does not write all documents again");
    let whole = read_all(&site.dist());
    #[expect(clippy::disallowed_methods, reason = "a test damages a file")]
    fs::write(&documents, &before[1..]).unwrap();
    site.build();
    fs::remove_file(&documents).unwrap();
    site.build();
    assert_eq!(read_all(&site.dist()), whole);
}
