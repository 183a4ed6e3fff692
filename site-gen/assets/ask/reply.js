// The reply: the receipt opens the thread here, in her browser. The service gets the locator, which opens nothing by itself.
//
// Start at `open`. Locator and key live in `held` for as long as the thread is on the screen; the receipt not even that long: to
// delete everything it is typed again. Where this browser can't open after all, the very same form goes to the server, if she says so.
(function (nuanzhan) {
  "use strict";
  if (typeof document === "undefined" || !document.getElementById("unlock")) return;
  const { able, byId, call, fault, forgetWhenLeft, onSubmit, requestKey, say, seal, show, unlock } = nuanzhan.common;
  const { fromBase64, openMessage } = nuanzhan.sealing;
  const IDLE_MS = 30 * 60 * 1000, LOST = "网络不通，不知道到没到。再按一次：到了的不会变成两封。";
  const unsealed = byId("unsealed");
  let held = null, written = null, touched = 0;

  if (!able()) return;
  byId("price").hidden = true;
  byId("sealed").hidden = false;
  const wishes = {};
  onSubmit(byId("unlock").querySelector("form"), "正在打开，要几秒钟……", open);
  onSubmit(byId("more"), "正在这部手机上封好……", write);
  onSubmit(byId("withdraw"), "正在删……", withdraw);
  unsealed.addEventListener("click", function () { byId("unlock").querySelector("form").submit(); });
  byId("again").addEventListener("click", () => quietly(refresh));
  byId("helped").addEventListener("click", () => quietly(() => tell(true)));
  byId("not-helped").addEventListener("click", () => quietly(() => tell(false)));
  byId("agree").addEventListener("click", () => quietly(() => agree(true)));
  byId("take-back").addEventListener("click", () => quietly(() => agree(false)));
  for (const touch of ["pointerdown", "keydown"]) document.addEventListener(touch, stayAwake, true);
  setInterval(sleepIfIdle, 60 * 1000);
  document.addEventListener("visibilitychange", sleepIfIdle);
  forgetWhenLeft(forget);

  function typed(field) {
    const { digits, wrong } = nuanzhan.receipt.parse(field.value);
    if (wrong) throw fault(`${wrong}。`);
    return digits;
  }

  async function open() {
    const field = byId("receipt"), digits = typed(field);
    unsealed.hidden = true;
    const key = await orSay(() => unlock(digits), otherWay);
    const { thread } = await call("/open", { locator: key.locator });
    if (!thread) throw fault("没有用这个回执码的信。请一组一组地对照着再看一遍；信也可能已经到期销毁了。");
    held = { locator: key.locator, pair: await orSay(() => key.pairFor(thread.id), otherWay), thread };
    field.value = "";
    touched = Date.now();
    await lay(thread);
    show("thread");
  }

  // A browser that can't stretch or derive keys after all: `unable` says what she can do.
  async function orSay(act, unable) {
    try {
      return await act();
    } catch (err) {
      throw err.lost || err.status ? err : unable();
    }
  }

  // She decides whether the server opens it for her, at its price. Nothing of the receipt has left until then.
  function otherWay() {
    unsealed.hidden = false;
    return fault("这部手机的浏览器拆不了信。可以换一个浏览器；也可以按下面那个按钮照旧打开，那样服务器用你的回执码拆信，做这一页的那一刻会见到里面的字，做完就没有了。");
  }

  async function refresh() {
    const { thread } = await call("/open", { locator: held.locator });
    if (!thread) {
      forget();
      return;
    }
    held.thread = thread;
    await lay(thread);
    say("said", "");
  }

  async function lay(thread) {
    byId("urgent").hidden = !thread.urgent || thread.state === "withdrawn";
    byId("state").textContent = thread.state_text;
    byId("desk").textContent = thread.desk;
    byId("received").textContent = hour(thread.received);
    byId("next").hidden = !thread.due_text;
    say("due", thread.due_text || "");
    const letters = byId("letters"), shown = [];
    for (const letter of thread.letters) shown.push(await shownLetter(thread, letter));
    fill(letters, shown);
    fill(byId("news"), thread.news.map((one) => item([["span", one.text], ["small", hour(one.at)]])));
    fill(byId("history"), thread.history.map((one) => item([["small", hour(one.at)], ["span", ` ${one.text}`]])));
    byId("anew").hidden = !thread.put_away;
    byId("closed").hidden = thread.put_away || thread.state !== "closed";
    byId("more").hidden = !thread.may.write;
    byId("whether").hidden = !thread.may.tell;
    byId("story").hidden = !thread.consent;
    byId("may-tell").hidden = thread.consent || !thread.may.agree;
    byId("taking-back").hidden = !thread.may.withdraw;
    byId("so-far").textContent = thread.helped === null ? "" : thread.helped ? "你说过：帮上了。" : "你说过：没帮上。";
    say("destroyed", thread.destroyed && thread.may.withdraw ? `${hour(thread.destroyed)}以后，这里的一切都会销毁。` : "");
  }

  async function shownLetter(thread, letter) {
    const mine = letter.sender === "asker", parts = [];
    try {
      const place = { thread: thread.id, position: letter.position, sender: letter.sender };
      const envelope = await openMessage(held.pair, place, fromBase64(letter.key), fromBase64(letter.content));
      parts.push(["p", envelope.text]);
      if (envelope.reach) parts.push(["small", `怎样联系才安全：${envelope.reach}`]);
    } catch (err) {
      parts.push(["p", "这一条打不开，可能存坏了。请再写一遍。"]);
    }
    const shown = item([["b", mine ? "你" : thread.desk], ["small", ` ${hour(letter.sent)}`]], "p");
    for (const [name, text] of parts) shown.appendChild(document.createElement(name)).textContent = text;
    shown.className = mine ? "message mine" : "message";
    return shown;
  }

  // A list item, its parts in an element of their own where one is named. Whatever was written is text and never markup.
  function item(parts, within) {
    const made = document.createElement("li"), line = within ? made.appendChild(document.createElement(within)) : made;
    for (const [name, text] of parts) line.appendChild(document.createElement(name)).textContent = text;
    return made;
  }

  function fill(list, items) {
    list.textContent = "";
    for (const one of items) list.appendChild(one);
  }

  async function write() {
    const field = byId("text"), text = field.value.replace(/\r\n?/g, "\n").trim(), { thread, pair, locator } = held;
    if (!text) throw fault("请写下你想说的。");
    // The same words to the same place are the same letter, however often they are sent.
    if (!written || written.text !== text || written.letter.position !== thread.next_position) {
      const place = { thread: thread.id, position: thread.next_position, sender: "asker" };
      const { content, keys } = await seal({ text }, place, thread.readers, pair.publicKey);
      written = { text, letter: { locator, position: place.position, content, keys, request_key: requestKey() } };
    }
    try {
      await call("/messages", written.letter);
    } catch (err) {
      if (err.lost) throw fault(LOST);
      // Something was written in between, or a desk has new keys: she sees it first, her words stay.
      written = null;
      if (err.status === 409 || err.status === 400) await refresh();
      throw err;
    }
    written = null;
    field.value = "";
    await refresh();
    say("said", "补充已经寄到，和你的信一样封好了。");
    byId("said").scrollIntoView({ block: "center" });
  }

  async function tell(helped) {
    await call("/feedback", { locator: held.locator, helped, request_key: wish(helped ? "helped" : "not") });
    // Who changes her mind may change it back.
    delete wishes[helped ? "not" : "helped"];
    await refresh();
    say("said", "记下了，谢谢你告诉我们。");
  }

  // What was said last holds: said once more, it is another wish.
  async function agree(consent) {
    const what = consent ? "agree" : "take-back";
    await call("/consent", { locator: held.locator, consent, request_key: wish(what) });
    delete wishes[what];
    await refresh();
    say("said", consent ? "记下了：你同意写成案例。登出来以前随时可以收回。" : "记下了：不写成案例，已经写的草稿也不登。给你的帮助不变。");
    byId("said").scrollIntoView({ block: "center" });
  }

  async function withdraw() {
    const field = byId("receipt-again"), digits = typed(field), key = await orSay(() => unlock(digits), () => fault("这部手机的浏览器算不了回执码，没有删。请换一个浏览器。"));
    if (key.locator !== held.locator) throw fault("和打开这封信的回执码不一样，没有删。");
    try {
      await call("/withdraw", { locator: held.locator, request_key: wish("withdraw") });
    } catch (err) {
      if (err.lost) throw fault("网络不通，不知道删了没有。请再按一次。");
      // Nothing is there any more: an earlier try has done it.
      if (err.status !== 404) throw err;
    }
    forget();
    show("gone");
  }

  // One key for one wish: after a lost connection the same one is sent again.
  function wish(what) {
    wishes[what] = wishes[what] || requestKey();
    return wishes[what];
  }

  // What a button does, one thing at a time.
  function quietly(act) {
    const buttons = byId("thread").querySelectorAll("button");
    const still = (on) => buttons.forEach(function (button) { button.disabled = on; });
    still(true);
    say("said", "");
    act().catch((err) => say("said", err.lost ? LOST : err.message)).then(() => still(false));
  }

  // `2026-11-21T15:00:00+08:00` as a reader in China says it.
  function hour(rfc3339) {
    const [, year, month, day, at] = rfc3339.match(/^(\d+)-(\d+)-(\d+)T(\d+)/).map(Number);
    return `${year} 年 ${month} 月 ${day} 日 ${at} 时`;
  }

  function stayAwake() {
    if (!sleepIfIdle()) touched = Date.now();
  }

  function sleepIfIdle() {
    if (!held || Date.now() - touched < IDLE_MS) return false;
    forget();
    return true;
  }

  function forget() {
    held = null;
    written = null;
    for (const name of Object.keys(wishes)) delete wishes[name];
    // The way out has emptied the page before it is left.
    if (!byId("unlock")) return;
    for (const id of ["letters", "history", "news", "state", "due", "desk", "received", "so-far", "said", "destroyed"]) byId(id).textContent = "";
    unsealed.hidden = true;
    document.querySelectorAll("form").forEach(function (form) { form.reset(); });
    document.querySelectorAll("[data-view]").forEach(function (view) { view.hidden = view.id !== "unlock"; });
  }
})(self.nuanzhan = self.nuanzhan || {});
