//! The second factor and the passphrase: what is asked for, what is not told, what counts once.

use super::*;
use crate::desk::keys;
use crate::desk::testing::{bytes, cookie_of, login_of, sign_in_with_code};
use crate::desk::totp::Secret;
use crate::dice::SystemDice;
use crate::store::testing::{ROUNDS, each};

const NAME: &str = "county 的成员";

/// A county whose members must have one, over every kind of database.
async fn demanding() -> Vec<Office> {
    let mut offices = Vec::new();
    for fresh in each().await {
        let office = Office::open_with(fresh, |settings| settings.second_factor_required = true).await;
        founded(&office.app.store, "county", None).await;
        offices.push(office);
    }
    offices
}

/// The code of now.
fn code(office: &Office, secret: &Secret) -> String {
    secret.code(office.app.clock.now().as_second() / 30)
}

/// Half a minute later another code is good.
fn next_code(office: &Office, secret: &Secret) -> String {
    office.clock.advance(SignedDuration::from_secs(30));
    code(office, secret)
}

async fn login(office: &Office) -> String {
    let asked =
        call(office, Method::POST, "/sessions/parameters", ("", Some(json!({ "member": NAME })))).await;
    login_of(PASSPHRASE, &bytes(&asked.json()["salt"]), 1)
}

/// Signs in and sets the second factor; the cookie and the secret.
async fn enrolled(office: &Office) -> (String, Secret) {
    let cookie = cookie_of(&sign_in(office, NAME, PASSPHRASE).await.0);
    let shown = call(office, Method::GET, "/second-factor", (&cookie, None)).await.json();
    let secret = Secret::parse(shown["secret"].as_str().unwrap()).unwrap();
    assert!(shown["address"].as_str().unwrap().contains(shown["secret"].as_str().unwrap()));
    let set =
        json!({ "login": login(office).await, "secret": shown["secret"], "code": code(office, &secret) });
    let reply = call(office, Method::POST, "/second-factor", (&cookie, Some(set))).await;
    assert_eq!(reply.status, StatusCode::NO_CONTENT, "{}", reply.text);
    (cookie, secret)
}

#[tokio::test]
async fn without_one_there_is_nothing_but_setting_one() {
    for office in demanding().await {
        let cookie = cookie_of(&sign_in(&office, NAME, PASSPHRASE).await.0);
        for path in ["/me", "/consultations", "/members", "/audit", "/reseal", "/recovery"] {
            let reply = call(&office, Method::GET, path, (&cookie, None)).await;
            assert_eq!(reply.status, StatusCode::FORBIDDEN, "{path}");
            assert_eq!(reply.json()["type"], "/problems/second-factor-missing", "{path}");
        }
        let other = cookie_of(&sign_in(&office, NAME, PASSPHRASE).await.0);
        let (cookie, _) = enrolled(&office).await;
        assert_eq!(call(&office, Method::GET, "/me", (&cookie, None)).await.status, StatusCode::OK);
        let other = call(&office, Method::GET, "/second-factor", (&other, None)).await;
        assert_eq!(other.status, StatusCode::UNAUTHORIZED, "who came with the passphrase alone is out");
    }
}

#[tokio::test]
async fn a_code_counts_once_and_what_was_wrong_is_not_told() {
    for office in demanding().await {
        let (cookie, secret) = enrolled(&office).await;
        let used = sign_in_with_code(&office, NAME, PASSPHRASE, &code(&office, &secret)).await;
        let fresh = next_code(&office, &secret);
        let refused = [
            used,
            sign_in(&office, NAME, PASSPHRASE).await.0,
            sign_in_with_code(&office, NAME, PASSPHRASE, "000000").await,
            sign_in_with_code(&office, NAME, "wrong", &fresh).await,
            sign_in_with_code(&office, "nobody", PASSPHRASE, &fresh).await,
        ];
        for reply in &refused {
            assert_eq!((reply.status, &reply.text), (StatusCode::UNAUTHORIZED, &refused[0].text));
        }
        cookie_of(&sign_in_with_code(&office, NAME, PASSPHRASE, &fresh).await);
        assert_eq!(
            sign_in_with_code(&office, NAME, PASSPHRASE, &fresh).await.status,
            StatusCode::UNAUTHORIZED
        );
        // Another one is set only with a code of the one before.
        let new = Secret::draw(&SystemDice);
        let body =
            json!({ "login": login(&office).await, "secret": *new.text(), "code": code(&office, &new) });
        let reply = call(&office, Method::POST, "/second-factor", (&cookie, Some(body.clone()))).await;
        assert_eq!(
            (reply.status, reply.json()["type"].clone()),
            (StatusCode::FORBIDDEN, json!("/problems/not-confirmed"))
        );
        let mut body = body;
        body["old_code"] = json!(next_code(&office, &secret));
        body["code"] = json!(code(&office, &new));
        let reply = call(&office, Method::POST, "/second-factor", (&cookie, Some(body.clone()))).await;
        assert_eq!(reply.status, StatusCode::NO_CONTENT, "{}", reply.text);
        let old = next_code(&office, &secret);
        assert_eq!(sign_in_with_code(&office, NAME, PASSPHRASE, &old).await.status, StatusCode::UNAUTHORIZED);
        cookie_of(&sign_in_with_code(&office, NAME, PASSPHRASE, &code(&office, &new)).await);
        let rows = office.app.store.everything().await;
        assert!(!rows.contains(&new.text().to_lowercase()));
    }
}

