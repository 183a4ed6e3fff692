"""Reads docs/message-format.json with pyhpke and cryptography, as somebody would who writes another client.

Ends with an error where anything differs, and where a changed byte of the desk's part would not be noticed. Prints a message
and keys of a desk that it has sealed itself, for the others to open.
"""

import base64
import copy
import functools
import hashlib
import hmac
import json
import os
import sys

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pyhpke import AEADId, CipherSuite, KDFId, KEMId

SUITE = CipherSuite.new(KEMId.DHKEM_P256_HKDF_SHA256, KDFId.HKDF_SHA256, AEADId.AES256_GCM)
CLASSES = [1024, 4096, 16384, 65536]
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def b(text):
    return base64.b64decode(text, validate=True)


def t(raw):
    return base64.b64encode(raw).decode()


def label(name, rest):
    return name.encode() + b"\0" + rest


def expand(stretched, info):
    key = hmac.new(bytes(32), stretched, hashlib.sha256).digest()
    return hmac.new(key, info + b"\x01", hashlib.sha256).digest()


def place_bytes(place):
    who = {"asker": 1, "desk": 2}[place["sender"]], {"letter": 1, "note": 2}[place["purpose"]]
    return b"\x01" + bytes.fromhex(place["thread"]) + place["position"].to_bytes(4, "big") + bytes(who)


def pad(inside):
    size = next(size for size in CLASSES if len(inside) + 4 <= size)
    return (len(inside).to_bytes(4, "big") + inside).ljust(size, b"\0")


def unpad(padded):
    length = int.from_bytes(padded[:4], "big")
    same(len(padded) in CLASSES and not any(padded[4 + length :]), True, "padding")
    return padded[4 : 4 + length]


def same(ours, written, what):
    if ours != written:
        sys.exit(f"{what} differs")


def check_proof(proof, content):
    seed = expand(b(proof["locator_key"]), b"nuanzhan/proof-key/1")
    same(t(seed), proof["seed"], "seed of the proof's key")
    key = Ed25519PrivateKey.from_private_bytes(seed)
    same(t(key.public_key().public_bytes_raw()), proof["public_key"], "public key of proofs")
    title, *lines = proof["text"].split("\n")
    said = dict(line.split(": ") for line in lines)
    same((title, list(said)), ("nuanzhan/proof/1", ["site", "day", "desk", "digest", "signature"]), "lines of the proof")
    same(b(said["digest"]), hashlib.sha256(content).digest(), "digest of the proof")
    texts = (said[name].encode() for name in ("site", "day", "desk"))
    signed = b"".join(len(text).to_bytes(4, "big") + text for text in texts) + b(said["digest"])
    signed = label("nuanzhan/proof/1", signed)
    same(t(signed), proof["bytes"], "bytes of the proof")
    same(t(key.sign(signed)), said["signature"], "signature of the proof")


# Remembered, because the vectors are gone through once for each byte that is changed.
@functools.lru_cache(maxsize=None)
def stretch(secret, salt, rounds):
    return hashlib.pbkdf2_hmac("sha256", secret.encode(), b(salt), rounds)


def sha256(name, rest):
    return hashlib.sha256(label(name, rest)).digest()


def public_of(private):
    pair = ec.derive_private_key(int.from_bytes(private, "big"), ec.SECP256R1())
    return pair.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def open_sealed(private, info, sealed):
    key = SUITE.kem.deserialize_private_key(private)
    return SUITE.create_recipient_context(sealed[:65], key, info).open(sealed[65:])


def seal(public, info, inside, ephemeral_seed=None):
    ephemeral = ephemeral_seed and SUITE.kem.derive_key_pair(ephemeral_seed)
    enc, context = SUITE.create_sender_context(SUITE.kem.deserialize_public_key(public), info, eks=ephemeral)
    return enc + context.seal(inside)


def check_sealed(holder, info, inside, written, sealed):
    """Opens for who holds the private key, and is what the written ephemeral seed makes."""
    same(t(open_sealed(b(holder["private_key"]), info, b(sealed))), t(inside), "what is sealed")
    again = seal(b(holder["public_key"]), info, inside, b(written["ephemeral_seed"]))
    same(t(again), sealed, "what is sealed with the same ephemeral key")


def check_pair(pair):
    same(t(public_of(b(pair["private_key"]))), pair["public_key"], "public key")


def fingerprint(member):
    digest = sha256("nuanzhan/member-fingerprint/1", b(member["public_key"]) + member["id"].encode())
    digits = "".join(str(byte % 10) for byte in digest[:24])
    return " ".join(digits[at : at + 4] for at in range(0, 24, 4))


def member_aad(member):
    return label("nuanzhan/member-key/1", b(member["public_key"]) + member["id"].encode())


