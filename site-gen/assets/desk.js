// The desk: signing in, the queue, a letter, the answer. Letters are opened and sealed here, in the member's browser.
//
// Keys live in `session` and nowhere else: nothing is stored, nothing goes into the address, and half an hour without a
// touch forgets everything. Whatever came from a letter is shown as text, never as markup.

import {
  fromBase64, loginValue, openDeskKey, openMessage, sealMessage, stretch, toBase64, unwrapMember,
} from "./sealing.js";

const API = "/api/v1";
const IDLE_MS = 30 * 60 * 1000;
const REFRESH_MS = 60 * 1000;
const LONGEST_TEXT = 8000;

const root = document.getElementById("desk");
const said = el("p", { role: "status" });
const wrong = el("p", { role: "alert" });
const view = el("div");

/** The member who is signed in: `{ me, deskKeys }`, the keys by generation. */
let session = null;
let touched = 0;
let idle = 0;
let refresh = 0;
/** Counts what was asked to be shown, so that a late answer does not take the place of something newer. */
let turn = 0;
let names = { topics: new Map(), regions: new Map() };

root.append(said, wrong, view);
for (const touch of ["pointerdown", "keydown"]) document.addEventListener(touch, stayAwake, true);
document.addEventListener("visibilitychange", sleepIfIdle);
// A page that the browser keeps for going back must not keep keys.
window.addEventListener("pagehide", () => forget(""));
showSignIn();

// Signing in and out

function showSignIn() {
  const name = el("input", { id: "member", name: "member", autocomplete: "username", required: true });
  const passphrase = el("input", {
    id: "passphrase", name: "passphrase", type: "password", autocomplete: "current-password", required: true,
  });
  const form = el("form", { class: "form", autocomplete: "off" },
    field("名字", name), field("口令", passphrase), el("button", {}, "登录"));
  onSubmit(form, "正在登录，要一两秒……", async () => {
    const typed = passphrase.value.trim();
    passphrase.value = "";
    await signIn(name.value.trim(), typed);
    await showQueue();
  });
  show("登录", form);
}

async function signIn(member, passphrase) {
  const { salt, rounds } = await call("POST", "/desk/sessions/parameters", { member });
  const stretched = await stretch(passphrase, fromBase64(salt), rounds);
  await call("POST", "/desk/sessions", { member, login: toBase64(await loginValue(stretched)) });
  const me = await call("GET", "/desk/me");
  const pair = await unwrapMember(stretched, me.id, fromBase64(me.public_key), fromBase64(me.wrapped_key));
  const deskKeys = new Map();
  for (const key of me.desk_keys) {
    const share = { desk: me.desk, generation: key.generation, holder: me.id };
    deskKeys.set(key.generation, await openDeskKey(pair, share, fromBase64(key.sealed_key), fromBase64(key.public_key)));
  }
  session = { me, deskKeys };
  touched = Date.now();
  stayAwake();
  await learnNames();
}

async function signOut(reason) {
  if (!session) return;
  forget(reason);
  await call("DELETE", "/desk/sessions/current").catch(() => {});
}

/** Forgets keys and letters at once, whatever the server says. */
function forget(reason) {
  clearTimeout(idle);
  clearInterval(refresh);
  if (!session) return;
  session = null;
  turn += 1;
  showSignIn();
  said.textContent = reason;
}

function stayAwake() {
  if (!session || sleepIfIdle()) return;
  touched = Date.now();
  clearTimeout(idle);
  idle = setTimeout(sleepIfIdle, IDLE_MS);
}

/** A machine that was asleep runs its timers late: what counts is the clock. */
function sleepIfIdle() {
  if (!session || Date.now() - touched < IDLE_MS) return false;
  signOut("半小时没有动，已经退出。");
  return true;
}

// The queue

