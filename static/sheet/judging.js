// 边填边审: the sheet's rules judged while somebody types, and the cells that work themselves out. It is not the server's
// word: 数据审核 is. Rules come once for every firm, what they read beside the sheet once for this filing; where
// something is not known nothing is said, and without them the form is what it was.
/* global judging */

import { meaningOf, readFigure } from "./amounts.js";
import { form, hasChanges, measureOf, valueOf } from "./cells.js";
import { complete, findingsOf, restsOn, valueIn } from "./completing.js";
import { offerToExplain, openTheExplanation } from "./explaining.js";
import { drawList } from "./findings.js";
import { drawMarks, forgetMarks } from "./marks.js";
import { drawPast } from "./past.js";
import { read } from "./reading.js";
import { grouped, placeOf, rowOf } from "./telling.js";

let rules = null;
let known = null;
let waits = false;
const workedOutHere = new Set(); // automatic cells that hold what this script found, not the server
let atFocus = { field: null, typed: null }; // what stood in the field when the cursor came to it

// What each cell says. A text that cannot be read is not judged, nor found fault with, while it is being typed.
function readCells() {
  const found = new Map();
  for (const [key, typed] of typedTexts()) {
    const [text, value, problem] = known.read[key] ?? [];
    let made = read(typed, rules.cells[key], rules);
    if (made.unsure && text === typed.trim()) made = problem ? { problem: inCell(problem, key) } : { value };
    found.set(key, made.problem && isUnderway(key) ? { unsure: true } : made);
  }
  return found;
}
function typedTexts() {
  const texts = new Map();
  for (const field of form.elements) {
    const { name: key, type } = field;
    if (!rules.cells[key]) continue;
    if (type === "hidden") texts.set(key, texts.get(key) ?? ""); // beside the boxes of several codes
    else if (type !== "checkbox") texts.set(key, meant(field));
    else if (field.checked) texts.set(key, [texts.get(key), field.value].filter(Boolean).join(","));
  }
  return texts;
}
// A figure as it is meant, which is what a save would send; 1.2亿 already as what the row's unit will make of it.
function meant(field) {
  const measure = field === document.activeElement && measureOf(field);
  const read = measure ? readFigure(field.value, measure) : null;
  return read?.isWorkedOut ? meaningOf(read.shape) : valueOf(field);
}
function isUnderway(key) {
  const { field, typed } = atFocus;
  return field === document.activeElement && field.name === key && field.value !== typed;
}
// The server's sentence without its place, which goes without saying in the cell.
function inCell(sentence, key) {
  const place = `${placeOf(key, rules)}：`;
  return sentence.startsWith(place) ? sentence.slice(place.length, -1) : sentence;
}

function judge() {
  waits = false;
  if (!rules || !known) return;
  const typed = readCells();
  const completed = complete(rules, known, typed);
  drawAutomatic(completed);
  const isBegun = hasChanges() || form.elements.version.value !== "0";
  const found = isBegun ? findingsOf(rules, completed) : [];
  const problems = [...typed].filter(([, { problem }]) => problem).map(([key, { problem }]) => ({ key, problem: `${problem}。` }));
  const judged = { rules, known, completed, problems, missing: isBegun ? completed.missing : [], ...told(found) };
  judged.isDoubtful = (rule) => completed.unsure.size > 0
    && rules.conditions.some((each) => each.rule === rule && restsOn(each, rules, completed.unsure));
  drawMarks(judged, { isBegun });
  drawList(judged, { isBegun });
  drawPast(judged);
  document.dispatchEvent(new CustomEvent("judged", { detail: judged }));
}

// Judged once for all that happens in one turn: a block that is pasted changes many cells.
function judgeSoon() {
  if (waits) return;
  waits = true;
  queueMicrotask(judge);
}