def check_passphrase(kept, member):
    stretched = stretch(kept["passphrase"], kept["salt"], kept["rounds"])
    same(t(stretched), kept["stretched"], "stretched passphrase")
    same(t(expand(stretched, b"nuanzhan/member-login/1")), kept["login"], "login")
    wrap_key = expand(stretched, b"nuanzhan/member-wrap/1")
    same(t(wrap_key), kept["wrap_key"], "wrap_key")
    wrapped, private = b(kept["wrapped_key"]), b(member["private_key"])
    same(len(wrapped), 60, "length of wrapped_key")
    same(AESGCM(wrap_key).decrypt(wrapped[:12], wrapped[12:], member_aad(member)), private, "wrapped_key")
    again = wrapped[:12] + AESGCM(wrap_key).encrypt(wrapped[:12], private, member_aad(member))
    same(t(again), kept["wrapped_key"], "what is wrapped with the same nonce")


def check_invitation(invitation, member):
    code = "".join(ALPHABET[byte % 32] for byte in b(invitation["chance"]))
    same((code, len(code)), (invitation["code"], 26), "code")
    same(t(sha256("nuanzhan/invitation/1", code.encode())), invitation["hash"], "hash of the code")
    same(sha256("nuanzhan/invited-member/1", code.encode())[:16].hex(), member["id"], "id of who was invited")


def bits_of(raw):
    return "".join(f"{byte:08b}" for byte in raw)


def check_paper(paper):
    groups = paper["text"].split("-")
    same([len(group) for group in groups], [4] * 9, "groups on paper")
    bits = "".join(f"{ALPHABET.index(character):05b}" for character in "".join(groups))
    secret = int(bits[:160], 2).to_bytes(20, "big")
    same(t(secret), paper["secret"], "secret on paper")
    same(bits[160:], bits_of(sha256("nuanzhan/recovery-check/1", secret))[:20], "last group on paper")
    seed = expand(secret + bytes(12), b"nuanzhan/recovery-seed/1")
    same(t(seed), paper["seed"], "seed of the paper's pair")
    pair = SUITE.kem.derive_key_pair(seed)
    scalar = pair.private_key.raw.private_numbers().private_value
    same(t(scalar.to_bytes(32, "big")), paper["private_key"], "private key of the paper")
    same(t(pair.public_key.to_public_bytes()), paper["public_key"], "public key of the paper")


def share_info(desk, generation, holder):
    return label("nuanzhan/desk-key/1", generation.to_bytes(4, "big") + desk.encode() + b"\0" + holder.encode())


def check_desk(desk, message):
    member, colleague, paper = desk["member"], desk["colleague"], desk["paper"]
    check_invitation(desk["invitation"], member)
    check_paper(paper)
    same(t(member_aad(member)), member["aad"], "aad of wrapped_key")
    for kept in (member, desk["changed"]):
        check_passphrase(kept, member)
    for one in (member, colleague):
        check_pair(one)
        same(fingerprint(one), one["fingerprint"], "fingerprint")

    holders = {member["id"]: member, colleague["id"]: colleague, "recovery": paper}
    keys = {key["generation"]: key for key in desk["keys"]}
    held = {number: [one["holder"] for one in key["copies"]] for number, key in keys.items()}
    stay = [colleague["id"], "recovery"]
    same(held, {1: [member["id"], "recovery", colleague["id"]], 2: stay}, "who holds the keys")
    for generation, key in keys.items():
        check_pair(key)
        for share in key["copies"]:
            info = share_info(desk["id"], generation, share["holder"])
            same((t(info), len(b(share["sealed_key"]))), (share["info"], 113), "info and length of a copy")
            check_sealed(holders[share["holder"]], info, b(key["private_key"]), share, share["sealed_key"])

    proof, resealed = desk["proof"], desk["resealed"]
    same(proof["member"], colleague["id"], "who proves")
    info = label("nuanzhan/recovery-proof/1", desk["id"].encode() + b"\0" + proof["member"].encode() + b"\0")
    same((t(info), len(b(proof["opened"]))), (proof["info"], 32), "info and length of the proof")
    check_sealed(paper, info, b(proof["opened"]), proof, proof["challenge"])
    content_key = open_sealed(b(keys[1]["private_key"]), b(message["key_info"]), b(message["keys"][0]["key"]))
    newest = keys[resealed["generation"]]
    check_sealed(newest, b(message["key_info"]), content_key, resealed, resealed["key"])
    check_elsewhere(desk, keys[1]["private_key"])


def check_elsewhere(desk, key):
    """Opens what make_desk made, here or long ago."""
    member, elsewhere = desk["member"], desk["elsewhere"]
    wrapped = b(elsewhere["wrapped_key"])
    private = AESGCM(b(member["wrap_key"])).decrypt(wrapped[:12], wrapped[12:], member_aad(member))
    same(t(private), member["private_key"], "wrapped_key of another implementation")
    for holder, private, sealed in (
        (member["id"], private, elsewhere["share"]),
        ("recovery", b(desk["paper"]["private_key"]), elsewhere["recovery_share"]),
    ):
        opened = open_sealed(private, share_info(desk["id"], 1, holder), b(sealed))
        same(t(opened), key, "copy of another implementation")


