//! The formats of sealed things, read by others: a third implementation of HPKE, a parser that knows no year after 2017, and the
//! digests that pages name for their scripts.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::digest;
use serde_json::{Value, json};
use tests::server::{Ground, Server};
use tests::skip::skipped;
use tests::{npm, python, workspace};

fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

fn vectors() -> PathBuf {
    workspace::root().join("docs/message-format.json")
}

/// Every script as it is published: its name, its digest, its text.
fn scripts(server: &Server) -> Vec<(String, String, String)> {
    let client = server.client();
    let listed = client.get("/data/scripts.json").unwrap().json().unwrap();
    let listed = listed.as_array().unwrap().iter().map(|script| {
        let text = |name: &str| script[name].as_str().unwrap().to_owned();
        let fetched = client.get(&text("url")).unwrap();
        assert_eq!(fetched.status, 200, "{}", text("url"));
        assert_eq!(fetched.body.len(), usize::try_from(script["bytes"].as_u64().unwrap()).unwrap());
        (text("name"), text("integrity"), fetched.body)
    });
    listed.collect()
}

fn script(server: &Server, name: &str) -> String {
    scripts(server).into_iter().find(|(known, ..)| known == name).unwrap().2
}

/// Gives `input` to a script under Node.
fn node(script: &str, input: &Value) -> Option<Value> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::File::create(folder.path().join("main.js")).unwrap().write_all(script.as_bytes()).unwrap();
    let spawned = Command::new("node")
        .arg("main.js")
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = spawned else {
        skipped("bundles under Node", "Node is not installed");
        return None;
    };
    child.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "node failed");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn a_third_implementation_reads_what_we_write_and_the_published_bundle_reads_what_it_writes() {
    let tools = match python::tools(target()) {
        Ok(tools) => tools,
        Err(why) => return skipped("the formats with pyhpke", why),
    };
    let checked = Command::new(tools.join("python"))
        .arg(workspace::root().join("tests/src/formats.py"))
        .arg(vectors())
        .output()
        .unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let theirs: Value = serde_json::from_slice(&checked.stdout).unwrap();

    let server = Ground::new().unwrap().start().unwrap();
    let ours: Value = serde_json::from_slice(&std::fs::read(vectors()).unwrap()).unwrap();
    let input = json!({ "ours": ours, "theirs": theirs });
    for name in ["ask.js", "reply.js", "desk.js"] {
        let body = format!(
            "globalThis.self = globalThis; {}
             const {{ sealing }} = self.nuanzhan, b = sealing.fromBase64;
             const {{ ours, theirs }} = JSON.parse(require('node:fs').readFileSync(0));
             (async () => {{
                 const stretched = await sealing.stretch(ours.receipt.digits, b(ours.receipt.salt), ours.receipt.rounds);
                 const pair = await sealing.threadPair(stretched, ours.place.thread);
                 const open = (key, content) => sealing.openMessage(pair, ours.place, b(key), b(content));
                 const own = await open(ours.message.keys[1].key, ours.message.content);
                 console.log(JSON.stringify([own, await open(theirs.key, theirs.content)]));
             }})();",
            script(&server, name)
        );
        let Some(opened) = node(&body, &input) else { return };
        assert_eq!(
            (&opened[0], &opened[1]["text"]),
            (&ours["message"]["envelope"], &theirs["text"]),
            "{name}"
        );
    }
    keys_of_a_desk_open_its_letter(&script(&server, "desk.js"), &input);
}

/// With the passphrase, with the paper, with a key that came later, and with what the third implementation made of the same.
fn keys_of_a_desk_open_its_letter(script: &str, input: &Value) {
    let body = format!(
        "globalThis.self = globalThis; {script}
         const {{ sealing, hpke, keys }} = self.nuanzhan, b = sealing.fromBase64;
         const {{ ours, theirs }} = JSON.parse(require('node:fs').readFileSync(0));
         const {{ desk, message, place }} = ours, {{ member, colleague, paper }} = desk, [first, second] = desk.keys;
         const read = async (pair, holder, key, sealed, sealedContentKey) => {{
             const share = {{ desk: desk.id, generation: key.generation, holder }};
             const opened = await sealing.openDeskKey(pair, share, b(sealed), b(key.public_key));
             return sealing.openMessage(opened, place, b(sealedContentKey), b(message.content));
         }};
         (async () => {{
             const {{ pair: onPaper }} = await keys.readPaper(paper.text), old = message.keys[0].key, letters = [];
             const sealedKey = (key, holder) => key.copies.find((copy) => copy.holder === holder).sealed_key;
             const both = [member, desk.changed].map((kept) => [kept, kept.wrapped_key]);
             const shares = [sealedKey(first, member.id), theirs.desk.share];
             for (const [kept, wrapped] of both.concat([[member, theirs.desk.wrapped_key]])) {{
                 const stretched = await sealing.stretch(kept.passphrase, b(kept.salt), kept.rounds);
                 const own = await sealing.unwrapMember(stretched, member.id, b(member.public_key), b(wrapped));
                 for (const share of shares) letters.push(await read(own, member.id, first, share, old));
             }}
             const onSheet = [sealedKey(first, 'recovery'), theirs.desk.recovery_share];
             for (const share of onSheet) letters.push(await read(onPaper, 'recovery', first, share, old));
             const stays = await hpke.importKeyPair(b(colleague.private_key), b(colleague.public_key));
             const later = [[stays, colleague.id], [onPaper, 'recovery']];
             for (const [pair, holder] of later) letters.push(await read(pair, holder, second, sealedKey(second, holder), desk.resealed.key));
             console.log(JSON.stringify(letters));
         }})();"
    );
    let Some(letters) = node(&body, input) else { return };
    let letter = &input["ours"]["message"]["envelope"];
    assert_eq!(letters, json!(vec![letter; 10]));
}

