// Whether a station is open now, until when, and when it opens next: the twin of search::hours, which says how a timetable is read
// (docs/decisions/0020-opening-hours.md); tests/tests/phone.rs holds them to the same words. A moment is a number of minutes on
// the clock in China since 1970 began there; the phone may be set to another zone. Start at `at`. Writes its answer
// beside hours that stand on the page with their rules.
(function () {
  "use strict";
  const DAY = 1440, AHEAD = 70, CHINA = 8 * 60;
  // The build puts in what was announced: { "2026": { "off": "0101 0102 …", "work": "0104 …" } }.
  const HOLIDAYS = "@holidays";
  const MAYBE = [[101, 104], [118, 301], [402, 408], [425, 510], [525, 628], [906, 1012]];
  const UNSURE = {
    holiday: "今天放假，开不开先打电话问",
    worked_weekend: "今天调休上班，开不开先打电话问",
    not_announced: "这几天可能放假，开不开先打电话问",
  };
  const WEEKDAYS = "一二三四五六日";

  window.nuanzhanHours = { at: at, words: words, now: now, read: read, isOpen: isOpen };
  show();

  function now() {
    return Math.floor(Date.now() / 60000) + CHINA;
  }

  // 2026-11-22T18:36, on the clock in China.
  function read(text) {
    return Math.floor(Date.parse(text.slice(0, 16) + ":00Z") / 60000);
  }

  function at(rules, moment) {
    const today = Math.floor(moment / DAY), why = unsure(rules, today);
    let here = null, until = null, opens = null, over = false;
    for (let day = today; day < today + AHEAD && opens === null && !(over && here.state === "open"); day++) {
      for (const piece of pieces(rules, day)) {
        if (!here) {
          if (piece.to > moment) {
            here = piece;
            until = piece.to;
          }
        } else if (piece.state === here.state && !over) {
          until = piece.to;
        } else {
          over = true;
          if (here.state === "open") break;
          if (piece.state === "open") {
            opens = piece.from;
            break;
          }
        }
      }
    }
    return { state: here.state, until: over ? until : null, opens: opens, unsure: why };
  }

  function isOpen(rules, moment) {
    return pieces(rules, Math.floor(moment / DAY)).some(function (piece) {
      return piece.from <= moment && moment < piece.to && piece.state === "open";
    });
  }

  // Midnight to midnight, without gaps.
  function pieces(rules, day) {
    const late = spans(rules, day - 1).filter(function (span) { return span[1] > DAY; });
    const all = late.map(function (span) { return [0, span[1] - DAY, span[2]]; })
      .concat(spans(rules, day).map(function (span) { return [span[0], Math.min(span[1], DAY), span[2]]; }));
    const edges = all.reduce(function (edges, span) { return edges.concat(span[0], span[1]); }, [0, DAY])
      .sort(function (a, b) { return a - b; }).filter(function (edge, at, edges) { return !at || edge !== edges[at - 1]; });
    return edges.slice(1).map(function (to, at) {
      const from = edges[at];
      const there = all.filter(function (span) { return span[0] <= from && from < span[1]; }).pop();
      return { from: day * DAY + from, to: day * DAY + to, state: there ? there[2] : "closed" };
    });
  }

  // What is said of a day: the last rule that speaks of it, with those that add to it.
  function spans(rules, day) {
    const kind = kindOf(day), weekday = countsAs(rules, day, kind);
    return rules.reduce(function (said, rule) {
      if (!speaksOf(rule, day, weekday, kind)) return said;
      const times = rule.times && rule.times.length ? rule.times : [[0, DAY]];
      return (rule.adds ? said : []).concat(times.map(function (time) { return [time[0], time[1], rule.is]; }));
    }, []);
  }

  function speaksOf(rule, day, weekday, kind) {
    const days = rule.days || [], nth = rule.nth || [];
    if (rule.holidays && kind === "off") return true;
    if (!(days.length || rule.holidays) || days.indexOf(weekday) >= 0) {
      const date = dateOf(day), last = new Date(Date.UTC(date.year, date.month, 0)).getUTCDate();
      const isNth = function (n) { return n === Math.floor((date.day - 1) / 7) + 1 || n === -1 && date.day + 7 > last; };
      return !nth.length || nth.some(isNth);
    }
    return false;
  }

  // A weekend that is worked is a working day; where working days differ, nobody says which.
  function countsAs(rules, day, kind) {
    const own = weekdayOf(day);
    const alike = rules.every(function (rule) {
      const workdays = (rule.days || []).filter(function (one) { return one <= 5; }).length;
      return !(rule.nth || []).length && (workdays === 0 || workdays === 5);
    });
    return kind === "worked" && own > 5 && alike ? 1 : own;
  }

  function unsure(rules, day) {
    const kind = kindOf(day);
    const always = rules.every(function (rule) {
      return !(rule.days || []).length && (rule.times || []).every(function (time) { return time[0] === 0 && time[1] === DAY; });
    });
    if (always || kind === "ordinary") return null;
    if (kind === "off") return rules.some(function (rule) { return rule.holidays; }) ? null : "holiday";
    return kind === "worked" ? "worked_weekend" : "not_announced";
  }

  // --- days

  function kindOf(day) {
    const date = dateOf(day), key = date.month * 100 + date.day, year = HOLIDAYS[date.year];
    const among = function (days) { return (" " + days + " ").indexOf(" " + ("0" + key).slice(-4) + " ") >= 0; };
    if (year) return among(year.off) ? "off" : among(year.work) ? "worked" : "ordinary";
    return MAYBE.some(function (span) { return span[0] <= key && key <= span[1]; }) ? "maybe" : "ordinary";
  }

  function dateOf(day) {
    const date = new Date(day * 86400000);
    return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  }

  // 1 is Monday. The first day of 1970 was a Thursday.
  function weekdayOf(day) {
    return (day + 3) % 7 + 1;
  }

  // --- words

  function words(answer, moment) {
    let said = "最近都不开，先打电话";
    if (answer.state === "open") said = answer.until === null ? "一直开着" : "现在开着，" + when(answer.until, moment) + " 关门";
    else if (answer.state === "unknown") said = "时间不定，去之前先打电话";
    else if (answer.opens !== null) said = "现在没开，" + when(answer.opens, moment) + " 开门";
    return answer.unsure ? said + "。" + UNSURE[answer.unsure] : said;
  }

  function when(then, moment) {
    const today = Math.floor(moment / DAY);
    let day = Math.floor(then / DAY), minute = then % DAY;
    // What ends at midnight ends today.
    if (minute === 0 && day === today + 1) {
      day = today;
      minute = DAY;
    }
    const clock = Math.floor(minute / 60) + ":" + ("0" + minute % 60).slice(-2), named = dayInWords(day, today);
    return named ? named + " " + clock : clock;
  }

  function dayInWords(day, today) {
    const days = day - today, thisWeek = 8 - weekdayOf(today), date = dateOf(day), weekday = "周" + WEEKDAYS[weekdayOf(day) - 1];
    if (days <= 0) return "";
    if (days <= 2) return days === 1 ? "明天" : "后天";
    if (days < thisWeek) return "这" + weekday;
    if (days < thisWeek + 7) return "下" + weekday;
    return date.month + " 月 " + date.day + " 日";
  }

  // --- on a page

  function show() {
    document.querySelectorAll("[data-rules]").forEach(function (place) {
      const line = document.createElement("p").appendChild(document.createElement("b"));
      // Not on paper.
      line.parentNode.className = "away";
      const tell = function () {
        const moment = now();
        line.textContent = words(at(JSON.parse(place.getAttribute("data-rules")), moment), moment) + "。";
      };
      tell();
      place.insertBefore(line.parentNode, place.firstChild);
      setInterval(tell, 60000);
    });
  }
})();
