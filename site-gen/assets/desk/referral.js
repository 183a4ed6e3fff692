// Handing over to an agency outside: the letter of referral is written, shown and printed here. What goes to the service is the name
// of the agency and nothing else; that the agency has it and what came of it are written down afterwards.

const LONGEST_AGENCY = 60;
const GROUNDS = [{ code: "consent", text: "本人同意转介" }, { code: "report", text: "依法强制报告" }, { code: "danger", text: "有现实危险，先行转介" }];

/** What was handed over, and the way to hand it over once more. */
function referralPart(id, thread, letters) {
  const { consultation: item, handovers } = thread;
  const running = RUNNING.includes(item.state);
  if (!running && !handovers.length) return [];
  const list = el("ol", { class: "people" });
  for (const handover of handovers) list.append(handedOver(id, handover));
  const waiting = handovers.filter((handover) => !handover.result).length;
  const title = `转给外面的机构：${waiting ? `${waiting} 件等结果` : handovers.length ? "都有结果了" : "没有"}`;
  const write = button("写转介信", () => showReferral(id, thread, letters), "quiet");
  return [part(id, "handovers", title,
    el("p", {}, "转出去以后这边还管着：收到回执、有了结果，都要登记；没有结果不能办结。"),
    ...(handovers.length ? [list] : []), ...(running ? [el("p", { class: "actions" }, write)] : []))];
}

function handedOver(id, { number, agency, handed, confirmed, ended, result_text }) {
  const lines = [`${hour(handed)}转出`, confirmed ? `${hour(confirmed)}收到回执` : "等回执"];
  if (result_text) lines.push(`${hour(ended)}：${result_text}`);
  else lines.push("等结果");
  const shown = el("li", {}, el("p", {}, el("b", {}, agency), " ", lines.join("，"), "。"));
  if (result_text) return shown;
  const key = keyed(), result = choice(`result-${number}`, words.agency_results);
  const actions = el("p", { class: "actions" });
  if (!confirmed) {
    actions.append(button("对方收到了", () =>
      actOn(id, "handovers", "handovers/confirm", { number, request_key: key("confirm") }, "回执登记好了。"), "quiet"));
  }
  actions.append(button("登记结果", async () => {
    if (!result.value) throw new Error("请选机构说的结果。");
    await actOn(id, "handovers", "handovers/result", { number, result: result.value, request_key: key(result.value) }, "结果登记好了。");
  }, "quiet"));
  shown.append(el("div", { class: "form" }, field("机构说的结果", result), actions));
  return shown;
}

/** The form of the letter. It begins with what the agency can't do without; the member adds what else it needs. */
function showReferral(id, thread, letters) {
  newTurn();
  const { consultation: item } = thread, name = (of) => `${id}/referral/${of}`;
  const kind = remember(choice("agency-kind", words.agencies, { first: "任何机构，自己写名称" }), name("kind"));
  const listed = el("select", { id: "agency-listed" });
  const agency = remember(el("input", { id: "agency", maxlength: LONGEST_AGENCY, required: true, autocomplete: "off" }), name("agency"));
  const grounds = remember(choice("grounds", GROUNDS), name("grounds"));
  const matter = el("textarea", { id: "matter", class: "short", maxlength: LONGEST_TEXT, required: true });
  if (!drafts.has(name("matter"))) drafts.set(name("matter"), matterOf(item));
  remember(matter, name("matter"));
  const wanted = remember(el("textarea", { id: "wanted", class: "short", maxlength: LONGEST_TEXT, required: true }), name("wanted"));
  const reach = remember(el("textarea", { id: "reach", class: "short", maxlength: LONGEST_TEXT }), name("reach"));
  const place = el("p", { class: "meta" });
  offerStations(item, kind, listed, (station) => {
    agency.value = station.name.slice(0, LONGEST_AGENCY);
    drafts.set(name("agency"), agency.value);
    place.textContent = whereabouts(station);
  });
  const told = letters.map((letter) => letter.reach).filter(Boolean).pop();
  const copy = button("抄来信里写的联系办法", () => {
    reach.value = told;
    drafts.set(name("reach"), told);
  }, "quiet");
  const form = el("form", { class: "form", autocomplete: "off" },
    field("哪类机构", kind), field("站点名录里的", listed),
    field("机构名称", agency, "只写机构的名字，不写人名：这一栏服务器看得见，其余的字都不出这个浏览器。"), place,
    field("依据", grounds), field("事由", matter, "只写对方办事要知道的。"), field("请对方办什么", wanted),
    field("怎样联系本人才安全（可以不写）", reach, "本人同意才写。"), ...(told ? [el("p", { class: "actions" }, copy)] : []),
    el("button", {}, "看看转介信"));
  onSubmit(form, "", async () => {
    if (!grounds.value) throw new Error("请选依据：为什么可以转给外面的机构。");
    const letter = { agency: agency.value.trim(), where: place.textContent, grounds: GROUNDS.find(({ code }) => code === grounds.value).text,
      matter: matter.value.trim(), wanted: wanted.value.trim(), reach: reach.value.trim() };
    if (!letter.agency || !letter.matter || !letter.wanted) throw new Error("机构名称、事由、请对方办什么，都要写。");
    showLetter(id, thread, letters, letter);
  });
  show("写转介信", [el("p", { class: "actions" }, button("回到来信", () => showThread(id, "handovers"), "quiet")), form]);
}

