"""Reads docs/message-format.json with pyhpke and cryptography, as somebody would who writes another client.

Ends with an error where anything differs. Prints a message that it has sealed itself, for the others to open.
"""

import base64
import hashlib
import hmac
import json
import os
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pyhpke import AEADId, CipherSuite, KDFId, KEMId

SUITE = CipherSuite.new(KEMId.DHKEM_P256_HKDF_SHA256, KDFId.HKDF_SHA256, AEADId.AES256_GCM)
CLASSES = [1024, 4096, 16384, 65536]


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


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        vectors = json.load(file)
    receipt, place, message = vectors["receipt"], vectors["place"], vectors["message"]

    stretched = hashlib.pbkdf2_hmac("sha256", receipt["digits"].encode(), b(receipt["salt"]), receipt["rounds"])
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

    text = "另一个程序封的：先去安全的地方。"
    content_key, nonce = os.urandom(32), os.urandom(12)
    inside = json.dumps({"text": text}, ensure_ascii=False).encode()
    enc, context = SUITE.create_sender_context(pair.public_key, info)
    sealed = nonce + AESGCM(content_key).encrypt(nonce, pad(inside), aad)
    print(json.dumps({"text": text, "key": t(enc + context.seal(content_key)), "content": t(sealed)}))


main()