#[test]
fn a_proof_is_checked_alike_in_the_browser() {
    let server = Ground::new().unwrap().start().unwrap();
    let vectors: Value = serde_json::from_slice(&std::fs::read(vectors()).unwrap()).unwrap();
    let body = format!(
        "globalThis.self = globalThis; {}
         const {{ proof }} = self.nuanzhan;
         const written = JSON.parse(require('node:fs').readFileSync(0));
         const key = proof.bytes(written.public_key, 32), text = written.text;
         const bad = [
             '', text.replace('proof/1', 'proof/2'), text.split('\\n').slice(0, 5).join('\\n'), text.replace('-21', '-31'),
             text.replace('2026-11-21', '20261121'), text.replace('desk:', 'dest:'), text.replace('digest: ', 'digest: A'),
             text.replace('signature: ', 'signature: AAAA'),
         ];
         const told = (one) => {{ try {{ proof.parse(one); return ''; }} catch (err) {{ return err.message; }} }};
         (async () => {{
             const good = [text, text.replace(/\\n/g, '\\r\\n\\r\\n'), '\\ufeff  ' + text + '  \\n'];
             const changed = [['-21', '-20'], ['county', 'city'], ['.example', '.example.org']].map(([from, to]) => text.replace(from, to));
             const check = (one) => proof.hasSigned(key, proof.parse(one));
             console.log(JSON.stringify({{
                 bytes: Buffer.from(proof.canonical(proof.parse(text))).toString('base64'),
                 good: await Promise.all(good.map(check)), changed: await Promise.all(changed.map(check)), bad: bad.map(told),
             }}));
         }})();",
        script(&server, "proof.js")
    );
    let Some(done) = node(&body, &vectors["proof"]) else { return };
    assert_eq!(done["bytes"], vectors["proof"]["bytes"]);
    assert_eq!(
        (&done["good"], &done["changed"]),
        (&json!([true, true, true]), &json!([false, false, false]))
    );
    let told = done["bad"].as_array().unwrap();
    for (told, expected) in
        told.iter().zip(["六行", "六行", "六行", "“day”", "“day”", "“desk”", "“digest”", "“signature”"])
    {
        assert!(told.as_str().unwrap().contains(expected), "{told}");
    }
    assert_eq!(told.len(), 8);
}

