// Pinyin, initials, and words that sound alike, for find.js: completions while typing, and what may have been meant. The
// reference is search/src/text/embedded: suggest.rs, spelling.rs, meant.rs. Start at `meant` and `complete`.
window.nuanzhanSpell = function (find) {
  "use strict";
  const FIRST = 0x3000, LONGEST_TYPED = 40, LONGEST_SOUND = 6, LONGEST_SYLLABLE = 6, WHOLE = 0, BEGINNING = 1, INSIDE = 2, WORD = 9, LAY = 10;
  const isHan = find.isHan;
  let sounds = null, others = false, spellings = null, words = null, pairs = null;

  return { meant: meant, complete: complete };

  // --- readings

  // Fetches how each character is usually read.
  async function readUsual() {
    if (sounds) return;
    const told = await find.part("sounds.json", "json"), all = new Map();
    find.steps(told.chars).forEach(function (code, at) {
      const syllable = find.sign(told.usual, at * 2) * 91 + find.sign(told.usual, at * 2 + 1);
      all.set(String.fromCodePoint(FIRST + code), [told.syllables[syllable]]);
    });
    sounds = sounds || all;
  }

  // And how else it may be.
  async function readOthers() {
    await readUsual();
    if (others) return;
    const told = await find.part("readings.json", "json");
    if (others) return;
    others = true;
    Object.keys(told).forEach(function (syllable) {
      Array.from(told[syllable]).forEach(function (c) { sounds.get(c).push(syllable); });
    });
  }

  function readingsOf(c) {
    return sounds.get(c) || [];
  }

  // Differences that many speakers don't make are taken out.
  function folded(syllable) {
    return syllable.replace(/^([zcs])h/, "$1").replace(/^n/, "l").replace(/ng$/, "n");
  }

  function sayOf(chars) {
    const said = chars.map(function (c) { return readingsOf(c).length ? folded(readingsOf(c)[0]) : ""; });
    return said.every(Boolean) ? said.join(" ") : null;
  }

  // --- completions

  function typedChars(text) {
    return Array.from(text).map(function (c) { return find.fold(c); }).filter(function (c) {
      return c && (isHan(c) || /[0-9]/.test(c) || c.toLowerCase() !== c.toUpperCase());
    });
  }

  function isLatin(c) {
    return c >= "a" && c <= "z";
  }

  function letters(c) {
    const all = /^[0-9a-z]$/.test(c) ? [c] : readingsOf(c).map(function (reading) { return reading[0]; });
    return all.filter(function (letter, at) { return /[0-9a-z]/.test(letter) && all.indexOf(letter) === at; });
  }

  // What is left of a phrase when its beginning is typed so, as a place in it; -1 where it isn't.
  function typedFrom(typed, from, phrase, at) {
    if (from === typed.length) return at;
    if (at === phrase.length) return -1;
    const key = typed[from], c = phrase[at];
    if (key === c) return typedFrom(typed, from + 1, phrase, at + 1);
    if (!isLatin(key)) return -1;
    for (const reading of readingsOf(c)) {
      let same = 0;
      while (from + same < typed.length && same < reading.length && isTypedFor(typed[from + same], reading[same])) same++;
      if (from + same === typed.length) return at + 1;
      for (const end of [reading.length, /^[zcs]h/.test(reading) ? 2 : 1, 1]) {
        const left = end <= same ? typedFrom(typed, from + end, phrase, at + 1) : -1;
        if (left >= 0) return left;
      }
    }
    return -1;
  }

  function isTypedFor(typed, read) {
    return typed === read || read === "ü" && (typed === "v" || typed === "u");
  }

  function fitOf(typed, phrase) {
    const left = typedFrom(typed, 0, phrase, 0);
    if (left === phrase.length) return WHOLE;
    if (left >= 0) return BEGINNING;
    for (let at = 1; at < phrase.length; at++) {
      if (typedFrom(typed, 0, phrase, at) >= 0) return INSIDE;
    }
    return -1;
  }

  async function bestFits(text, limit) {
    const typed = typedChars(text).map(function (c) { return c === "ü" ? "v" : c; });
    if (!typed.length || typed.length > LONGEST_TYPED) return [];
    await readOthers();
    const there = letters(typed[0]).filter(function (letter) { return find.site().letters.indexOf(letter) >= 0; });
    const lists = await Promise.all(["core"].concat(there).map(function (name) { return find.part("typed/" + name + ".json", "json"); }));
    const fits = [];
    lists.forEach(function (list, file) {
      list.forEach(function (row, at) {
        const phrase = typedChars(row[0]), fit = fitOf(typed, phrase);
        if (fit < 0) return;
        fits.push({ fit: fit, row: row, place: [fit, row[1] === LAY ? 1 : 0, fit === INSIDE ? 0 : phrase.length, file, at] });
      });
    });
    fits.sort(function (a, b) {
      const at = a.place.findIndex(function (value, at) { return value !== b.place[at]; });
      return at < 0 ? 0 : a.place[at] - b.place[at];
    });
    return fits.slice(0, limit);
  }

  async function complete(typed, limit) {
    const kinds = find.site().kinds, fits = await bestFits(typed, limit), seen = new Set();
    return fits.filter(function (fit) {
      const is = !seen.has(fit.row[0]);
      seen.add(fit.row[0]);
      return is;
    }).map(function (fit) {
      const row = fit.row;
      return row[1] >= WORD ? { text: row[0] } : { text: row[0], kind: kinds[row[1]], url: row[2] };
    });
  }

  // --- what may have been meant

  async function meant(text) {
    if (/[a-z]/.test(text)) {
      const spelled = await typedInPinyin(text) || await spelledOut(text);
      if (spelled) return spelled;
    }
    return soundsAlike(text);
  }

  async function isKnown(word) {
    const key = find.keys.word(word);
    await find.read([key], 1);
    return find.countOf(key) > 0;
  }

  async function typedInPinyin(text) {
    if (!/^[a-z ']+$/.test(text)) return null;
    for (const word of text.split(/[ ']/)) {
      if (await isKnown(word)) return null;
    }
    const best = (await bestFits(text, 1))[0];
    return best && best.fit === WHOLE && Array.from(best.row[0]).some(isHan) ? best.row[0] : null;
  }

  // Which characters each syllable may stand for, the likeliest first.
  async function spellingsOf() {
    if (spellings) return spellings;
    await readOthers();
    const site = find.site(), weights = site.weights, all = new Map();
    site.alphabet.forEach(function (c, place) {
      readingsOf(c).forEach(function (reading, at) {
        const syllable = reading.replace("ü", "v"), own = weights.common_character * Math.log(site.counts[place] + 1);
        if (!all.has(syllable)) all.set(syllable, []);
        all.get(syllable).push({ c: c, worth: at ? own + weights.rare_reading : own });
      });
    });
    all.forEach(function (list, syllable) {
      list.sort(function (a, b) { return b.worth - a.worth || (a.c < b.c ? -1 : 1); });
      all.set(syllable, list.slice(0, weights.most_characters));
    });
    spellings = all;
    return spellings;
  }

  function candidatesOf(syllable) {
    return spellings.get(syllable) || spellings.get(syllable.replace("u", "v"));
  }

  // A word as syllables, as few as can be; null when it is no pinyin.
  function syllablesOf(word) {
    const fewest = [{ count: 0, length: 0 }], found = [];
    for (let end = 1; end <= word.length; end++) {
      for (let length = 1; length <= Math.min(end, LONGEST_SYLLABLE); length++) {
        const before = fewest[end - length];
        if (before && candidatesOf(word.slice(end - length, end)) && !(fewest[end] && fewest[end].count <= before.count + 1)) {
          fewest[end] = { count: before.count + 1, length: length };
        }
      }
    }
    for (let end = word.length; end > 0; end -= fewest[end].length) {
      if (!fewest[end]) return null;
      found.unshift(word.slice(end - fewest[end].length, end));
    }
    return found;
  }

  // How often pairs of characters stand side by side.
  async function readPairs() {
    if (pairs) return;
    const bytes = new Uint8Array(await find.part("pairs.bin", "arrayBuffer")), all = [], size = find.site().alphabet.length;
    const from = find.reader(bytes), next = from.number;
    for (let first = 0; first < size; first++) {
      let second = 0;
      for (let left = next(); left > 0; left--) {
        second += next();
        all.push(first * size + second);
      }
    }
    pairs = new Map(all.map(function (pair) { return [pair, from.byte() / 24]; }));
  }

  function pairWorth(first, second, apart) {
    const site = find.site(), weights = site.weights;
    const known = pairs.get(site.places.get(first) * site.alphabet.length + site.places.get(second));
    const worth = known === undefined ? weights.unknown_pair : weights.known_pair + known;
    return apart ? worth * weights.across_a_blank : worth;
  }

  // The question with its pinyin as characters; null where there is none in it.
  async function spelledOut(text) {
    await spellingsOf();
    await readPairs();
    const slots = [];
    let changes = false, apart = false;
    for (const piece of text.match(/[a-z]+|[\ud800-\udbff][\udc00-\udfff]|[^]/g)) {
      if (piece === " " || piece === "'") {
        apart = true;
        continue;
      }
      if (isLatin(piece[0])) changes = await pushWord(piece, apart, slots) || changes;
      else slots.push({ candidates: isHan(piece) ? [{ c: piece, worth: 0 }] : [], typed: piece, apart: apart });
      apart = false;
    }
    return changes ? likeliest(slots) : null;
  }

  async function pushWord(word, apart, slots) {
    const known = await isKnown(word), syllables = known ? null : syllablesOf(word);
    if (syllables) {
      syllables.forEach(function (syllable, at) {
        slots.push({ candidates: candidatesOf(syllable), typed: null, apart: apart && at === 0 });
      });
      return true;
    }
    // Initials: jtbl. Only a phrase that they are the whole of, or it could be anything.
    const best = known || word.length < 3 ? null : (await bestFits(word, 1))[0];
    const phrase = best && best.fit === WHOLE ? Array.from(best.row[0]) : [];
    if (!phrase.length || !phrase.every(isHan)) {
      slots.push({ candidates: [], typed: word, apart: apart });
      return false;
    }
    phrase.forEach(function (c, at) {
      slots.push({ candidates: [{ c: c, worth: 0 }], typed: null, apart: apart && at === 0 });
    });
    return false;
  }

  // The row of characters that is worth the most: Viterbi's algorithm.
  function likeliest(slots) {
    const rows = [];
    slots.forEach(function (slot, at) {
      const before = at > 0 ? slots[at - 1].candidates : [];
      rows.push(slot.candidates.map(function (candidate) {
        let best = null;
        before.forEach(function (earlier, from) {
          const worth = rows[at - 1][from].worth + pairWorth(earlier.c, candidate.c, slot.apart);
          if (!best || worth > best.worth) best = { worth: worth, from: from };
        });
        return { worth: (best ? best.worth : 0) + candidate.worth, from: best ? best.from : 0 };
      }));
    });
    let from = -1, written = "";
    for (let at = slots.length - 1; at >= 0; at--) {
      const slot = slots[at], row = rows[at];
      if (!row.length) {
        written = (slot.apart ? " " : "") + slot.typed + written;
        from = -1;
        continue;
      }
      let chosen = from;
      if (chosen < 0) {
        chosen = 0;
        row.forEach(function (one, place) { if (one.worth > row[chosen].worth) chosen = place; });
      }
      written = slot.candidates[chosen].c + written;
      from = at > 0 && slots[at - 1].candidates.length ? row[chosen].from : -1;
    }
    return written;
  }

  // A piece that no record has, and a known word that sounds the same and shares a character with it.
  async function soundsAlike(text) {
    const chars = Array.from(text);
    const strange = chars.slice(1).map(function (c, at) {
      return isHan(chars[at]) && isHan(c) && find.countOf(find.keys.pair(chars[at], c)) === 0;
    });
    if (strange.indexOf(true) < 0) return null;
    await readUsual();
    if (!words) {
      words = new Map();
      (await find.part("words.json", "json")).split("|").forEach(function (word) {
        const say = sayOf(Array.from(word));
        if (!words.has(say)) words.set(say, []);
        words.get(say).push(word);
      });
    }
    let mended = "", at = 0;
    while (at < chars.length) {
      const piece = mendedAt(chars, strange, at);
      mended += piece ? piece.word : chars[at];
      at += piece ? piece.length : 1;
    }
    return mended === text ? null : mended;
  }

  function mendedAt(chars, strange, at) {
    let run = 0;
    while (run < LONGEST_SOUND && at + run < chars.length && readingsOf(chars[at + run]).length) run++;
    for (let length = run; length >= 2; length--) {
      if (strange.slice(at, at + length - 1).indexOf(true) < 0) continue;
      const word = sameSound(chars.slice(at, at + length));
      if (word) return { word: word, length: length };
    }
    return null;
  }

  function sameSound(piece) {
    let best = null, most = 0;
    (words.get(sayOf(piece)) || []).forEach(function (word) {
      const shared = Array.from(word).filter(function (c, at) { return c === piece[at]; }).length;
      if (shared > most) {
        best = word;
        most = shared;
      }
    });
    return most < piece.length ? best : null;
  }
};
