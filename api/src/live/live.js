// While an editor works: reloads this page when it has changed, puts new stylesheets in the place of old ones, and shows
// what keeps the site as it was. Only a server that builds content on the editor's own machine sends this. Keeps nothing.
(() => {
  "use strict";
  const tag = document.currentScript.dataset.tag;
  const here = decodeURI(location.pathname);
  let stream;
  let shown = "";
  let dismissed = "";

  const bare = (value) => (value || "").replace(/^W\//, "").replaceAll('"', "");

  // The browser keeps the scroll position of a page that reloads.
  const reload = () => location.reload();

  // Whether this page is another one now. Pages that the server makes for each request have no tag to compare.
  const look = async () => {
    if (!tag) return;
    try {
      const answer = await fetch(location.href, { method: "HEAD", cache: "no-store" });
      const now = bare(answer.headers.get("etag"));
      if (now && now !== tag) reload();
    } catch (err) {
      // The server is away: the stream says when it is back.
    }
  };

  // "/assets/site-1a2b3c4d.css" takes the place of "/assets/site-99999999.css".
  const stem = (path) => path.replace(/-[0-9a-f]+(\.css)$/, "$1");
  const restyle = (assets) => {
    for (const address of assets.filter((asset) => asset.endsWith(".css"))) {
      for (const link of document.querySelectorAll('link[rel="stylesheet"]')) {
        const old = new URL(link.href).pathname;
        if (stem(old) === stem(address) && old !== address) link.href = address;
      }
    }
  };

  const built = ({ changed, assets }) => {
    hide();
    if (changed === null) look();
    else if (changed.some((address) => decodeURI(address) === here)) reload();
    else restyle(assets);
  };

  const element = (name, text, ...inside) => {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    made.append(...inside);
    return made;
  };

  const style = `
    :host { all: initial; position: fixed; inset: auto 0 0 0; z-index: 2147483647; }
    section { box-sizing: border-box; max-height: 75vh; overflow: auto; padding: 1rem; background: #fff8f6; color: #222;
      border-top: 4px solid #b3261e; box-shadow: 0 -4px 16px #0004; font: 16px/1.6 system-ui, sans-serif; }
    header { display: flex; gap: 1rem; align-items: start; justify-content: space-between; }
    h2 { margin: 0; font-size: 1.1rem; color: #b3261e; }
    p { margin: .25rem 0; }
    button { min-width: 4.5rem; min-height: 2.75rem; font: inherit; color: inherit; background: #fff; border: 1px solid #888;
      border-radius: 6px; }
    ol { margin: .5rem 0 0; padding: 0; list-style: none; }
    li { padding: .75rem 0; border-top: 1px solid #ddd; }
    code { font-family: ui-monospace, monospace; font-size: .85rem; overflow-wrap: anywhere; color: #555; }
    pre { margin: .25rem 0; padding: .5rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere;
      background: #f1ece9; font: .9rem/1.6 ui-monospace, monospace; }
    mark { background: #ffd54a; color: #000; }
    @media (prefers-color-scheme: dark) {
      section { background: #2a1f1d; color: #eee; } h2 { color: #ffb4a8; } button { background: #3a2c29; }
      code { color: #bbb; } pre { background: #1c1513; } li { border-color: #554; }
    }`;

  const finding = (one) => {
    const characters = Array.from(one.text);
    const end = one.end_line === one.line ? one.end_column - 1 : characters.length;
    const part = (from, to) => characters.slice(from, to).join("");
    const line = element("pre", "", part(0, one.column - 1), element("mark", part(one.column - 1, end)), part(end));
    const place = element("code", `${one.file}:${one.line}:${one.column}`);
    const entry = element("li", "", place, element("p", one.message));
    if (one.text) entry.append(line);
    if (one.hint) entry.append(element("p", `改法：${one.hint}`));
    return entry;
  };

  const hide = () => {
    const before = document.getElementById("live-findings");
    if (before) before.remove();
    shown = "";
  };

  const rejected = (text) => {
    if (text === shown || text === dismissed) return;
    hide();
    shown = text;
    const errors = JSON.parse(text).findings.filter((one) => one.severity === "error");
    const close = element("button", "关掉");
    close.type = "button";
    close.addEventListener("click", () => {
      dismissed = text;
      hide();
    });
    const title = element("h2", `内容有 ${errors.length} 处错误`);
    const head = element("header", "", title, close);
    const note = element("p", "网站还是改动以前的样子。改好存盘，这里会自己消失。");
    const box = element("section", "", head, note, element("ol", "", ...errors.map(finding)));
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", "内容检查");
    const host = element("div");
    host.id = "live-findings";
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    const root = host.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    root.append(box);
    document.body.append(host);
  };

  const listen = () => {
    stream = new EventSource("/api/v1/live");
    // What happened between the page and the stream, or while the server was away.
    stream.addEventListener("open", look);
    stream.addEventListener("built", (event) => {
      dismissed = "";
      built(JSON.parse(event.data));
    });
    stream.addEventListener("rejected", (event) => rejected(event.data));
    stream.addEventListener("error", () => {
      // The browser tries again by itself unless it was refused.
      if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 2000);
    });
  };

  addEventListener("pagehide", () => stream.close());
  addEventListener("pageshow", (event) => {
    if (event.persisted) listen();
  });
  listen();
})();