def make_desk(desk):
    """The member's and the desk's first key, wrapped and sealed here."""
    member, paper, key = desk["member"], desk["paper"], b(desk["keys"][0]["private_key"])
    nonce = os.urandom(12)
    wrapped = nonce + AESGCM(b(member["wrap_key"])).encrypt(nonce, b(member["private_key"]), member_aad(member))
    share = seal(b(member["public_key"]), share_info(desk["id"], 1, member["id"]), key)
    recovery_share = seal(b(paper["public_key"]), share_info(desk["id"], 1, "recovery"), key)
    return {"wrapped_key": t(wrapped), "share": t(share), "recovery_share": t(recovery_share)}


def leaves(tree, path=()):
    if isinstance(tree, (dict, list)):
        for name in tree if isinstance(tree, dict) else range(len(tree)):
            yield from leaves(tree[name], (*path, name))
    else:
        yield path, tree


def changed(leaf):
    """Another number, or the same text but for one character in the middle."""
    if isinstance(leaf, int):
        return leaf + 1
    middle = len(leaf) // 2
    return leaf[:middle] + ("B" if leaf[middle] == "A" else "A") + leaf[middle + 1 :]


def every_leaf_counts(desk, message):
    count = 0
    for path, leaf in leaves(desk):
        spoiled = copy.deepcopy(desk)
        within = functools.reduce(lambda tree, name: tree[name], path[:-1], spoiled)
        within[path[-1]] = changed(leaf)
        try:
            check_desk(spoiled, message)
        except (Exception, SystemExit):
            count += 1
            continue
        sys.exit(f"nobody notices a change of {path}")
    same(count > 60, True, "number of things that were changed")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        vectors = json.load(file)
    receipt, place, message = vectors["receipt"], vectors["place"], vectors["message"]

    stretched = stretch(receipt["digits"], receipt["salt"], receipt["rounds"])
    same(t(stretched), receipt["stretched"], "stretched")
    same(t(expand(stretched, b"nuanzhan/locator/1")), receipt["locator"], "locator")
    seed = expand(stretched, label("nuanzhan/thread-seed/1", bytes.fromhex(place["thread"])))
    same(t(seed), receipt["thread_seed"], "thread_seed")
    pair = SUITE.kem.derive_key_pair(seed)
    same(t(pair.public_key.to_public_bytes()), receipt["public_key"], "public_key")
    scalar = pair.private_key.raw.private_numbers().private_value
    same(t(scalar.to_bytes(32, "big")), receipt["private_key"], "private_key")

    for one in (place, vectors["note_place"]):
        same(place_bytes(one).hex(), one["bytes"], "place")
    aad, info = (label(name, place_bytes(place)) for name in ("nuanzhan/message/1", "nuanzhan/message-key/1"))
    same((t(aad), t(info)), (message["aad"], message["key_info"]), "aad and key_info")
    same(t(pad(b(message["json"]))), message["padded"], "padded")

    content = b(message["content"])
    for key in message["keys"]:
        private = SUITE.kem.deserialize_private_key(b(key["private_key"]))
        sealed = b(key["key"])
        content_key = SUITE.create_recipient_context(sealed[:65], private, info).open(sealed[65:])
        same(t(content_key), message["content_key"], "content_key")
        inside = unpad(AESGCM(content_key).decrypt(content[:12], content[12:], aad))
        same(json.loads(inside), message["envelope"], "envelope")
        ephemeral = SUITE.kem.derive_key_pair(b(key["ephemeral_seed"]))
        reader = SUITE.kem.deserialize_public_key(b(key["public_key"]))
        enc, context = SUITE.create_sender_context(reader, info, eks=ephemeral)
        same(t(enc + context.seal(content_key)), key["key"], "what is sealed with the same ephemeral key")

    check_proof(vectors["proof"], content)
    check_desk(vectors["desk"], message)
    every_leaf_counts(vectors["desk"], message)

    text = "另一个程序封的：先去安全的地方。"
    content_key, nonce = os.urandom(32), os.urandom(12)
    inside = json.dumps({"text": text}, ensure_ascii=False).encode()
    enc, context = SUITE.create_sender_context(pair.public_key, info)
    sealed = nonce + AESGCM(content_key).encrypt(nonce, pad(inside), aad)
    desk = make_desk(vectors["desk"])
    print(json.dumps({"text": text, "key": t(enc + context.seal(content_key)), "content": t(sealed), "desk": desk}))


main()
