// Runs the scripts of the station pages (site-gen/assets) under Node, over the files of a folder.
//
// node ask.js ASSETS FOLDER < questions.json > answers.json
//   { "near": { lat, lon }, "kind": …, "rings": … }       the nearest of that kind, having gone on so often, and what was fetched for it
//   { "weigh": FOLDER }       how many files there are below it, and their bytes: plain, gzip 6, Brotli 5
//   { "rules": […], "moment": "2026-11-22T18:36" }    what is said of a timetable
"use strict";
const fs = require("fs"), path = require("path"), vm = require("vm"), zlib = require("zlib");
const assets = process.argv[2], folder = process.argv[3];

const weighed = new Map();

// As a large site's copies are made; what is small has none (site-gen/src/compress.rs).
function weigh(addresses) {
  return addresses.reduce(function (sum, address) {
    if (!weighed.has(address)) {
      const bytes = fs.readFileSync(path.join(folder, address)), plain = bytes.length;
      const quality = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 5 } };
      weighed.set(address, plain < 1024 ? [plain, plain, plain] : [plain, zlib.gzipSync(bytes).length, zlib.brotliCompressSync(bytes, quality).length]);
    }
    return sum.map(function (all, at) { return all + weighed.get(address)[at]; });
  }, [0, 0, 0]);
}

function below(place) {
  return fs.readdirSync(path.join(folder, place), { withFileTypes: true }).reduce(function (all, entry) {
    const inside = place + "/" + entry.name;
    return all.concat(entry.isDirectory() ? below(inside) : [inside]);
  }, []);
}

function open(fetched) {
  const window = { console: console, document: { querySelectorAll: function () { return []; } } };
  window.window = window;
  window.fetch = async function (address, options) {
    if (options.credentials !== "omit" || address.indexOf("?") >= 0 || options.body) throw new Error("a place leaks");
    const file = path.join(folder, address);
    fetched.push(address);
    if (!fs.existsSync(file)) return { ok: false, status: 404 };
    return { ok: true, status: 200, json: async function () { return JSON.parse(fs.readFileSync(file)); } };
  };
  const context = vm.createContext(window);
  ["near.js", "hours.js"].forEach(function (name) {
    const file = path.join(assets, name);
    if (fs.existsSync(file)) vm.runInContext(fs.readFileSync(file, "utf8"), context, name);
  });
  return window;
}

async function main() {
  const answers = [], hours = open([]).nuanzhanHours;
  for (const question of JSON.parse(fs.readFileSync(0, "utf8"))) {
    if (question.near) {
      const fetched = [], near = open(fetched).nuanzhanNear;
      const found = await near.find(question.near, function (row) { return !question.kind || row.kind === question.kind; }, question.rings);
      answers.push(Object.assign({ fetched: fetched, bytes: question.weighed ? weigh(fetched) : null }, found));
    } else if (question.weigh) {
      const files = below(question.weigh);
      answers.push({ files: files.length, bytes: weigh(files) });
    } else {
      const moment = hours.read(question.moment), answer = hours.at(question.rules, moment);
      answers.push({ words: hours.words(answer, moment), state: answer.state });
    }
  }
  fs.writeSync(1, JSON.stringify(answers));
}

main().catch(function (error) {
  console.error(error.stack);
  process.exit(1);
});
