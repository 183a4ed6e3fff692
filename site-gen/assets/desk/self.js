// What a member does about themselves: waiting to be let in, the passphrase, the second factor.

/** The fingerprint of a member's key, to be compared. */
async function shownFingerprint(publicKey, member) {
  return el("p", { class: "mark" }, ...(await fingerprint(publicKey, member)).split(" ").map((group) => el("span", {}, group)));
}

/** Shows that somebody has to let the member in, and the way of the paper. */
async function showWaiting() {
  const { me } = session;
  const parts = [
    el("p", {}, `你是${me.desk_name}的${me.role_text}了，还差一步：请负责人登录，打开“成员”，和你核对下面的指纹码，一模一样才放行。请当面或打电话核对，不要在网上发。`),
    await shownFingerprint(toBase64(session.pair.publicKey), me.id),
    el("p", { class: "actions" }, button("放行了，再看看", () => enter()), button("退出", () => signOut("已经退出。"), "quiet")),
  ];
  if (works(me.role)) parts.push(paperForm());
  show("请等负责人放行", parts);
}

// Nobody is there who could let anybody in: whoever has the paper can.
function paperForm() {
  const typed = el("textarea", { id: "paper", rows: 3, autocomplete: "off", autocapitalize: "characters", spellcheck: "false", required: true });
  const form = el("form", { class: "form", autocomplete: "off" },
    field("纸上的恢复密钥", typed, "9 组，每组 4 个。只在这台电脑上用，不寄出去；用了会记进操作记录。"), el("button", {}, "用它取得钥匙"));
  onSubmit(form, "正在取……", async () => {
    const { pair, wrong: complaint } = await readPaper(typed.value);
    if (complaint) throw new Error(complaint);
    const { me } = session, shown = await call("GET", "/desk/recovery");
    if (toBase64(pair.publicKey) !== shown.recovery_public_key) throw new Error("这不是这个工作台的恢复密钥，可能是另一张纸。");
    const proof = await proveRecovery(pair, me.desk, me.id, shown.challenge);
    const shares = await passOn(pair, me.desk, "recovery", shown.shares, me);
    typed.value = "";
    await call("POST", "/desk/recovery", { proof, shares });
    await enter();
  });
  return el("details", {}, el("summary", {}, "没有负责人能放行？用纸上的恢复密钥"), form);
}

/** Shows the member's own things; `back` is where one goes from here. */
async function showSelf(back) {
  const { me } = session;
  const parts = [
    el("p", { class: "actions" }, ...(back ? [button(works(me.role) ? "回到来信" : "回去", back, "quiet")] : []), button("退出", () => signOut("已经退出。"), "quiet")),
    el("p", {}, `${me.name}，${me.desk_name}的${me.role_text}。你的指纹码：`), await shownFingerprint(toBase64(session.pair.publicKey), me.id),
    el("h3", {}, "验证码"), el("p", {}, me.second_factor ? "设了：登录时要手机上的六位数。" : "还没有设。设了以后，光有口令登录不了。"),
    el("p", { class: "actions" }, button(me.second_factor ? "换一个" : "设验证码", () => showSecondFactor(null, () => enter()), "quiet")),
    el("h3", {}, "换口令"), passphraseForm(),
  ];
  show("我的", parts);
}

function passphraseForm() {
  const old = el("input", { id: "old-passphrase", type: "password", autocomplete: "current-password", required: true });
  const { fields, read } = newPassphrase();
  const form = el("form", { class: "form", autocomplete: "off" }, field("现在的口令", old), ...fields, el("button", {}, "换口令"));
  onSubmit(form, "正在换，要几秒钟……", async () => {
    const passphrase = read();
    const { stretched, login } = await loginFor(session.me.name, old.value.trim());
    old.value = "";
    // What does not open with the old passphrase is told by the service, whose word counts.
    const kept = await rewrap(stretched, session.me, passphrase).catch(() => { throw new Error("现在的口令不对。"); });
    await call("POST", "/desk/passphrase", Object.assign({ login }, kept));
    await enter();
    said.textContent = "口令换好了。别处的登录都退出了。";
  });
  return form;
}

/** Sets the second factor; `login` is what proves the passphrase where it was typed just now. */
async function showSecondFactor(login, after) {
  const shown = await call("GET", "/desk/second-factor");
  const digits = (id, label) => field(label, el("input", { id, inputmode: "numeric", autocomplete: "one-time-code", maxlength: 8, required: true }));
  const fields = [];
  if (!login) fields.push(field("口令", el("input", { id: "passphrase-again", type: "password", autocomplete: "current-password", required: true })));
  if (shown.set) fields.push(digits("old-code", "原来的验证码"));
  fields.push(digits("code", "新的验证码"));
  const form = el("form", { class: "form", autocomplete: "off" }, ...fields, el("button", {}, "设好"));
  const value = (id) => form.querySelector(`#${id}`).value.trim();
  onSubmit(form, "正在设……", async () => {
    const proof = login || (await loginFor(session.me.name, value("passphrase-again"))).login;
    const wanted = { login: proof, secret: shown.secret, code: value("code") };
    if (shown.set) wanted.old_code = value("old-code");
    await call("POST", "/desk/second-factor", wanted);
    await after();
    said.textContent = "验证码设好了。下次登录要用。";
  });
  // Who has to have one does not get around it.
  const way = login ? [] : [el("p", { class: "actions" }, button("回去", after, "quiet"))];
  show("设验证码", [
    ...way,
    el("p", {}, "用手机上的验证器应用扫下面的图，或者把密钥打进去，再填它显示的六位数。"), picture(shown.qr),
    el("p", { class: "secret" }, ...shown.secret.match(/.{4}/g).map((group) => el("span", {}, group))),
    el("details", {}, el("summary", {}, "完整的地址"), el("p", {}, el("a", { class: "address", href: shown.address }, shown.address))), form,
    el("p", {}, "手机丢了，请负责人取消再重设。"),
  ]);
}

function picture({ size, path }) {
  const svg = drawn("svg", { class: "qr", viewBox: `-4 -4 ${size + 8} ${size + 8}`, role: "img", "aria-label": "验证器应用扫的图，内容和下面的密钥一样" });
  svg.append(drawn("rect", { x: -4, y: -4, width: size + 8, height: size + 8, fill: "#fff" }), drawn("path", { d: path, fill: "#000" }));
  return svg;
}
