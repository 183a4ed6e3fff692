//! What lies beside the pages: compressed copies.

use std::collections::BTreeMap;
use std::io::Read as _;

use crate::common::{TODAY, TestSite, read_all};
use site_gen::Options;

fn compressed(site: &TestSite) -> BTreeMap<String, Vec<u8>> {
    let options = Options { content: site.content(), out: site.dist(), today: TODAY, compress: true };
    site_gen::build(&options).unwrap();
    read_all(&site.dist())
}

#[test]
fn a_site_built_to_be_published_has_copies_that_unpack_to_its_files() {
    let site = TestSite::new();
    let files = compressed(&site);
    let page = "guides/domestic-violence/protection-order/index.html";
    for ending in ["br", "zst", "gz"] {
        assert!(files[&format!("{page}.{ending}")].len() < files[page].len() / 2, "{ending}");
    }
    let mut packed = 0;
    for (path, bytes) in &files {
        let Some(plain) = path.strip_suffix(".br") else { continue };
        let mut unpacked = Vec::new();
        brotli::Decompressor::new(&bytes[..], 4096).read_to_end(&mut unpacked).unwrap();
        assert!(unpacked == files[plain] && bytes.len() < unpacked.len(), "{path}");
        packed += 1;
    }
    assert!(packed > 10, "{packed}");
    assert!(!files.contains_key("data/search.index.br"), "nobody fetches it");
}

#[test]
fn copies_are_the_same_with_and_without_what_is_remembered() {
    let site = TestSite::new();
    let first = compressed(&site);
    let cache = site.dist().with_file_name(".dist.cache");
    assert!(cache.join("compress").is_dir());
    assert_eq!(compressed(&site), first);
    std::fs::remove_dir_all(cache).unwrap();
    assert_eq!(compressed(&site), first);
}

#[test]
fn a_site_built_to_be_looked_at_has_none() {
    let site = TestSite::new();
    site.build();
    assert!(read_all(&site.dist()).keys().all(|path| !path.ends_with(".br") && !path.ends_with(".gz")));
    assert!(!site.dist().with_file_name(".dist.cache").exists());
}
