// Stations near where she is, and stations by place and kind without leaving the page. The position is asked for only on
// the tap, rounded to about a hundred metres, sent once and kept nowhere. Without the server the stations built into the
// site are searched on the phone.
(function () {
  "use strict";
  const API = "/api/v1/stations", LIMIT = 12, EARTH = 6371008.8;
  const near = document.getElementById("near"), form = document.getElementById("where"), places = document.getElementById("places");
  if (!places || !window.fetch || !window.URLSearchParams || !window.Promise) return;

  if (near && navigator.geolocation && window.isSecureContext !== false) {
    near.hidden = false;
    near.querySelector("button").addEventListener("click", locate);
  }
  // A page that was built, not answered, may still carry a choice in its address.
  const given = new URLSearchParams(location.search);
  if (places.hasAttribute("data-static") && (given.get("kind") || given.get("region"))) {
    form.elements.kind.value = given.get("kind") || "";
    form.elements.region.value = given.get("region") || "";
    list();
  }
  if (form) {
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      list();
    });
  }

  function wanted() {
    const kind = form ? form.elements.kind.value : "", region = form ? form.elements.region.value : "";
    return { kind: kind, region: region };
  }

  function locate(event) {
    const button = event.target;
    button.disabled = true;
    say("正在问手机你在哪里。");
    navigator.geolocation.getCurrentPosition(function (position) {
      button.disabled = false;
      nearest({ lat: rounded(position.coords.latitude), lon: rounded(position.coords.longitude) });
    }, function (error) {
      button.disabled = false;
      say(refusal(error.code));
    }, { enableHighAccuracy: false, timeout: 15000, maximumAge: 60000 });
  }

  function refusal(code) {
    if (code === 1) return "没有给位置，没关系。在上面选地方，或者在下面一级一级找。";
    if (code === 3) return "手机一时找不到位置。到窗边再试一次，或者在上面选地方。";
    return "手机现在不知道你在哪里。在上面选地方，或者在下面一级一级找。";
  }

  function nearest(from) {
    const question = { near: from, limit: LIMIT };
    if (wanted().kind) question.kind = wanted().kind;
    const request = { method: "POST", credentials: "omit", headers: { "Content-Type": "application/json" }, body: JSON.stringify(question) };
    answer(fetch(API + "/nearest", request), function (stations) {
      const open = stations.filter(function (station) { return station.location; });
      open.forEach(function (station) { station.distance_m = distance(from, station.location); });
      open.sort(function (a, b) { return a.distance_m - b.distance_m; });
      return { stations: open.slice(0, LIMIT), confidential: stations.filter(function (station) { return station.confidential; }) };
    });
  }

  function list() {
    const values = { limit: "50" };
    if (wanted().kind) values.kind = wanted().kind;
    if (wanted().region) values.region = wanted().region;
    answer(fetch(API + "?" + new URLSearchParams(values), { credentials: "omit" }), function (stations) {
      return { stations: stations };
    });
  }

  // Shows what the API answers; without an answer, what `choose` takes from the stations built into the site.
  function answer(request, choose) {
    say("正在找。");
    request.then(read).catch(function () {
      return fetch("/data/stations.json", { credentials: "omit" }).then(read).then(function (stations) {
        return choose(stations.filter(fits));
      });
    }).then(show, function () {
      say("现在查不了。打 12338 问离你最近的站点，或者在下面一级一级找。");
    });
  }

  function read(response) {
    if (!response.ok) throw new Error(String(response.status));
    return response.json();
  }

  function fits(station) {
    const kind = wanted().kind, region = wanted().region.replace(/^(\d{4})00$/, "$1");
    return (!kind || station.kind === kind) && station.region.indexOf(region) === 0;
  }

  function show(found) {
    const confidential = found.confidential || [];
    places.textContent = "";
    if (!found.stations.length && !confidential.length) return say("没有找到。换一个地方或者种类，或者打 12338 问。");
    if (found.widened_to) {
      const wider = form && form.querySelector("option[value='" + found.widened_to + "']");
      say("这里没有，下面是" + (wider ? wider.textContent.trim() : "大一级的地方") + "的。");
    }
    group("找到这些", found.stations);
    group("地址保密的，打电话联系", confidential);
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
    const item = make("li"), head = make("h3"), words = [], metres = station.distance_m;
    head.appendChild(make("a", { href: station.url, textContent: station.name }));
    item.appendChild(head);
    if (isFinite(metres)) words.push(far(metres));
    if (station.confidential) words.push("地址保密");
    if (station.address) words.push(station.address);
    if (station.hours) words.push(station.hours.text.replace(/–/g, "\u2060–\u2060"));
    item.appendChild(make("p", { className: "meta", textContent: words.join(" · ") }));
    if (station.phones && station.phones.length) {
      const number = station.phones[0];
      const call = make("a", { className: "button quiet", href: "tel:" + number.replace(/[^\d+]/g, ""), textContent: number });
      call.setAttribute("aria-label", "打电话给" + station.name + "，" + number);
      item.appendChild(call);
    }
    return item;
  }

  function far(metres) {
    if (metres < 950) return "约 " + Math.max(1, Math.round(metres / 100)) + "00 米";
    return "约 " + (metres / 1000).toFixed(metres < 9950 ? 1 : 0) + " 公里";
  }

  function say(words) {
    places.textContent = "";
    places.appendChild(make("p", { className: "notice", textContent: words }));
  }

  function rounded(degrees) {
    return Math.round(degrees * 1000) / 1000;
  }

  function distance(a, b) {
    const rad = Math.PI / 180, north = Math.sin((b.lat - a.lat) * rad / 2), east = Math.sin((b.lon - a.lon) * rad / 2);
    const h = north * north + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * east * east;
    return 2 * EARTH * Math.asin(Math.sqrt(Math.min(1, h)));
  }

  function make(name, properties) {
    return Object.assign(document.createElement(name), properties);
  }
})();
