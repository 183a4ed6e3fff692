// The figures of the desk: tables, each with a drawing of its first numbers, and files to take away. Counts, never threads.

/** From one bar to the next, and the longest, in units of the drawing. */
const [BAR_STEP, WIDEST_BAR] = [40, 300];

/** Shows the figures of a period (`2026`, `2026-Q4`, `2026-11`); `back` is where one goes from here. */
async function showFigures(back, period = "", below = false) {
  const mine = newTurn();
  const wanted = (known) => `below=${below}${known ? `&period=${known}` : ""}`;
  const report = await call("GET", `/desk/figures?${wanted(period)}`);
  if (mine !== runningTurn()) return;
  const pick = choice("period", periods(report), { chosen: report.period });
  pick.querySelector("option").remove();
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

/** The months of a year back, its quarters, two years; and the period that is shown. */
function periods({ period, title }) {
  const now = new Date();
  const listed = [];
  for (let back = 0; back <= 12; back += 1) {
    const day = new Date(now.getFullYear(), now.getMonth() - back, 1);
    const [year, month] = [day.getFullYear(), day.getMonth() + 1];
    listed.push({ code: `${year}-${String(month).padStart(2, "0")}`, text: `${year} 年 ${month} 月` });
  }
  for (let back = 0; back <= 4; back += 1) {
    const day = new Date(now.getFullYear(), now.getMonth() - 3 * back, 1);
    const [year, quarter] = [day.getFullYear(), Math.floor(day.getMonth() / 3) + 1];
    listed.push({ code: `${year}-Q${quarter}`, text: `${year} 年第 ${quarter} 季度` });
  }
  for (const year of [now.getFullYear(), now.getFullYear() - 1]) listed.push({ code: `${year}`, text: `${year} 年` });
  if (!listed.some(({ code }) => code === period)) listed.unshift({ code: period, text: title });
  return listed;
}

function figureTable({ id, title, heading, columns, rows, note }) {
  const number = (value, percent) => el("td", { class: "far" }, value === null ? "—" : `${value}${percent ? "%" : ""}`);
  const line = ({ label, values, percent }) => el("tr", {}, el("th", { scope: "row" }, label), ...values.map((value) => number(value, percent)));
  const head = el("tr", {}, el("th", { scope: "col" }, heading), ...columns.map((name) => el("th", { scope: "col", class: "far" }, name)));
  const part = el("section", { "data-part": id }, el("h3", {}, title));
  if (!rows.length) part.append(el("p", {}, "没有。"));
  // What is beside a year before is no part of a whole: bars would compare what can't be compared.
  else if (id !== "totals") part.append(bars(`${title}，${columns[0]}`, rows));
  if (rows.length) part.append(el("div", { class: "scroll" }, el("table", {}, el("thead", {}, head), el("tbody", {}, ...rows.map(line)))));
  if (note) part.append(el("p", { class: "meta" }, note));
  return part;
}

/** A bar for the first number of each row; the numbers stand in the table below. */
function bars(title, rows) {
  const most = Math.max(1, ...rows.map(({ values }) => values[0]));
  const drawing = drawn("svg", { class: "bars", viewBox: `0 0 320 ${rows.length * BAR_STEP}`, role: "img", "aria-label": `${title}，数在下面的表里` });
  rows.forEach(({ label, values }, at) => {
    const words = drawn("text", { x: 0, y: at * BAR_STEP + 14 });
    words.textContent = `${label}　${values[0]}`;
    drawing.append(words, drawn("rect", { x: 0, y: at * BAR_STEP + 20, width: Math.round(values[0] / most * WIDEST_BAR), height: 12 }));
  });
  return drawing;
}
