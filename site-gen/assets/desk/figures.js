// The figures of the desk: tables, with drawings of what may be drawn of them, and files to take away. Counts, never threads.

/** How many months, quarters and years back can be chosen, with the one that goes on. */
const [MONTHS_BACK, QUARTERS_BACK, YEARS_BACK] = [24, 8, 6];

/** In units of a drawing: how wide it is and one of its characters, how high a label and a bar with what is around them. */
const [DRAWING_WIDE, LETTER_WIDE, LABEL_HIGH, BAR_HIGH] = [320, 13, 22, 18];

/** Shows the figures of a period (`2026`, `2026-Q4`, `2026-11`); `back` is where one goes from here. */
async function showFigures(back, period = "", below = false) {
  const mine = newTurn();
  const wanted = (known) => `below=${below}${known ? `&period=${known}` : ""}`;
  const report = await call("GET", `/desk/figures?${wanted(period)}`);
  if (mine !== runningTurn()) return;
  const pick = el("select", { id: "period" }, ...periods(report));
  pick.value = report.period;
  const under = tick("below", "连下级工作台的一起算", below);
  const other = () => busy(pick, "", () => showFigures(back, pick.value, under.box.checked));
  pick.addEventListener("change", other);
  under.box.addEventListener("change", other);
  const file = (format, text) => el("a", {
    class: "button quiet", download: true, href: `/api/v1/desk/figures/file?${wanted(report.period)}&format=${format}`,
  }, text);
  show("统计", [
    el("p", { class: "actions" }, button("回去", back, "quiet")),
    field("时间", pick), under.line,
    report.unfinished ? el("p", { class: "meta" }, "这段时间还没有过完，数还会变。") : "",
    el("p", { class: "actions" }, file("xlsx", "存成 Excel"), file("csv", "存成 CSV"), file("md", "工作报告草稿")),
    el("p", { class: "meta" }, "存下来会记进操作记录。只有数，没有人，也没有事。"),
    ...report.tables.map(figureTable),
  ]);
}

/** What can be chosen: months, quarters and years back, and the period that is shown. */
function periods({ period, title }) {
  const now = new Date();
  const [year, month] = [now.getFullYear(), now.getMonth()];
  const back = (many, of) => Array.from({ length: many }, (none, at) => of(at));
  const dayOf = (ago) => new Date(year, month - ago, 1);
  const lists = [
    ["月", back(MONTHS_BACK, (ago) => monthOf(dayOf(ago)))],
    ["季", back(QUARTERS_BACK, (ago) => quarterOf(dayOf(3 * ago)))],
    ["年", back(YEARS_BACK, (ago) => ({ code: `${year - ago}`, text: `${year - ago} 年` }))],
  ];
  const shown = lists.map(([label, listed]) => el("optgroup", { label }, ...listed.map(({ code, text }) => option(code, text))));
  if (!lists.some(([, listed]) => listed.some(({ code }) => code === period))) shown.unshift(option(period, title));
  return shown;
}

/** The month of a day. */
function monthOf(day) {
  const [year, month] = [day.getFullYear(), day.getMonth() + 1];
  return { code: `${year}-${String(month).padStart(2, "0")}`, text: `${year} 年 ${month} 月` };
}

/** The quarter of a day. */
function quarterOf(day) {
  const [year, quarter] = [day.getFullYear(), Math.floor(day.getMonth() / 3) + 1];
  return { code: `${year}-Q${quarter}`, text: `${year} 年第 ${quarter} 季度` };
}

function figureTable({ id, title, heading, columns, rows, note }) {
  const number = (value, percent) => el("td", { class: "far" }, value === null ? "—" : `${value}${percent ? "%" : ""}`);
  const line = ({ label, values, percent }) => el("tr", {}, el("th", { scope: "row" }, label),
    ...values.map((value, at) => number(value, percent || columns[at].kind === "percent")));
  const head = el("tr", {}, el("th", { scope: "col" }, heading), ...columns.map(({ name }) => el("th", { scope: "col", class: "far" }, name)));
  const part = el("section", { "data-part": id }, el("h3", {}, title));
  const counted = columns.map(({ name, kind }, at) => ({ name, kind, at })).filter(({ kind }) => kind === "count" || kind === "share");
  if (!rows.length) part.append(el("p", {}, "没有。"));
  else if (counted.length) part.append(bars(title, counted, rows));
  const scroll = { class: "scroll", role: "region", "aria-label": `${title}，表`, tabindex: 0 };
  if (rows.length) part.append(el("div", scroll, el("table", {}, el("thead", {}, head), el("tbody", {}, ...rows.map(line)))));
  if (note) part.append(el("p", { class: "meta" }, note));
  return part;
}

/** A bar for each number of each row that may be drawn, all on one scale; the numbers stand in the table below. */
function bars(title, counted, rows) {
  // A share of nothing is none of the parts of the whole. A count of nothing is told.
  const told = ({ values }) => counted.filter(({ kind, at }) => kind === "count" || values[at]).map(({ name, at }) => ({ value: values[at], words: `${name} ${values[at]}` }));
  const groups = rows.map((row) => ({ label: row.label, lines: told(row) }));
  const lines = [].concat(...groups.map((group) => group.lines));
  const most = Math.max(1, ...lines.map(({ value }) => value));
  // What stands beside the longest bar must fit, too.
  const widest = DRAWING_WIDE - LETTER_WIDE * Math.max(...lines.map(({ words }) => words.length));
  const names = counted.map(({ name }) => name).join("、");
  const high = groups.length * LABEL_HIGH + lines.length * BAR_HIGH;
  const drawing = drawn("svg", { class: "bars", viewBox: `0 0 ${DRAWING_WIDE} ${high}`, role: "img", "aria-label": `${title}：${names}，数在下面的表里` });
  let top = 0;
  const write = (x, y, text) => {
    const words = drawn("text", { x, y });
    words.textContent = text;
    drawing.append(words);
  };
  for (const { label, lines: under } of groups) {
    write(0, top + 16, label);
    top += LABEL_HIGH;
    for (const { value, words } of under) {
      const width = Math.round(value / most * widest);
      drawing.append(drawn("rect", { x: 0, y: top, width, height: 12 }));
      write(width && width + 6, top + 11, words);
      top += BAR_HIGH;
    }
  }
  return drawing;
}
