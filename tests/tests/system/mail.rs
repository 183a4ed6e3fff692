//! Mail over an encrypted connection: it goes to the service whose certificate holds, and to nobody else.

use std::fs;
use std::path::Path;
use std::process::Command;

use tests::desk::open_desk;
use tests::receivers::MailServer;
use tests::server::Ground;
use tests::skip::skipped;
use tests::{nuanzhan, python};

/// Makes in the folder it is run in an authority of the house and what it has certified: `localhost`; and another authority.
const CERTIFY: &str = "
import datetime
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

def name(of): return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, of)])

def certified(subject, key, issuer, by, is_authority):
    today = datetime.datetime.now(datetime.timezone.utc)
    made = x509.CertificateBuilder(name(issuer), name(subject), key.public_key(), x509.random_serial_number(),
        today - datetime.timedelta(days=1), today + datetime.timedelta(days=2))
    made = made.add_extension(x509.BasicConstraints(is_authority, None), True)
    if not is_authority:
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(subject)]), False)
    return made.sign(by, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

def write(file, pem):
    with open(file, 'wb') as out: out.write(pem)

house, other, server = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
write('house.pem', certified('The house', house, 'The house', house, True))
write('other.pem', certified('Another house', other, 'Another house', other, True))
write('server.pem', certified('localhost', server, 'The house', house, False))
write('server.key', server.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
";

const TAKEN: &str = "收下了";
const REFUSED: &str = "加密连接或者登录谈不成";

/// How the command's test ends with these settings of `[mail]`: its exit code and all it says.
fn tried(ground: &Ground, post: &MailServer, [host, tls, authority]: [&str; 3]) -> (i32, String) {
    let settings = format!(
        "[mail]\nhost = \"{host}\"\nport = {}\ntls = \"{tls}\"\nauthority = \"{authority}\"\nfrom = \"tongzhi@nuanzhan.example\"\n",
        post.port
    );
    fs::write(ground.folder().join("nuanzhan.toml"), settings).unwrap();
    let mut arguments = vec!["desk", "announce", "shili-city", "--test"];
    let data = ground.data_arguments();
    arguments.extend(data.iter().map(String::as_str));
    let ran = nuanzhan::run(ground.folder(), &arguments).unwrap();
    (ran.code, ran.stdout + &ran.stderr)
}

/// A desk with a recipient by mail, and certificates beside it; `None` (and said so) where Python's packages are not to be had.
fn ready(what: &str) -> Option<(Ground, &'static Path)> {
    let tools = match python::tools(Path::new(env!("CARGO_TARGET_TMPDIR"))) {
        Ok(tools) => tools,
        Err(why) => {
            skipped(what, why);
            return None;
        }
    };
    let ground = Ground::new().unwrap();
    let made = Command::new(tools.join("python")).args(["-c", CERTIFY]).current_dir(ground.folder()).output();
    let made = made.unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let server = ground.start().unwrap();
    open_desk(&ground).unwrap();
    assert_eq!(server.stop("INT").unwrap(), 0);
    fs::write(
        ground.folder().join("nuanzhan.toml"),
        "[mail]\nhost = \"localhost\"\nfrom = \"a@nuanzhan.example\"\n",
    )
    .unwrap();
    let mut arguments = vec!["desk", "announce", "shili-city", "--mail", "zhiban@fulian.example"];
    let data = ground.data_arguments();
    arguments.extend(data.iter().map(String::as_str));
    let told = nuanzhan::run(ground.folder(), &arguments).unwrap();
    assert_eq!(told.code, 0, "{}{}", told.stdout, told.stderr);
    Some((ground, tools))
}

#[test]
fn mail_goes_to_the_service_whose_certificate_holds_and_to_nobody_else() {
    let Some((ground, tools)) = ready("mail over an encrypted connection") else { return };
    let file = |name: &str| ground.folder().join(name).display().to_string();
    let (certificate, key, house) = (file("server.pem"), file("server.key"), file("house.pem"));
    for (tls, arguments) in [
        ("starttls", ["--tlscert", &certificate, "--tlskey", &key]),
        ("required", ["--smtpscert", &certificate, "--smtpskey", &key]),
    ] {
        let folder = ground.folder().join(tls);
        fs::create_dir(&folder).unwrap();
        let post = MailServer::start_with(tools, &folder, &arguments).unwrap();
        for (why, settings) in [
            ("an authority that nobody knows", ["localhost", tls, ""]),
            ("another authority", ["localhost", tls, &file("other.pem")]),
            ("another name", ["127.0.0.1", tls, &house]),
        ] {
            let (code, said) = tried(&ground, &post, settings);
            assert!(code != 0 && said.contains(REFUSED), "{tls}, {why}: {code} {said}");
        }
        assert!(post.taken().unwrap().is_empty(), "{tls}: nothing was sent");
        let (code, said) = tried(&ground, &post, ["localhost", tls, &house]);
        assert!(code == 0 && said.contains(TAKEN), "{tls}: {code} {said}");
        assert_eq!(post.wait().unwrap().len(), 1, "{tls}");
    }
}

#[test]
fn a_service_that_does_not_encrypt_gets_no_mail_and_a_file_without_certificates_is_named() {
    let Some((ground, tools)) = ready("mail without an encrypted connection") else { return };
    let file = |name: &str| ground.folder().join(name).display().to_string();
    let post = MailServer::start(tools, ground.folder()).unwrap();
    for tls in ["starttls", "required"] {
        let (code, said) = tried(&ground, &post, ["localhost", tls, &file("house.pem")]);
        assert!(code != 0 && said.contains(REFUSED), "{tls}: {code} {said}");
    }
    for (name, expected) in [("server.key", "里没有 PEM 证书"), ("nowhere.pem", "读不了证书文件")]
    {
        let (code, said) = tried(&ground, &post, ["localhost", "starttls", &file(name)]);
        assert!(code != 0 && said.contains(expected) && said.contains(name), "{name}: {code} {said}");
    }
    assert!(post.taken().unwrap().is_empty());
}
