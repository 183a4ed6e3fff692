//! Without scripts: her whole way by keyboard alone on the narrowest phone, every part with a name; the proof that she keeps;
//! and “delete everything now”, looked for on the disk.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tests::asker::{Receipt, ask, open};
use tests::browser::{Looks, NARROW};
use tests::desk::{AtDesk, MEMBER, PASSPHRASE, open_desk};
use tests::http::Client;
use tests::member::Member;
use tests::server::{Ground, on_both_databases};
use tests::{nuanzhan, postgres};

use crate::sealed::{Her, fits_and_is_named, run, tab_to, tab_to_button};
use crate::traces::{all_traces, contains};

const LETTER: &str = "他把我的工资卡拿走了，锁门不让我上班，已经第三天。";
const ANSWER: &str = "先到安全的地方，我们派人陪你去。";
const FOLLOW_UP: &str = "我带着孩子可以去吗？";

#[test]
fn p8_by_keyboard_alone_on_the_narrowest_phone_without_scripts() {
    run(async {
        let what = "by keyboard at 320 px without scripts";
        let ground = Ground::new().unwrap();
        let server = ground.start().unwrap();
        open_desk(&ground).unwrap();
        let Some(her) = Her::at(&server, Looks { scripts: false, ..NARROW }, what).await else { return };
        her.goto("/ask/").await;
        fits_and_is_named(&her).await;
        tab_to(&her, "text").await;
        her.phone.type_text(LETTER).await.unwrap();
        tab_to_button(&her, "寄出去").await;
        her.phone.key("Enter").await.unwrap();
        her.phone.wait_for_text("先抄下回执码").await.unwrap();
        let shown = her.phone.text(".receipt").await.unwrap();
        let receipt = Receipt(shown.chars().filter(char::is_ascii_digit).collect());
        tab_to_button(&her, "收信证明，要的话抄走").await;
        her.phone.key("Enter").await.unwrap();
        her.phone.wait_for_text("别人看到就知道你写过信").await.unwrap();
        fits_and_is_named(&her).await;
        read_by_keyboard(&her, &receipt).await;

        let Some(desk) = AtDesk::sign_in(&server, what).await.unwrap() else { return };
        desk.open_first().await.unwrap();
        desk.answer(ANSWER).await.unwrap();
        her.goto("/ask/reply/").await;
        let page = read_by_keyboard(&her, &receipt).await;
        assert!(page.contains(ANSWER), "{page}");
        tab_to(&her, "text").await;
        her.phone.type_text(FOLLOW_UP).await.unwrap();
        tab_to_button(&her, "寄出去").await;
        her.phone.key("Enter").await.unwrap();
        her.phone.wait_for_text("补充已经收到").await.unwrap();
        fits_and_is_named(&her).await;
        desk.back_to_queue().await.unwrap();
        desk.open_first().await.unwrap();
        desk.answer(ANSWER).await.unwrap();

        her.goto("/ask/reply/").await;
        read_by_keyboard(&her, &receipt).await;
        tab_to_button(&her, "没帮上").await;
        her.phone.key("Enter").await.unwrap();
        her.phone.wait_for_text("你说过：没帮上").await.unwrap();
        fits_and_is_named(&her).await;
        tab_to_button(&her, "全部删掉").await;
        her.phone.key("Enter").await.unwrap();
        tab_to(&her, "receipt").await;
        her.phone.type_text(&receipt.0).await.unwrap();
        fits_and_is_named(&her).await;
        her.phone.key("Enter").await.unwrap();
        her.phone.wait_for_text("全部删掉了").await.unwrap();
        fits_and_is_named(&her).await;
        let (_, history) = her.phone.history().await.unwrap();
        assert!(!history.iter().any(|url| url.contains("delete") || url.contains("proof")), "{history:?}");
        her.goto("/proof/").await;
        assert!(her.phone.wait_for_text("nuanzhan verify-proof").await.unwrap().contains("要打开脚本"));
        fits_and_is_named(&her).await;
    });
}