function matterOf(item) {
  const facts = [item.topic && names.topics.get(item.topic), item.danger && "现在有危险", item.child && "牵涉未成年人"];
  return facts.filter(Boolean).join("；");
}

// The stations of a kind, those around where she is first. Without a list the name is typed.
function offerStations(item, kind, listed, chosen) {
  let found = [], asked = 0;
  const fill = async () => {
    const mine = asked += 1;
    found = kind.value ? await stationsOf(kind.value, item.region).catch(() => []) : [];
    if (mine !== asked) return;
    const first = !kind.value ? "先选哪类机构" : found.length ? "请选" : "名录里没有，请自己写名称";
    putInto(listed, option("", first), ...found.map(({ name }, at) => option(at, name)));
    listed.disabled = !found.length;
  };
  kind.addEventListener("change", () => fill().catch(tell));
  listed.addEventListener("change", () => {
    if (found[listed.value]) chosen(found[listed.value]);
  });
  fill().catch(tell);
}

async function stationsOf(kind, region) {
  const of = (where) => call("GET", `/stations?kind=${kind}&limit=100${where}`);
  const near = region ? (await of(`&region=${region}`)).stations : [];
  return near.length ? near : (await of("")).stations;
}

function whereabouts(station) {
  return [station.address, (station.phones || []).join("、")].filter(Boolean).join("，");
}

/** The letter as it is printed, and what is done with it then. */
function showLetter(id, thread, letters, letter) {
  newTurn();
  const { me } = session, mark = id.slice(0, 8).toUpperCase();
  const line = (name, text) => el("p", {}, el("b", {}, `${name}：`), text);
  const paper = el("div", { class: "paper referral" },
    el("h3", {}, "转介信"), line("致", letter.agency), ...(letter.where ? [el("p", { class: "meta" }, letter.where)] : []), line("编号", mark),
    el("p", {}, "本工作台收到下面的求助，现转请贵单位办理。"),
    line("事由", letter.matter), line("请贵单位", letter.wanted), line("依据", letter.grounds), ...(letter.reach ? [line("安全的联系办法", letter.reach)] : []),
    el("p", {}, "请为求助的人保密，不要告诉和事情有关的其他人。收到后请交还回执；有了结果，请按编号告诉我们。"),
    el("p", { class: "sign" }, me.desk_name, el("br"), today()),
    el("div", { class: "slip" }, el("h3", {}, "回执"),
      el("p", {}, `${me.desk_name}：编号 ${mark} 的转介信收到了。`), el("p", {}, "单位（盖章）：＿＿＿＿＿＿＿＿"), el("p", {}, "日期：＿＿＿＿＿＿＿＿")));
  const key = keyed(), noteKey = keyed();
  const register = button("登记转出", async () => {
    await actOn(id, "handovers", "handovers", { agency: letter.agency, request_key: key(letter.agency) }, "登记好了：等机构的回执和结果。");
    for (const name of Array.from(drafts.keys())) if (name.startsWith(`${id}/referral/`)) drafts.delete(name);
  });
  const keep = button("存进内部记录", async () => {
    const typed = [`给${letter.agency}的转介信`, `事由：${letter.matter}`, `请对方：${letter.wanted}`, `依据：${letter.grounds}`].join("\n");
    await sendNote(id, thread, typed, noteKey(typed));
    thread.next_note += 1;
    keep.disabled = true;
    said.textContent = "存进内部记录了。";
  }, "quiet");
  show("转介信", [
    el("p", {}, "信只在这个浏览器里，没有交给服务器。打印出来送去，再登记转出；离开这一页信就没有了。"), paper,
    el("div", { class: "actions" }, button("打印", () => self.print(), "quiet"), keep,
      button("改一改", () => showReferral(id, thread, letters), "quiet"), register),
  ]);
}

function today() {
  const now = new Date();
  return `${now.getFullYear()} 年 ${now.getMonth() + 1} 月 ${now.getDate()} 日`;
}
