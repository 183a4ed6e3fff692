// The nearest stations, found on the phone: no address asked for says where she is, but for the cell of the map that she is in and those
// around it (docs/decisions/0023-nearest-on-the-phone.md; the files: search/src/near). Start at `find`. Loaded by
// stations.js when somebody asks. What was loaded is kept for as long as the page is open, and nothing is stored.
(function () {
  "use strict";
  const ROOT = "/data/", FORMAT = 1, EARTH = 6371008.8, RAD = Math.PI / 180, STEP = 1e5;
  // Cells at a time, her own among the first; how many times she can go on; stations shown; farther outside than this nothing is fetched.
  const RING = 9, RINGS = 13, LIMIT = 12, FAR = 100000;
  const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const kept = {};

  window.nuanzhanNear = { find: find };

  // Those nearest to `at` of which `fits` is true, as far as they are certain to be the nearest: whatever was not loaded is farther.
  // Nobody's data are spent unasked: a look-up reads a ring of cells, and each time she goes on (`rings` more) another one.
  // `away`: how far outside of all cells she is, in metres; `far`: too far to look. `clear`: so many metres around her nothing is
  // missing. `all`: nothing is missing anywhere. `few`: something may be, and there was room for it. `more`: going on may find it.
  async function find(at, fits, rings) {
    try {
      return await search(at, fits, rings || 0, await open(false));
    } catch (error) {
      if (error !== STALE) throw error;
      Object.keys(kept).forEach(function (path) { delete kept[path]; });
      return search(at, fits, rings || 0, await open(true));
    }
  }

  const STALE = new Error("the cells were cut anew");

  function get(path, anew) {
    if (!kept[path]) {
      kept[path] = fetch(ROOT + path, { credentials: "omit", referrerPolicy: "no-referrer", cache: anew ? "reload" : "default" }).then(function (answer) {
        if (answer.status === 404 && !anew) throw STALE;
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.json();
      });
      kept[path].catch(function () { delete kept[path]; });
    }
    return kept[path];
  }

  async function open(anew) {
    const index = await get("near/index.json", anew);
    if (index.format !== FORMAT) throw new Error("format " + index.format);
    index.anew = anew;
    if (!index.cells) index.cells = cells(index);
    return index;
  }

  // As search/src/near/tree.rs cut them.
  function cells(index) {
    const found = [], tree = index.tree;
    let at = 0;
    function grow(box, number) {
      const letter = tree[at++], coarse = LETTERS.indexOf(letter), upright = letter === "+" || coarse >= 0 && coarse < 31;
      const low = upright ? 0 : 1;
      let share = (coarse % 31 + 1) / 32;
      if (letter === ".") return found.push({ name: number.toString(36), box: box });
      if (coarse < 0) {
        share = parseInt(tree.substr(at, 4), 16) / 65536;
        at += 4;
      }
      const place = box[low] + Math.floor((box[low + 2] - box[low]) * share), first = box.slice(), second = box.slice();
      first[low + 2] = second[low] = place;
      grow(first, 2 * number);
      grow(second, 2 * number + 1);
    }
    grow(index.box, 1);
    return found;
  }

  async function search(at, fits, rings, index) {
    const away = toBox(at, index.box), far = index.count > 0 && away > FAR;
    if (far || !index.count) return { stations: [], byPhone: [], away: away, far: far, unmarked: !index.count, clear: 0, all: true, few: false, more: false };
    const mine = home(at, index), order = around(mine, index.cells), loaded = order.slice(0, RING * (rings + 1)), known = new Set(loaded), rows = [];
    (await Promise.all(loaded.map(function (cell) { return load(cell, index); }))).forEach(function (file) {
      file.rows.forEach(function (row) {
        if (fits(row)) rows.push(Object.assign({ distance_m: metres(at, row) }, row));
      });
    });
    rows.sort(function (a, b) { return a.distance_m - b.distance_m || (a.id < b.id ? -1 : 1); });
    const clear = index.cells.reduce(function (least, cell) {
      return !known.has(cell) && northward(at, cell.box) < least ? Math.min(least, toBox(at, cell.box)) : least;
    }, Infinity);
    const sure = rows.filter(function (row) { return row.distance_m <= clear; }), all = loaded.length === index.cells.length;
    const file = await load(mine, index), next = file.rows.reduce(function (best, row) {
      return best && metres(at, best) <= metres(at, row) ? best : row;
    }, null);
    // Those of her own county first.
    const ours = function (row) { return next && row.county === next.county ? 0 : 1; };
    const byPhone = (await callable(file.by_phone, index)).sort(function (a, b) { return ours(a) - ours(b) || (a.id < b.id ? -1 : 1); });
    const few = !all && sure.length < LIMIT;
    return {
      stations: sure.slice(0, LIMIT), byPhone: byPhone.filter(fits), away: away, far: false, clear: clear, all: all,
      few: few, more: few && loaded.length < order.length,
    };
  }

  // The cell that she is in; from outside, the one at the edge.
  function home(at, index) {
    const box = index.box;
    const lon = Math.max(box[0], Math.min(box[2] - 1, Math.floor(at.lon * STEP)));
    const lat = Math.max(box[1], Math.min(box[3] - 1, Math.floor(at.lat * STEP)));
    return index.cells.find(function (cell) {
      return cell.box[0] <= lon && lon < cell.box[2] && cell.box[1] <= lat && lat < cell.box[3];
    });
  }

  // As many cells as are ever fetched, those beside `mine` first. The order hangs on the cell alone: what is fetched does not say
  // where in it she is.
  function around(mine, all) {
    const a = mine.box, narrow = Math.cos((a[1] + a[3]) / 2 / STEP * RAD);
    function keys(cell, number) {
      const b = cell.box;
      const wide = Math.max(0, b[0] - a[2], a[0] - b[2]) * narrow, high = Math.max(0, b[1] - a[3], a[1] - b[3]);
      const east = (b[0] + b[2] - a[0] - a[2]) * narrow, north = b[1] + b[3] - a[1] - a[3];
      return { cell: cell, gap: cell === mine ? -1 : wide * wide + high * high, middle: east * east + north * north, number: number };
    }
    const keyed = all.map(keys), most = Math.min(all.length, RING * RINGS);
    let reach = Math.max(1, a[2] - a[0], a[3] - a[1]), some = [];
    // Sorting all cells of a country would take longer than everything else.
    for (; some.length < most; reach *= 2) some = keyed.filter(function (key) { return key.gap <= reach * reach; });
    return some.sort(function (x, y) { return x.gap - y.gap || x.middle - y.middle || x.number - y.number; })
      .slice(0, most).map(function (key) { return key.cell; });
  }

  async function load(cell, index) {
    const file = await get("near/cells/" + cell.name + ".json", index.anew);
    if (String(file.box) !== String(cell.box)) throw STALE;
    if (!file.rows) {
      file.rows = read(file, index);
      file.rows.forEach(function (row, at) {
        row.lat = (file.lat[at] + file.box[1]) / STEP;
        row.lon = (file.lon[at] + file.box[0]) / STEP;
        row.address = file.address[at];
      });
    }
    return file;
  }

  // Those of her cities whose address nobody is told.
  async function callable(cities, index) {
    const files = await Promise.all(cities.map(function (city) { return get("by-phone/" + city + ".json", index.anew); }));
    return files.reduce(function (rows, file) { return rows.concat(read(file, index)); }, []).map(function (row) {
      return Object.assign(row, { confidential: true });
    });
  }

  function read(file, index) {
    return file.id.map(function (id, at) {
      const kind = index.kinds[file.kind[at]];
      return {
        id: id, url: "/stations/" + id + "/", name: file.name[at], kind: kind[0], kindName: kind[1], phone: file.phone[at],
        county: file.counties[file.county[at]],
        hours: file.hours[at] < 0 ? null : file.timetables[file.hours[at]],
        services: words(index.services, file.services[at]), facilities: words(index.facilities, file.facilities[at]),
        audience: words(index.audience, file.audience[at]),
      };
    });
  }

  function words(all, bits) {
    return all.filter(function (word, at) { return bits >> at & 1; });
  }

  // --- distances on the mean sphere, as search::coord has them

  function metres(a, b) {
    const north = Math.sin((b.lat - a.lat) * RAD / 2), east = Math.sin((b.lon - a.lon) * RAD / 2);
    const h = north * north + Math.cos(a.lat * RAD) * Math.cos(b.lat * RAD) * east * east;
    return 2 * EARTH * Math.asin(Math.sqrt(Math.min(1, h)));
  }

  // To the parallels of a box; no point of it is nearer.
  function northward(at, box) {
    return EARTH * RAD * Math.max(0, box[1] / STEP - at.lat, at.lat - box[3] / STEP);
  }

  // To the nearest point of a box of degrees.
  function toBox(at, box) {
    const west = box[0] / STEP, south = box[1] / STEP, east = box[2] / STEP, north = box[3] / STEP;
    if (west <= at.lon && at.lon <= east) return northward(at, box);
    return Math.min(toEdge(at, west, south, north), toEdge(at, east, south, north));
  }

  // To the nearest point of a piece of a meridian.
  function toEdge(at, lon, south, north) {
    const foot = Math.atan2(Math.sin(at.lat * RAD), Math.cos(at.lat * RAD) * Math.cos((lon - at.lon) * RAD)) / RAD;
    return Math.min.apply(null, [south, north, Math.max(south, Math.min(north, foot))].map(function (lat) {
      return metres(at, { lat: lat, lon: lon });
    }));
  }
})();
