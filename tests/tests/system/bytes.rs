//! What a desk does, looked for byte by byte afterwards (P2, P4, P7): visits, notes, answers, a letter that was handed on, the browsers
//! that did it and where they called from, the desk's private keys, and what was destroyed.
//!
//! Start at [`whole_work`]. All of it is done in real browsers, by the scripts that are published.

use std::net::Ipv4Addr;
use std::path::PathBuf;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use tests::asker::Receipt;
use tests::browser::{Browser, DESK, PHONE};
use tests::desk::{AtDesk, COUNTY_MEMBER, MEMBER, PASSPHRASE, open_county_desk, open_desk};
use tests::http::{ADDRESS_HEADER, REFERRER_WORDS};
use tests::member::Member;
use tests::server::{Ground, Server, on_both_databases};
use tests::wire::Wire;
use tests::{nuanzhan, postgres};

use crate::desk::{add_member, unfold};
use crate::sealed::{Her, run};
use crate::traces::{Search, all_traces, contains};

const VISIT: &str = "她说丈夫把存折藏了，孩子的学费也拿走。";
const REACH: &str = "找她姐姐转告，别打家里的座机";
const VISIT_NOTE: &str = "来的时候手上有淤青，拍了照。";
const VISIT_ANSWER: &str = "陪她去银行挂失，当天就办好。";
const LETTER: &str = "婆家把我的户口本扣下，不给孩子上学。";
const NOTE: &str = "经办人和她丈夫是亲戚，要回避。";
const ANSWER: &str = "户口本可以凭判决补领，我们陪你去。";
const WORDS: [&str; 7] = [VISIT, REACH, VISIT_NOTE, VISIT_ANSWER, LETTER, NOTE, ANSWER];

/// Where browsers call from: as the server sees it, and as the gateway in front of it says. Nobody else is at either.
const PEER: Ipv4Addr = Ipv4Addr::new(127, 83, 91, 47);
const CALLER: &str = "203.0.113.201";
/// Somebody who is removed.
const LEAVES: &str = "要走的人";

/// Opens what a member's browser gets, with the scripts that are published: the private keys as they are, and what they came in.
const OPENED: &str = "(async (name, passphrase) => {
  const { sealing, hpke } = nuanzhan, b = sealing.fromBase64, t = sealing.toBase64;
  const headers = { 'Content-Type': 'application/json' }, body = JSON.stringify({ member: name });
  const asked = await fetch('/api/v1/desk/sessions/parameters', { method: 'POST', headers, body });
  const { salt, rounds } = await asked.json(), me = await (await fetch('/api/v1/desk/me')).json();
  const stretched = await sealing.stretch(passphrase, b(salt), rounds);
  const own = await sealing.unwrapBytes(stretched, me.id, b(me.public_key), b(me.wrapped_key));
  const pair = await hpke.importKeyPair(own, b(me.public_key)), desk = [];
  for (const { generation, sealed_key } of me.desk_keys) {
    const info = sealing.shareInfo({ desk: me.desk, generation, holder: me.id });
    desk.push({ generation, opened: t(await hpke.open(pair, info, b(sealed_key))), sealed: sealed_key });
  }
  const login = t(await sealing.loginValue(stretched));
  return { private: [t(stretched), login, t(own)].concat(desk.map((key) => key.opened)), desk, wrapped: me.wrapped_key };
})";

/// What the desk that is signed in is given of everything that it may read.
const GIVEN: &str = "(async () => {
  const get = async (path) => (await fetch('/api/v1/desk/consultations' + path)).json(), all = [];
  for (const shelf of ['own', 'climbed']) {
    for (const { id } of (await get('?shelf=' + shelf)).items) {
      const thread = await get('/' + id);
      for (const one of thread.messages.concat(thread.notes)) all.push({ content: one.content, key: one.key });
    }
  }
  return all;
})()";

#[test]
fn p2_p4_p7_no_byte_of_a_desks_work_is_kept_in_the_clear_and_none_of_what_was_destroyed() {
    on_both_databases("a desk's work, byte by byte", |ground| run(whole_work(ground)));
}

