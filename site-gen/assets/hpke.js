// HPKE (RFC 9180) in base mode on WebCrypto alone, with the one suite of this site:
// DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
//
// Public keys are the 65 bytes of an uncompressed point. `seal` and `open` send one message each, so the sequence
// number is always 0 and the nonce is the base nonce. Tested against the RFC's vectors and against the server.
//
// A classic script: the part of a bundle (render/assets.rs) that `self.nuanzhan.hpke` is. Syntax and APIs of Chromium 60.
(function (nuanzhan) {
  "use strict";
  const subtle = self.crypto && self.crypto.subtle;
  const CURVE = { name: "ECDH", namedCurve: "P-256" };
  const PUBLIC_LENGTH = 65;
  const EMPTY = new Uint8Array(0);
  const VERSION = ascii("HPKE-v1");
  const KEM_SUITE = concat(ascii("KEM"), [0x00, 0x10]);
  const HPKE_SUITE = concat(ascii("HPKE"), [0x00, 0x10, 0x00, 0x01, 0x00, 0x02]);

  /** The order of the curve's group, big-endian. */
  const ORDER = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
  ];

  /** PKCS #8 around a scalar, without the public half: the browser works that out. */
  const PKCS8 = [
    0x30, 0x41, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x27, 0x30, 0x25, 0x02, 0x01, 0x01, 0x04, 0x20,
  ];

  /** Seals `plaintext` to a public key: encapsulated key, ciphertext, tag. */
  async function seal(publicKey, info, plaintext, aad = EMPTY) {
    const ephemeral = await subtle.generateKey(CURVE, false, ["deriveBits"]);
    const encapsulated = new Uint8Array(await subtle.exportKey("raw", ephemeral.publicKey));
    const shared = await sharedSecret(ephemeral.privateKey, publicKey, concat(encapsulated, publicKey));
    const { key, nonce } = await schedule(shared, info, ["encrypt"]);
    const sealed = await subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: aad }, key, plaintext);
    return concat(encapsulated, new Uint8Array(sealed));
  }

  /** Opens what `seal` made. `pair` is `{ privateKey, publicKey }` as `importKeyPair` and `deriveKeyPair` give it. */
  async function open(pair, info, sealed, aad = EMPTY) {
    const encapsulated = sealed.subarray(0, PUBLIC_LENGTH);
    const shared = await sharedSecret(pair.privateKey, encapsulated, concat(encapsulated, pair.publicKey));
    const { key, nonce } = await schedule(shared, info, ["decrypt"]);
    const sent = { name: "AES-GCM", iv: nonce, additionalData: aad };
    return new Uint8Array(await subtle.decrypt(sent, key, sealed.subarray(PUBLIC_LENGTH)));
  }

  /** A new pair that can be taken apart: `{ privateBytes, publicKey }`. */
  async function generateKeyPair() {
    const pair = await subtle.generateKey(CURVE, true, ["deriveBits"]);
    const jwk = await subtle.exportKey("jwk", pair.privateKey);
    return { privateBytes: fromBase64Url(jwk.d), publicKey: concat([4], fromBase64Url(jwk.x), fromBase64Url(jwk.y)) };
  }

  /** The pair of a scalar of 32 bytes and its public key. The private half can't be taken out again. */
  async function importKeyPair(privateBytes, publicKey) {
    const jwk = {
      kty: "EC",
      crv: "P-256",
      d: toBase64Url(privateBytes),
      x: toBase64Url(publicKey.subarray(1, 33)),
      y: toBase64Url(publicKey.subarray(33)),
    };
    return { privateKey: await subtle.importKey("jwk", jwk, CURVE, false, ["deriveBits"]), publicKey };
  }

  /** `DeriveKeyPair` of RFC 9180, section 7.1.3: the same seed gives the same pair everywhere. */
  async function deriveKeyPair(seed) {
    const dkp = await labeledExtract(KEM_SUITE, EMPTY, "dkp_prk", seed);
    for (let counter = 0; counter < 256; counter += 1) {
      const scalar = await labeledExpand(KEM_SUITE, dkp, "candidate", [counter], 32);
      if (isScalar(scalar)) return pairOf(scalar);
    }
    throw new Error("no key pair of this seed");
  }

  /** Bytes of all parts, one after the other. */
  function concat(...parts) {
    const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  async function pairOf(scalar) {
    const known = await subtle.importKey("pkcs8", concat(PKCS8, scalar), CURVE, true, ["deriveBits"]);
    const jwk = await subtle.exportKey("jwk", known);
    return importKeyPair(scalar, concat([4], fromBase64Url(jwk.x), fromBase64Url(jwk.y)));
  }

  function isScalar(bytes) {
    if (bytes.every((byte) => byte === 0)) return false;
    const at = bytes.findIndex((byte, index) => byte !== ORDER[index]);
    return at >= 0 && bytes[at] < ORDER[at];
  }

  async function sharedSecret(privateKey, publicKey, context) {
    const other = await subtle.importKey("raw", publicKey, CURVE, false, []);
    const dh = new Uint8Array(await subtle.deriveBits({ name: "ECDH", public: other }, privateKey, 256));
    const prk = await labeledExtract(KEM_SUITE, EMPTY, "eae_prk", dh);
    return labeledExpand(KEM_SUITE, prk, "shared_secret", context, 32);
  }

  async function schedule(shared, info, usages) {
    const pskHash = await labeledExtract(HPKE_SUITE, EMPTY, "psk_id_hash", EMPTY);
    const infoHash = await labeledExtract(HPKE_SUITE, EMPTY, "info_hash", info);
    const context = concat([0], pskHash, infoHash);
    const secret = await labeledExtract(HPKE_SUITE, shared, "secret", EMPTY);
    const key = await labeledExpand(HPKE_SUITE, secret, "key", context, 32);
    const nonce = await labeledExpand(HPKE_SUITE, secret, "base_nonce", context, 12);
    return { key: await subtle.importKey("raw", key, "AES-GCM", false, usages), nonce };
  }

  function labeledExtract(suite, salt, label, material) {
    return hmac(salt, concat(VERSION, suite, ascii(label), material));
  }

  /** One block of HKDF-Expand, which is all this suite needs. */
  async function labeledExpand(suite, prk, label, info, length) {
    const labeled = concat([length >> 8, length & 255], VERSION, suite, ascii(label), info);
    return (await hmac(prk, concat(labeled, [1]))).slice(0, length);
  }

  async function hmac(key, bytes) {
    // An empty key and one of zeros are the same to HMAC; WebCrypto takes only the second.
    const raw = key.length > 0 ? key : new Uint8Array(32);
    const hashed = { name: "HMAC", hash: "SHA-256" };
    const imported = await subtle.importKey("raw", raw, hashed, false, ["sign"]);
    return new Uint8Array(await subtle.sign("HMAC", imported, bytes));
  }

  function ascii(text) {
    return Uint8Array.from(text, (c) => c.charCodeAt(0));
  }

  function toBase64Url(bytes) {
    const base64 = btoa(String.fromCharCode(...bytes));
    return base64.replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
  }

  function fromBase64Url(text) {
    return ascii(atob(text.replace(/-/g, "+").replace(/_/g, "/")));
  }

  nuanzhan.hpke = { seal, open, generateKeyPair, importKeyPair, deriveKeyPair, concat };
})(self.nuanzhan = self.nuanzhan || {});