#[test]
fn receipts_of_the_browser_and_of_the_server_are_the_same_kind() {
    let server = Ground::new().unwrap().start().unwrap();
    let body = format!(
        "globalThis.self = globalThis; {}
         const {{ receipt }} = self.nuanzhan;
         const drawn = Array.from({{ length: 500 }}, receipt.draw);
         const written = receipt.groups(drawn[0]).join(' ');
         const wide = written.replace(/\\d/g, (d) => String.fromCharCode(0xff10 + Number(d)));
         const slips = [];
         for (let at = 0; at < 20; at += 1) for (let off = 1; off < 10; off += 1) {{
             const digit = (Number(drawn[0][at]) + off) % 10;
             slips.push(drawn[0].slice(0, at) + digit + drawn[0].slice(at + 1));
         }}
         console.log(JSON.stringify({{
             drawn, read: [written, wide, written.replace(/ /g, '-'), ` ${{written}}。`].map((text) => receipt.parse(text).digits),
             slips: slips.filter((slip) => !receipt.parse(slip).wrong).length,
             told: ['', '1', written + '00', written.replace(' ', 'x'), '一二三四'].map((text) => receipt.parse(text).wrong),
             differing: receipt.differing('11112222333344445555', '11112223333344445556'),
         }}));",
        script(&server, "ask.js")
    );
    let Some(done) = node(&body, &Value::Null) else { return };
    let drawn: Vec<&str> =
        done["drawn"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    assert!(done["read"].as_array().unwrap().iter().all(|read| read == drawn[0]), "{done}");
    assert_eq!((&done["slips"], &done["differing"]), (&json!(0), &json!([2, 5])));
    for (told, expected) in done["told"].as_array().unwrap().iter().zip([
        "请输入",
        "少了 19 位",
        "多了 2 位",
        "别的字符",
        "别的字符",
    ]) {
        assert!(told.as_str().unwrap().contains(expected), "{told}");
    }
    let mut counts = [0; 10];
    for receipt in &drawn {
        assert_eq!(receipt.len(), 20);
        receipt.bytes().for_each(|digit| counts[usize::from(digit - b'0')] += 1);
        // The server takes each for a receipt: what it says of it is not that it was mistyped.
    }
    // 10,000 digits: each about a thousand times, and a fair draw is off by 200 less than once in a billion runs.
    assert!(counts.iter().all(|count| (800..1200).contains(count)), "{counts:?}");
    let page = server.client().post_form("/ask/reply/", &[("receipt", drawn[1])]).unwrap();
    assert!(page.body.contains("没有用这个回执码的信"), "{}", page.body);
}

#[test]
fn a_page_names_the_digest_of_each_script_and_it_is_that_of_the_bytes() {
    let server = Ground::new().unwrap().start().unwrap();
    let client = server.client();
    let all = scripts(&server);
    for (name, integrity, text) in &all {
        let digest = BASE64_STANDARD.encode(digest::digest(&digest::SHA384, text.as_bytes()));
        assert_eq!(integrity, &format!("sha384-{digest}"), "{name}");
    }
    for (path, wanted, policy) in [
        ("/ask/", "ask.js", "'none'"),
        ("/ask/reply/", "reply.js", "'none'"),
        ("/desk/", "desk.js", "'none'"),
        ("/proof/", "proof.js", "'none'"),
        ("/search/", "search.js", "nuanzhan-part"),
    ] {
        let page = client.get(path).unwrap();
        // What a module imports no digest of the page covers.
        assert!(!page.body.contains("type=\"module\""), "{path}");
        let tags: Vec<&str> =
            page.body.split("<script").skip(1).filter_map(|rest| rest.split('>').next()).collect();
        let digests: Vec<&str> = tags
            .iter()
            .filter(|tag| tag.contains("src="))
            .map(|tag| tag.split("integrity=\"").nth(1).unwrap_or_else(|| panic!("{path}: {tag}")))
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
        let (_, integrity, _) = all.iter().find(|(name, ..)| name == wanted).unwrap();
        assert!(digests.contains(&integrity.as_str()), "{path} loads {wanted}: {digests:?}");
        assert!(digests.iter().all(|digest| all.iter().any(|(_, known, _)| known == digest)), "{path}");
        let header = page.header("content-security-policy").unwrap();
        assert!(
            header.contains("require-trusted-types-for 'script'; trusted-types nuanzhan-part"),
            "{header}"
        );
        let own = format!("require-trusted-types-for 'script'; trusted-types {policy}\"");
        assert!(page.body.contains(&own), "{path} has {own}");
    }
}

#[test]
fn bundles_that_seal_are_written_in_the_language_of_2017() {
    let packages = match npm::packages(target()) {
        Ok(packages) => packages,
        Err(why) => return skipped("bundles as ES2017", &why),
    };
    let server = Ground::new().unwrap().start().unwrap();
    let body = format!(
        "const acorn = require({});
         const scripts = JSON.parse(require('node:fs').readFileSync(0));
         const wrong = (text) => {{
             try {{ acorn.parse(text, {{ ecmaVersion: 2017, sourceType: 'script' }}); return null; }} catch (err) {{ return String(err); }}
         }};
         console.log(JSON.stringify(scripts.map(wrong)));",
        serde_json::to_string(&packages.join("node_modules/acorn")).unwrap()
    );
    let names = ["ask.js", "reply.js", "proof.js", "leave.js", "desk.js"];
    let mut texts: Vec<String> = names.iter().map(|name| script(&server, name)).collect();
    texts.push("try { a?.b } catch { }".to_owned());
    let Some(wrong) = node(&body, &json!(texts)) else { return };
    for (at, name) in names.iter().enumerate() {
        assert_eq!(wrong[at], Value::Null, "{name}");
    }
    assert!(wrong[names.len()].is_string(), "the parser notices what is newer");
}