async function showQueue(focus = true) {
  if (focus) turn += 1;
  const mine = turn;
  const { items } = await call("GET", "/desk/consultations");
  if (mine !== turn) return;
  const [ours, theirs] = [items.filter((item) => item.waits_for_desk), items.filter((item) => !item.waits_for_desk)];
  const again = button("刷新", () => showQueue(), "quiet");
  const parts = [
    el("p", { class: "actions" }, again, button("退出", () => signOut("已经退出。"), "quiet")),
    el("h3", {}, `轮到我们（${ours.length}）`),
    ours.length ? queue(ours) : el("p", {}, "没有等着的来信。"),
    el("h3", {}, `等对方（${theirs.length}）`),
    theirs.length ? queue(theirs) : el("p", {}, "没有。"),
  ];
  show(`${session.me.desk_name}的来信`, parts, focus);
  refresh = setInterval(() => {
    if (session && !document.hidden) showQueue(false).catch(tell);
  }, REFRESH_MS);
}

function queue(items) {
  const list = el("ul", { class: "queue" });
  for (const item of items) {
    const row = el("li", { class: item.danger ? "urgent" : item.mine ? "mine" : "" },
      el("div", {}, el("p", {}, ...tags(item)), el("p", {}, facts(item).join(" · "))),
      button("打开", () => showThread(item.id)));
    row.querySelector("button").setAttribute("aria-label", `打开：${facts(item).join("，")}`);
    list.append(row);
  }
  return list;
}

function tags(item) {
  const tag = (text, kind = "") => el("span", { class: `tag ${kind}` }, text);
  const found = [tag(item.state_text, item.state === "received" ? "waiting" : "")];
  if (item.child) found.unshift(tag("牵涉孩子", "urgent"), " ");
  if (item.danger) found.unshift(tag("现在有危险", "urgent"), " ");
  return found;
}

function facts(item) {
  const waited = item.waiting_hours < 1 ? "不到一小时" : ` ${item.waiting_hours} 小时`;
  return [
    item.topic ? names.topics.get(item.topic) || item.topic : "没选主题",
    item.region ? names.regions.get(item.region) || item.region : "没选地方",
    `${hour(item.received)}到，已等${waited}`,
    item.first_responder ? `${item.mine ? "我" : item.first_responder}受理` : "还没有人受理",
  ];
}

// One consultation

async function showThread(id, draft = "") {
  turn += 1;
  const mine = turn;
  const thread = await call("GET", `/desk/consultations/${id}`);
  const item = thread.consultation;
  const list = el("ol", { class: "thread" });
  for (const message of thread.messages) list.append(await shownMessage(id, message));
  const parts = [
    el("p", { class: "actions" }, button("回到来信", () => showQueue(), "quiet")),
    el("p", {}, ...tags(item)), el("p", { class: "meta" }, facts(item).join(" · ")), list,
  ];
  if (mine !== turn) return;
  if (item.state === "received") parts.push(acceptance(id));
  if (["accepted", "answered", "waiting_for_asker"].includes(item.state)) parts.push(answerForm(id, thread, draft));
  show("来信", parts);
}

async function shownMessage(id, message) {
  const mine = message.sender === "desk";
  const item = el("li", { class: mine ? "message mine" : "message" },
    el("p", {}, el("b", {}, mine ? "我们" : "来信的人"), " ", el("small", {}, hour(message.sent))));
  try {
    const pair = session.deskKeys.get(message.generation);
    const place = { thread: id, position: message.position, sender: message.sender };
    const envelope = await openMessage(pair, place, fromBase64(message.key), fromBase64(message.content));
    item.append(el("p", {}, envelope.text));
    if (envelope.reach) item.append(el("p", { class: "notice" }, `怎样联系才安全：${envelope.reach}`));
  } catch {
    item.append(el("p", {}, "这一条打不开：不是封给这个工作台的，或者存坏了。"));
  }
  return item;
}

function acceptance(id) {
  return el("p", { class: "actions" }, button("受理：由我负责到办结", async () => {
    await call("POST", `/desk/consultations/${id}/accept`, {});
    await showThread(id);
    said.textContent = "已受理。";
  }));
}

