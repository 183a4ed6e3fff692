// What is on the page: one view at a time, what was said about it, and the pieces it is made of.
//
// Whatever came from a letter is shown as text, never as markup.

const root = document.getElementById("desk");
const wrong = el("p", { role: "alert" });
const view = el("div");

/** Tells what was done. */
const said = el("p", { role: "status" });

let refresh = 0;
/** Counts what was asked to be shown, so that a late answer does not take the place of something newer. */
let turn = 0;

root.append(said, wrong, view);

/** Something new was asked for: whatever was asked for before is late now. */
function newTurn() {
  turn += 1;
  return turn;
}

/** The turn that is running. */
function runningTurn() {
  return turn;
}

/** Does something again and again until something else is shown. */
function again(act, milliseconds) {
  refresh = setInterval(act, milliseconds);
}

/** Nothing is done again and again any more. */
function stopRefreshing() {
  clearInterval(refresh);
}

/** Shows a view in place of the one before. */
function show(title, parts, focus = true) {
  stopRefreshing();
  const heading = el("h2", { tabindex: -1 }, title);
  view.replaceChildren(heading, ...[parts].flat());
  if (focus) {
    said.textContent = "";
    wrong.textContent = "";
    heading.focus({ preventScroll: true });
    root.scrollIntoView({ block: "start" });
  }
}

/** An element; `true` is an attribute without a value, an empty text none at all. */
function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(key, "");
    else if (value !== "") element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

/** A label with its input. */
function field(label, input, help = "") {
  const parts = [el("label", { for: input.id }, label), input];
  if (help) {
    parts.push(el("small", { id: `${input.id}-help` }, help));
    input.setAttribute("aria-describedby", `${input.id}-help`);
  }
  return el("p", { class: "field" }, ...parts);
}

/** A button that does one thing at a time. */
function button(text, act, kind = "") {
  const made = el("button", { type: "button", class: kind }, text);
  made.addEventListener("click", () => busy(made, "", act));
  return made;
}

/** What a form does when it is sent. */
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

/** Says what went wrong. */
function tell(err) {
  wrong.textContent = err.name === "OperationError" ? "打不开：口令和密钥对不上。" : err.message;
}

/** `2026-11-21T15:00:00+08:00` as a reader in China says it. */
function hour(rfc3339) {
  const [, month, day, at] = rfc3339.match(/^\d+-(\d+)-(\d+)T(\d+)/).map(Number);
  return `${month} 月 ${day} 日 ${at} 时`;
}
