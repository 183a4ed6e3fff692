// The keys of members and desks where they are made: in the member's browser (docs/message-format.md).
//
// Everything takes and gives what the service takes and gives: bytes as base64. Private halves live in here for as long as
// they are sealed to somebody and nowhere else. Nothing here talks to the server or touches the page.
//
// A classic script: the part of the desk's bundle (render/assets.rs) that `self.nuanzhan.keys` is. Syntax and APIs of Chromium 60.
(function (nuanzhan) {
  "use strict";
  const { concat, deriveKeyPair, generateKeyPair, open, seal } = nuanzhan.hpke;
  const { expand, fromBase64, keyInfo, labelled, loginValue, shareInfo, stretch, toBase64, unwrapBytes } = nuanzhan.sealing;
  const subtle = self.crypto && self.crypto.subtle;
  const encoder = new TextEncoder();
  /** Digits, and letters that can't be taken for them: five bits each. */
  const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  const SECRET_LENGTH = 20, CHECK = 4, GROUP = 4, CODE_LENGTH = 26, FINGERPRINT = 24;

  /** A new member's keys under a passphrase: what an invitation is accepted with. */
  async function newMember(member, passphrase, rounds) {
    const { privateBytes, publicKey } = await generateKeyPair();
    const kept = await wrap(privateBytes, publicKey, member, passphrase, rounds);
    privateBytes.fill(0);
    return Object.assign(kept, { public_key: toBase64(publicKey) });
  }

  /** The same private key under another passphrase; `old` is the stretched one before. */
  async function rewrap(old, me, passphrase) {
    const publicKey = fromBase64(me.public_key);
    const privateBytes = await unwrapBytes(old, me.id, publicKey, fromBase64(me.wrapped_key));
    const { salt, rounds, login, wrapped_key } = await wrap(privateBytes, publicKey, me.id, passphrase, me.rounds);
    privateBytes.fill(0);
    return { salt, rounds, new_login: login, wrapped_key };
  }

  async function wrap(privateBytes, publicKey, member, passphrase, rounds) {
    const salt = random(16), nonce = random(12), stretched = await stretch(passphrase, salt, rounds);
    const wrapping = await expand(stretched, encoder.encode("nuanzhan/member-wrap/1"));
    const key = await subtle.importKey("raw", wrapping, "AES-GCM", false, ["encrypt"]);
    const additionalData = concat(labelled("nuanzhan/member-key/1", publicKey), encoder.encode(member));
    const wrapped = new Uint8Array(await subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData }, key, privateBytes));
    const login = toBase64(await loginValue(stretched));
    return { salt: toBase64(salt), rounds, login, wrapped_key: toBase64(concat(nonce, wrapped)) };
  }

  /** The first key of a desk: `{ paper, founding }`, the text for the sheet of paper and what is sent. */
  async function foundDesk(desk, member, memberKey) {
    const { privateBytes, publicKey } = await generateKeyPair();
    const secret = random(SECRET_LENGTH), recovery = await recoveryPair(secret);
    const copy = (holder, to) => sealShare(privateBytes, { desk, generation: 1, holder }, to);
    const founding = {
      public_key: toBase64(publicKey),
      recovery_public_key: toBase64(recovery.publicKey),
      share: await copy(member, fromBase64(memberKey)),
      recovery_share: await copy("recovery", recovery.publicKey),
    };
    privateBytes.fill(0);
    const paper = grouped(unpack(secret).concat(await check(secret)));
    return { paper, founding };
  }

  /** The desk's next key, for those who stay, `[{ id, public_key }]`, and for the key on paper. */
  async function nextKey(desk, generation, stay, recoveryKey) {
    const { privateBytes, publicKey } = await generateKeyPair();
    const copy = (holder, to) => sealShare(privateBytes, { desk, generation, holder }, fromBase64(to));
    const shares = [];
    for (const one of stay) shares.push({ member: one.id, sealed_key: await copy(one.id, one.public_key) });
    const recovery_share = await copy("recovery", recoveryKey);
    privateBytes.fill(0);
    return { generation, public_key: toBase64(publicKey), shares, recovery_share };
  }

  /** The desk's keys, opened with one holder's pair and sealed to another one: from `[{ generation, sealed_key }]` the same. */
  async function passOn(pair, desk, from, copies, to) {
    const shares = [];
    for (const copy of copies) {
      const of = { desk, generation: copy.generation };
      const bytes = await open(pair, shareInfo(Object.assign({ holder: from }, of)), fromBase64(copy.sealed_key));
      shares.push({
        generation: copy.generation,
        sealed_key: await sealShare(bytes, Object.assign({ holder: to.id }, of), fromBase64(to.public_key)),
      });
      bytes.fill(0);
    }
    return shares;
  }

  async function sealShare(privateBytes, share, to) {
    return toBase64(await seal(to, shareInfo(share), privateBytes));
  }

  /** Content keys that the service listed, sealed to the desk's newest key; `pairs` are the desk's pairs by generation. What does
   *  not open is left out: another member may have the key. */
  async function reseal(pairs, generation, old) {
    const newest = pairs.get(generation), keys = [];
    for (const one of old) {
      const { thread, purpose, position, sender } = one, pair = pairs.get(one.generation);
      const info = keyInfo({ thread, purpose, position, sender });
      const content = pair && await open(pair, info, fromBase64(one.key)).catch(() => null);
      if (!content) continue;
      const key = toBase64(await seal(newest.publicKey, info, content));
      keys.push({ thread, purpose, position, generation: one.generation, key });
    }
    return { generation, keys };
  }

  /** The content keys of messages, opened with the desk's pairs and sealed to each of `readers`: a list of keys for each, in the order
   *  of the messages. `told` hears how many are done. What does not open stops it: a half resealed thread is nobody's. */
  async function handOn(pairs, messages, readers, told) {
    const sealed = readers.map(() => []);
    let done = 0;
    for (const { place, generation, key } of messages) {
      const info = keyInfo(place);
      const content = await open(pairs.get(generation), info, fromBase64(key));
      for (let at = 0; at < readers.length; at += 1) {
        sealed[at].push(toBase64(await seal(fromBase64(readers[at].public_key), info, content)));
      }
      content.fill(0);
      done += 1;
      told(done);
    }
    return sealed;
  }

  /** What was typed from paper: its pair, or `wrong`, which says what is the matter. */
  async function readPaper(typed) {
    const values = valuesOf(typed);
    if (!values) return { wrong: "有一个字符不是恢复密钥里会有的，请对照着再看一遍。" };
    const length = SECRET_LENGTH * 8 / 5;
    if (values.length !== length + CHECK) return { wrong: `恢复密钥有 9 组，每组 4 个，一共 36 个字符；这里有 ${values.length} 个。` };
    const secret = pack(values.slice(0, length));
    const right = (await check(secret)).every((value, at) => value === values[length + at]);
    if (!right) return { wrong: "有字符不对：最后一组是校验，对不上。请一组一组地对照。" };
    return { pair: await recoveryPair(secret) };
  }

  /** Whether the end of the sheet was typed back right: its last two groups. */
  function endsWith(paper, typed) {
    const [whole, end] = [valuesOf(paper), valuesOf(typed)];
    return Boolean(end) && end.length === 2 * GROUP && end.every((value, at) => value === whole[whole.length - end.length + at]);
  }

  /** Opens what proves that somebody has the paper. */
  async function proveRecovery(pair, desk, member, challenge) {
    const of = concat(encoder.encode(desk), [0], encoder.encode(member), [0]);
    return toBase64(await open(pair, labelled("nuanzhan/recovery-proof/1", of), fromBase64(challenge)));
  }

  async function recoveryPair(secret) {
    return deriveKeyPair(await expand(concat(secret, new Uint8Array(32 - SECRET_LENGTH)), encoder.encode("nuanzhan/recovery-seed/1")));
  }

  async function check(secret) {
    return unpack(await sha256("nuanzhan/recovery-check/1", secret)).slice(0, CHECK);
  }

  /** What two people compare before one lets the other in: 24 digits of a hash of the member's public key and id. */
  async function fingerprint(publicKey, member) {
    const hash = await sha256("nuanzhan/member-fingerprint/1", concat(fromBase64(publicKey), encoder.encode(member)));
    return Array.from(hash.subarray(0, FINGERPRINT), (byte) => byte % 10).join("").match(/.{4}/g).join(" ");
  }

  /** The code of an invitation. */
  function drawCode() {
    return Array.from(random(CODE_LENGTH), (byte) => ALPHABET[byte & 31]).join("");
  }

  /** What the service keeps of it. */
  async function codeHash(code) {
    return toBase64(await sha256("nuanzhan/invitation/1", encoder.encode(code)));
  }

  async function sha256(label, bytes) {
    return new Uint8Array(await subtle.digest("SHA-256", labelled(label, bytes)));
  }

  function random(length) {
    return crypto.getRandomValues(new Uint8Array(length));
  }

  // What characters stand for; letters that are not in the alphabet are taken for the digits they look like.
  function valuesOf(typed) {
    const plain = typed.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
    const values = Array.from(plain, (c) => ALPHABET.indexOf(c));
    return values.includes(-1) ? null : values;
  }

  function grouped(values) {
    return values.map((value) => ALPHABET[value]).join("").match(/.{4}/g).join("-");
  }

  // Bytes to values of five bits, most significant bit first, and back.
  function unpack(bytes) {
    const bit = (at) => bytes[at >> 3] >> (7 - at % 8) & 1;
    return Array.from({ length: Math.floor(bytes.length * 8 / 5) }, (_, value) => {
      return [0, 1, 2, 3, 4].reduce((sum, at) => sum << 1 | bit(value * 5 + at), 0);
    });
  }

  function pack(values) {
    const bit = (at) => values[Math.floor(at / 5)] >> (4 - at % 5) & 1;
    return Uint8Array.from({ length: SECRET_LENGTH }, (_, byte) => {
      return [0, 1, 2, 3, 4, 5, 6, 7].reduce((sum, at) => sum << 1 | bit(byte * 8 + at), 0);
    });
  }

  nuanzhan.keys = {
    newMember, rewrap, foundDesk, nextKey, passOn, reseal, handOn, readPaper, endsWith, proveRecovery, fingerprint, drawCode, codeHash,
  };
})(self.nuanzhan = self.nuanzhan || {});
