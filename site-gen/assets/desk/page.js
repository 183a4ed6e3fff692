// What is on the page: one view at a time, what was said about it, and the pieces it is made of.
//
// Whatever came from a letter is shown as text, never as markup.

const root = document.getElementById("desk");
const wrong = el("p", { role: "alert" });
const view = el("div");

/** Tells what was done. */
const said = el("p", { role: "status" });

let refresh = 0;
/** What the view that is shown does when something has changed. */
let heard = () => {};
/** Counts what was asked to be shown, so that a late answer does not take the place of something newer. */
let turn = 0;
/** What was typed and not sent yet, by the name of its field: for as long as somebody is signed in, and nowhere else. */
const drafts = new Map();

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

/** What the view that is shown does when it hears that something has changed: `{ kind, thread }`, a supervisor's `{ kind, desks }`. */
function whenHeard(act) {
  heard = act;
}

/** Puts parts into a place, instead of what was there. */
function putInto(place, ...parts) {
  place.textContent = "";
  place.append(...parts);
}

/** Shows a view in place of the one before. */
function show(title, parts, focus = true) {
  stopRefreshing();
  heard = () => {};
  const heading = el("h2", { tabindex: -1 }, title);
  putInto(view, heading, ...(Array.isArray(parts) ? parts : [parts]));
  if (focus) {
    said.textContent = "";
    wrong.textContent = "";
    heading.focus({ preventScroll: true });
    root.scrollIntoView({ block: "start" });
  }
}

/** An element; `true` is an attribute without a value, `false` and an empty text none at all. */
function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(key, "");
    else if (value !== "" && value !== false) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

/** A piece of a drawing. */
function drawn(name, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
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

/** A choice among `[{ code, text }]`; the first one asks to choose, unless something is chosen. */
function choice(id, options, { first = "请选", chosen = "" } = {}) {
  const made = el("select", { id }, option("", first));
  for (const { code, text } of options) made.append(option(code, text));
  made.value = chosen;
  return made;
}

/** One of a list. */
function option(value, text) {
  const made = el("option", {}, text);
  made.value = value;
  return made;
}

/** A box to tick, with its label. */
function tick(id, label, checked = false) {
  const box = el("input", { id, type: "checkbox", checked });
  return { box, line: el("p", { class: "check" }, box, el("label", { for: id }, label)) };
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

/** Gives the same key for the same wish, however often it is sent, and another one for another wish. */
function keyed() {
  let [key, of] = ["", null];
  return (wish) => {
    const text = JSON.stringify(wish);
    if (text !== of) [key, of] = [newRequestKey(), text];
    return key;
  };
}

/** Keeps what is typed into a field under a name, and puts it back into the field when that is shown again. */
function remember(input, name) {
  if (drafts.has(name)) input.value = drafts.get(name);
  input.addEventListener("input", () => drafts.set(name, input.value));
  return input;
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

/** The same with the day of the week, for what has to be done before. */
function deadline(rfc3339) {
  const [, year, month, day, at] = rfc3339.match(/^(\d+)-(\d+)-(\d+)T(\d+)/).map(Number);
  const weekday = "日一二三四五六"[new Date(year, month - 1, day).getDay()];
  return `${month} 月 ${day} 日（周${weekday}）${at} 时`;
}
