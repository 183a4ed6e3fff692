// The formats of docs/message-format.md for the browser: messages, the keys of members and desks, receipts.
//
// Everything is done with WebCrypto and hpke.js. Nothing here keeps anything, talks to the server or touches the page.
//
// A classic script: the part of a bundle (render/assets.rs) that `self.nuanzhan.sealing` is. Syntax and APIs of Chromium 60.
(function (nuanzhan) {
  "use strict";
  const { concat, deriveKeyPair, importKeyPair } = nuanzhan.hpke;
  const subtle = self.crypto && self.crypto.subtle;
  const encoder = new TextEncoder();
  const FORMAT = 1;
  const PURPOSES = { letter: 1, note: 2 };
  const SENDERS = { asker: 1, desk: 2 };
  const CLASSES = [1 << 10, 4 << 10, 16 << 10, 64 << 10];
  const NONCE_LENGTH = 12;

  /** Seals `{ text, reach }` for its place to each public key: `{ content, keys }`, the keys in the order of `readers`. */
  async function sealMessage(envelope, place, readers) {
    const padded = pad(encoder.encode(JSON.stringify(envelope)));
    const key = crypto.getRandomValues(new Uint8Array(32));
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_LENGTH));
    const aes = await subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
    const sent = { name: "AES-GCM", iv: nonce, additionalData: labelled("nuanzhan/message/1", canonical(place)) };
    const content = concat(nonce, new Uint8Array(await subtle.encrypt(sent, aes, padded)));
    const info = keyInfo(place);
    const keys = [];
    for (const reader of readers) keys.push(await nuanzhan.hpke.seal(reader, info, key));
    return { content, keys };
  }

  /** Opens a message with a reader's pair and the key that was sealed to it. */
  async function openMessage(pair, place, sealedKey, content) {
    const key = await nuanzhan.hpke.open(pair, keyInfo(place), sealedKey);
    const aes = await subtle.importKey("raw", key, "AES-GCM", false, ["decrypt"]);
    const iv = content.subarray(0, NONCE_LENGTH);
    const sent = { name: "AES-GCM", iv, additionalData: labelled("nuanzhan/message/1", canonical(place)) };
    const padded = new Uint8Array(await subtle.decrypt(sent, aes, content.subarray(NONCE_LENGTH)));
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(unpad(padded)));
  }

  /** What ties a sealed content key to its message. */
  function keyInfo(place) {
    return labelled("nuanzhan/message-key/1", canonical(place));
  }

  /** PBKDF2-HMAC-SHA-256 of a passphrase or of the digits of a receipt: 32 bytes. */
  async function stretch(secret, salt, rounds) {
    const key = await subtle.importKey("raw", encoder.encode(secret), "PBKDF2", false, ["deriveBits"]);
    const slowly = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
    return new Uint8Array(await subtle.deriveBits(slowly, key, 256));
  }

  /** HKDF-SHA-256 of what was stretched, under a label: 32 bytes. */
  async function expand(stretched, info) {
    const key = await subtle.importKey("raw", stretched, "HKDF", false, ["deriveBits"]);
    const labeled = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info };
    return new Uint8Array(await subtle.deriveBits(labeled, key, 256));
  }

  /** What a member sends to sign in. */
  function loginValue(stretched) {
    return expand(stretched, encoder.encode("nuanzhan/member-login/1"));
  }

  /** A member's pair: the private half comes out of its wrapping. */
  async function unwrapMember(stretched, member, publicKey, wrapped) {
    return importKeyPair(await unwrapBytes(stretched, member, publicKey, wrapped), publicKey);
  }

  /** The private half itself, for wrapping it anew at once. */
  async function unwrapBytes(stretched, member, publicKey, wrapped) {
    const wrapping = await expand(stretched, encoder.encode("nuanzhan/member-wrap/1"));
    const key = await subtle.importKey("raw", wrapping, "AES-GCM", false, ["decrypt"]);
    const additionalData = concat(labelled("nuanzhan/member-key/1", publicKey), encoder.encode(member));
    const sent = { name: "AES-GCM", iv: wrapped.subarray(0, NONCE_LENGTH), additionalData };
    return new Uint8Array(await subtle.decrypt(sent, key, wrapped.subarray(NONCE_LENGTH)));
  }

  /** A desk's pair: the private half was sealed to the member. */
  async function openDeskKey(pair, share, sealedKey, publicKey) {
    return importKeyPair(await nuanzhan.hpke.open(pair, shareInfo(share), sealedKey), publicKey);
  }

  /** What ties a copy of a desk's key to its holder, `{ desk, generation, holder }`. */
  function shareInfo({ desk, generation, holder }) {
    const bytes = concat(bigEndian(generation), encoder.encode(desk), [0], encoder.encode(holder));
    return labelled("nuanzhan/desk-key/1", bytes);
  }

  /** What finds the thread of a stretched receipt. */
  function locator(stretched) {
    return expand(stretched, encoder.encode("nuanzhan/locator/1"));
  }

  /** What opens it. */
  async function threadPair(stretched, thread) {
    return deriveKeyPair(await expand(stretched, labelled("nuanzhan/thread-seed/1", fromHex(thread))));
  }

  /** Bytes as base64. */
  function toBase64(bytes) {
    let binary = "";
    for (const byte of bytes) binary += String.fromCharCode(byte);
    return btoa(binary);
  }

  /** Base64 as bytes. */
  function fromBase64(text) {
    return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  }

  /** The place of a message, `{ thread, position, sender, purpose }`, as the bytes that tie the message to it; a letter unless told. */
  function canonical(place) {
    const who = [SENDERS[place.sender], PURPOSES[place.purpose || "letter"]];
    return concat([FORMAT], fromHex(place.thread), bigEndian(place.position), who);
  }

  function pad(message) {
    const size = CLASSES.find((candidate) => message.length + 4 <= candidate);
    if (!size) throw new RangeError("too long");
    const padded = new Uint8Array(size);
    padded.set(bigEndian(message.length));
    padded.set(message, 4);
    return padded;
  }

  function unpad(padded) {
    const length = new DataView(padded.buffer, padded.byteOffset).getUint32(0);
    const whole = CLASSES.includes(padded.length) && length + 4 <= padded.length;
    if (!whole || padded.subarray(4 + length).some((byte) => byte !== 0)) throw new Error("not a padded message");
    return padded.subarray(4, 4 + length);
  }

  function labelled(label, bytes) {
    return concat(encoder.encode(label), [0], bytes);
  }

  function fromHex(text) {
    return text.match(/../g).map((digits) => parseInt(digits, 16));
  }

  function bigEndian(number) {
    return [(number >>> 24) & 255, (number >>> 16) & 255, (number >>> 8) & 255, number & 255];
  }

  nuanzhan.sealing = {
    canonical, pad, sealMessage, openMessage, stretch, loginValue, unwrapMember, openDeskKey, locator, threadPair,
    toBase64, fromBase64, expand, keyInfo, labelled, shareInfo, unwrapBytes,
  };
})(self.nuanzhan = self.nuanzhan || {});
