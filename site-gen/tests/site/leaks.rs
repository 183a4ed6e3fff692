//! Where a shelter is, written in every place where an editor might write it: each is refused at its line, or in no byte of
//! what a build leaves on the disk.
//!
//! Start at [`told`], which looks through everything beside the content, compressed copies and kept work unpacked. The
//! canaries are an address, a position in three datums and three ways to write it, and somebody's own telephone.

use std::io::Read as _;
use std::path::Path;

use search::coord::Coord;
use search::datum::{Bd09, Gcj02};
use site_gen::{Options, Outcome};

use crate::common::{TODAY, TestSite, png, read_all};

const SHELTER: &str = "stations/shili-county/county-shelter.md";
const STATION: &str = "stations/shili-county/nuanxi-rights.md";
const GUIDE: &str = "guides/domestic-violence/protection-order.md";
const CASE: &str = "cases/2025/order-in-two-days.md";
const NAME: &str = "示例县庇护中心";
const ADDRESS: &str = "金雀路 77 号";
const PLACE: (f64, f64) = (40.47771, 102.57771);
const MOBILE: &str = "13955500077";

/// The numbers of the place in each datum.
fn positions() -> [(&'static str, f64, f64); 3] {
    let place = Coord::new(PLACE.0, PLACE.1).unwrap();
    let round = |degrees: f64| (degrees * 1e5).round() / 1e5;
    let (gcj, bd) = (Gcj02::from(place), Bd09::from(place));
    [
        ("wgs84", PLACE.0, PLACE.1),
        ("gcj02", round(gcj.lat), round(gcj.lon)),
        ("bd09", round(bd.lat), round(bd.lon)),
    ]
}

/// What must be in no byte, and as what it is told: letters and numbers as such, and numbers as the index of stations has them.
fn patterns() -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<(String, Vec<u8>)> =
        canaries().into_iter().map(|canary| (canary.clone(), canary.into_bytes())).collect();
    for (datum, lat, lon) in positions() {
        let packed = |degrees: f64| (format!("{datum} {degrees}, packed"), degrees.to_le_bytes().to_vec());
        all.extend([lat, lon].map(packed));
    }
    all
}

/// With and without blanks, as addresses have it, numbers to a hundred metres.
fn canaries() -> Vec<String> {
    let mut all = vec!["金雀路".to_owned(), "%E9%87%91%E9%9B%80%E8%B7%AF".to_owned(), MOBILE.to_owned()];
    all.extend(["139-5550-0077", "139 5550 0077", "40°28′39", "102°34′39", "jinquelu"].map(str::to_owned));
    for (_, lat, lon) in positions() {
        all.extend(
            [lat, lon].map(|degrees| format!("{degrees:.5}")[..format!("{degrees:.3}").len()].to_owned()),
        );
    }
    all
}

/// Which files beside the content tell a canary, compressed ones and entries of caches unpacked.
fn told(site: &TestSite) -> Vec<String> {
    let patterns = patterns();
    let root = site.content().parent().unwrap().to_owned();
    let mut told = Vec::new();
    for (path, bytes) in read_all(&root).into_iter().filter(|(path, _)| !path.starts_with("content/")) {
        let texts = unpacked(&path, bytes);
        let tells = |(canary, bytes): &&(String, Vec<u8>)| {
            path.contains(canary.as_str()) || texts.iter().any(|text| contains(text, bytes))
        };
        told.extend(patterns.iter().filter(tells).map(|(canary, _)| format!("{path}: {canary}")));
    }
    told
}

