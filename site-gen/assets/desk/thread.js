// One consultation: opened here, answered here, sealed here.

const LONGEST_TEXT = 8000;

/** Shows a consultation, with words that have not been sent yet. */
async function showThread(id, draft = "") {
  const mine = newTurn();
  const thread = await call("GET", `/desk/consultations/${id}`);
  const item = thread.consultation;
  const list = el("ol", { class: "thread" });
  for (const message of thread.messages) list.append(await shownMessage(id, message));
  const parts = [
    el("p", { class: "actions" }, button("回到来信", () => showQueue(), "quiet")),
    el("p", {}, ...tags(item)), el("p", { class: "meta" }, facts(item).join(" · ")), list,
  ];
  if (mine !== runningTurn()) return;
  if (item.state === "received") parts.push(acceptance(id));
  if (["accepted", "answered", "waiting_for_asker"].includes(item.state)) parts.push(answerForm(id, thread, draft));
  show("来信", parts);
}

async function shownMessage(id, message) {
  const mine = message.sender === "desk";
  const item = el("li", { class: mine ? "message mine" : "message" },
    el("p", {}, el("b", {}, mine ? "我们" : "来信的人"), " ", el("small", {}, hour(message.sent))));
  try {
    // The desk may have got another key since this member signed in.
    if (message.generation && !session.deskKeys.has(message.generation)) await learnKeys();
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
  // The same wish sent twice, after a lost connection, is done once.
  const requestKey = newRequestKey();
  return el("p", { class: "actions" }, button("受理：由我负责到办结", async () => {
    await call("POST", `/desk/consultations/${id}/accept`, { request_key: requestKey });
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
  const requestKey = newRequestKey();
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
