// Puts questions to the site's own script for searching without a server (site-gen/assets/find), under Node, over the files of
// a built site. What a browser would give it (fetch, a document that loads scripts) is made of files here; the script is run as it
// is published. Each question is asked in a window of its own that has fetched nothing before.
//
// node ask.js SITE < questions.json > answers.json      questions: [{ "q": …, "grouped": … } or { "typed": … }]
// An answer: what the script gave, and what was fetched for it, script and all, as { path: bytes }. Bytes are those of the copy in
// Brotli where there is one.
"use strict";
const fs = require("fs"), path = require("path"), vm = require("vm");

const site = process.argv[2];
const form = fs.readFileSync(path.join(site, "search/index.html"), "utf8").match(/data-find="([^"]*)"/);
if (!form) throw new Error("the search page names no script");
const sizes = new Map();

function sizeOf(address) {
  if (!sizes.has(address)) {
    const file = path.join(site, address);
    sizes.set(address, fs.statSync(fs.existsSync(file + ".br") ? file + ".br" : file).size);
  }
  return sizes.get(address);
}

function open(fetched) {
  const window = { TextDecoder: TextDecoder, console: console, nuanzhanPart: function (url) { return url; } };
  const document = {
    currentScript: null,
    head: {
      appendChild: function (script) {
        load(script.src);
        setImmediate(script.onload);
      },
    },
    createElement: function () { return {}; },
  };

  function read(address) {
    fetched[address] = sizeOf(address);
    return fs.readFileSync(path.join(site, address));
  }

  function load(address) {
    document.currentScript = { src: address };
    vm.runInContext(read(address).toString("utf8"), context, address);
  }

  window.window = window;
  window.document = document;
  window.fetch = async function (address, options) {
    if (options.credentials !== "omit" || address.indexOf("?") >= 0) throw new Error("a question leaks");
    if (!fs.existsSync(path.join(site, address))) return { ok: false, status: 404 };
    const bytes = read(address);
    return {
      ok: true,
      json: async function () { return JSON.parse(bytes); },
      arrayBuffer: async function () { return Uint8Array.from(bytes).buffer; },
    };
  };
  const context = vm.createContext(window);
  load(form[1]);
  return window.nuanzhanFind;
}

async function main() {
  const answers = [];
  for (const question of JSON.parse(fs.readFileSync(0, "utf8"))) {
    const fetched = {}, find = open(fetched);
    const given = question.typed === undefined ? await find.search(question) : await find.suggest(question.typed, 8);
    answers.push({ answer: given, fetched: fetched });
  }
  // Answers are many: written in one go, and waited for.
  fs.writeSync(1, JSON.stringify(answers));
}

main().catch(function (error) {
  console.error(error.stack);
  process.exit(1);
});
