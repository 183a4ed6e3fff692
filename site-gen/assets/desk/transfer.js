// Handing a consultation to another desk: the content key of every letter and note is opened here and sealed to those who read
// there. The service takes all of it at once or nothing, so what breaks off in the middle has changed nothing.

/** Choosing where it goes and why. */
function transferPart(id, item) {
  if (item.state === "closed") return [];
  const others = Array.from(names.desks, ([code, text]) => ({ code, text })).filter(({ code }) => code !== item.desk);
  if (!others.length) return [part(id, "transfer", "转给别的工作台", el("p", {}, "没有别的工作台。"))];
  const to = choice("transfer-to", others), reason = choice("transfer-reason", words.transfer_reasons);
  const bar = el("progress", { hidden: true, "aria-label": "改封到哪里了" }), count = el("p", { class: "meta" });
  const key = keyed();
  let ready = null;
  const act = sure("转过去", "转过去以后，这边就看不到了。确定", async () => {
    if (!to.value || !reason.value) throw new Error("请选转到哪里、为什么转。");
    const wish = { to: to.value, reason: reason.value };
    // What may have arrived is sent again as it was, and the service knows it: the other desk gets it once.
    if (!ready || ready.to !== wish.to || ready.reason !== wish.reason) ready = await resealed(id, wish, bar, count);
    try {
      await orShowAnew(id, "transfer", () => call("POST", `/desk/consultations/${id}/transfer`, Object.assign({ request_key: key(wish) }, ready)));
    } catch (err) {
      if (err.status) ready = null;
      throw err;
    } finally {
      bar.hidden = true;
      count.textContent = "";
    }
    await showQueue();
    said.textContent = `转给${names.desks.get(wish.to) || wish.to}了，那边会重新受理。`;
  });
  return [part(id, "transfer", "转给别的工作台",
    el("div", { class: "form" }, field("转到哪里", to), field("为什么转", reason, "来信的人看得到转到哪里、为什么。"),
      el("p", {}, "来信和内部记录都改封给那边；这边以后打不开。"), bar, count, el("p", { class: "actions" }, act)))];
}

/** Everything that was written, sealed to those who read at the other desk, as it is sent. */
async function resealed(id, { to, reason }, bar, count) {
  const target = await call("GET", `/desk/consultations/${id}/transfer?to=${encodeURIComponent(to)}`);
  const thread = await call("GET", `/desk/consultations/${id}`);
  const { letters, notes, readers } = target;
  if (thread.messages.length !== letters || thread.notes.length !== notes) throw new Error("刚才又有新的消息，什么都没有转。请再按一次。");
  const placed = (purpose) => ({ position, sender, generation, key }) => ({ place: { thread: id, position, sender, purpose }, generation, key });
  const all = thread.messages.map(placed("letter")).concat(thread.notes.map(placed("note")));
  if (all.some(({ generation }) => generation && !session.deskKeys.has(generation))) await learnKeys();
  const shut = all.filter(({ generation }) => !session.deskKeys.has(generation)).length;
  if (shut) throw new Error(`有 ${shut} 条你这里打不开，转过去那边也打不开，所以没有转。请换一位早来的同事转，或者请上级工作台办。`);
  bar.max = all.length;
  bar.hidden = false;
  const told = (done) => {
    bar.value = done;
    count.textContent = `正在改封：${done} / ${all.length} 条。`;
  };
  told(0);
  const sealed = await handOn(session.deskKeys, all, readers, told).catch(() => {
    throw new Error("有一条打不开，什么都没有转。请刷新再试；还不行，请上级工作台办。");
  });
  const keys = readers.map(({ reader, generation }, at) =>
    ({ reader, generation, letters: sealed[at].slice(0, letters), notes: sealed[at].slice(letters) }));
  return { to, reason, letters, notes, keys };
}