// While the unit of a figure is in doubt, how much it grew can wait; what is explained with the same figures is no news.
function told(found) {
  const rowsOf = ({ cells }) => cells.map(rowOf);
  const doubtful = new Set(found.filter(({ rule, level }) => level === "error" && rules.doubts.includes(rule)).flatMap(rowsOf));
  const toTell = found.filter((each) => !rules.can_wait.includes(each.rule) || !rowsOf(each).some((row) => doubtful.has(row)));
  const explanationOf = ({ number, figures }) => known.said.find(
    (said) => said.condition === number && isAlike(said.figures, figures));
  const warnings = toTell.filter(({ level }) => level === "warning").map(
    (each) => ({ ...each, explanation: explanationOf(each)?.words }));
  return {
    errors: toTell.filter(({ level }) => level === "error"),
    explained: warnings.filter(({ explanation }) => explanation !== undefined),
    warnings: warnings.filter(({ explanation }) => explanation === undefined),
  };
}
const isAlike = (one, other) => {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
};

// What was worked out here goes again when a figure it rests on is no figure for the moment; the server's stays.
function drawAutomatic(completed) {
  for (const plan of rules.plans) {
    const { key } = plan, isUnsure = completed.unsure.has(key);
    if (rules.cells[key]?.table !== rules.table || (isUnsure && !workedOutHere.has(key))) continue;
    const place = document.getElementById(`cell-${key}`);
    if (!place || !place.classList.contains("locked-figure")) continue;
    const shown = isUnsure ? "" : show(valueIn(completed, plan), plan, rules);
    if (shown === (place.querySelector(".none") ? "" : place.textContent.trim())) continue;
    workedOutHere.add(key);
    place.replaceChildren(shown || nothing(place.title));
  }
}
function show(value, { key, places = 0 }, { cells, lists }) {
  if (value === null) return "";
  if (typeof value === "object") {
    const needed = (judging.plain(value).split(".")[1] ?? "").length;
    return grouped(value, Math.max(places, needed));
  }
  const entry = lists[cells[key].list]?.find(([code]) => code === value);
  return entry ? entry.join(" ") : value;
}
function nothing(why) {
  const dash = document.createElement("span");
  dash.className = "none";
  dash.setAttribute("aria-label", why);
  dash.textContent = "—";
  return dash;
}

async function json(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  const isJson = (answer.headers.get("Content-Type") ?? "").startsWith("application/json");
  return answer.ok && isJson ? answer.json() : null; // signed out, or the server in trouble: nothing is known
}
async function ask() {
  try {
    const [its, beside] = await Promise.all([rules ?? json(form.dataset.rules), json(form.dataset.known)]);
    rules = its;
    known = beside ?? known;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // fetch throws no other for the line
    return;
  }
  judgeSoon();
}

if (form.dataset.rules) {
  form.addEventListener("input", judgeSoon);
  form.addEventListener("change", judgeSoon);
  form.addEventListener("focusin", ({ target }) => {
    atFocus = { field: target, typed: target.value };
    judgeSoon();
  });
  form.addEventListener("focusout", () => setTimeout(judgeSoon)); // when the cell has lost the focus
  // Another tab of this filing may have changed what stands beside the sheet.
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") ask(); });
  document.body.addEventListener("explained", ask);
  // The server's words have come in the place of what was drawn, or what was typed is stored now.
  const again = new MutationObserver(drawAnew);
  const watch = () => {
    again.observe(document.querySelector(".aside"), { childList: true });
    again.observe(document.getElementById("beside"), { childList: true });
    again.observe(form.elements.version, { attributes: true, attributeFilter: ["value"] });
  };
  function drawAnew() {
    forgetMarks();
    workedOutHere.clear();
    judge();
    offerToExplain(known);
    openTheExplanation();
    again.takeRecords(); // of what was drawn just now
    watch(); // what is beside the form may be another element
  }
  form.addEventListener("redrawn", () => queueMicrotask(drawAnew));
  watch();
  ask().then(() => offerToExplain(known));
}
