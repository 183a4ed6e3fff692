// Proof of work: the sum that a new letter costs, so that junk costs its sender more than the desk. Done here while she writes; by
// a member's browser when too many want to sign in.
//
// The open ALTCHA protocol, version 2: numbers from 0 on are tried until the key that PBKDF2 makes of one begins as the challenge
// says. The browser reckons beside the page, a few tries at a time, so the page stays alive. Nothing about her goes into it.
// Why this and how long it takes: docs/decisions/0039-abuse.md. Part of the bundles `ask` and
// `desk`.
(function (nuanzhan) {
  "use strict";
  // More than one, so that more than one processor has something to do; few, because what comes after the right one is lost.
  const AT_ONCE = 4;
  // Far beyond what is ever asked for: a challenge that has no solution ends as well.
  const MOST_TRIES = 100 * 1000;

  function bytesOf(hex) {
    return Uint8Array.from(hex.match(/../g).map((pair) => parseInt(pair, 16)));
  }

  function hexOf(bytes) {
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /** The key that a number gives, in hexadecimal digits. */
  async function keyOf({ cost, keyLength, nonce, salt }, counter) {
    const before = bytesOf(nonce), password = new Uint8Array(before.length + 4);
    password.set(before);
    new DataView(password.buffer).setUint32(before.length, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const how = { name: "PBKDF2", hash: "SHA-256", salt: bytesOf(salt), iterations: cost };
    return hexOf(new Uint8Array(await crypto.subtle.deriveBits(how, key, keyLength * 8)));
  }

  /** Tries numbers for as long as `goesOn` says; the solution, or an error. */
  async function solve({ parameters }, goesOn, most) {
    if (parameters.algorithm !== "PBKDF2/SHA-256") throw new Error("another sum than this script knows");
    for (let first = 0; first < most && goesOn(); first += AT_ONCE) {
      const tries = [];
      for (let counter = first; counter < first + AT_ONCE; counter++) tries.push(keyOf(parameters, counter));
      const keys = await Promise.all(tries), found = keys.findIndex((key) => key.startsWith(parameters.keyPrefix));
      if (found >= 0) return { counter: first + found, derivedKey: keys[found] };
    }
    throw new Error("not solved");
  }

  /** Asks for a challenge and begins: `done` is a promise of what is shown with a letter, `isDone` says whether it is there. */
  function begin() {
    const work = { isDone: false, stop };
    let going = true;
    function stop() {
      going = false;
    }
    async function run() {
      const challenge = await nuanzhan.common.call("/challenge");
      const solution = await solve(challenge, () => going, MOST_TRIES);
      work.isDone = true;
      return { challenge, solution };
    }
    work.done = run();
    return work;
  }

  nuanzhan.work = { begin, solve };
})(self.nuanzhan = self.nuanzhan || {});
