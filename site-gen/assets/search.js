// Search in place: completions while typing (an ARIA combobox) and hits below the form, so that what is looked up stays
// out of the address bar and the history. Without this script the form asks the server for a page; without the server
// files built into the site are searched (find/find.js). Nothing is stored.
(function () {
  "use strict";
  const API = "/api/v1/search", LATER = 160, SHOWN = 10;
  const KINDS = {
    guide: "指南", case_digest: "案例", statute: "法规", article: "条文", station: "站点",
    region: "名录", topic: "主题", campaign: "日历", page: "关于本站",
  };
  if (!window.fetch || !window.URLSearchParams || !window.Promise) return;

  const form = document.querySelector("form[role=search]");
  if (!form) return;
  const input = form.querySelector("input");
  const list = make("ul", { className: "options", id: "options", hidden: true });
  let found = document.getElementById("found"), timer = 0, asked = 0, chosen = -1, server = null, files = null, narrow = {}, names = {};
  const parts = window.trustedTypes ? window.trustedTypes.createPolicy("nuanzhan-part", { createScriptURL: ours }) : { createScriptURL: ours };
  window.nuanzhanPart = function (url) { return parts.createScriptURL(url); };
  // On a page that the server answered, the form goes on asking the server.
  const answered = !found && location.pathname === "/search/";

  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "你要找的是");
  attributes(input, { role: "combobox", "aria-autocomplete": "list", "aria-controls": "options", "aria-expanded": "false" });
  input.parentNode.appendChild(list);
  if (!found) {
    found = make("div", { id: "found" });
    form.parentNode.insertBefore(found, form.nextSibling);
  }
  const status = make("p", { className: "meta" });
  status.setAttribute("role", "status");
  if (!answered) found.parentNode.insertBefore(status, found);
  found.setAttribute("tabindex", "-1");

  input.addEventListener("input", function () {
    clearTimeout(timer);
    timer = setTimeout(complete, LATER);
  });
  input.addEventListener("keydown", key);
  input.addEventListener("blur", close);
  list.addEventListener("mousedown", function (event) { event.preventDefault(); });
  list.addEventListener("click", function (event) {
    const option = event.target.closest("li");
    if (option) choose(option);
  });
  if (!answered) {
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      look();
    });
  }

  // A page that was built, not answered, may still carry a question in its address.
  const given = new URLSearchParams(location.search).get("q");
  if (given && found.hasAttribute("data-static")) {
    input.value = given;
    history.replaceState(null, "", location.pathname);
    look();
  }

  function ask(path, values) {
    return fetch(path + "?" + new URLSearchParams(values), { credentials: "omit" }).then(function (answer) {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json();
    });
  }

  function complete() {
    const typed = input.value.trim(), turn = ++asked;
    if (!typed) return close();
    either(function () { return ask(API + "/suggest", { q: typed }); }, function (find) { return find.suggest(typed, 8); }).then(function (answer) {
      if (turn !== asked || document.activeElement !== input) return;
      show(Array.isArray(answer) ? answer : answer.suggestions);
    }, close);
  }

  function show(suggestions) {
    list.textContent = "";
    suggestions.forEach(function (suggestion, at) {
      const option = make("li", { id: "option-" + at, textContent: suggestion.text });
      option.setAttribute("role", "option");
      option.setAttribute("data-text", suggestion.text);
      if (suggestion.url) {
        option.setAttribute("data-url", suggestion.url);
        option.appendChild(make("small", { textContent: KINDS[suggestion.kind] || "" }));
      }
      list.appendChild(option);
    });
    mark(-1);
    list.hidden = !suggestions.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
  }

  function close() {
    list.hidden = true;
    mark(-1);
    input.setAttribute("aria-expanded", "false");
  }

  function mark(at) {
    chosen = at;
    Array.from(list.children).forEach(function (option, position) {
      option.setAttribute("aria-selected", String(position === at));
    });
    if (at < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", "option-" + at);
  }

  function key(event) {
    const last = list.children.length - 1;
    if (event.isComposing || list.hidden) return;
    if (event.key === "ArrowDown") mark(chosen < last ? chosen + 1 : 0);
    else if (event.key === "ArrowUp") mark(chosen > 0 ? chosen - 1 : last);
    else if (event.key === "Enter" && chosen >= 0) choose(list.children[chosen]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  }

  function choose(option) {
    const url = option.getAttribute("data-url");
    if (url) return location.assign(url);
    input.value = option.getAttribute("data-text");
    if (answered) form.submit();
    else look();
  }

  // Asks anew, without the filters of the question before.
  function look() {
    narrow = {};
    answer(0);
  }

  // Asks for the hits from so many on; those before stay where they are.
  function answer(offset) {
    const question = input.value.trim(), turn = ++asked;
    clearTimeout(timer);
    close();
    if (!question) return input.focus();
    const wanted = Object.assign({ q: question, limit: SHOWN, offset: offset }, narrow);
    either(function () { return ask(API, wanted); }, function (find) { return find.search(wanted); }).then(function (given) {
      if (turn === asked) tell(given, offset);
    }, function () {
      found.textContent = "";
      status.textContent = "现在查不了。按下面的主题找，或者打 12338 问。";
    });
  }

  // Whether a server answers: asked once, and not with what is typed, which a host that only keeps files would write down.
  function served() {
    if (answered) return Promise.resolve(true);
    if (!server) server = ask(API + "/suggest", { q: "a" }).then(function () { return true; }, function () { return false; });
    return server;
  }

  // Asks the server, or the files built into the site where there is none.
  function either(fromServer, fromFiles) {
    return served().then(function (is) {
      if (!is) return builtIn().then(fromFiles);
      return fromServer().catch(function () {
        server = Promise.resolve(false);
        return builtIn().then(fromFiles);
      });
    });
  }

  // Scripts may load these two of ours and no others: a policy that the Content-Security-Policy names (Trusted Types).
  function ours(url) {
    const place = new URL(url, location.href);
    if (place.origin !== location.origin || !/^\/assets\/find-[0-9a-f]+\/(find|spell)\.js$/.test(place.pathname)) {
      throw new TypeError("not a script of ours");
    }
    return url;
  }

  // What searches the files; a script of its own, because few need it.
  function builtIn() {
    if (!files) {
      files = new Promise(function (resolve, reject) {
        const script = make("script", { src: parts.createScriptURL(form.getAttribute("data-find") || "") });
        script.onload = function () { resolve(window.nuanzhanFind); };
        script.onerror = function () {
          files = null;
          reject(new Error("find.js"));
        };
        document.head.appendChild(script);
      });
    }
    return files;
  }

  function tell(given, offset) {
    status.textContent = given.total ? "找到 " + given.total + " 条。" : "没有找到。换个说法试试，或者打 12338 问。";
    const more = found.querySelector("[data-more]");
    if (more) more.remove();
    let hits = offset ? found.querySelector(".hits") : null;
    if (!hits) {
      found.textContent = "";
      if (given.danger) found.appendChild(danger());
      if (given.did_you_mean) found.appendChild(meant(given.did_you_mean));
      ways(given);
      hits = make("ol", { className: "hits" });
      if (given.hits.length) found.appendChild(hits);
      if (given.instead) instead(given.instead);
      else if (!given.hits.length) found.appendChild(onwards());
    }
    const first = given.hits.map(function (hit) { return hits.appendChild(line(hit, given.place)); })[0];
    const shown = hits.children.length;
    if (shown < given.total && given.hits.length) found.appendChild(further(shown));
    if (offset) return first && first.querySelector("a").focus();
    found.focus({ preventScroll: true });
    form.scrollIntoView();
  }

  function line(hit, place) {
    const item = make("li"), head = make("h2"), text = make("p", { className: "meta" });
    head.appendChild(make("a", { href: hit.url, textContent: hit.title }));
    item.appendChild(head);
    if (hit.first_step) {
      const step = make("p");
      step.appendChild(make("b", { textContent: "先做：" }));
      step.appendChild(document.createTextNode(hit.first_step));
      item.appendChild(step);
    }
    text.appendChild(make("span", { className: "tag", textContent: KINDS[hit.kind] || "" }));
    text.appendChild(document.createTextNode(" "));
    if (place && hit.distance_m !== undefined) {
      text.appendChild(make("b", { textContent: "离" + place.name + far(hit.distance_m) + " " }));
    }
    hit.snippet.forEach(function (part) {
      text.appendChild(part.marked ? make("mark", { textContent: part.text }) : document.createTextNode(part.text));
    });
    item.appendChild(text);
    if (hit.phone) {
      const call = make("p", { className: "buttons" });
      call.appendChild(make("a", { className: "button", href: "tel:" + hit.phone.replace(/[^0-9+]/g, ""), textContent: "打电话 " + hit.phone }));
      item.appendChild(call);
    }
    if (hit.also || hit.more) item.appendChild(others(hit));
    return item;
  }

  // The other articles of the same statute.
  function others(hit) {
    const list = make("ul", { className: "plain" });
    list.setAttribute("aria-label", "同一部法里还有");
    (hit.also || []).forEach(function (other) {
      list.appendChild(make("li")).appendChild(make("a", { href: other.url, textContent: other.title }));
    });
    if (hit.more) {
      const all = make("button", { type: "button", className: "quiet", textContent: "这部法还有 " + hit.more + " 条" });
      all.addEventListener("click", function () { only("type", "article"); });
      list.appendChild(make("li")).appendChild(all);
    }
    return list;
  }

  // As the server says it: as the crow flies, so no more than two digits are true.
  function far(metres) {
    if (metres < 100) return "不到 100 米";
    if (metres < 1000) return "约 " + Math.floor((metres + 50) / 100) * 100 + " 米";
    return "约 " + (metres < 10000 ? (Math.floor((metres + 50) / 100) / 10).toFixed(1) : Math.floor((metres + 500) / 1000)) + " 公里";
  }

  // Ways to narrow the question: by kind, by topic, by place.
  function ways(given) {
    const all = make("details", { className: "brief", open: Object.keys(narrow).length > 0 });
    all.appendChild(make("summary", { textContent: "只看一部分" }));
    [choices("按种类看", "type", "全部", given.facets, function (kind) { return KINDS[kind]; }),
      choices("按事情看", "topic", "各种事情", given.topics, function (slug) { return topics()[slug]; })].forEach(function (nav) { if (nav) all.appendChild(nav); });
    if (all.children.length > 1) found.appendChild(all);
  }

  function choices(label, field, all, counts, name) {
    const values = Object.keys(counts || {}).filter(name), nav = make("nav", { className: "buttons" });
    if (values.length < 2 && !narrow[field]) return null;
    const sum = values.reduce(function (sum, value) { return sum + counts[value]; }, 0);
    nav.setAttribute("aria-label", label);
    nav.appendChild(choice(field, "", all + " " + sum));
    values.forEach(function (value) { nav.appendChild(choice(field, value, name(value) + " " + counts[value])); });
    return nav;
  }

  function choice(field, value, text) {
    const is = (narrow[field] || "") === value;
    const way = make("button", { type: "button", className: is ? "tag open" : "tag", textContent: text });
    way.setAttribute("aria-pressed", String(is));
    way.addEventListener("click", function () { only(field, value); });
    return way;
  }

  function only(field, value) {
    narrow[field] = value;
    if (!value) delete narrow[field];
    answer(0);
  }

  // The names of the topics, from their links on this page.
  function topics() {
    document.querySelectorAll("a[href^='/topics/']").forEach(function (link) {
      const slug = link.getAttribute("href").split("/")[2];
      if (slug && !names[slug]) names[slug] = (link.querySelector("b, strong, span") || link).firstChild.textContent.trim();
    });
    return names;
  }

  function further(shown) {
    const bar = make("p", { className: "buttons" }), more = make("button", { type: "button", className: "quiet", textContent: "再看 " + SHOWN + " 条" });
    bar.setAttribute("data-more", "");
    more.addEventListener("click", function () { answer(shown); });
    bar.appendChild(more);
    return bar;
  }

  // Nothing was found: the nearest topics, the way to ask, the numbers.
  function instead(on) {
    const rows = make("ul", { className: "rows" }), ask = make("p", { className: "buttons" }), numbers = make("dl", { className: "dial" });
    on.topics.forEach(function (topic) {
      const name = make("span", { textContent: topic.title });
      name.appendChild(make("small", { textContent: topic.summary }));
      rows.appendChild(make("li")).appendChild(make("a", { href: topic.url })).appendChild(name);
    });
    ask.appendChild(make("a", { className: "button", href: on.ask, textContent: "匿名问我们" }));
    on.hotlines.forEach(function (line) {
      numbers.appendChild(make("dt")).appendChild(make("a", { href: "tel:" + line.number, textContent: line.number }));
      numbers.appendChild(make("dd", { textContent: line.name }));
    });
    [rows, ask, numbers].forEach(function (part) { found.appendChild(part); });
  }

  function meant(words) {
    const line = make("p", { textContent: "你是不是想找：" });
    const again = make("button", { type: "button", className: "quiet", textContent: words });
    again.addEventListener("click", function () {
      input.value = words;
      look();
    });
    line.appendChild(again);
    return line;
  }

  function danger() {
    const card = make("div", { className: "notice danger" });
    card.appendChild(make("p", { textContent: "如果正在发生，先打电话，再看下面：" }));
    const numbers = make("p", { className: "buttons" });
    document.querySelectorAll(".now li a").forEach(function (number) {
      numbers.appendChild(make("a", { className: "button danger", href: number.href, textContent: number.textContent }));
    });
    card.appendChild(numbers);
    return card;
  }

  // What is left to do where nothing was found, and nobody said where to go on.
  function onwards() {
    const line = make("p", { className: "buttons" });
    line.appendChild(make("a", { className: "button", href: "/ask/", textContent: "匿名问我们" }));
    line.appendChild(make("a", { className: "button quiet", href: "/topics/", textContent: "按事情找" }));
    line.appendChild(make("a", { className: "button quiet", href: "/stations/", textContent: "找离你近的站点" }));
    line.appendChild(make("a", { className: "button quiet", href: "tel:12338", textContent: "打 12338" }));
    return line;
  }

  function make(name, properties) {
    return Object.assign(document.createElement(name), properties);
  }

  function attributes(element, values) {
    Object.keys(values).forEach(function (name) { element.setAttribute(name, values[name]); });
  }
})();
