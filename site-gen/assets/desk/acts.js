// What else is done with a consultation, each a part below its letters: notes, marks, closing, asking afterwards, what happened.

/** Does something to a consultation and shows it anew, at the part where it was done. */
async function actOn(id, at, path, body, done) {
  await orShowAnew(id, at, () => call("POST", `/desk/consultations/${id}/${path}`, body));
  await showThread(id, at);
  said.textContent = done;
}

/** What the asker never reads. It is sealed to this desk and those above. */
function notesPart(id, thread, notes) {
  const list = el("ol", { class: "thread" });
  for (const { message, text } of notes) {
    list.append(el("li", { class: "message note" },
      el("p", {}, el("small", {}, hour(message.sent))), el("p", {}, text === undefined ? NOT_OPEN : text)));
  }
  const text = remember(el("textarea", { id: "note", class: "short", maxlength: LONGEST_TEXT, required: true }), `${id}/note`);
  const form = el("form", { class: "form" },
    field("写一条内部记录", text, "封给本工作台和上级工作台。来信的人看不到，也不知道有。"), el("button", {}, "封好记下"));
  const key = keyed();
  onSubmit(form, "正在封……", async () => {
    const typed = text.value.trim();
    if (!typed) throw new Error("请先写几个字。");
    await sendNote(id, thread, typed, key(typed));
    drafts.delete(`${id}/note`);
    await showThread(id, "notes");
    said.textContent = "记下了。";
  });
  return part(id, "notes", `内部记录（${notes.length}）`, ...(notes.length ? [list] : []), form);
}

/** Seals a note and adds it. */
async function sendNote(id, thread, typed, request_key) {
  await orShowAnew(id, "notes", async () => {
    const place = { thread: id, position: thread.next_note, sender: "desk", purpose: "note" };
    const sealed = await sealedFor(thread.note_readers, place, signed(typed));
    await call("POST", `/desk/consultations/${id}/notes`, Object.assign({ request_key }, sealed));
  });
}

/** Who wrote a note stands in it, sealed like the rest. */
function signed(typed) {
  return `${session.me.name}：${typed}`;
}

/** What kind of help it needs, and that it comes first. */
function marksPart(id, item) {
  if (item.state === "closed") return [];
  const key = keyed(), buttons = words.marks.map(({ code, text }) => {
    const on = Boolean(item[code]);
    const made = button(text, async () => {
      const wish = { mark: code, on: !on };
      await actOn(id, "marks", "marks", Object.assign({ request_key: key(wish) }, wish), on ? `去掉了“${text}”。` : `标上了“${text}”。`);
    }, "quiet");
    made.setAttribute("aria-pressed", String(on));
    return made;
  });
  const marked = words.marks.filter(({ code }) => item[code]).map(({ text }) => text).join("、");
  return [part(id, "marks", `标记：${marked || "没有"}`,
    el("p", {}, "需要哪种帮助。标上“老、残、孕、重病”的，排到前面。来信的人看不到标记。"), el("div", { class: "actions" }, ...buttons))];
}

/** Closing, and saying why it takes longer. What does not go now is said before it is tried. */
function closingPart(id, { consultation: item, handovers }) {
  const open = handovers.filter((handover) => !handover.result).length;
  const cannot = {
    received: "还没有人受理。先受理、答复，才能办结。",
    accepted: "还没有答复。先答复，才能办结。",
    closed: `${item.outcome_text}。要补充的，写成内部记录。`,
  }[item.state] || (open ? `转给外面机构的事还有 ${open} 件没有结果。先登记结果，才能办结。` : "");
  const inside = [];
  if (cannot) inside.push(el("p", {}, cannot));
  else inside.push(closeForm(id));
  if (item.state === "answered") inside.push(extendForm(id));
  if (RUNNING.includes(item.state) && !open) inside.push(putAwayForm(id));
  return part(id, "closing", item.state === "closed" ? "办结了" : "办结", ...inside);
}

function closeForm(id) {
  const outcome = choice("outcome", words.outcomes), key = keyed();
  const act = sure("办结", "办结以后不能再答复。确定办结", async () => {
    if (!outcome.value) throw new Error("请选结果。");
    await actOn(id, "closing", "close", { outcome: outcome.value, request_key: key(outcome.value) }, "办结了。过一阵请回访：在“办结的”里找得到。");
  });
  return el("div", { class: "form" }, field("结果", outcome, "对方看得到这个结果。"), el("p", { class: "actions" }, act));
}

// Junk gets no answer, and stands in no queue for want of one.
function putAwayForm(id) {
  const key = keyed();
  const act = sure("不是咨询，收起来", "收起来以后不能再答复，对方看得到。确定收起来", () =>
    actOn(id, "closing", "put-away", { request_key: key("") }, "收起来了。"));
  return el("div", { class: "form" }, el("p", {}, "不是来问事的（广告、乱写、寄错了）？不用答复，收起来。拿不准，就当成来问事的，回一封问问。"),
    el("p", { class: "actions" }, act));
}

function extendForm(id) {
  const reason = choice("extend", words.extend_reasons), key = keyed();
  const act = button("延长办理时间", async () => {
    if (!reason.value) throw new Error("请选为什么要久一些。");
    await actOn(id, "closing", "extend", { reason: reason.value, request_key: key(reason.value) }, "时间延长了，对方看得到原因。");
  }, "quiet");
  return el("div", { class: "form" }, field("一时办不完？说明原因", reason), el("p", { class: "actions" }, act));
}

/** Asking afterwards whether it helped. */
function followUpPart(id, { consultation: item }) {
  if (item.put_away || !["answered", "waiting_for_asker", "closed"].includes(item.state)) return [];
  const key = keyed();
  const answer = (helped, text) => button(text, () =>
    actOn(id, "follow-up", "follow-up", { helped, request_key: key(helped) }, `记下了：${text}。`), "quiet");
  const known = item.helped === null ? "还没有问" : item.helped ? "帮上了" : "没帮上";
  return [part(id, "follow-up", `回访：${known}`,
    el("p", {}, "按来信里说的安全办法联系，问一句：帮上了没有？"),
    el("div", { class: "actions" }, answer(true, "帮上了"), answer(false, "没帮上")))];
}

/** What happened to it, oldest first. */
function historyPart(id, { history }) {
  const list = el("ul", { class: "told" });
  for (const { at, text } of history) list.append(el("li", {}, el("small", {}, hour(at)), text));
  return part(id, "history", "办理经过", list);
}
