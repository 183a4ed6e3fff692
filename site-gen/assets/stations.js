// Stations near where she is, and stations by place and kind without leaving the page. The position is asked for only on
// the tap; it stays in this script, which measures the distances (near.js). By place the server is asked, and where there is none, the
// stations built into the site. A place in words goes into the body, where nothing on the way writes it down.
(function () {
  "use strict";
  const API = "/api/v1/stations", MOST = 5000;
  // What else may be chosen, named as the API names it. The cells of the map do not say who is at a station or comes to the house: a
  // look-up would cost more than is promised.
  const LISTED = ["home_visit", "profession", "topic"], MORE = ["open_at", "service", "access", "audience"].concat(LISTED);
  const near = document.getElementById("near"), form = document.getElementById("where"), only = document.getElementById("only");
  const places = document.getElementById("places"), hours = window.nuanzhanHours;
  let here = null, asked = 0, rings = 0;
  if (!places || !form || !window.fetch || !window.URLSearchParams || !window.Promise) return;

  if (near && only && window.nuanzhanNear && hours && navigator.geolocation && window.isSecureContext !== false) {
    near.hidden = false;
    near.querySelector("button").addEventListener("click", locate);
    only.addEventListener("change", again);
    form.elements.kind.addEventListener("change", again);
  }
  // A page that was built, not answered, may still carry a choice in its address.
  const given = new URLSearchParams(location.search);
  const fields = ["place", "kind", "region"].concat(MORE).filter(function (name) { return form.elements[name]; });
  if (places.hasAttribute("data-static") && fields.some(function (name) { return given.get(name); })) {
    fields.forEach(function (name) {
      const field = form.elements[name], value = given.get(name) || "";
      if (field.type === "checkbox") field.checked = value === field.value;
      else field.value = value;
    });
    if (only) only.open = Object.keys(more()).length > 0;
    list();
  }
  form.addEventListener("submit", function (event) {
    event.preventDefault();
    here = null;
    list();
  });

  // --- near her

  function locate(event) {
    const button = event.target, question = ++asked;
    button.disabled = true;
    say("正在问手机你在哪里。");
    navigator.geolocation.getCurrentPosition(function (position) {
      button.disabled = false;
      // She may have looked for a place by its name meanwhile.
      if (question !== asked) return;
      here = { lat: position.coords.latitude, lon: position.coords.longitude };
      rings = 0;
      nearest();
    }, function (error) {
      button.disabled = false;
      if (question === asked) say(refusal(error.code));
    }, { enableHighAccuracy: false, timeout: 15000, maximumAge: 60000 });
  }

  function refusal(code) {
    if (code === 1) return "没有给位置，没关系。在下面选地方，或者一级一级找。";
    if (code === 3) return "手机一时找不到位置。到窗边再试一次，或者在下面选地方。";
    return "手机现在不知道你在哪里。在下面选地方，或者一级一级找。";
  }

  function again() {
    rings = 0;
    if (here) nearest();
  }

  function nearest() {
    const question = ++asked, wanted = more(), kind = form.elements.kind.value, moment = hours.now();
    if (LISTED.some(function (name) { return wanted[name]; })) {
      return say("按上门、按有什么人来找，要先在下面选地方，再点“查找”。");
    }
    say("正在找。");
    window.nuanzhanNear.find(here, function (row) { return (!kind || row.kind === kind) && fits(row, wanted, moment); }, rings).then(function (found) {
      if (question === asked) showNear(found);
    }).catch(function () {
      if (question === asked) say("现在查不了。打 12338 问离你最近的站点，或者在下面一级一级找。");
    });
  }

  // What is chosen of it.
  function more() {
    return MORE.reduce(function (chosen, name) {
      const field = form.elements[name];
      if (field && field.value && (field.type !== "checkbox" || field.checked)) chosen[name] = field.value;
      return chosen;
    }, {});
  }

  // Whether a row, or a station as `/data/` has it, is what was chosen.
  function fits(row, wanted, moment) {
    function has(all, value) { return !value || (all || []).indexOf(value) >= 0; }
    const visits = row.home_visits || [];
    return has(row.services, wanted.service) && has(row.facilities, wanted.access)
      && (!wanted.audience || !(row.audience || []).length || has(row.audience, wanted.audience) || has(row.audience, "everyone"))
      && (!wanted.home_visit || has(visits, wanted.home_visit) || has(visits, "everyone"))
      && (!wanted.profession && !wanted.topic || (row.people || []).some(function (person) {
        return (!wanted.profession || person.profession === wanted.profession) && has(person.topics, wanted.topic);
      }))
      && (!wanted.open_at || !!row.hours && hours.isOpen(row.hours.rules, moment));
  }

  function showNear(found) {
    const first = found.stations[0];
    if (found.far) {
      return say("你现在的地方离这里的站点很远，" + far(found.away) + "以上。打 12338，问离你最近的站点。");
    }
    if (found.unmarked) return say("这里的站点还没有标在地图上。在下面选地方，或者一级一级找。");
    if (!first && !found.byPhone.length) {
      const where = found.all ? "这里的站点里" : far(found.clear) + "以内";
      say(where + "没有这样的。少选一样再看，" + (found.more ? "往远处找，" : "") + "或者打 12338 问。");
    } else {
      show({ stations: found.stations, confidential: found.byPhone });
      if (found.few) note(far(found.clear) + "以内" + (first ? "只有这些。" : "没有能去的地方，这些可以打电话。"));
    }
    if (found.more) places.appendChild(goOn());
  }

  // Another ring of the map costs as much as the first: she says whether.
  function goOn() {
    const line = make("p", { className: "buttons" }), button = make("button", { type: "button", className: "quiet", textContent: "往远处找（约 50 KB 流量）" });
    button.addEventListener("click", function () {
      rings += 1;
      nearest();
    });
    line.appendChild(button);
    return line;
  }

  // --- by place

  function list() {
    const question = ++asked, values = Object.assign({ limit: "50" }, more()), kind = form.elements.kind.value, region = form.elements.region.value;
    const place = form.elements.place.value.trim();
    if (kind) values.kind = kind;
    if (region) values.region = region;
    say("正在找。");
    if (place) return aroundPlace(Object.assign(values, { place: place, limit: 12 }, values.access && { access: [values.access] }), question);
    fetch(API + "?" + new URLSearchParams(values), { credentials: "omit" }).then(read).catch(function () {
      return built(kind, region.replace(/^(\d\d)0000$/, "$1").replace(/^(\d{4})00$/, "$1"));
    }).then(function (found) {
      if (question !== asked) return;
      if (found) shown(found);
      else leadTo(form.elements.region.selectedOptions[0]);
    }).catch(function () {
      if (question === asked) say("现在查不了。打 12338 问离你最近的站点，或者在下面一级一级找。");
    });
  }

  function aroundPlace(values, question) {
    const body = { method: "POST", credentials: "omit", headers: { "Content-Type": "application/json" }, body: JSON.stringify(values) };
    fetch(API + "/nearest", body).then(function (response) {
      return response.status === 400 ? response.json() : read(response);
    }).then(function (found) {
      if (question !== asked) return;
      if (found.errors) return say(found.errors[0].message + "。");
      shown(found, "附近的镇、村没有，最近的在");
      note("按这里算：" + found.place.text + (found.place.unknown ? "。没认出“" + found.place.unknown + "”" : "") + "。");
    }).catch(function () {
      if (question === asked) say("现在认不了地名。在下面选地方，或者一级一级找。");
    });
  }

  // From the list of all stations, where that is no large file.
  function built(kind, region) {
    return fetch("/data/near/index.json", { credentials: "omit" }).then(read).then(function (index) {
      if (index.count > MOST) return null;
      return fetch("/data/stations.json", { credentials: "omit" }).then(read);
    }).then(function (stations) {
      const wanted = more(), moment = hours && hours.now();
      return stations && around(stations.filter(function (station) {
        return (!kind || station.kind === kind) && fits(station, wanted, moment);
      }), region);
    });
  }

  // Those of a division, or of the smallest one around it that has any, as the API gives them.
  function around(stations, region) {
    const lengths = [12, 9, 6, 4, 2].filter(function (length) { return length <= region.length; });
    for (let i = 0; i < lengths.length; i++) {
      const part = region.slice(0, lengths[i]), code = part.length < 6 ? (part + "0000").slice(0, 6) : part;
      const within = stations.filter(function (station) { return station.region.indexOf(part) === 0; });
      if (within.length && (i === 0 || form.querySelector("option[value='" + code + "']"))) {
        return { stations: within, widened_to: i > 0 && code };
      }
    }
    return { stations: region ? [] : stations };
  }

  // The list of all is too large for a phone; the page of a division is not.
  function leadTo(chosen) {
    say(chosen.value ? "" : "地方选小一些再找，或者在下面一级一级找。");
    if (chosen.value) {
      places.firstChild.appendChild(make("a", { href: "/regions/" + chosen.value + "/", textContent: "看" + chosen.textContent.trim() + "的站点" }));
    }
  }

  function read(response) {
    if (!response.ok) throw new Error(String(response.status));
    return response.json();
  }

  function shown(found, wider) {
    if (!found.stations.length && !found.unplaced && !found.confidential) return say("没有找到。换一个地方或者种类，或者打 12338 问。");
    show(found);
    if (found.widened_to) {
      const region = form.querySelector("option[value='" + found.widened_to + "']"), name = region ? region.textContent.trim() : "大一级的地方";
      note(wider ? wider + name + "。" : "这里没有，下面是" + name + "的。");
    }
  }

  // --- on the page

  function show(found) {
    places.textContent = "";
    group("找到这些", found.stations);
    group("就在这一带，没有标在地图上", found.unplaced || []);
    group("地址保密的，打电话联系", found.confidential || []);
    places.scrollIntoView({ block: "nearest" });
  }

  function group(title, stations) {
    if (!stations.length) return;
    const rows = make("ul", { className: "places" });
    stations.forEach(function (station) { rows.appendChild(row(station)); });
    places.appendChild(make("h2", { textContent: title }));
    places.appendChild(rows);
  }

  function row(station) {
    const item = make("li"), head = make("h3"), line = make("p", { className: "meta" }), words = [], metres = station.distance_m;
    head.appendChild(make("a", { href: station.url, textContent: station.name }));
    item.appendChild(head);
    if (isFinite(metres)) words.push(far(metres));
    words.push(station.kindName || chosen(form.elements.kind, station.kind));
    if (station.confidential) words.push("地址保密");
    if (station.address) words.push(station.address);
    if (station.hours) words.push(station.hours.text.replace(/–/g, "\u2060–\u2060"));
    line.textContent = words.filter(Boolean).join("\u00a0· ");
    item.appendChild(line);
    if (station.hours && station.hours.rules && hours) {
      const now = make("p", { className: "meta away" }), moment = hours.now();
      now.appendChild(make("b", { textContent: hours.words(hours.at(station.hours.rules, moment), moment) }));
      item.appendChild(now);
    }
    const reasons = why(station);
    if (reasons.length) item.appendChild(make("p", { className: "meta", textContent: reasons.join("，") }));
    const number = station.phone || (station.phones || [])[0];
    const call = number && button("tel:" + number.replace(/[^\d+]/g, ""), number, "打电话给" + station.name + "，" + number);
    // Not straight to a map: many phones have none that answers to geo:, and the station's page has them all.
    const way = (station.address || station.location || isFinite(station.lat))
      && button(station.url + "#way", "怎么去", "怎么去" + station.name), acts = make("p", { className: "acts" });
    [call, way].forEach(function (act) { if (act) acts.appendChild(act); });
    if (way) way.classList.add("away");
    if (acts.firstChild) item.appendChild(acts);
    return item;
  }

  function button(href, words, label) {
    const link = make("a", { className: "button quiet", href: href, textContent: words });
    link.setAttribute("aria-label", label);
    return link;
  }

  // In what way it fits, as far as its row does not say so already.
  function why(station) {
    if (station.why) {
      return station.why.filter(function (reason) { return ["near", "place", "region", "kind", "open_at"].indexOf(reason.asked) < 0; })
        .map(function (reason) { return reason.text; });
    }
    if (!here) return [];
    const wanted = more(), all = [];
    if (wanted.service) all.push("能办" + chosen(form.elements.service, wanted.service));
    if (wanted.access) all.push("没有台阶");
    if (wanted.audience) all.push(station.audience.indexOf(wanted.audience) < 0 ? "谁都可以去" : "面向" + chosen(form.elements.audience, wanted.audience));
    return all;
  }

  // What a field calls one of its values.
  function chosen(field, value) {
    const option = field.querySelector("option[value='" + value + "']");
    return option ? option.textContent : "";
  }

  function far(metres) {
    if (metres < 950) return "约 " + Math.max(1, Math.round(metres / 100)) + "00 米";
    return "约 " + (metres / 1000).toFixed(metres < 9950 ? 1 : 0) + " 公里";
  }

  function say(words) {
    places.textContent = "";
    note(words);
  }

  function note(words) {
    const line = make("p", { className: "notice", textContent: words });
    places.insertBefore(line, places.firstChild);
    // The button that she pressed may be a whole screen away.
    line.scrollIntoView({ block: "nearest" });
  }

  function make(name, properties) {
    return Object.assign(document.createElement(name), properties);
  }
})();
