// Taking an invitation: the member's keys are made here, and the desk's first key and its sheet of paper where there is none.
//
// The code comes behind the `#` of the address, which no browser sends, and leaves the address at once. The sheet is shown
// before anything is stored: a desk whose recovery key nobody has seen would be worse than none.

const SHORTEST = 12;

/** The code of an invitation in the address, if there is one; it is not in the address any more then. */
function takeCode() {
  const found = location.hash.match(/^#join=([0-9A-Za-z-]+)$/);
  if (found) history.replaceState(null, "", location.pathname);
  return found && found[1];
}

/** Shows what an invitation is for; `joined` is told the name that signs in. */
async function showInvitation(code, joined) {
  show("接受邀请", el("p", {}, "正在看邀请……"));
  try {
    showJoinForm(code, await call("POST", "/desk/invitations/open", { code }), joined);
  } catch (err) {
    show("接受邀请", [el("p", { class: "notice" }, err.message), el("p", { class: "actions" }, button("去登录", () => joined(""), "quiet"))]);
  }
}

function showJoinForm(code, invitation, joined) {
  const name = el("input", { id: "name", autocomplete: "username", maxlength: 60, required: true, value: invitation.name || "" });
  const { fields, read } = newPassphrase();
  const form = el("form", { class: "form", autocomplete: "off" },
    field("名字", name, "登录用，来信的人看不到。"), ...fields, el("button", {}, invitation.founds ? "建钥匙" : "加入"));
  onSubmit(form, "正在这台电脑上造钥匙，要几秒钟……", async () => {
    const [called, passphrase] = [name.value.trim(), read()];
    if (!called) throw new Error("请写下登录用的名字。");
    const member = Object.assign({ code, name: called }, await newMember(invitation.member, passphrase, invitation.rounds));
    if (!invitation.founds) return acceptInvitation(member, joined);
    const { paper, founding } = await foundDesk(invitation.desk, invitation.member, member.public_key);
    showPaper(invitation, paper, () => acceptInvitation(Object.assign({ founding }, member), joined));
    return null;
  });
  const what = invitation.founds ? "这个工作台还没有钥匙，由你来建。" : "加入以后，请等负责人和你核对指纹码、放行。";
  show(`${invitation.desk_name}请你做${invitation.role_text}`, [el("p", {}, what), form]);
}

async function acceptInvitation(member, joined) {
  await call("POST", "/desk/invitations/accept", member);
  joined(member.name);
}

// Typed back, so that it stands on paper before there is no other way to see it.
function showPaper(invitation, paper, go) {
  const typed = el("input", { id: "paper-end", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", required: true });
  const form = el("form", { class: "form", autocomplete: "off" },
    field("照着纸上，打出最后两组", typed), el("button", {}, "抄好了，启用工作台"));
  onSubmit(form, "正在启用……", async () => {
    if (!endsWith(paper, typed.value)) throw new Error("和最后两组不一样，请对照纸上再看一遍。");
    await go();
  });
  show("先把恢复密钥抄在纸上", [
    el("div", { class: "paper" },
      el("p", {}, el("b", {}, `${invitation.desk_name}的恢复密钥`)),
      el("p", { class: "secret" }, ...paper.split("-").map((group) => el("span", {}, group))),
      el("p", {}, "锁起来，不要拍照，不要存在电脑里。所有成员的口令都丢了的时候，只有它能打开来信；谁拿到它和数据库，也能打开。")),
    el("p", { class: "actions" }, button("打印", () => self.print(), "quiet")),
    el("p", {}, "它只显示这一次。"), form,
  ]);
}

/** Two fields for a new passphrase, and what reads them. */
function newPassphrase() {
  const input = (id) => el("input", { id, type: "password", autocomplete: "new-password", required: true });
  const [first, second] = [input("new-passphrase"), input("again")];
  const read = () => {
    const typed = first.value.trim();
    if (Array.from(typed).length < SHORTEST) throw new Error(`口令至少 ${SHORTEST} 个字符。可以用几个不相干的词连起来。`);
    if (second.value.trim() !== typed) throw new Error("两遍口令不一样。");
    first.value = second.value = "";
    return typed;
  };
  const help = `至少 ${SHORTEST} 个字符。忘了没有人能找回，只能请负责人移除、重新邀请你。`;
  return { fields: [field("定一个口令", first, help), field("再输一遍", second)], read };
}