async fn read_by_keyboard(her: &Her, receipt: &Receipt) -> String {
    tab_to(her, "receipt").await;
    her.phone.type_text(&receipt.0).await.unwrap();
    her.phone.key("Enter").await.unwrap();
    let page = her.phone.wait_for_text("你的咨询").await.unwrap();
    fits_and_is_named(her).await;
    page
}

#[test]
fn p7_what_is_deleted_is_in_no_file_of_the_database() {
    on_both_databases("everything deleted without scripts", |ground| {
        let server = ground.start().unwrap();
        open_desk(ground).unwrap();
        let client = server.client();
        let page = ask(&client, LETTER, &[("danger", "1")]).unwrap().body;
        let receipt = Receipt::on(&page).unwrap();
        let shown = page.split("readonly").nth(1).unwrap().split("</textarea>").next().unwrap();
        let proof = shown.split_once('>').unwrap().1.replace("&#x2f;", "/");
        let opened = open(&client, &receipt.0).unwrap().body;
        assert!(opened.contains(LETTER), "{opened}");
        let stored = what_is_stored(&client);
        for secret in &stored {
            let found = all_traces(ground, "").iter().any(|(_, bytes)| contains(bytes, secret));
            assert!(found, "before, the search is able to find it");
        }
        let gone = client.post_form("/ask/reply/", &[("receipt", &receipt.0), ("delete", "yes")]).unwrap();
        assert!(gone.body.contains("全部删掉了"), "{}", gone.body);
        assert!(open(&client, &receipt.0).unwrap().body.contains("没有用这个回执码的信"));
        the_command_knows_the_proof(ground, &proof);
        assert_eq!(server.stop("INT").unwrap(), 0);
        for (place, bytes) in all_traces(ground, "") {
            for secret in [LETTER, &receipt.0] {
                assert!(!contains(&bytes, secret.as_bytes()), "{} holds it", place.display());
            }
            // PostgreSQL clears its tables at night and its log in time (`p7_…` in the store's own tests, docs/threat-model.md).
            let folder = ground.database.as_deref().and_then(postgres::data_folder_of);
            if folder.is_some_and(|folder| place.starts_with(folder)) {
                continue;
            }
            for secret in &stored {
                assert!(!contains(&bytes, secret), "{} holds sealed bytes of it", place.display());
            }
        }
    });
}

/// The id of the only letter, the first of its sealed bytes (a database keeps long ones in pieces) and its key for the desk, as a
/// member's browser is given them.
fn what_is_stored(client: &Client) -> [Vec<u8>; 3] {
    let member = Member::sign_in(client, MEMBER, PASSPHRASE).unwrap();
    let queue = member.get("/consultations").unwrap();
    let id = queue["items"][0]["id"].as_str().unwrap().to_owned();
    let letter = &member.get(&format!("/consultations/{id}")).unwrap()["messages"][0];
    let bytes = |field: &str| BASE64_STANDARD.decode(letter[field].as_str().unwrap()).unwrap();
    [id.into_bytes(), bytes("content")[..64].to_vec(), bytes("key")]
}

/// After all of it is gone the proof still holds, on a machine that has the key alone.
fn the_command_knows_the_proof(ground: &Ground, proof: &str) {
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::write(elsewhere.path().join("proof.txt"), proof).unwrap();
    let data = ground.data_arguments();
    let mut arguments = vec!["proof-key"];
    arguments.extend(data.iter().map(String::as_str));
    let key = nuanzhan::run(ground.folder(), &arguments).unwrap();
    assert_eq!(key.code, 0, "{}", key.stderr);
    let verify = ["verify-proof", "proof.txt", "--key", key.stdout.trim()];
    let verified = nuanzhan::run(elsewhere.path(), &verify).unwrap();
    assert!(
        verified.code == 0 && verified.stdout.contains("shili-city"),
        "{}{}",
        verified.stdout,
        verified.stderr
    );
    std::fs::write(elsewhere.path().join("proof.txt"), proof.replacen("shili-city", "elsewhere", 1)).unwrap();
    let forged = nuanzhan::run(elsewhere.path(), &verify).unwrap();
    assert!(forged.code == 1 && forged.stderr.contains("对不上"), "{}", forged.stderr);
}
