// What both pages of the asker share: talking to the service, saying what is going on, the keys of a receipt.
//
// Nothing here keeps anything: no storage, no cookies, nothing in an address. Part of the bundles `ask` and `reply`.
(function (nuanzhan) {
  "use strict";
  const API = "/api/v1/consultations", PATIENCE_MS = 90 * 1000;
  const { locator, stretch, threadPair, toBase64, fromBase64 } = nuanzhan.sealing;

  /** Whether this browser can seal. Without a secure connection there is no `subtle`. */
  function able() {
    return Boolean(self.crypto && self.crypto.subtle && self.fetch && self.TextEncoder);
  }

  function byId(id) {
    return document.getElementById(id);
  }

  /** Asks the service; what it refuses is thrown, with its `status` and `type`; `lost` where nobody knows whether it arrived. */
  async function call(path, body) {
    const request = { cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer" };
    if (body) {
      request.method = "POST";
      request.headers = { "Content-Type": "application/json" };
      request.body = JSON.stringify(body);
    }
    const late = new Promise(function (_, reject) {
      setTimeout(function () { reject(new Error("late")); }, PATIENCE_MS);
    });
    let response, answer;
    try {
      response = await Promise.race([fetch(API + path, request), late]);
      answer = await Promise.race([response.json(), late]);
    } catch (err) {
      throw fault("网络不通。", { lost: true });
    }
    if (response.ok) return answer;
    throw fault(`${answer.detail || "出错了，请再试一次"}。`.replace(/。。$/, "。"), { status: response.status, type: answer.type });
  }

  function fault(words, more) {
    return Object.assign(new Error(words), more);
  }

  /** By which the service knows a request that is sent again. */
  function requestKey() {
    return toBase64(crypto.getRandomValues(new Uint8Array(16)));
  }

  /** Stretches a receipt, which takes a moment: what finds its thread, and what opens it once the thread is known. */
  async function unlock(digits) {
    const { salt, rounds } = await call("/parameters");
    const stretched = await stretch(digits, fromBase64(salt), rounds);
    return { locator: toBase64(await locator(stretched)), pairFor: (thread) => threadPair(stretched, thread) };
  }

  /** Seals words for their place, to the readers that the service named and to the asker. */
  async function seal(envelope, place, readers, publicKey) {
    const all = readers.concat([{ reader: "thread", generation: 0, public_key: toBase64(publicKey) }]);
    const points = all.map((one) => fromBase64(one.public_key));
    const sealed = await nuanzhan.sealing.sealMessage(envelope, place, points);
    const keys = all.map((one, at) => ({ reader: one.reader, generation: one.generation, key: toBase64(sealed.keys[at]) }));
    return { content: toBase64(sealed.content), keys };
  }

  /** Puts words in a place; none hides it. What is read out is the element around it, which is always there: words that come
   *  together with the place where they stand are not announced everywhere. */
  function say(id, words) {
    const place = byId(id);
    place.hidden = !words;
    place.textContent = words;
  }

  /** What a form does when it is sent: one thing at a time, and what went wrong is said; what helps is `more` of the fault. */
  function onSubmit(form, meanwhile, act) {
    const button = form.querySelector("button"), said = form.querySelector("[role=status]");
    const wrong = form.querySelector("[role=alert] > .notice");
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      if (button.disabled) return;
      const done = function (err) {
        button.disabled = false;
        said.textContent = "";
        if (!err) return;
        wrong.hidden = false;
        wrong.textContent = err.message;
        if (err.more) wrong.appendChild(err.more);
        wrong.scrollIntoView({ block: "nearest" });
      };
      button.disabled = true;
      wrong.hidden = true;
      wrong.textContent = "";
      said.textContent = meanwhile;
      act().then(() => done(), done);
    });
  }

  /** Shows one view of a page in place of the others, from its beginning. */
  function show(id) {
    document.querySelectorAll("[data-view]").forEach(function (view) { view.hidden = view.id !== id; });
    const heading = byId(id).querySelector("h1");
    heading.focus({ preventScroll: true });
    byId("main").scrollIntoView();
  }

  /** Forgets when the page is left, and again when the browser brings it back as it was. */
  function forgetWhenLeft(forget) {
    self.addEventListener("pagehide", forget);
    self.addEventListener("pageshow", function (event) { if (event.persisted) forget(); });
  }

  nuanzhan.common = { able, byId, call, fault, requestKey, unlock, seal, say, onSubmit, show, forgetWhenLeft };
})(self.nuanzhan = self.nuanzhan || {});
