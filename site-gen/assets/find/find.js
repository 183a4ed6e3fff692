// Search without a server: asks small files made at build time what the engine of the server would be asked, and answers in
// the shape of /api/v1/search. Loaded by search.js where no server answers. Start at `search`. Terms, marks and weights are the
// engine's (search/src/text/embedded, which is the reference; the files: search/src/text/web). Pinyin, words that sound alike
// and completions are in spell.js, loaded when needed. Nothing is stored, and no address asked for says what was typed.
(function () {
  "use strict";
  const ROOT = "/search/", UNIT = 1 / (256 * 255), LONGEST = 400, MOST_TERMS = 128, LEVEL = 32;
  const SNIPPET = 90, LONG_ENOUGH = 40, LEAD = 12, FEW = 3, PAGE = 10, MOST_CARDS = 60;
  const HAN = /[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[\ud840-\ud8bf][\udc00-\udfff]/;
  const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f]/;
  const DIGITS = "零一二三四五六七八九";
  const here = document.currentScript ? document.currentScript.src : "";
  const kept = {};
  let site = null;

  window.nuanzhanFind = { search: search, suggest: suggest };

  // --- files

  function get(path, read) {
    if (!kept[path]) {
      kept[path] = fetch(ROOT + path, { credentials: "omit", referrerPolicy: "no-referrer" }).then(function (answer) {
        if (!answer.ok) throw new Error(String(answer.status));
        return answer[read]();
      });
      kept[path].catch(function () { delete kept[path]; });
    }
    return kept[path];
  }

  function part(path, read) {
    return get(site.folder + "/" + path, read);
  }

  async function open() {
    if (site) return site;
    const base = await get("base.json", "json");
    base.alphabet = Array.from(base.chars);
    base.places = new Map();
    base.counts = [];
    let count = base.fewer[0] * 2;
    base.alphabet.forEach(function (c, at) {
      count -= base.fewer[at];
      base.counts.push(count);
      base.places.set(c, at);
    });
    base.kind = new Int8Array(base.records);
    base.shelf = new Int16Array(base.records);
    base.whole = new Int32Array(base.records);
    let at = 0;
    base.runs.forEach(function (run) {
      base.kind.fill(run[1], at, at + run[0]);
      base.shelf.fill(run[2], at, at + run[0]);
      base.whole.fill(run[3], at, at + run[0]);
      at += run[0];
    });
    base.region = new Map();
    base.regions.forEach(function (run) {
      run[1].forEach(function (code, step) { base.region.set(run[0] + step, code); });
    });
    base.known = new Map();
    base.phrases = new Map();
    base.lines.forEach(function (line) { addLine(base.phrases, line); });
    base.read = new Set();
    base.card = new Map();
    site = base;
    return base;
  }

  // A release that was taken away while the page was open: the new one is asked from the beginning.
  async function twice(what) {
    try {
      await open();
      return await what();
    } catch (error) {
      if (!site) throw error;
      site = null;
      Object.keys(kept).forEach(function (path) { delete kept[path]; });
      await open();
      return what();
    }
  }

  function spell() {
    if (!kept.spell) {
      kept.spell = new Promise(function (resolve, reject) {
        const script = document.createElement("script");
        script.src = window.nuanzhanPart(here.replace(/[^/]*$/, "spell.js"));
        script.onload = function () {
          resolve(window.nuanzhanSpell({ part: part, reader: reader, site: function () { return site; }, isHan: isHan, fold: fold, steps: steps, sign: sign, read: read, countOf: countOf, keys: { pair: pair, word: word } }));
        };
        script.onerror = function () {
          delete kept.spell;
          reject(new Error("spell.js"));
        };
        document.head.appendChild(script);
      });
    }
    return kept.spell;
  }

  // --- texts: as query.rs puts them in order

  function isHan(c) {
    return HAN.test(c);
  }

  function fold(c, old) {
    if (isHan(c)) return old && old.get(c) || c;
    if (/\s|\u0085/.test(c) && c !== "\ufeff") return " ";
    if (INVISIBLE.test(c)) return "";
    if (c >= "！" && c <= "～") c = String.fromCharCode(c.charCodeAt(0) - 0xfee0);
    return Array.from(c.toLowerCase())[0];
  }

  function normal(text, old) {
    return Array.from(text).map(function (c) { return fold(c, old); }).join("").replace(/ +/g, " ").replace(/^ | $/g, "");
  }

  function plain(text) {
    return Array.from(text).filter(function (c) { return site.particles.indexOf(c) < 0; }).join("");
  }

  // Traditional characters, where there is a character that no record has.
  async function oldForms(text) {
    const strange = Array.from(text).some(function (c) { return isHan(c) && !site.places.has(c); });
    if (!strange) return null;
    const pairs = Array.from(await part("traditional.json", "json")), old = new Map();
    for (let at = 0; at + 1 < pairs.length; at += 2) old.set(pairs[at], pairs[at + 1]);
    return old;
  }

  function danger(text) {
    const rules = site.danger;
    const bare = function (words) {
      return Array.from(words).filter(function (c) { return rules.particles.indexOf(c) < 0; }).join("");
    };
    const heard = function (words) {
      return rules.harmless.reduce(function (left, phrase) { return left.split(phrase).join(" "); }, words);
    };
    // Some signs have a particle in them, which is lost with the others.
    const rest = heard(bare(text)), whole = heard(text);
    const isHeard = function (sign) {
      return rest.indexOf(sign) >= 0 || bare(sign) !== sign && whole.indexOf(sign) >= 0;
    };
    return rules.signs.some(isHeard) ||
      rest.split("被").slice(1).some(function (after) { return Array.from(after).slice(0, rules.whom + 1).indexOf("打") >= 0; });
  }

  // --- terms: as terms.rs finds them. A key is two numbers of 32 bits.

  function single(c) {
    return { high: 0, low: c.codePointAt(0), single: c };
  }

  function pair(a, b) {
    const first = a.codePointAt(0), second = b.codePointAt(0);
    return { high: (0x40000000 | first >>> 11) >>> 0, low: (first << 21 | second) >>> 0, pair: [a, b] };
  }

  // FNV-1a of 64 bits, in two halves.
  function word(text) {
    let high = 0xcbf29ce4, low = 0x84222325;
    Array.from(text).forEach(function (c) {
      low = (low ^ c.codePointAt(0)) >>> 0;
      const product = low * 0x1b3, carry = Math.floor(product / 0x100000000);
      high = (Math.imul(high, 0x1b3) + carry + (low << 8)) >>> 0;
      low = product % 0x100000000;
    });
    return { high: (0x80000000 | high >>> 2) >>> 0, low: (low >>> 2 | high << 30) >>> 0 };
  }

  function hash(key) {
    let mixed = Math.imul(key.high, 0x9e3779b1) ^ key.low;
    mixed = Math.imul(mixed ^ mixed >>> 16, 0x85ebca6b);
    mixed = Math.imul(mixed ^ mixed >>> 13, 0xc2b2ae35);
    return (mixed ^ mixed >>> 16) >>> 4;
  }

  function isAlphanumeric(c) {
    return /[0-9a-zª²³µ¹ºß-öø-ÿ\u0100-\u02af\u0370-\u058f\u05d0-\u07ff\u0900-\u1fff\u2160-\u2188\u2460-\u249b\u3041-\u318e\uac00-\ud7a3]/.test(c);
  }

  // Calls `found(key, start, end, article)` for each term; places are in characters of `text`.
  function scan(text, found, old) {
    let before = null, run = "", runStart = 0, runEnd = 0, start = -1, total = 0, digit = 0;
    function endRun() {
      if (run) found(word(run), runStart, runEnd);
      run = "";
    }
    Array.from(text).forEach(function (original, at) {
      const c = fold(original, old);
      if (!c) return;
      const value = number(c, digit);
      if (c === "条" && start >= 0) {
        found(word("§" + (total + digit)), start, at + 1, total + digit);
      }
      if (value === null) {
        start = -1;
        total = digit = 0;
      } else {
        if (start < 0) start = at;
        if (value.scale) {
          total += Math.max(1, digit) * value.scale;
          digit = 0;
        } else digit = value.digit;
      }
      const han = isHan(c);
      if (!han && isAlphanumeric(c)) {
        if (!run) runStart = at;
        run += c;
        runEnd = at + 1;
        before = null;
        return;
      }
      endRun();
      if (!han) {
        before = null;
        return;
      }
      found(single(c), at, at + 1);
      if (before) found(pair(before.c, c), before.at, at + 1);
      before = { c: c, at: at };
    });
    endRun();
  }

  function number(c, before) {
    if (c >= "0" && c <= "9") return { digit: Math.min(4294967295, before * 10 + Number(c)) };
    const scale = { 十: 10, 百: 100, 千: 1000 }[c];
    if (scale) return { scale: scale };
    const digit = c === "〇" ? 0 : DIGITS.indexOf(c);
    return digit < 0 ? null : { digit: digit };
  }

  // --- what is known of terms

  // Fetches the files in which `keys` lie, at most `most` of those that are not here yet, in order.
  async function read(keys, most) {
    const wanted = [];
    keys.forEach(function (key) {
      const file = hash(key) % site.terms;
      if (!site.read.has(file) && wanted.indexOf(file) < 0 && wanted.length < most) wanted.push(file);
    });
    await Promise.all(wanted.map(async function (file) {
      const bytes = new Uint8Array(await part("terms/" + file + ".bin", "arrayBuffer"));
      if (!site.read.has(file)) takeTerms(file, bytes);
    }));
  }

  // Reads what the build wrote, piece by piece. A number has seven bits in a byte, the lowest first.
  function reader(bytes) {
    let at = 0;
    function number() {
      let value = 0, scale = 1, byte;
      do {
        byte = bytes[at++];
        value += (byte & 127) * scale;
        scale *= 128;
      } while (byte > 127);
      return value;
    }
    return { number: number, byte: function () { return bytes[at++]; }, rest: function () { return bytes.subarray(at); } };
  }

  function takeTerms(file, bytes) {
    const from = reader(bytes), next = from.number;
    let quotient = 0;
    for (let step = next(); step > 0; step = next()) {
      quotient += step - 1;
      const entry = { count: next(), numbers: [], marks: [] };
      let place = 0;
      for (let left = next(); left > 0; left--) {
        place += next();
        entry.numbers.push(place);
        entry.marks.push(from.byte());
      }
      site.known.set(quotient * site.terms + file, entry);
    }
    const lines = new TextDecoder().decode(from.rest());
    if (lines) lines.split("\n").forEach(function (line) { addLine(site.phrases, line); });
    site.read.add(file);
  }

  // Lines: S and K sayings of the site and of the engine, D dialect, P places, @ divisions.
  function addLine(phrases, line) {
    const cells = line.split("\t"), of = cells[0] === "@" ? "@" + cells[1] : cells[1];
    if (!phrases.has(of)) phrases.set(of, []);
    phrases.get(of).push(cells);
  }

  // How many records have a term; -1 where that is not known.
  function countOf(key) {
    if (key.single) return site.places.has(key.single) ? site.counts[site.places.get(key.single)] : 0;
    if (key.pair && !(site.places.has(key.pair[0]) && site.places.has(key.pair[1]))) return 0;
    const of = hash(key), entry = site.known.get(of);
    return entry ? entry.count : site.read.has(of % site.terms) ? 0 : -1;
  }

  function isCommon(c) {
    return site.common.indexOf(c) >= 0;
  }

  function usual(key) {
    const shares = site.weights.usual;
    if (key.single) return shares[isCommon(key.single) ? 0 : 1];
    if (!key.pair) return shares[5];
    return shares[isCommon(key.pair[0]) ? isCommon(key.pair[1]) ? 2 : 3 : isCommon(key.pair[1]) ? 3 : 4];
  }

  function rarity(count, share) {
    const other = site.weights.other_records, some = count + other * share, all = site.records + other;
    return Math.fround(Math.log(1 + (all - some + 0.5) / (some + 0.5)));
  }

  function worthOf(key, count, weight) {
    return Math.floor(rarity(count, usual(key)) * weight * 256 + 0.5);
  }

  function tells(key) {
    return key.single ? !isCommon(key.single) : !key.pair || !isCommon(key.pair[0]) || !isCommon(key.pair[1]);
  }

  // The most that a term can be worth, before its file is here: a pair is at most as frequent as its rarer character.
  function mostWorth(key) {
    const known = countOf(key);
    if (known >= 0) return known ? worthOf(key, known, 1) : 0;
    const counts = key.pair ? key.pair.map(function (c) { return site.counts[site.places.get(c)]; }) : [0];
    return worthOf(key, Math.min.apply(null, counts) / 4, 1);
  }

  // Keys in the order in which they are worth asking for. `weight`: what each counts for, by place; 1 unless told.
  function mostTelling(keys, weights) {
    const seen = new Map(), list = [];
    keys.forEach(function (key, at) {
      const worth = key.single ? 0 : mostWorth(key) * (weights ? weights[at] : 1), old = seen.get(hash(key));
      if (old) old.worth = Math.max(old.worth, worth);
      if (old || !worth) return;
      const entry = { key: key, worth: worth };
      seen.set(hash(key), entry);
      list.push(entry);
    });
    list.sort(function (a, b) { return b.worth - a.worth; });
    return list.map(function (entry) { return entry.key; });
  }

  function keysOf(text) {
    const keys = [];
    scan(text, function (key, start, end, article) {
      keys.push(key);
      if (article !== undefined) keys.push(word("§§" + article));
    });
    return keys;
  }

  // Pairs under which phrases may lie that stand in no record together.
  function openings(text) {
    const chars = Array.from(text), keys = [];
    chars.slice(1).forEach(function (c, at) {
      if (isHan(c) || isHan(chars[at])) keys.push(Object.assign(pair(chars[at], c), { pair: null }));
    });
    return keys;
  }

  // --- questions: as question.rs reads them

  function Terms() {
    this.all = new Map();
  }

  Terms.prototype.add = function (key, weight, onlyKnown) {
    const count = countOf(key);
    if (count < 0 || onlyKnown && count === 0) return;
    const worth = worthOf(key, count, weight), of = hash(key), old = this.all.get(of);
    if (worth > 0 && !(old && old.worth >= worth)) this.all.set(of, { key: key, worth: worth, count: count });
  };

  // What the law calls it. Several names share the worth.
  Terms.prototype.addLaw = function (law, weight) {
    const terms = this, each = weight / Math.sqrt(Math.max(1, law.length));
    law.forEach(function (name) {
      scan(name, function (key) {
        if (!key.single) terms.add(key, site.weights.made * each, true);
      });
    });
  };

  // The worth of the terms so far; null when they are nothing but little words.
  Terms.prototype.worth = function () {
    const all = Array.from(this.all.values()), most = Math.floor(rarity(0, 0) * site.weights.enough * 256 + 0.5);
    if (!all.some(function (wanted) { return tells(wanted.key); })) return null;
    return Math.min(most, all.reduce(function (sum, wanted) { return sum + wanted.worth; }, 0));
  };

  Terms.prototype.finish = function () {
    const all = Array.from(this.all.values());
    all.sort(function (a, b) { return b.worth - a.worth; });
    return all.slice(0, MOST_TERMS);
  };

  // The known phrases in `text` of one of the kinds in `of`, in the order in which they begin.
  function phrasesIn(text, of) {
    const chars = Array.from(text), found = [];
    chars.forEach(function (_, start) {
      let phrase = chars[start];
      for (let end = start + 1; end < Math.min(chars.length, start + 40); end++) {
        phrase += chars[end];
        (site.phrases.get(phrase) || []).forEach(function (cells) {
          if (of.indexOf(cells[0]) >= 0) found.push({ cells: cells, length: end - start + 1 });
        });
      }
    });
    return found;
  }

  function inCommonWords(text) {
    const chars = Array.from(text);
    let common = "", at = 0;
    while (at < chars.length) {
      let length = 1, put = site.dialect[chars[at]] || chars[at];
      for (let end = 2; end <= 6 && at + end <= chars.length; end++) {
        (site.phrases.get(chars.slice(at, at + end).join("")) || []).forEach(function (cells) {
          if (cells[0] === "D") {
            length = end;
            put = cells[2];
          }
        });
      }
      common += put;
      at += length;
    }
    return common === text ? null : common;
  }

  // The forms in which a question is understood: as typed, as meant, in common speech; each also without particles.
  function formsOf(text, meant) {
    const common = inCommonWords(meant || text);
    return [text].concat(meant || [], common || [], plain(text), meant ? plain(meant) : [], common ? plain(common) : []);
  }

  // Each entry with its longest phrase.
  function saidIn(forms) {
    const said = new Map();
    forms.forEach(function (form) {
      phrasesIn(form, "SK").forEach(function (found) {
        const entry = found.cells[2], old = said.get(entry);
        if (!old || old.length < found.length) said.set(entry, found);
      });
    });
    return Array.from(said.values());
  }

  async function question(text) {
    const weights = site.weights, most = site.most[0];
    await read(mostTelling(keysOf(text)).concat(openings(text), openings(plain(text))), most);
    const length = Array.from(text).length;
    let meant = null;
    if (/[a-z]/.test(text) || strangePair(text)) meant = await (await spell()).meant(text);
    let forms = formsOf(text, meant), said = saidIn(forms);
    // What it was made into, and what the law calls it, has files of its own.
    const made = [].concat.apply([], forms.slice(1).map(keysOf));
    await read(mostTelling(made).concat(openings(forms.join(" "))), meant ? most : site.most[1]);
    forms = formsOf(text, meant);
    said = saidIn(forms);
    const law = [], counting = [];
    said.forEach(function (found) {
      const names = found.cells[5].split("|"), weight = weightOf(found, length) / Math.sqrt(names.length);
      keysOf(names.join(" ")).forEach(function (key) {
        law.push(key);
        counting.push(weight);
      });
    });
    await read(mostTelling(law, counting), site.most[2]);

    const terms = new Terms();
    scan(text, function (key, start, end, article) {
      terms.add(key, 1);
      if (article !== undefined) terms.add(word("§§" + article), weights.article, true);
    });
    const worth = terms.worth(), topics = [];
    const rough = Array.from(terms.all.values()).reduce(function (sum, wanted) { return wanted.key.single ? sum : sum + wanted.worth; }, 0);
    if (worth === null && !said.length) return { wanted: [], worth: 0, rough: 0, topics: [], places: [], meant: meant };
    forms.slice(1).forEach(function (form) {
      scan(form, function (key) { terms.add(key, weights.made, true); });
    });
    said.forEach(function (found) {
      const cells = found.cells;
      terms.addLaw(cells[5].split("|"), weightOf(found, length));
      if (cells[4]) topics.push([cells[4], Number(cells[3])]);
    });
    return {
      wanted: terms.finish(), worth: worth || 0, rough: Math.min(rough, worth || 0), topics: topics, meant: meant,
      places: phrasesIn(text, "P").map(function (found) { return placeOf(found.cells.slice(2)); }),
      wantsPlace: site.place_words.some(function (phrase) { return text.indexOf(phrase) >= 0; }),
    };
  }

  // What a saying counts for in a question of so many characters.
  function weightOf(found, length) {
    const own = found.cells[0] === "S" ? site.weights.expansion : site.weights.shipped;
    return own * Number(found.cells[3]) * (1 + Math.min(1, found.length / Math.max(1, length)));
  }

  // Whether two telling characters stand side by side that stand so in no record, as far as that is known. Little ones are doubted
  // for nothing nine times in ten, and looking after them costs three files.
  function strangePair(text) {
    const chars = Array.from(text);
    return chars.slice(1).some(function (c, at) {
      return isHan(chars[at]) && isHan(c) && !isCommon(chars[at]) && !isCommon(c) && countOf(pair(chars[at], c)) === 0;
    });
  }

  function placeOf(cells) {
    return { region: cells[0], name: cells[1], at: cells.length > 3 ? [Number(cells[2]), Number(cells[3])] : null };
  }

  // --- ranks: as rank.rs gives them

  function isWithin(code, place) {
    const wide = place.length !== 6 ? place : place.replace(/0000$|00$/, "");
    return code.length >= place.length && code.indexOf(wide) === 0;
  }

  function Scale(asked) {
    this.asked = asked;
    this.shelves = site.shelves.map(function (slug) {
      return asked.topics.reduce(function (most, topic) {
        return topic[0] === slug ? Math.max(most, 1 + site.weights.on_the_shelf * topic[1]) : most;
      }, 1);
    });
    this.least = asked.worth / 256 * site.weights.share_of_question;
  }

  // What the score of a record comes to. `at`: where it is, where that is known.
  Scale.prototype.weigh = function (number, score, at) {
    const weights = site.weights, asked = this.asked, kind = site.kinds[site.kind[number]], shelf = site.shelf[number];
    const worth = score * UNIT * weights.priors[site.kind[number]] * (shelf < 0 ? 1 : this.shelves[shelf]);
    if (kind !== "station" && kind !== "region") return worth;
    const code = site.region.get(number), places = asked.places;
    const lies = code && places.some(function (place) { return isWithin(code, place.region); });
    const serves = lies && places.some(function (place) { return place.region === code; });
    const named = serves ? weights.of_the_place : lies ? weights.in_the_place : 1;
    const middle = !lies && at && places.length && places[0].at;
    const beside = middle ? Math.max(0, 1 - metres(middle, at) / weights.beside_m) : 0;
    return worth * (asked.wantsPlace ? weights.for_a_place : 1) * named * (1 + weights.beside_the_place * beside);
  };

  function metres(a, b) {
    const rad = Math.PI / 180, north = Math.sin((b[0] - a[0]) * rad / 2), east = Math.sin((b[1] - a[1]) * rad / 2);
    const h = north * north + Math.cos(a[0] * rad) * Math.cos(b[0] * rad) * east * east;
    return 2 * 6371008.8 * Math.asin(Math.sqrt(Math.min(1, h)));
  }

  // Scores by pairs and words alone; by single characters too where `all`.
  function score(wanted, all) {
    const scores = new Float64Array(site.records);
    wanted.forEach(function (one) {
      const entry = site.known.get(hash(one.key));
      if (!entry || one.key.single && !all) return;
      entry.numbers.forEach(function (number, at) { scores[number] += one.worth * entry.marks[at]; });
    });
    return scores;
  }

  // What passes the filters, the best first, and how many there are of each sort. What says too little is not counted, but looked
  // at closely where there is nothing better: its characters are not known yet.
  function sift(scores, scale, query, share) {
    const counts = { facets: {}, topics: {}, regions: {} }, found = [];
    let best = 0;
    scores.forEach(function (value, number) {
      if (value > 0) found.push({ number: number, score: scale.weigh(number, value) });
    });
    found.forEach(function (one) { best = Math.max(best, one.score); });
    const least = Math.max(best * site.weights.share_of_best, scale.least * share);
    const uncounted = { facets: {}, topics: {}, regions: {} };
    const near = found.filter(function (one) { return admits(one.number, query, one.score >= least ? counts : uncounted); });
    near.sort(function (a, b) { return b.score - a.score || a.number - b.number; });
    return { near: near.filter(function (one) { return one.score >= least * 0.5; }), found: near.filter(function (one) { return one.score >= least; }), counts: counts };
  }

  function admits(number, query, counts) {
    const kind = site.kinds[site.kind[number]], shelf = site.shelf[number], code = site.region.get(number);
    const ofKind = !query.type || query.type === kind, onShelf = !query.topic || site.shelves[shelf] === query.topic;
    const inRegion = !query.region || !code || isWithin(code, query.region);
    function count(list, of) { list[of] = (list[of] || 0) + 1; }
    if (onShelf && inRegion) count(counts.facets, kind);
    if (ofKind && inRegion && shelf >= 0) count(counts.topics, site.shelves[shelf]);
    if (ofKind && onShelf && code) count(counts.regions, code.length === 12 ? code.slice(0, 9) : code);
    return ofKind && onShelf && inRegion;
  }

  async function readCards(numbers) {
    const files = [];
    numbers.forEach(function (number) {
      const file = Math.floor(number / site.together);
      if (!site.card.has(number) && files.indexOf(file) < 0) files.push(file);
    });
    await Promise.all(files.map(async function (file) {
      (await part("cards/" + file + ".json", "json")).forEach(function (card, at) {
        site.card.set(file * site.together + at, card);
      });
    }));
  }

  // The marks of the characters that stand in a record.
  function characters(card) {
    if (card.marks) return card.marks;
    card.marks = new Map();
    card.c.split("!").forEach(function (signs, level) {
      steps(signs).forEach(function (place) { card.marks.set(site.alphabet[place], level * LEVEL + LEVEL / 2); });
    });
    return card.marks;
  }

  // Rising numbers, written as steps in signs of ASCII.
  function steps(text) {
    const numbers = [];
    for (let at = 0, next = 0; at < text.length; next++) {
      const step = sign(text, at++);
      next += step;
      if (step === 90) {
        next += sign(text, at) * 91 + sign(text, at + 1) - 90;
        at += 2;
      }
      numbers.push(next);
    }
    return numbers;
  }

  function sign(text, at) {
    const code = text.charCodeAt(at) - 35;
    return code > 57 ? code - 1 : code;
  }

  async function rank(asked, query) {
    const scale = new Scale(asked), offset = query.offset || 0, grouped = query.grouped !== false && !query.type;
    let scores = score(asked.wanted, false);
    let sifted = sift(scores, scale, query, asked.worth ? asked.rough / asked.worth : 1);
    if (sifted.found.length < FEW) {
      const singles = asked.wanted.filter(function (one) { return one.key.single && tells(one.key); });
      await read(singles.map(function (one) { return one.key; }), site.most[2]);
      scores = score(asked.wanted, true);
      sifted = sift(scores, scale, query, 1);
    }
    const close = candidates(sifted.near, offset + query.limit, grouped);
    await readCards(close.map(function (one) { return one.number; }));
    const exact = new Map();
    const rough = score(asked.wanted, false);
    close.forEach(function (one) {
      const marks = characters(site.card.get(one.number));
      exact.set(one.number, asked.wanted.reduce(function (sum, wanted) {
        return wanted.key.single && marks.has(wanted.key.single) ? sum + wanted.worth * marks.get(wanted.key.single) : sum;
      }, rough[one.number]));
    });
    let best = 0;
    close.forEach(function (one) {
      const card = site.card.get(one.number), articles = (card.r || []).map(function (article) {
        return exact.has(article) ? exact.get(article) : rough[article];
      });
      const lent = articles.length ? Math.floor(Math.max.apply(null, articles) / site.weights.lent) : 0;
      one.card = card;
      one.score = scale.weigh(one.number, exact.get(one.number) + lent, card.p);
      best = Math.max(best, one.score);
    });
    const least = Math.max(best * site.weights.share_of_best, scale.least);
    const kept = close.filter(function (one) { return one.score >= least; });
    kept.sort(function (a, b) { return b.score - a.score || (a.card.i < b.card.i ? -1 : 1); });
    const whole = group(kept, sifted.found, grouped);
    return {
      hits: whole.hits.slice(offset, offset + query.limit), counts: sifted.counts,
      total: Math.max(whole.hits.length, whole.total - (close.length - kept.length)),
    };
  }

  // The records to look at closely: enough for the hits wanted, and a few more that may come to be among them.
  function candidates(found, wanted, grouped) {
    const most = Math.min(MOST_CARDS, Math.max(site.candidates, wanted + 2)), parts = new Map(), close = [];
    for (const one of found) {
      const whole = site.whole[one.number], count = parts.get(whole) || 0;
      if (close.length >= most) break;
      if (grouped && whole >= 0 && count > site.also) continue;
      parts.set(whole, count + 1);
      close.push(one);
    }
    return close;
  }

  // The best part of a whole stands for it.
  function group(kept, found, grouped) {
    const hits = [], heads = new Map(), parts = new Map(), seen = new Set();
    let total = 0;
    found.forEach(function (one) {
      const whole = site.whole[one.number];
      if (grouped && whole >= 0) {
        parts.set(whole, (parts.get(whole) || 0) + 1);
        if (seen.has(whole)) return;
        seen.add(whole);
      }
      total++;
    });
    kept.forEach(function (one) {
      const whole = site.whole[one.number], head = grouped && whole >= 0 && heads.get(whole);
      if (head) {
        if (head.also.length < site.also) head.also.push(one.card);
        return;
      }
      const hit = { number: one.number, score: one.score, card: one.card, also: [], parts: parts.get(whole) || 1 };
      hits.push(hit);
      if (grouped && whole >= 0) heads.set(whole, hit);
    });
    return { hits: hits, total: total };
  }

  // --- snippets: as snippet.rs cuts them

  function snippet(card, telling) {
    const summary = bestPiece(card.s || "", telling), text = bestPiece(card.x || "", telling);
    return partsOf(text.worth > summary.worth || !card.s ? text : summary);
  }

  function bestPiece(text, telling) {
    const chars = Array.from(text), found = [];
    scan(text, function (key, start, end) {
      const worth = telling.get(hash(key));
      if (worth) found.push({ start: start, end: end, term: hash(key), worth: worth });
    });
    found.sort(function (a, b) { return a.start - b.start || a.end - b.end; });
    let best = { chars: chars, start: 0, end: 0, marked: [], worth: 0 }, tried = -1;
    found.forEach(function (first, at) {
      const start = startBefore(chars, first.start);
      if (start === tried) return;
      tried = start;
      const inside = [];
      for (let next = at; next < found.length && found[next].end <= start + SNIPPET; next++) inside.push(found[next]);
      const worth = worthInside(inside);
      if (worth > best.worth) best = { chars: chars, start: start, end: 0, marked: joined(inside), worth: worth };
    });
    const last = best.marked.length ? best.marked[best.marked.length - 1][1] : best.start;
    best.end = endAfter(chars, best.start, last);
    return best;
  }

  function worthInside(inside) {
    const seen = new Set();
    return inside.reduce(function (sum, found) {
      const again = seen.has(found.term);
      seen.add(found.term);
      return sum + (again ? Math.floor(found.worth / 16) : found.worth);
    }, 0);
  }

  function joined(inside) {
    const runs = [];
    inside.forEach(function (found) {
      const run = runs[runs.length - 1];
      if (run && found.start <= run[1]) run[1] = Math.max(run[1], found.end);
      else runs.push([found.start, found.end]);
    });
    return runs;
  }

  function endsSentence(c) {
    return "。！？；\n!?".indexOf(c) >= 0;
  }

  function endsClause(c) {
    return "，、：,:)）".indexOf(c) >= 0;
  }

  function startBefore(chars, at) {
    let lesser = -1, little = at, start = 0;
    for (let count = 0, place = at - 1; place >= 0; count++, place--) {
      if (endsSentence(chars[place])) {
        start = place + 1;
        break;
      }
      if (endsClause(chars[place]) && lesser < 0) lesser = place + 1;
      if (count < LEAD) little = place;
      if (count >= SNIPPET / 2) {
        start = lesser >= 0 ? lesser : little;
        break;
      }
    }
    while (start < chars.length && /\s/.test(chars[start])) start++;
    return start;
  }

  function endAfter(chars, start, shown) {
    const limit = Math.min(chars.length, start + SNIPPET);
    let sentence = -1, clause = -1;
    for (let place = start; place < limit; place++) {
      const end = place + 1;
      if (end - start < LONG_ENOUGH || end < shown) continue;
      if (endsSentence(chars[place])) sentence = end;
      else if (endsClause(chars[place])) clause = end;
    }
    return limit === chars.length ? limit : sentence >= 0 ? sentence : clause >= 0 ? clause : limit;
  }

  function partsOf(piece) {
    const parts = [];
    let end = piece.end, at = piece.start;
    while (end > piece.start && /\s/.test(piece.chars[end - 1])) end--;
    function push(from, to, marked) {
      if (from < to) parts.push({ text: piece.chars.slice(from, to).join("").replace(/[\n\r\t]/g, " "), marked: marked });
    }
    piece.marked.forEach(function (run) {
      push(at, run[0], false);
      push(run[0], run[1], true);
      at = run[1];
    });
    push(at, end, false);
    return parts;
  }

  // --- answers

  // What is shown in a snippet: characters alone only when the question has nothing longer.
  function tellingOf(wanted) {
    const long = wanted.filter(function (one) { return !one.key.single && tells(one.key); }), telling = new Map();
    (long.length ? long : wanted).forEach(function (one) { telling.set(hash(one.key), one.worth); });
    return telling;
  }

  function named(card) {
    return { id: card.i, title: card.t, url: card.u };
  }

  function answerOf(hit, telling, middle) {
    const card = hit.card, code = site.region.get(hit.number), shelf = site.shelf[hit.number];
    const answer = {
      id: card.i, kind: site.kinds[site.kind[hit.number]], title: card.t, url: card.u, heading: card.h || "",
      also: hit.also.map(named), more: Math.max(0, hit.parts - 1 - hit.also.length), first_step: card.f || "",
      snippet: snippet(card, telling), score: hit.score,
    };
    if (shelf >= 0) answer.topic = site.shelves[shelf];
    if (code) answer.region = code;
    if (card.w) answer.part_of = { id: card.w[0], title: card.w[1], url: card.w[2] };
    if (middle && card.p) answer.distance_m = Math.floor(metres(middle, card.p));
    return answer;
  }

  async function placeAsked(query, asked) {
    if (!query.region) return asked.places[0] || null;
    await read([word("@" + query.region)], 1);
    const lines = site.phrases.get("@" + query.region);
    return lines ? placeOf(lines[0].slice(1)) : null;
  }

  // Answers as /api/v1/search does. `query`: q, type, topic, region, limit, offset; and `grouped`, which is false for one hit
  // for each part of a whole.
  function search(query) {
    return twice(async function () {
      const old = await oldForms(query.q), text = Array.from(normal(query.q, old)).slice(0, LONGEST).join("");
      const asked = await question(text), place = await placeAsked(query, asked);
      const limited = Object.assign({}, query, { limit: Math.min(query.limit || PAGE, PAGE) });
      const found = await rank(asked, limited), telling = tellingOf(asked.wanted);
      const answer = {
        hits: found.hits.map(function (hit) { return answerOf(hit, telling, place && place.at); }),
        total: found.total, facets: found.counts.facets, topics: found.counts.topics, regions: found.counts.regions,
        did_you_mean: asked.meant, danger: danger(text) || !!asked.meant && danger(asked.meant),
      };
      if (place) answer.place = { region: place.region, name: place.name };
      return answer;
    });
  }

  // Completes as /api/v1/search/suggest does.
  function suggest(typed, limit) {
    return twice(async function () {
      const old = await oldForms(typed);
      return (await spell()).complete(normal(typed, old), limit);
    });
  }
})();
