// The register of those who come, call or write on paper: entered by a member, sealed here to the desk and those above. There is no
// receipt: whoever came is told by the member.

/** The form. What is ticked and chosen lies in the clear, as with letters that come by the form of the site. */
async function showWalkIn() {
  const mine = newTurn();
  await learnWords();
  if (mine !== runningTurn()) return;
  const listed = (map, fits) => Array.from(map, ([code, text]) => ({ code, text })).filter(fits || (() => true));
  const channel = choice("channel", words.channels.filter(({ code }) => code !== "online"), { chosen: "visit" });
  const topic = choice("topic", listed(names.topics), { first: "说不准" });
  // Villages would tell who it was; the asker's form has none either.
  const region = choice("region", listed(names.regions, ({ code }) => code.length <= 9), { first: "没说" });
  const ticks = [tick("danger", "现在有危险"), tick("child", "牵涉孩子"), tick("vulnerable", "老人、残疾人、孕产妇或者病重")];
  const text = remember(el("textarea", { id: "told", maxlength: LONGEST_TEXT, required: true }), "walk-in/told");
  const reach = remember(el("textarea", { id: "reach", class: "short", maxlength: LONGEST_TEXT }), "walk-in/reach");
  const form = el("form", { class: "form", autocomplete: "off" },
    field("怎样来的", channel), el("div", { class: "two" }, field("什么事", topic), field("哪里", region)),
    ...ticks.map(({ line }) => line),
    field("说了什么、要什么", text, "封好再存：只有本工作台和上级工作台能拆开。上面勾选的不封。"),
    field("怎样联系才安全（可以不写）", reach), el("button", {}, "封好登记"));
  const key = keyed(), drawn = keyed();
  onSubmit(form, "正在封……", async () => {
    const typed = { text: text.value.trim() };
    if (!channel.value) throw new Error("请选怎样来的：来访、来电还是来信。");
    if (!typed.text) throw new Error("请写下说了什么。");
    if (reach.value.trim()) typed.reach = reach.value.trim();
    const facts = { channel: channel.value };
    if (topic.value) facts.topic = topic.value;
    if (region.value) facts.region = region.value;
    for (const { box } of ticks) facts[box.id] = box.checked;
    // The same wish has the same id, so that it is there once however often it is sent.
    const id = hexOf(drawn([typed, facts]));
    await register(id, typed, facts, key([typed, facts]));
    for (const name of ["walk-in/told", "walk-in/reach"]) drafts.delete(name);
    await showThread(id);
    said.textContent = "登记好了，排进来信里了。要自己办，就受理。";
  });
  show("登记来访、来电、来信", [el("p", { class: "actions" }, button("回到来信", () => showQueue(), "quiet")), form]);
}

/** Destroying what was registered. Who came has no receipt, and tells the desk. */
function takingBackPart(id, item) {
  if (item.channel === "online") return [];
  const key = keyed();
  const act = sure("全部销毁", "销毁以后谁也找不回。确定销毁", async () => {
    try {
      await call("POST", `/desk/consultations/${id}/withdraw`, { request_key: key("") });
    } catch (err) {
      // Nothing is there any more: an earlier try has done it.
      if (err.status !== 404) throw err;
    }
    for (const name of Array.from(drafts.keys())) if (name.startsWith(`${id}/`)) drafts.delete(name);
    await showQueue();
    said.textContent = "都销毁了。";
  });
  return [part(id, "taking-back", "本人要求删掉",
    el("p", {}, "来的人没有回执码，不能自己删。本人要求删，才按：登记、答复、内部记录马上都销毁，只留统计数，和操作记录里你的一行。"),
    el("p", { class: "actions" }, act))];
}

async function register(id, typed, facts, request_key) {
  const { readers } = await call("GET", `/desks/${encodeURIComponent(session.me.desk)}/key`);
  const place = { thread: id, position: 1, sender: "desk" };
  const sealed = await sealMessage(typed, place, readers.map((reader) => fromBase64(reader.public_key)));
  const keys = readers.map(({ reader, generation }, at) => ({ reader, generation, key: toBase64(sealed.keys[at]) }));
  await call("POST", "/desk/consultations", Object.assign({ id, request_key, content: toBase64(sealed.content), keys }, facts));
}

/** The sixteen random bytes of a request's key as hexadecimal digits. */
function hexOf(key) {
  return Array.from(fromBase64(key), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
