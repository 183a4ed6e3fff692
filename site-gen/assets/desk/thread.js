// One consultation: opened here, answered here, sealed here. What else is done with it are the parts below the letters: `acts.js`,
// `transfer.js`, `referral.js`, `digest.js`.

const LONGEST_TEXT = 8000;
const THEIRS = ["asker_writes", "consent", "revoke_consent", "withdraw"];
const RUNNING = ["accepted", "answered", "waiting_for_asker"];

/** Which parts of which consultation are unfolded, so that they stay so when it is shown anew. */
let unfolded = { id: "", parts: new Set() };

/** Shows a consultation; `at` names the part where the reader is, and stays. */
async function showThread(id, at = "") {
  const mine = newTurn();
  const [thread] = await Promise.all([call("GET", `/desk/consultations/${id}`), learnWords()]);
  const letters = await openAll(id, thread.messages, "letter"), notes = await openAll(id, thread.notes, "note");
  if (mine !== runningTurn()) return;
  if (unfolded.id !== id) unfolded = { id, parts: new Set() };
  if (at) unfolded.parts.add(at);
  dropSent(id, letters, notes);
  const item = thread.consultation, list = el("ol", { class: "thread" });
  for (const letter of letters) list.append(shownLetter(item, letter));
  const parts = [
    el("p", { class: "actions" }, button("回到来信", () => showQueue(), "quiet"), button("刷新", () => showThread(id), "quiet")),
    el("p", { class: "tags" }, ...tags(item)), el("p", { class: "meta" }, facts(item).join(" · ")), ...clock(thread), ...digestNotice(thread), list,
  ];
  if (item.state === "received") parts.push(acceptance(id));
  if (RUNNING.includes(item.state) && !item.mine) parts.push(takingOn(id, item));
  if (RUNNING.includes(item.state)) parts.push(answerForm(id, thread));
  parts.push(notesPart(id, thread, notes), ...marksPart(id, item), ...referralPart(id, thread, letters), ...transferPart(id, item),
    closingPart(id, thread), ...followUpPart(id, thread), ...digestPart(id, thread, letters), historyPart(id, thread),
    ...takingBackPart(id, item));
  show(item.channel === "online" ? "来信" : `${item.channel_text}登记`, parts, !at);
  // The part may be gone by now.
  const reader = at && view.querySelector(`[data-part=${at}] summary`);
  if (reader) reader.focus();
  whenHeard((news) => {
    if (concerns(news, id)) tellChanged(id);
  });
}

/** Whether news is of a consultation, and no echo of what was done to it here. What only the asker does never is one. */
function concerns({ kind, thread }, id) {
  return thread === id && (THEIRS.includes(kind) || !isOwn(id));
}

// Nothing that is being typed is taken away: whoever wants to see what is new says so.
function tellChanged(id) {
  if (view.querySelector(".changed")) return;
  said.textContent = "这件刚有新的变动。";
  const again = el("p", { class: "notice changed" }, "这件刚有新的变动。写着的字不会丢。", button("看最新的", () => showThread(id), "quiet"));
  view.querySelector("h2").after(again);
}

/** A part below the letters. It is folded until somebody unfolds it, and then stays open. */
function part(id, name, title, ...children) {
  const made = el("details", { class: "part", "data-part": name, open: unfolded.parts.has(name) }, el("summary", {}, title), ...children);
  made.addEventListener("toggle", () => {
    if (unfolded.id !== id) return;
    if (made.open) unfolded.parts.add(name);
    else unfolded.parts.delete(name);
  });
  return made;
}

/** Letters or notes with what stands in them; `text` is missing where one does not open. */
async function openAll(id, messages, purpose) {
  const opened = [];
  for (const message of messages) {
    const place = { thread: id, position: message.position, sender: message.sender, purpose };
    const envelope = await openOne(place, message).catch(() => ({}));
    opened.push({ message, text: envelope.text, reach: envelope.reach });
  }
  return opened;
}

async function openOne(place, message) {
  // The desk may have got another key since this member signed in.
  if (message.generation && !session.deskKeys.has(message.generation)) await learnKeys();
  return openMessage(session.deskKeys.get(message.generation), place, fromBase64(message.key), fromBase64(message.content));
}

function shownLetter(item, { message, text, reach }) {
  const mine = message.sender === "desk", registered = item.channel !== "online" && message.position === 1;
  const from = registered ? `${item.channel_text}登记` : mine ? "我们" : "来信的人";
  const shown = el("li", { class: mine && !registered ? "message mine" : "message" },
    el("p", {}, el("b", {}, from), " ", el("small", {}, hour(message.sent))), el("p", {}, text === undefined ? NOT_OPEN : text));
  if (reach) shown.append(el("p", { class: "notice" }, `怎样联系才安全：${reach}`));
  return shown;
}