async fn whole_work(ground: &Ground) {
    let what = "a desk's work, byte by byte";
    let server = ground.start().unwrap();
    let said = open_desk(ground).unwrap();
    open_county_desk(ground).unwrap();
    add_member(ground, &said, LEAVES);
    let gate = Wire::seen_from(PEER, &server.base).unwrap();
    let Some(her) = Her::behind(gate, PHONE, what).await else { return };
    comes_through_a_gateway(&her.phone).await;
    let Some(county) = at_desk(&her, COUNTY_MEMBER, what).await else { return };
    let Some(city) = at_desk(&her, MEMBER, what).await else { return };
    visit(&county).await;
    let receipt = letter(&her).await;
    county.back_to_queue().await.unwrap();
    let at_county = handed_on(&county).await;
    answered(&city).await;
    assert!(her.open(&receipt).await.contains(ANSWER), "the reply opens");

    // Browsers send no referrer from our pages, and refuse to be told to: the plain client has one on every request.
    let plain = Member::sign_in(&server.client(), MEMBER, PASSPHRASE).unwrap();
    assert_eq!(plain.get("/me").unwrap()["desk"], "shili-city");

    let private = opened(&city.browser, MEMBER).await;
    let kept = in_the_clear(&her, &private).await;
    let before = Sealed::of(&city.browser).await;
    assert_clear_of(ground, &server, &kept, &before.keys);
    let theirs = Member::sign_in(&server.client(), LEAVES, PASSPHRASE).unwrap().get("/me").unwrap();
    remove(&city.browser).await;
    let (next, after) = (opened(&city.browser, MEMBER).await, Sealed::of(&city.browser).await);
    assert_ne!(next["desk"][0]["sealed"], private["desk"][0]["sealed"], "the key is another one");
    let gone = [base64(&private["desk"][0]["sealed"]), base64(&theirs["desk_keys"][0]["sealed_key"])];
    let mut gone: Vec<Vec<u8>> = gone.into_iter().chain([base64(&theirs["wrapped_key"])]).collect();
    gone.extend(before.keys);
    gone.extend(at_county.keys);
    let visited = Sealed::of(&county.browser).await;
    destroy(&county.browser).await;
    gone.extend(visited.keys);

    let kept: Vec<Vec<u8>> = kept.into_iter().chain(in_the_clear(&her, &next).await).collect();
    let there: Vec<Vec<u8>> = vec![base64(&next["desk"][0]["sealed"]), after.keys.last().unwrap().clone()];
    assert_clear_of(ground, &server, &kept, &there);
    assert_eq!(server.stop("INT").unwrap(), 0);
    swept(ground);
    assert_destroyed(ground, &gone, &visited.contents, &there);
}

/// What it adds to every request is what a gateway would.
async fn comes_through_a_gateway(browser: &Browser) {
    browser.command("Network.enable", json!({})).await.unwrap();
    let headers = json!({ "headers": { ADDRESS_HEADER: CALLER } });
    browser.command("Network.setExtraHTTPHeaders", headers).await.unwrap();
}

async fn at_desk(her: &Her, member: &str, what: &str) -> Option<AtDesk> {
    let desk = AtDesk::sign_in_at(her.base(), (member, "轮到我们"), DESK, what).await.unwrap()?;
    comes_through_a_gateway(&desk.browser).await;
    Some(desk)
}

async fn visit(desk: &AtDesk) {
    let at = &desk.browser;
    at.press("登记来访").await.unwrap();
    at.wait_for_text("怎样来的").await.unwrap();
    at.choose("#channel", "visit").await.unwrap();
    at.fill("#told", VISIT).await.unwrap();
    at.fill("#reach", REACH).await.unwrap();
    at.press("封好登记").await.unwrap();
    at.wait_for_text("登记好了").await.unwrap();
    at.press("受理").await.unwrap();
    at.wait_for_text("已受理").await.unwrap();
    note(at, VISIT_NOTE).await;
    at.fill("#answer", VISIT_ANSWER).await.unwrap();
    at.press("封好记下").await.unwrap();
    let shown = at.wait_for_text("答复已经记下").await.unwrap();
    assert!(shown.contains(VISIT) && shown.contains(VISIT_ANSWER), "{shown}");
}

async fn note(at: &Browser, text: &str) {
    unfold(at, "notes").await;
    at.fill("#note", text).await.unwrap();
    at.click("[data-part=notes] form button").await.unwrap();
    at.wait_for_text("记下了。").await.unwrap();
    assert!(at.text("[data-part=notes]").await.unwrap().contains(text), "it is sealed, and opens");
}