/// A file as it is, and as whatever it may be packed as.
fn unpacked(path: &str, bytes: Vec<u8>) -> Vec<Vec<u8>> {
    const MOST: u64 = 32 << 20;
    let mut all = Vec::new();
    let mut out = Vec::new();
    if flate2::read::MultiGzDecoder::new(&bytes[..]).take(MOST).read_to_end(&mut out).is_ok() {
        all.push(std::mem::take(&mut out));
    }
    out.clear();
    if zstd::stream::read::Decoder::new(&bytes[..])
        .is_ok_and(|packed| packed.take(MOST).read_to_end(&mut out).is_ok())
    {
        all.push(std::mem::take(&mut out));
    }
    out.clear();
    // Entries of the cache carry their checksum behind; whatever was unpacked before it counts.
    let whole = brotli::Decompressor::new(&bytes[..], 4096).take(MOST).read_to_end(&mut out).is_ok();
    assert!(whole || !path.ends_with(".br"), "{path} can't be unpacked");
    all.push(out);
    all.push(bytes);
    all
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// Built as what is published is built, with its compressed copies.
fn build(site: &TestSite) -> Outcome {
    let options = Options::new(site.content(), site.dist(), TODAY);
    site_gen::build(&Options { compress: true, ..options }).unwrap()
}

/// What is found in a site that is refused; `None` where it was built and tells nothing.
fn refusal(site: &TestSite, what: &str) -> Option<String> {
    match build(site) {
        Outcome::Built(_) => {
            assert_eq!(told(site), Vec::<String>::new(), "{what}");
            None
        }
        Outcome::Rejected(_) => {
            assert!(!site.dist().exists(), "{what}: nothing is published");
            assert_eq!(told(site), Vec::<String>::new(), "{what}: nothing is kept");
            let findings = site.findings();
            Some(findings.join("\n"))
        }
    }
}

/// Whether a finding of one of these codes stands in this line of this file.
fn is_refused_at(findings: &str, (path, line): (&str, usize), codes: &[&str]) -> bool {
    findings.lines().any(|finding| {
        finding.starts_with(&format!("{path}:{line}:"))
            && codes.iter().any(|code| finding.split(' ').nth(1) == Some(code))
    })
}

fn line_of(site: &TestSite, path: &str, words: &str) -> usize {
    let text = site.read(path);
    let at = text.find(words).unwrap_or_else(|| panic!("{path} has no “{words}”"));
    text[..at].matches('\n').count() + 1
}

#[test]
fn a_site_without_a_word_of_it_is_built_and_the_search_for_canaries_finds_one_that_is_planted() {
    let site = TestSite::new();
    assert_eq!(refusal(&site, "plain"), None);
    // The search itself must be able to fail: in a page, in its compressed copies, in the name of a file.
    site.edit(
        GUIDE,
        "法院 **72 小时**内决定。",
        &format!("法院在{ADDRESS}。{}", "这句话要够长。".repeat(200)),
    );
    // And in what is packed for the server: a public station at the very place.
    site.edit(STATION, "lat: 40.45, lon: 102.6,", "lat: 40.47771, lon: 102.57771,");
    assert!(matches!(build(&site), Outcome::Built(_)));
    let told = told(&site);
    for ending in [".html", ".html.br", ".html.gz", ".html.zst", ".json", "stations.index"] {
        assert!(told.iter().any(|path| path.contains(&format!("{ending}: "))), "{ending}: {told:#?}");
    }
}

/// How a place is told by the marks and links of Markdown.
const ONLY_IN_TEXT: [&str; 4] = [
    "金雀路 **77** 号",
    "[怎么走](https://surl.amap.com/x1y2)",
    "[怎么走](https://uri.example.cn/?q=%E9%87%91%E9%9B%80%E8%B7%AF77%E5%8F%B7)",
    "[怎么走](tel:12338?%E9%87%91%E9%9B%80%E8%B7%AF77%E5%8F%B7)",
];

/// In every setting and line of its own file: the words a place is told by.
#[test]
fn its_own_file_tells_nothing_of_where_it_is() {
    let told = |words: &str| {
        [
            format!("note: {words}"),
            format!("serves: {words}"),
            format!("roles: [{words}]"),
            format!("roles: [{{role: 站长, duty: {words}}}]"),
            format!("duty: [{{rule: FREQ=DAILY, who: {words}}}]"),
            format!("languages: [{words}]"),
            format!("desk: {words}"),
            format!("parent: {words}"),
            format!("level: {words}"),
            format!("aliases: [/stations/{words}/]"),
            format!("services: [{words}]"),
            format!("住址: {words}"),
            format!("{words}: 是"),
            format!("address: {words}"),
        ]
    };
    let words = [
        ADDRESS.to_owned(),
        "金雀路77-1号".to_owned(),
        "金雀路 77 之 1 号".to_owned(),
        "金雀路77#".to_owned(),
        "https://surl.amap.com/x1y2".to_owned(),
        "surl.amap.com/x1y2".to_owned(),
        "坐标 40.47771，102.57771".to_owned(),
        "北纬40°28′39.8″，东经102°34′39.8″".to_owned(),
        format!("找王姐，{MOBILE}"),
    ];
    for setting in words.iter().flat_map(|words| told(words)) {
        let site = TestSite::new();
        site.edit(SHELTER, "visibility:", &format!("{setting}\nvisibility:"));
        let findings = refusal(&site, &setting).unwrap_or_else(|| panic!("{setting} is let pass"));
        let line = line_of(&site, SHELTER, &setting);
        let codes = [
            "shelter-address",
            "unknown-field",
            "unknown-reference",
            "vocabulary",
            "station-parent",
            "station-level",
            "redirect",
            "alias",
            "yaml",
            "field-type",
            "desk",
        ];
        assert!(is_refused_at(&findings, (SHELTER, line), &codes), "{setting}:\n{findings}");
    }
    for words in words.iter().map(String::as_str).chain(ONLY_IN_TEXT) {
        let site = TestSite::new();
        site.edit(SHELTER, "打热线，有人来接。", &format!("打热线，有人来接。\n\n{words}。"));
        let findings = refusal(&site, words).unwrap_or_else(|| panic!("{words} is let pass in its text"));
        let line = line_of(&site, SHELTER, &format!("{words}。"));
        assert!(is_refused_at(&findings, (SHELTER, line), &["shelter-address"]), "{words}:\n{findings}");
    }
}

#[test]
fn a_position_is_refused_in_every_datum_and_a_row_of_a_table_like_a_file() {
    for (datum, lat, lon) in positions() {
        let site = TestSite::new();
        site.edit(
            SHELTER,
            "visibility:",
            &format!("location: {{lat: {lat}, lon: {lon}, datum: {datum}}}\nvisibility:"),
        );
        let findings = refusal(&site, datum).unwrap();
        assert!(is_refused_at(&findings, (SHELTER, 7), &["shelter-address"]), "{findings}");
        let row = |cells: &str| {
            let head = "slug,name,kind,region,phones,address,lat,lon,datum,note,roles,duty,住址";
            format!("{head}\nhidden,示例县第二庇护所,shelter,990121,0000-5550777,{cells}\n")
        };
        for cells in [
            format!("{ADDRESS},,,,,,,"),
            format!(",{lat},{lon},{datum},,,,"),
            format!(",,,,{lat} {lon},,,"),
            format!(",,,,,站长：在{ADDRESS}接待,,"),
            format!(",,,,,,每月 25 日 到{ADDRESS}找律师,"),
            format!(",,,,,,,{ADDRESS}"),
        ] {
            let site = TestSite::new();
            site.write("stations/shili-county/stations.csv", row(&cells));
            let findings = refusal(&site, &cells).unwrap_or_else(|| panic!("{cells} is let pass"));
            let line = if cells.starts_with(",,,,,,,") { 1 } else { 2 };
            let at = ("stations/shili-county/stations.csv", line);
            assert!(
                is_refused_at(&findings, at, &["shelter-address", "unknown-field"]),
                "{cells}:\n{findings}"
            );
        }
    }
}

/// Where other pages may have it: file, what stands there, what an editor makes of it.
fn elsewhere(words: &str) -> Vec<(&'static str, String)> {
    let guide = |from: &str, to: &str| (GUIDE, format!("{from}\u{0}{to}"));
    let edit = |path: &'static str, from: &str, to: String| (path, format!("{from}\u{0}{to}"));
    vec![
        guide("法院 **72 小时**内决定。", &format!("法院 **72 小时**内决定。\n\n{words}。")),
        guide(
            "法院 **72 小时**内决定。",
            &format!("法院 **72 小时**内决定。\n\n![{words}](/images/door.png)"),
        ),
        guide("法院 **72 小时**内决定。", &format!("[热线](/stations/county-shelter/ \"{words}\")")),
        guide("法院 **72 小时**内决定。", &format!("<!-- {words} -->")),
        guide("summary: 请法院不许他再动手。", &format!("summary: {words}。")),
        guide("    how: 说清“家庭暴力”。", &format!("    how: {words}。")),
        guide("  - 身份证", &format!("  - {words}")),
        guide("bring:", &format!("asked: [{words}]\nbring:")),
        guide("bring:", &format!("keywords: [{words}]\nbring:")),
        edit(CASE, "她报了警。", format!("她报了警。{words}。")),
        edit(STATION, "进门先登记。", format!("进门先登记。{words}。")),
        edit(STATION, "address:", format!("note: {words}\naddress:")),
        edit(STATION, "address:", format!("duty: [{{rule: FREQ=DAILY, who: {words}}}]\naddress:")),
        edit("stations/shili-county/_index.md", "示例县的站点。", format!("示例县的站点。{words}。")),
        edit("site.toml", "title = \"示例市妇女儿童维权服务\"", format!("title = \"{words}\"")),
        edit("site.toml", "operator = \"示例市妇女联合会主办\"", format!("operator = \"{words}\"")),
        edit("site.toml", "use = \"有危险\"", format!("use = \"{words}\"")),
        edit("topics.yaml", "summary: 挨打怎么办", format!("summary: {words}")),
        edit("thesaurus.yaml", "[打老婆]", format!("[打老婆, {words}]")),
        edit(
            "laws/anti-domestic-violence-law.md",
            "保护家里挨打的人。",
            format!("保护家里挨打的人。{words}。"),
        ),
    ]
}

fn plant(site: &TestSite, path: &str, change: &str) -> usize {
    let (from, to) = change.split_once('\u{0}').unwrap();
    site.edit(path, from, to);
    let told = to
        .lines()
        .position(|line| {
            line.contains("金雀") || line.contains("40.4") || line.contains("77 号") || line.contains("102.")
        })
        .unwrap();
    line_of(site, path, to) + told
}

/// While its own file still says where it is, every other page that says it too is named: once the file is mended nobody
/// could look for them.
#[test]
fn what_its_file_tells_is_found_wherever_else_it_stands() {
    let (_, lat, lon) = positions()[2];
    let point = format!("坐标 {lat}，{lon}");
    for words in ["她住在金雀路７７号院", "到 金雀路 **77 号** 找她", point.as_str()] {
        for (path, change) in elsewhere(words) {
            if words.contains('*') && path == "site.toml" {
                continue;
            }
            let site = TestSite::new();
            site.write("images/door.png", png(40, 30, 0));
            site.edit(SHELTER, "visibility:", &format!("address: 示例县{ADDRESS}院内三楼\nlocation: {{lat: 40.47771, lon: 102.57771, datum: wgs84}}\nvisibility:"));
            let line = plant(&site, path, &change);
            let findings = refusal(&site, &change).unwrap();
            assert!(
                is_refused_at(&findings, (path, line), &["shelter-address"]),
                "{path}:{line} {change}:\n{findings}"
            );
        }
    }
}

/// When its own file says nothing any more: a sentence that names it and a place.
#[test]
fn a_sentence_that_names_it_and_a_place_is_refused_anywhere() {
    for words in [
        format!("{NAME}在{ADDRESS}"),
        format!("{NAME}搬到金雀路粮站对面了"),
        format!("{NAME}在金雀路77-1号"),
        format!("{NAME}（坐标 40.47771，102.57771）"),
    ] {
        for (path, change) in elsewhere(&words) {
            let site = TestSite::new();
            site.write("images/door.png", png(40, 30, 0));
            let line = plant(&site, path, &change);
            let findings = refusal(&site, &change).unwrap_or_else(|| panic!("{path} {change} is let pass"));
            assert!(
                is_refused_at(&findings, (path, line), &["shelter-address"]),
                "{path}:{line} {change}:\n{findings}"
            );
        }
    }
    // To name it is no fault, nor is the address of somewhere else.
    for harmless in [
        format!("{NAME}全天有人接电话。"),
        format!("到人民路 18 号报案，民警会联系{NAME}。"),
        format!("{NAME}在夜里也接人。"),
    ] {
        let site = TestSite::new();
        site.edit(GUIDE, "法院 **72 小时**内决定。", &harmless);
        assert_eq!(site.codes(), Vec::<String>::new(), "{harmless}");
    }
}

/// Whoever writes a shelter down as something else and forgets to say that it is secret has not said that it is not.
#[test]
fn what_sounds_like_a_shelter_is_one_until_its_file_says_otherwise() {
    let station = |name: &str, more: &str| {
        format!(
            "---\nname: {name}\nkind: family_center\nregion: 990121\nphones: [0000-5550777]\nverified: 2026-10-01\naddress: {ADDRESS}\n{more}---\n\n打热线。\n"
        )
    };
    let path = "stations/shili-county/quiet-house.md";
    for (name, more) in [
        ("示例县庇护所", ""),
        ("示例县妇女避难点", ""),
        ("示例县临时安置点", ""),
        ("示例县安心小屋", "services: [shelter]\n"),
    ] {
        let site = TestSite::new();
        site.write(path, station(name, more));
        let findings = refusal(&site, name).unwrap_or_else(|| panic!("{name} is let pass"));
        assert!(is_refused_at(&findings, (path, 7), &["shelter-address"]), "{name}:\n{findings}");
        site.write(path, station(name, &format!("{more}visibility: public\n")));
        assert!(!site.codes().contains(&"shelter-address".to_owned()), "{name}: {:?}", site.findings());
    }
}

/// However it is put: in brackets, in a row of a table, before the name, with the short name; and who answers there.
#[test]
fn a_sentence_is_refused_however_it_puts_the_place() {
    for words in [
        format!("{NAME}（{ADDRESS}）"),
        format!("{NAME}：{ADDRESS}"),
        format!("| {NAME} | {ADDRESS} |"),
        format!("{ADDRESS}那栋楼是{NAME}"),
        format!("{ADDRESS}的{NAME}"),
        format!("县庇护中心在{ADDRESS}"),
        format!("{NAME}在金雀路 **77** 号"),
        format!("[{NAME}怎么走](https://surl.amap.com/x1y2)"),
        format!("{NAME}：surl.amap.com/x1y2"),
        format!("到{NAME}找王姐，{MOBILE}"),
        format!("打 139-5550-0077，{NAME}的人会接"),
    ] {
        let site = TestSite::new();
        site.edit(CASE, "她报了警。", &format!("她报了警。\n\n{words}\n"));
        let findings = refusal(&site, &words).unwrap_or_else(|| panic!("{words} is let pass"));
        let line = line_of(&site, CASE, &words);
        assert!(is_refused_at(&findings, (CASE, line), &["shelter-address"]), "{words}:\n{findings}");
    }
    let phone = "0000-5550777";
    for harmless in [
        format!("{NAME}的热线是 {phone}，全天有人。"),
        format!("人民路 18 号的派出所会陪你，再联系{NAME}。"),
        format!("| {NAME} | {phone} |"),
        "庇护中心的地址不公开。".to_owned(),
    ] {
        let site = TestSite::new();
        site.edit(GUIDE, "法院 **72 小时**内决定。", &harmless);
        assert_eq!(site.codes(), Vec::<String>::new(), "{harmless}");
    }
}

/// What cameras and programs leave in pictures is in none that is published; nor is what nobody shows.
#[test]
fn pictures_carry_no_place_out() {
    let hidden = format!("{ADDRESS} 40.47771 102.57771 {MOBILE}");
    let chunk = |kind: &[u8; 4], data: &[u8]| {
        let body = [kind.as_slice(), data].concat();
        let mut crc = flate2::Crc::new();
        crc.update(&body);
        [&u32::try_from(data.len()).unwrap().to_be_bytes(), body.as_slice(), &crc.sum().to_be_bytes()]
            .concat()
    };
    let plain = png(600, 400, 0);
    // Behind the header, which has 8 + 25 bytes: text, international text, Exif.
    let texts = [
        chunk(b"tEXt", format!("Comment\0{hidden}").as_bytes()),
        chunk(b"iTXt", format!("XML:com.adobe.xmp\0\0\0\0\0{hidden}").as_bytes()),
        chunk(b"eXIf", format!("MM\0*\0\0\0\x08\0\0{hidden}").as_bytes()),
    ]
    .concat();
    let with_texts = [&plain[..33], &texts, &plain[33..]].concat();
    let behind = [plain.clone(), hidden.clone().into_bytes()].concat();
    let drawing = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><!-- {hidden} --><metadata>{hidden}</metadata><path d=\"M0 0h9v9z\"/></svg>"
    );
    for (name, bytes) in [("door.png", with_texts), ("door.png", behind), ("door.svg", drawing.into_bytes())]
    {
        let site = TestSite::new();
        site.write(&format!("images/{name}"), &bytes);
        site.edit(GUIDE, "法院 **72 小时**内决定。", &format!("![一扇门](/images/{name})"));
        let refused = refusal(&site, name);
        assert!(
            refused.is_none() || refused.as_ref().is_some_and(|findings| findings.contains("image")),
            "{name}: {refused:?}"
        );
    }
    // The name of a file and the words of a drawing, where the station's own file says what they mean.
    for (name, bytes) in [("金雀路77号.png", plain), ("door.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><title>\xe9\x87\x91\xe9\x9b\x80\xe8\xb7\xaf77\xe5\x8f\xb7</title><path d=\"M0 0h9v9z\"/></svg>".to_vec())] {
        let site = TestSite::new();
        site.write(&format!("images/{name}"), &bytes);
        site.edit(GUIDE, "法院 **72 小时**内决定。", &format!("![一扇门](/images/{name})"));
        site.edit(SHELTER, "visibility:", &format!("address: {ADDRESS}\nvisibility:"));
        let findings = refusal(&site, name).unwrap();
        assert!(is_refused_at(&findings, (&format!("images/{name}"), 1), &["shelter-address"]), "{findings}");
    }
}