const NOT_OPEN = "这一条打不开：不是封给这个工作台的，或者存坏了。";

/** What has to be done before when, in plain words; what came of it. */
function clock({ consultation: item, closed }) {
  const lines = [];
  if (item.due) lines.push(el("p", { class: item.overdue ? "due late" : "due" }, dueWords(item)));
  if (item.state === "waiting_for_asker") lines.push(el("p", { class: "due" }, "在等对方，现在没有时限。"));
  if (closed) lines.push(el("p", { class: "due" }, `${hour(closed)}办结：${item.outcome_text}。`));
  return lines;
}

function dueWords(item) {
  return item.overdue ? `${item.due_stage_text}已超时：应在 ${deadline(item.due)}前` : `${item.due_stage_text}最晚 ${deadline(item.due)}前`;
}

// After a lost connection nobody knows whether it arrived. What stands there by now is no draft any more.
function dropSent(id, letters, notes) {
  const sent = (name, all, as) => {
    const draft = (drafts.get(name) || "").trim();
    const ours = all.filter(({ message }) => message.sender === "desk");
    if (draft && ours.length && ours[ours.length - 1].text === as(draft)) drafts.delete(name);
  };
  sent(`${id}/answer`, letters, (draft) => draft);
  sent(`${id}/note`, notes, signed);
}

function acceptance(id) {
  // The same wish sent twice, after a lost connection, is done once.
  const key = keyed();
  return el("p", { class: "actions" }, button("受理：由我负责到办结", async () => {
    await orShowAnew(id, "", () => call("POST", `/desk/consultations/${id}/accept`, { request_key: key("") }));
    await showThread(id);
    said.textContent = "已受理。";
  }));
}

// Whoever answers may do so beside a colleague. Who has left, is ill or is away hands nothing over: somebody takes it on.
function takingOn(id, item) {
  const key = keyed(), whose = item.first_responder;
  const act = sure("由我接办", `现在由${whose}负责，以后由我负责到办结。确定接办`, async () => {
    await orShowAnew(id, "", () => call("POST", `/desk/consultations/${id}/step-in`, { request_key: key("") }));
    await showThread(id);
    said.textContent = "接办了，以后由你负责。";
  });
  const gone = item.responder_left ? [el("p", { class: "notice" }, `${whose}已经离开，这件现在没有人负责。请有人接办。`)] : [];
  return el("div", {}, ...gone, el("p", { class: "actions" }, act));
}

function answerForm(id, thread) {
  const online = thread.consultation.channel === "online";
  const text = remember(el("textarea", { id: "answer", maxlength: LONGEST_TEXT, required: true }), `${id}/answer`);
  const back = tick("back", online ? "这是追问，等对方补充" : "还要等对方拿材料来");
  const help = online ? "封好再寄：只有提问的人、本工作台和上级工作台能拆开。" : "没有回执码，对方看不到这里：请当面或打电话告诉她，再记在这里。";
  const form = el("form", { class: "form" },
    field(online ? "答复" : "怎么答复的", text, help), back.line, el("button", {}, online ? "封好寄出" : "封好记下"));
  const key = keyed();
  onSubmit(form, "正在封……", async () => {
    const typed = text.value.trim(), kind = back.box.checked ? "ask_back" : "answer";
    if (!typed) throw new Error("请写下答复。");
    await orShowAnew(id, "", async () => {
      const sealed = await sealedFor(thread.readers, { thread: id, position: thread.next_position, sender: "desk" }, typed);
      await call("POST", `/desk/consultations/${id}/messages`, Object.assign({ kind, request_key: key([typed, kind]) }, sealed));
    });
    drafts.delete(`${id}/answer`);
    await showThread(id);
    said.textContent = online ? "答复已经寄出。" : "答复已经记下。";
  });
  return form;
}

/** A text sealed for its place to all readers that the service named: `{ position, content, keys }`. */
async function sealedFor(readers, place, text) {
  const sealed = await sealMessage({ text }, place, readers.map((reader) => fromBase64(reader.public_key)));
  const keys = readers.map(({ reader, generation }, at) => ({ reader, generation, key: toBase64(sealed.keys[at]) }));
  return { position: place.position, content: toBase64(sealed.content), keys };
}

/** Does something that was made for the consultation as it is shown. Where it is not so any more, shows it anew and says why. */
async function orShowAnew(id, at, act) {
  try {
    await act();
  } catch (err) {
    const rotated = err.status === 400 && err.at.includes("/keys");
    if (err.status !== 409 && !rotated) throw err;
    await showThread(id, at);
    throw rotated ? new Error("工作台的钥匙刚换过，没有寄出。写的字还在，请再按一次。") : err;
  }
}