/// She writes to the county, in her own browser; her receipt.
async fn letter(her: &Her) -> Receipt {
    her.goto("/ask/").await;
    her.phone.wait_for_text("服务器从头到尾读不到").await.unwrap();
    her.phone.fill("#text", LETTER).await.unwrap();
    her.phone.choose("#region", "990121").await.unwrap();
    her.phone.click("#danger").await.unwrap();
    her.phone.click("#write form button").await.unwrap();
    her.phone.wait_for_text("先抄下回执码").await.unwrap();
    Receipt(her.phone.text("#digits").await.unwrap().split_whitespace().collect())
}

/// The county notes something and hands it to the city; what it could read before and can't any more.
async fn handed_on(county: &AtDesk) -> Sealed {
    let at = &county.browser;
    assert!(county.open_first().await.unwrap().contains(LETTER), "danger comes first");
    note(at, NOTE).await;
    let before = Sealed::of(at).await;
    unfold(at, "transfer").await;
    at.choose("#transfer-to", "shili-city").await.unwrap();
    at.choose("#transfer-reason", "conflict").await.unwrap();
    at.press("转过去").await.unwrap();
    at.press("转过去以后").await.unwrap();
    at.wait_for_text("转给示例市妇联了").await.unwrap();
    let left = Sealed::of(at).await;
    let is_gone = |one: &Vec<u8>| !left.keys.contains(one);
    let keys: Vec<Vec<u8>> = before.keys.into_iter().filter(is_gone).collect();
    assert_eq!(keys.len(), 2, "the letter's and the note's");
    Sealed { keys, contents: Vec::new() }
}

async fn answered(city: &AtDesk) {
    city.browser.wait_for_text("轮到我们（1）").await.unwrap();
    assert!(city.open_first().await.unwrap().contains(LETTER), "sealed anew, it opens");
    unfold(&city.browser, "notes").await;
    city.browser.wait_for_text(NOTE).await.unwrap();
    city.answer(ANSWER).await.unwrap();
}

/// The head removes somebody, so the desk has another key, and all letters follow it.
async fn remove(at: &Browser) {
    at.press("回到来信").await.unwrap();
    at.press("成员").await.unwrap();
    let theirs = format!("//li[.//b[text()='{LEAVES}']]");
    at.click_soon(&format!("{theirs}//summary")).await.unwrap();
    at.click_soon(&format!("{theirs}//button[text()='移除']")).await.unwrap();
    at.click_soon(&format!("{theirs}//button[contains(., '确定')]")).await.unwrap();
    at.wait_for_text("已经移除，钥匙也换了").await.unwrap();
    let left =
        "fetch('/api/v1/desk/reseal').then((answer) => answer.json()).then(({ older }) => older.length)";
    assert_eq!(at.promised(left).await.unwrap(), 0, "nothing is sealed to the old key any more");
}

/// Who came wants all of it gone.
async fn destroy(at: &Browser) {
    at.press("刷新").await.unwrap();
    at.click_soon("//ul[@class='queue']/li//button").await.unwrap();
    at.wait_for_text("本人要求删掉").await.unwrap();
    assert!(at.text("#desk").await.unwrap().contains(VISIT));
    unfold(at, "taking-back").await;
    at.press("全部销毁").await.unwrap();
    at.press("销毁以后谁也找不回").await.unwrap();
    at.wait_for_text("都销毁了").await.unwrap();
}

async fn opened(at: &Browser, member: &str) -> Value {
    at.promised(&format!("{OPENED}({}, {})", json!(member), json!(PASSPHRASE))).await.unwrap()
}

fn base64(text: &Value) -> Vec<u8> {
    BASE64_STANDARD.decode(text.as_str().unwrap()).unwrap()
}

/// What a desk is given of letters and notes: their sealed bytes, the first of them (a database keeps long ones in pieces), and
/// the keys to them that are sealed to it.
struct Sealed {
    keys: Vec<Vec<u8>>,
    contents: Vec<Vec<u8>>,
}

impl Sealed {
    async fn of(at: &Browser) -> Self {
        let given = at.promised(GIVEN).await.unwrap();
        let all = |field: &str| given.as_array().unwrap().iter().map(|one| base64(&one[field])).collect();
        let contents: Vec<Vec<u8>> = all("content");
        let keys: Vec<Vec<u8>> = all("key");
        assert!(keys.iter().all(|key| key.len() == 113), "a key that is sealed is that long");
        Self { keys, contents: contents.into_iter().map(|content| content[..64].to_vec()).collect() }
    }
}

