// Runs what the desk warns of (site-gen/assets/desk/warnings.js, with its lists) under Node.
//
// node warnings.js FOLDER < questions.json > answers.json
//   { "checked": TEXT }   what `check` will report: [start, words, what]
//   { "find": TEXT, "known": { places, desks, people } }   everything: [kind, words]
"use strict";
const fs = require("fs"), path = require("path"), vm = require("vm");

const read = (name) => fs.readFileSync(path.join(process.argv[2], name), "utf8");
const window = {};
window.self = window;
vm.runInContext(read("warnings.js").replace("\"@identity\"", () => read("identity.json")), vm.createContext(window), "warnings.js");
const { checked, find } = window.nuanzhan.warnings;
const answers = JSON.parse(fs.readFileSync(0, "utf8")).map((question) => {
  if (question.checked !== undefined) return checked(question.checked).map(({ start, words, what }) => [start, words, what]);
  return find(question.find, question.known).map(({ kind, words }) => [kind, words]);
});
fs.writeSync(1, JSON.stringify(answers));