function answerForm(id, thread, draft) {
  const text = el("textarea", { id: "answer", maxlength: LONGEST_TEXT, required: true });
  const back = el("input", { id: "back", type: "checkbox" });
  text.value = draft;
  const form = el("form", { class: "form" },
    field("答复", text, "封好再寄：只有提问的人、本工作台和上级工作台能拆开。"),
    el("p", { class: "check" }, back, el("label", { for: "back" }, "这是追问，等对方补充")),
    el("button", {}, "封好寄出"));
  // The same answer sent twice, after a lost connection, is stored once.
  const requestKey = toBase64(crypto.getRandomValues(new Uint8Array(16)));
  onSubmit(form, "正在封……", async () => {
    const words = text.value.trim();
    if (!words) throw new Error("请写下答复。");
    try {
      await sendAnswer(id, thread, { words, requestKey, kind: back.checked ? "ask_back" : "answer" });
    } catch (err) {
      if (err.status !== 409) throw err;
      await showThread(id, words);
      throw err;
    }
    await showThread(id);
    said.textContent = "答复已经寄出。";
  });
  return form;
}

async function sendAnswer(id, thread, { words, requestKey, kind }) {
  const place = { thread: id, position: thread.next_position, sender: "desk" };
  const readers = thread.readers;
  const sealed = await sealMessage({ text: words }, place, readers.map((reader) => fromBase64(reader.public_key)));
  const keys = readers.map(({ reader, generation }, at) => ({ reader, generation, key: toBase64(sealed.keys[at]) }));
  const message = { position: place.position, kind, request_key: requestKey, content: toBase64(sealed.content), keys };
  await call("POST", `/desk/consultations/${id}/messages`, message);
}

// Talking to the service

async function call(method, path, body) {
  const request = { method, headers: {}, cache: "no-store", credentials: "same-origin" };
  if (body !== undefined) {
    request.headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(API + path, request);
  } catch {
    throw new Error("网络不通，什么都没有寄出。写的字还在，请再试。");
  }
  if (response.ok) return response.status === 204 ? null : response.json();
  const problem = await response.json().catch(() => ({}));
  if (problem.type === "/problems/signed-out" && session) forget("登录已经到时，请再登录。");
  const err = new Error(problem.detail || `出错了（${response.status}），请再试。`);
  err.status = response.status;
  throw err;
}

/** What topics and divisions are called. The desk works without it. */
async function learnNames() {
  const [topics, regions] = await Promise.all(
    ["/topics", "/regions"].map((path) => call("GET", path).catch(() => [])));
  names = {
    topics: new Map(topics.map((topic) => [topic.slug, topic.title])),
    regions: new Map(regions.map((region) => [region.code, region.name])),
  };
}

// The page

function show(title, parts, focus = true) {
  clearInterval(refresh);
  const heading = el("h2", { tabindex: -1 }, title);
  view.replaceChildren(heading, ...[parts].flat());
  if (focus) {
    said.textContent = "";
    wrong.textContent = "";
    heading.focus({ preventScroll: true });
    root.scrollIntoView({ block: "start" });
  }
}

function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(key, "");
    else if (value !== "") element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

function field(label, input, help = "") {
  const parts = [el("label", { for: input.id }, label), input];
  if (help) {
    parts.push(el("small", { id: `${input.id}-help` }, help));
    input.setAttribute("aria-describedby", `${input.id}-help`);
  }
  return el("p", { class: "field" }, ...parts);
}

function button(text, act, kind = "") {
  const made = el("button", { type: "button", class: kind }, text);
  made.addEventListener("click", () => busy(made, "", act));
  return made;
}

function onSubmit(form, meanwhile, act) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    busy(form.querySelector("button"), meanwhile, act);
  });
}

/** Does one thing at a time, and says what went wrong. */
async function busy(pressed, meanwhile, act) {
  if (pressed.disabled) return;
  pressed.disabled = true;
  wrong.textContent = "";
  said.textContent = meanwhile;
  try {
    await act();
  } catch (err) {
    tell(err);
  } finally {
    pressed.disabled = false;
    if (said.textContent === meanwhile) said.textContent = "";
  }
}

function tell(err) {
  wrong.textContent = err.name === "OperationError" ? "打不开：口令和密钥对不上。" : err.message;
}

/** `2026-11-21T15:00:00+08:00` as a reader in China says it. */
function hour(rfc3339) {
  const [, month, day, at] = rfc3339.match(/^\d+-(\d+)-(\d+)T(\d+)/).map(Number);
  return `${month} 月 ${day} 日 ${at} 时`;
}