/// What nobody may find: every word, who called with what and from where, the private keys and what they are made of.
async fn in_the_clear(her: &Her, private: &Value) -> Vec<Vec<u8>> {
    let agent = her.phone.evaluate("navigator.userAgent").await.unwrap();
    let agent = agent.as_str().unwrap();
    let sent = her.sent();
    assert!(agent.len() > 40 && contains(&sent, agent.as_bytes()), "the browser has said what it is");
    assert!(contains(&sent, format!("{CALLER}\r\n").as_bytes()), "and the gateway where it called from");
    let (_, version) = agent.split_once("HeadlessChrome/").unwrap();
    let version = format!("HeadlessChrome/{}", version.split(' ').next().unwrap());
    let peer = PEER.to_string();
    let mut texts = vec![PASSPHRASE, agent, &version, CALLER, &peer];
    texts.extend(REFERRER_WORDS);
    texts.extend(WORDS.iter().flat_map(|words| [*words, &words[..24]]));
    let mut all: Vec<Vec<u8>> = texts.into_iter().map(|text| text.as_bytes().to_vec()).collect();
    let keys: Vec<Vec<u8>> = private["private"].as_array().unwrap().iter().map(base64).collect();
    assert!(keys.len() >= 4 && keys.iter().all(|key| key.len() == 32));
    all.extend(keys);
    all
}

/// None of `kept` is anywhere, in no spelling; what must be `there` is found in the same way.
fn assert_clear_of(ground: &Ground, server: &Server, kept: &[Vec<u8>], there: &[Vec<u8>]) {
    let traces = all_traces(ground, &server.said());
    let search = Search::of_spellings(kept.iter().map(Vec::as_slice));
    for (place, bytes) in &traces {
        let found = search.find(bytes).map(String::from_utf8_lossy);
        assert_eq!(found, None, "{} holds it", place.display());
    }
    assert!(
        Search::of([b"http://127.0.0.1:".to_vec()]).find(server.said().as_bytes()).is_some(),
        "the log is read"
    );
    assert_found(ground, &traces, there);
}

/// In the database itself, and in what its backup gives.
fn assert_found(ground: &Ground, traces: &[(PathBuf, Vec<u8>)], there: &[Vec<u8>]) {
    for one in there {
        let search = Search::of([one.clone()]);
        let places: Vec<&PathBuf> =
            traces.iter().filter(|(_, bytes)| search.find(bytes).is_some()).map(|(place, _)| place).collect();
        let database = data_folder(ground).unwrap_or_else(|| ground.var());
        assert!(places.iter().any(|place| place.starts_with(&database)), "the search finds what is there");
        let elsewhere = |place: &&&PathBuf| !place.starts_with(&database) && !place.starts_with(ground.var());
        assert!(places.iter().any(|place| elsewhere(&place)), "a backup holds it: {places:?}");
    }
}

fn data_folder(ground: &Ground) -> Option<PathBuf> {
    ground.database.as_deref().and_then(postgres::data_folder_of)
}

/// As the service does it by itself every hour, or at night.
fn swept(ground: &Ground) {
    let data = ground.data_arguments();
    let mut arguments = vec!["purge"];
    arguments.extend(data.iter().map(String::as_str));
    let ran = nuanzhan::run(ground.folder(), &arguments).unwrap();
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
}

/// What was destroyed is in no file of the database. `PostgreSQL` keeps old contents, which nobody has keys to any more, until
/// there is something to write over them, and its log until that is used again (`docs/threat-model.md`).
fn assert_destroyed(ground: &Ground, keys: &[Vec<u8>], contents: &[Vec<u8>], there: &[Vec<u8>]) {
    let traces = all_traces(ground, "");
    let folder = data_folder(ground);
    assert!(keys.len() > 8 && contents.len() == 3, "a visit, a note, an answer");
    let both = Search::of(keys.iter().chain(contents).cloned());
    let keys = Search::of(keys.iter().cloned());
    for (place, bytes) in &traces {
        let in_cluster = folder.as_deref().is_some_and(|folder| place.starts_with(folder));
        if in_cluster && place.components().any(|part| part.as_os_str() == "pg_wal") {
            continue;
        }
        let found = if in_cluster { keys.find(bytes) } else { both.find(bytes) };
        assert_eq!(found, None, "{} holds what was destroyed", place.display());
    }
    assert_found(ground, &traces, there);
}
