// Asking: the form is sealed here, in her browser. The receipt is drawn here and never sent; the words never leave unsealed.
//
// Start at `send`. Without scripts, or where the browser can't seal, the very same form goes to the server, which seals it
// the moment it arrives; the page says so until this script has taken over. What is typed and drawn lives in `typed` fields and
// in `sealed`, and is gone when the page is left. What a letter costs (`work`) is begun with the first word and paid in `deliver`.
(function (nuanzhan) {
  "use strict";
  if (typeof document === "undefined" || !document.getElementById("write")) return;
  const { able, byId, call, fault, forgetWhenLeft, onSubmit, requestKey, say, seal, show, unlock } = nuanzhan.common;
  const form = byId("write").querySelector("form"), copy = byId("copy"), clear = byId("clear"), unsealed = byId("unsealed");
  // The letter on its way: the same words sent again are the same letter, under the same receipt.
  let sealed = null, warned = false;
  // The sum that pays for the next letter. She usually has it long before she is done writing.
  let work = null;

  if (!able()) return;
  byId("price").hidden = true;
  byId("sealed").hidden = false;
  onSubmit(form, "正在这部手机上封信，要几秒钟……", send);
  onSubmit(byId("typed"), "", async () => typedBack());
  copy.addEventListener("click", copyOut);
  byId("copy-proof").addEventListener("click", copyProof);
  for (const button of [clear, byId("clear-later")]) button.addEventListener("click", wipeClipboard);
  unsealed.addEventListener("click", function () { form.submit(); });
  document.addEventListener("click", holdOnce, true);
  form.addEventListener("input", () => underway());
  forgetWhenLeft(forget);

  async function send() {
    const words = read();
    if (!words.envelope.text) throw fault("请写下你想问的事。");
    unsealed.hidden = true;
    try {
      await sealAndSend(words);
    } catch (err) {
      // Keys of the desk changed in between, or an id was somebody's: sealed anew, once, it goes.
      if (err.status !== 409 && err.status !== 400) throw explained(err);
      sealed = null;
      await sealAndSend(words).catch((again) => { throw explained(again); });
    }
    showReceipt(words);
  }

  function read() {
    const text = (id) => byId(id).value.replace(/\r\n?/g, "\n").trim();
    const envelope = { text: text("text") };
    if (text("reach")) envelope.reach = text("reach");
    const choices = { danger: byId("danger").checked, child: byId("child").checked, vulnerable: byId("vulnerable").checked };
    for (const name of ["topic", "region"]) if (byId(name).value) choices[name] = byId(name).value;
    return { envelope, choices };
  }

  async function sealAndSend(words) {
    const same = JSON.stringify(words);
    if (!sealed || sealed.same !== same) sealed = await sealLetter(words, same);
    const { proof } = await deliver(sealed.letter);
    sealed.proof = proof && (await isOf(proof, sealed.letter.content)) ? proof : "";
  }

  // Begun anew where it failed, so that a moment without a network costs nothing later.
  function underway() {
    if (work) return work;
    const begun = nuanzhan.work.begin();
    begun.done.catch(function () { if (work === begun) work = null; });
    work = begun;
    return begun;
  }

  // The same letter goes again with another sum where the first does not count: it took her an hour to write, or another letter
  // was paid for with it. What was not answered may have arrived, and is sent again as it was.
  async function deliver(letter) {
    for (let again = false; ; again = true) {
      const paying = underway();
      if (!paying.isDone) {
        form.querySelector("[role=status]").textContent = "信封好了。手机还在算一道题，防有人用机器乱寄，再等几秒就寄……";
      }
      const paid = await paying.done;
      try {
        const answer = await call("", Object.assign({ work: paid }, letter));
        work = null;
        return answer;
      } catch (err) {
        if (err.type !== "/problems/work-wanted") throw err;
        work = null;
        if (again) throw err;
      }
    }
  }

  // A signature on another letter would be of no use to her.
  async function isOf(proof, content) {
    const digest = await crypto.subtle.digest("SHA-256", nuanzhan.sealing.fromBase64(content));
    return proof.split("\n").includes(`digest: ${nuanzhan.sealing.toBase64(new Uint8Array(digest))}`);
  }

  async function sealLetter({ envelope, choices }, same) {
    const { desk, name, readers } = await call("/desk", choices.region ? { region: choices.region } : {});
    const digits = nuanzhan.receipt.draw();
    const id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    const { locator, pairFor } = await unlock(digits);
    const { publicKey } = await pairFor(id);
    const place = { thread: id, position: 1, sender: "asker" };
    const { content, keys } = await seal(envelope, place, readers, publicKey);
    const letter = { id, desk, locator, public_key: nuanzhan.sealing.toBase64(publicKey), content, keys, request_key: requestKey() };
    return { same, digits, name, letter: Object.assign(letter, choices) };
  }

  // What was refused is said as the service says it. A browser that can't seal after all is told apart: she decides whether the
  // letter goes the other way, at its price.
  function explained(err) {
    if (err.lost) return fault("网络不通，不知道信到没到。字先别改，再按一次“寄出去”：到了的不会变成两封。");
    if (err.status) return err.status < 500 ? err : instead(err);
    if (err instanceof RangeError) return fault("写得太长了，请删短一些再寄。");
    unsealed.hidden = false;
    return fault("信没有寄出：这部手机的浏览器封不了信。可以换一个浏览器；也可以按下面那个按钮照旧寄，那样服务器封信的那一刻会见到你写的字。");
  }

  // Nothing was taken because of us: whom she can ring, and who is open now where she chose.
  function instead(err) {
    const more = document.importNode(byId("instead").content, true), region = byId("region").value;
    if (region) more.querySelector("[href^='/stations/']").href = `/stations/?region=${region}&open_at=now#list`;
    return Object.assign(err, { more });
  }

  function showReceipt({ choices }) {
    const place = byId("digits");
    place.textContent = "";
    for (const group of nuanzhan.receipt.groups(sealed.digits)) {
      place.appendChild(document.createElement("span")).textContent = group;
      place.appendChild(document.createTextNode(" "));
    }
    byId("in-danger").hidden = !choices.danger;
    byId("with-child").hidden = choices.danger || !choices.child;
    byId("for-child").hidden = !choices.child;
    byId("kept-urgent").hidden = !choices.danger && !choices.child;
    document.querySelectorAll("[data-desk]").forEach(function (desk) { desk.textContent = sealed.name; });
    byId("proof").value = sealed.proof;
    byId("proven").hidden = !sealed.proof;
    form.reset();
    show("kept");
  }

  // Right: the receipt leaves the screen and the memory. Wrong: it is said which groups to look at.
  function typedBack() {
    const field = byId("receipt"), { digits, wrong } = nuanzhan.receipt.parse(field.value);
    const others = digits ? nuanzhan.receipt.differing(digits, sealed.digits) : [];
    if (others.length) throw fault(`和上面的不一样，请看第 ${others.join("、")} 组。`);
    if (wrong) throw fault(`${wrong}。`);
    byId("in-clipboard").hidden = clear.hidden;
    sealed = null;
    field.value = "";
    byId("digits").textContent = "";
    // The proof opens nothing and stays for as long as the page does.
    byId("next").appendChild(byId("proven"));
    show("next");
  }

  function copyOut() {
    const told = () => {
      clear.hidden = false;
      say("copied", "复制好了。粘到安全的地方以后，按“清掉剪贴板”：不清，别人一粘贴就看得到。");
    };
    write(sealed.digits).then(told, () => say("copied", "复制不了，请照着抄。"));
  }

  function copyProof() {
    const told = () => say("proof-copied", "复制好了。粘到安全的地方以后，随便复制几个别的字，把它顶掉。");
    write(byId("proof").value).then(told, () => say("proof-copied", "复制不了，请按住上面的字选中，或者照着抄。"));
  }

  function wipeClipboard() {
    const place = byId("next").hidden ? "copied" : "cleared";
    const told = () => {
      clear.hidden = true;
      byId("in-clipboard").hidden = true;
      say(place, "剪贴板清掉了。有的输入法自己还记着，到它的剪贴板里再删一次。");
    };
    write(" ").then(told, () => say(place, "清不掉。请随便复制几个别的字，把它顶掉。"));
  }

  // Browsers before 66 have only the old command.
  async function write(text) {
    if (navigator.clipboard && navigator.clipboard.writeText) return navigator.clipboard.writeText(text);
    const field = document.body.appendChild(document.createElement("textarea"));
    field.value = text;
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (!done) throw new Error("not copied");
  }

  // A link away from a receipt that nobody has written down: said once, then she may. Never the way out, never a number to dial;
  // and no question of the browser's own, which would stand in the way out.
  function holdOnce(event) {
    const link = event.target.closest && event.target.closest("a[href]");
    if (!sealed || byId("kept").hidden || warned || !link) return;
    if (link.matches(".leave, [href^='tel:'], [href^='#']")) return;
    warned = true;
    event.preventDefault();
    event.stopPropagation();
    say("not-yet", "回执码还没有对过。走了就再也看不到它。不要回复的话，再点一次就走。");
    byId("not-yet").scrollIntoView({ block: "nearest" });
  }

  function forget() {
    if (work) work.stop();
    work = null;
    sealed = null;
    warned = false;
    form.reset();
    // The way out has emptied the page before it is left.
    if (!byId("typed")) return;
    byId("typed").reset();
    for (const id of ["digits", "copied", "not-yet", "cleared", "proof-copied"]) byId(id).textContent = "";
    byId("proof").value = "";
    byId("proven").open = false;
    byId("proven").hidden = true;
    byId("kept").appendChild(byId("proven"));
    clear.hidden = true;
    document.querySelectorAll("[data-view]").forEach(function (view) { view.hidden = view.id !== "write"; });
  }
})(self.nuanzhan = self.nuanzhan || {});
