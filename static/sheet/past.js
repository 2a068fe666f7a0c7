// Beside the cell in focus: what the firm filed in its row before, the growth, and its own line over the last periods, with
// the figures in a table. The last point is what is typed now.
/* global judging */

import { form } from "./cells.js";
import { valueIn } from "./completing.js";
import { figure, rowOf } from "./telling.js";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT, LEFT, TOP, BOTTOM, RIGHT] = [300, 96, 6, 18, 20, 6];
const ROOM = 170; // for two figures side by side
const WORDS = { prev: "上期", year_ago: "去年同期", last_annual: "上年" };
const GROWTH = { year_ago: "同比", last_annual: "比上年" };

let row = "";
form.addEventListener("focusin", ({ target }) => { row = target.closest("tr")?.dataset.row ?? row; });

const element = (name, facts = {}, ...children) => {
  const made = Object.assign(document.createElement(name), facts);
  made.append(...children);
  return made;
};
const drawnAs = (name, attributes, words = "") => {
  const made = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  made.textContent = words;
  return made;
};

let drawn = "";
export function drawPast(judged) {
  const notes = document.getElementById("row-notes");
  if (!notes || !row) return;
  const place = document.getElementById("past") ?? placeBefore(notes);
  const series = seriesOf(row, judged);
  const signature = `${row}|${series?.now ? judging.plain(series.now) : ""}`;
  if (place.hasChildNodes() && signature === drawn) return;
  drawn = signature;
  place.hidden = !series;
  place.replaceChildren(...(series ? [beside(series), ...line(series)] : []));
}
function placeBefore(notes) {
  const place = element("section", { id: "past", hidden: true });
  place.setAttribute("aria-label", "这一行以往的数");
  notes.before(place);
  return place;
}

function seriesOf(row, { rules, known, completed }) {
  const key = Object.keys(known.past.figures).find((cell) => rowOf(cell) === row);
  if (!key || completed.unsure.has(key)) return null;
  const figures = known.past.figures[key].map((text) => text && judging.decimal(text));
  const { name, unit = "" } = rules.cells[key];
  return {
    ...known.past, figures, unit, title: `${row} ${name}`, now: valueIn(completed, { key, figure: true }),
    thisPeriod: known.past.now, isCumulative: known.past.cumulative.includes(key),
  };
}

const labelOf = ([year, month]) => (month ? `${year}年${month}月` : `${year}年`);

// 上期 800.00 万元，去年同期 900.00 万元，同比 11.1%
function beside({ before, figures, now, unit, periods }) {
  const facts = Object.entries(before).filter(([, at]) => figures[at]).map(([word, at]) => {
    const grown = now && GROWTH[word] ? judging.value(["growth", ["n", judging.plain(now)], ["n", judging.plain(figures[at])]], null) : null;
    return [`${WORDS[word]}（${labelOf(periods[at])}）`, figure(figures[at], unit), grown ? `${GROWTH[word]} ${figure(grown)}%` : ""];
  });
  return element("p", { className: "beside-cell", textContent: facts.map((parts) => parts.filter(Boolean).join(" ")).join("；") });
}

// Nothing to draw with one period alone.
function line(series) {
  const points = [...series.figures.map((value, at) => ({ value, period: series.periods[at] })), { value: series.now, period: series.thisPeriod }];
  const filled = points.filter(({ value }) => value);
  if (filled.length < 2) return [];
  return [chart(points, series), tableOf(points, series)];
}

function chart(points, { title, unit, isCumulative }) {
  const amounts = points.map(({ value }) => value && Number(judging.plain(value))); // only where a point is drawn
  const given = amounts.filter((amount) => amount !== null);
  const [least, most] = [Math.min(0, ...given), Math.max(0, ...given)];
  const x = (at) => LEFT + (at * (WIDTH - LEFT - RIGHT)) / (points.length - 1);
  const y = (amount) => TOP + ((most - amount) * (HEIGHT - TOP - BOTTOM)) / (most - least || 1);
  const picture = drawnAs("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "line-chart past-line", role: "img" });
  const first = points.find(({ value }) => value).period;
  const words = `${title}：${labelOf(first)}以来${isCumulative ? "各期累计" : "各期"}`;
  picture.setAttribute("aria-label", `${words}，数据见下表`);
  picture.append(drawnAs("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: y(0), y2: y(0) }));
  for (const stretch of stretches(points, isCumulative)) {
    picture.append(drawnAs("polyline", { points: stretch.map((at) => `${x(at)},${y(amounts[at])}`).join(" ") }));
  }
  points.forEach(({ value }, at) => {
    if (value) picture.append(drawnAs("circle", { cx: x(at), cy: y(amounts[at]), r: at === points.length - 1 ? 3.5 : 2 }));
  });
  labels(points, { x, y, amounts, unit }).forEach((label) => picture.append(label));
  return element("figure", { className: "past-figure" }, element("figcaption", { className: "hint", textContent: words }), picture);
}

// A line is broken where nothing was filed, and a cumulative one where a year begins anew.
function stretches(points, isCumulative) {
  const found = [];
  let open = null;
  points.forEach(({ value, period }, at) => {
    const begins = !open || (isCumulative && period[1] && period[0] !== points[at - 1].period[0]);
    if (!value) open = null;
    else if (begins) found.push((open = [at]));
    else open.push(at);
  });
  return found;
}

// The last figure stands at its point, and the first where there is room; below, from when to when.
function labels(points, { x, y, amounts, unit }) {
  const filled = points.map((_, at) => at).filter((at) => points[at].value);
  const [first, last] = [filled[0], filled[filled.length - 1]];
  const places = x(last) - x(first) > ROOM ? [[first, "start"], [last, "end"]] : [[last, "end"]];
  return [
    ...places.map(([at, anchor]) => drawnAs(
      "text", { x: x(at), y: y(amounts[at]) - 7, "text-anchor": anchor }, figure(points[at].value, unit))),
    drawnAs("text", { x: LEFT, y: HEIGHT - 5 }, labelOf(points[0].period)),
    drawnAs("text", { x: WIDTH - RIGHT, y: HEIGHT - 5, "text-anchor": "end" }, labelOf(points[points.length - 1].period)),
  ];
}

function tableOf(points, { unit }) {
  const rows = points.filter(({ value }) => value).map(({ value, period }) => element("tr", {},
    element("th", { scope: "row", textContent: labelOf(period) }), element("td", { className: "num", textContent: figure(value) })));
  const head = element("tr", {}, element("th", { scope: "col", textContent: "报告期" }),
    element("th", { scope: "col", className: "num", textContent: unit || "数" }));
  return element("details", { className: "past-table" }, element("summary", { textContent: "各期的数" }),
    element("table", { className: "table" }, element("thead", {}, head), element("tbody", {}, ...rows)));
}