#[tokio::test]
async fn ten_wrong_codes_are_enough_for_an_hour_and_end_with_it() {
    for office in demanding().await {
        let (_, secret) = enrolled(&office).await;
        let wrong = |number: u32| format!("{:06}", (number * 37) % 1_000_000);
        for number in 0..10 {
            let reply = sign_in_with_code(&office, NAME, PASSPHRASE, &wrong(number)).await;
            assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
        }
        let right = next_code(&office, &secret);
        assert_eq!(
            sign_in_with_code(&office, NAME, PASSPHRASE, &right).await.status,
            StatusCode::UNAUTHORIZED
        );
        office.clock.advance(SignedDuration::from_hours(1));
        cookie_of(&sign_in_with_code(&office, NAME, PASSPHRASE, &code(&office, &secret)).await);
    }
}

#[tokio::test]
async fn a_row_tells_no_finer_time_than_the_hour() {
    for office in demanding().await {
        let (_, secret) = enrolled(&office).await;
        let step = office.app.clock.now().as_second() / 30;
        let rows = office.app.store.everything().await;
        let spent: Vec<&str> = rows.lines().filter(|row| row.starts_with("spent: ")).collect();
        assert_eq!(spent.len(), 1, "{rows}");
        let plain = [NAME.as_bytes(), &[0], &step.to_be_bytes(), secret.text().as_bytes()].concat();
        for guess in [&plain[..], &step.to_be_bytes()] {
            let hash = ring::digest::digest(&ring::digest::SHA256, guess);
            assert!(!spent[0].contains(&crate::sealing::binding::hex(hash.as_ref())));
        }
        assert!(!rows.contains(&step.to_string()));
    }
}

#[tokio::test]
async fn a_new_passphrase_opens_the_same_keys_and_ends_other_sessions() {
    for office in counties().await {
        letter(&office).await;
        let cookie = cookie_of(&sign_in(&office, NAME, PASSPHRASE).await.0);
        let other = cookie_of(&sign_in(&office, NAME, PASSPHRASE).await.0);
        let me = call(&office, Method::GET, "/me", (&cookie, None)).await.json();
        let asked =
            call(&office, Method::POST, "/sessions/parameters", ("", Some(json!({ "member": NAME })))).await;
        let salt = bytes(&asked.json()["salt"]);
        let private = keys::browser::member_key(&me, "member-of-county", PASSPHRASE, (&salt, 1));
        let new = keys::browser::rewrapped(&private, "member-of-county", "另一个好口令呀", ROUNDS);
        let mut body = json!({
            "login": BASE64_STANDARD.encode([0; 32]), "salt": BASE64_STANDARD.encode(new.salt), "rounds": 1,
            "new_login": BASE64_STANDARD.encode(new.login.as_slice()),
            "wrapped_key": BASE64_STANDARD.encode(new.wrapped_key.as_bytes()),
        });
        let change = async |body: serde_json::Value| {
            call(&office, Method::POST, "/passphrase", (&cookie, Some(body))).await
        };
        assert_eq!(change(body.clone()).await.json()["type"], "/problems/not-confirmed");
        body["login"] = json!(login(&office).await);
        let mut weak = body.clone();
        weak["rounds"] = json!(2);
        assert_eq!(change(weak).await.status, StatusCode::BAD_REQUEST);
        assert_eq!(change(body).await.status, StatusCode::NO_CONTENT);
        let status = async |cookie: &str| call(&office, Method::GET, "/me", (cookie, None)).await.status;
        assert_eq!((status(&cookie).await, status(&other).await), (StatusCode::OK, StatusCode::UNAUTHORIZED));
        assert_eq!(sign_in(&office, NAME, PASSPHRASE).await.0.status, StatusCode::UNAUTHORIZED);
        let member = AtDesk::sign_in(&office, NAME, "另一个好口令呀").await;
        let id = member.queue().await.remove(0);
        assert_eq!(member.read(&id).await[0].text, "他打我");
    }
}