/// What an import leaves beside a list, and other files that lie about, are published by no build.
#[test]
fn files_that_lie_about_in_the_content_are_not_published() {
    for (path, text) in [
        ("名单.未导入.csv", format!("位置,编号,名称,列,内容\n,,,住址,{ADDRESS}\n")),
        ("stations/shili-county/名单.未导入.csv", format!("位置,内容\n,{ADDRESS}\n")),
        ("stations/shili-county/stations.csv.bak", ADDRESS.to_owned()),
        ("notes.txt", format!("{ADDRESS} {MOBILE}")),
        ("guides/domestic-violence/.protection-order.md.swp", ADDRESS.to_owned()),
        ("redirects.csv", format!("from,to\n/{ADDRESS}/,/about/\n").replace(' ', "")),
    ] {
        let site = TestSite::new();
        site.write(path, text);
        refusal(&site, path);
    }
}

/// What a folder of kept work has after a site was mended: nothing of what it was before.
#[test]
fn what_was_refused_is_not_kept_for_the_next_build() {
    let site = TestSite::new();
    let words = format!("{NAME}在{ADDRESS}。");
    assert_eq!(refusal(&site, "before"), None);
    site.edit(GUIDE, "法院 **72 小时**内决定。", &words);
    assert!(matches!(build(&site), Outcome::Rejected(_)));
    assert_eq!(told(&site), Vec::<String>::new());
    site.edit(GUIDE, &words, "法院 **72 小时**内决定。");
    assert_eq!(refusal(&site, "after"), None);
    assert!(Path::new(&site.dist()).exists());
}
