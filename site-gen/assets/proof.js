// The page that checks a proof of receipt: here, in the browser. What is pasted is sent nowhere.
//
// Start at `check`. The bytes are those of docs/message-format.md; the server's side is api/src/consultations/proof.rs. Only the
// site's public key is asked for, once, and it can be pasted instead.
(function (nuanzhan) {
  "use strict";
  const LABEL = "nuanzhan/proof/1", NAMES = ["site", "day", "desk", "digest", "signature"];
  const encoder = new TextEncoder();

  function fault(words) {
    return Object.assign(new Error(words), { told: true });
  }

  /** Bytes of base64 as it is written by the book; nothing where it is not, or where there are not so many. */
  function bytes(text, length) {
    let binary = "";
    try { binary = atob(text); } catch (err) { return null; }
    return btoa(binary) === text && binary.length === length ? Uint8Array.from(binary, (c) => c.charCodeAt(0)) : null;
  }

  function isDay(text) {
    const day = new Date(`${text}T00:00:00Z`);
    return /^\d{4}-\d{2}-\d{2}$/.test(text) && !isNaN(day) && day.toJSON().slice(0, 10) === text;
  }

  /** Reads what was kept; what is missing or damaged is thrown. */
  function parse(text) {
    const lines = text.replace(/^\ufeff/, "").split(/\r?\n/).map((line) => line.trim()).filter(Boolean);
    if (lines.length !== 1 + NAMES.length || lines[0] !== LABEL) throw fault(`这不是一份完整的收信证明：应有六行，第一行是 ${LABEL}。`);
    const proof = {};
    NAMES.forEach(function (name, at) {
      const line = lines[at + 1];
      const value = line.startsWith(`${name}:`) ? line.slice(name.length + 1).trim() : null;
      proof[name] = value === null ? null : name === "digest" ? bytes(value, 32) : name === "signature" ? bytes(value, 64) : value;
      if (proof[name] === null || (name === "day" && !isDay(value))) throw fault(`“${name}”这一行缺了，或者抄坏了。`);
    });
    return proof;
  }

  /** The bytes that are signed. */
  function canonical(proof) {
    const parts = [encoder.encode(LABEL), new Uint8Array(1)];
    for (const text of [proof.site, proof.day, proof.desk]) {
      const written = encoder.encode(text), length = new Uint8Array(4);
      new DataView(length.buffer).setUint32(0, written.length);
      parts.push(length, written);
    }
    parts.push(proof.digest);
    const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    parts.reduce(function (at, part) { whole.set(part, at); return at + part.length; }, 0);
    return whole;
  }

  /** Whether this key has signed it; nothing where this browser can't tell. */
  async function hasSigned(key, proof) {
    const subtle = self.crypto && self.crypto.subtle;
    if (!subtle) return null;
    let imported;
    try {
      imported = await subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    } catch (err) {
      return null;
    }
    return subtle.verify({ name: "Ed25519" }, imported, proof.signature, canonical(proof));
  }

  nuanzhan.proof = { parse, canonical, hasSigned, bytes };
  if (typeof document === "undefined" || !document.getElementById("check")) return;

  const byId = (id) => document.getElementById(id);
  const form = byId("check"), button = form.querySelector("button"), verdict = byId("verdict"), wrong = byId("wrong");
  byId("able").hidden = false;
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    verdict.hidden = wrong.hidden = true;
    check().catch(complain).then(function () { button.disabled = false; });
  });
  learnKey();

  async function check() {
    const proof = parse(byId("proof").value), key = bytes(byId("key").value.trim(), 32);
    if (!key) throw fault("公钥应是 44 个字符的 base64。它在网上，也可以向办信的单位要。");
    const good = await hasSigned(key, proof);
    if (good === null) throw fault("这个浏览器不会核对 Ed25519 签名。请换一个新的浏览器，或者用下面的命令。");
    if (!good) throw fault("对不上：有字改过，或者不是这把公钥签的。");
    const [year, month, day] = proof.day.split("-").map(Number);
    byId("what").textContent = `${proof.site} 在 ${year} 年 ${month} 月 ${day} 日收到过一封信，交给工作台 ${proof.desk}。`;
    byId("digest").textContent = byId("proof").value.match(/digest:\s*(\S+)/)[1];
    verdict.hidden = false;
    verdict.focus();
  }

  function complain(err) {
    wrong.textContent = err.told ? err.message : "核对不了，请再试一次。";
    wrong.hidden = false;
  }

  // The key that this site signs with now. Without a server of ours, or without a net, it is pasted.
  async function learnKey() {
    try {
      const answer = await fetch("/api/v1/consultations/parameters", { credentials: "omit", referrerPolicy: "no-referrer" });
      const parameters = await answer.json();
      if (!byId("key").value) byId("key").value = parameters.proof_key || "";
    } catch (err) {
      byId("key").placeholder = "没有取到，请粘到这里";
    }
  }
})(self.nuanzhan = self.nuanzhan || {});
