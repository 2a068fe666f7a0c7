// What is said at each cell while somebody types. The server's words stand in .cell-says; where they are no longer true
// the script's stand in their place (.cell-now), and the cell is marked by data-now.

import { cellsIn, controlsIn, describe, form } from "./cells.js";
import { restsOn } from "./completing.js";

const MOST_MARKED = 6; // a finding about more cells than this marks the first one only
const BLANK = "必填";

let places = null; // looked up once: [cell, what the server says in it]
export function forgetMarks() {
  places = null;
  form.querySelectorAll("[data-now]").forEach((cell) => draw(cell, null));
}

export function drawMarks(judged, { isBegun }) {
  if (!places) places = cellsIn(form).map((cell) => [cell, cell.querySelector(".cell-says")]);
  const marks = marksOf(judged);
  for (const [cell, says] of places) {
    draw(cell, isBegun ? wordsFor(cell, says, marks.get(cell.dataset.cell), judged) : null);
  }
}

function marksOf({ rules, completed, problems, errors, warnings }) {
  const marks = new Map();
  const mark = (key, level, words) => {
    if (!marks.has(key)) marks.set(key, { error: [], warning: [] });
    const said = marks.get(key)[level];
    if (!said.includes(words)) said.push(words);
  };
  const isLocked = (key) => completed.locked.has(key) && !completed.overridden.has(key);
  const isFromThePast = (key) => isLocked(key) && rules.cells[key].carried;
  problems.forEach(({ key, problem }) => mark(key, "error", problem));
  for (const finding of [...errors, ...warnings]) {
    const isError = finding.level === "error";
    const free = finding.cells.filter((key) => !(isError ? isLocked : isFromThePast)(key));
    const marked = finding.cells.length <= MOST_MARKED ? free : free.slice(0, 1);
    marked.forEach((key) => mark(key, finding.level, `${isError ? "须修改" : "须说明"} ${finding.rule}`));
  }
  return marks;
}

// What to say in the place of the server's words; nothing where they are still true, or where only it can tell.
function wordsFor(cell, says, marks, { rules, completed, missing }) {
  const key = cell.dataset.cell;
  const servers = says && !says.hidden ? says.textContent : "";
  const parts = marks ? [...marks.error, ...marks.warning] : [];
  if (!parts.length && servers === BLANK && missing.includes(key)) return null;
  if (cell.matches(".returned, .conflict")) { // there the server's words also tell of people
    const news = parts.filter((part) => !servers.includes(part));
    return news.length ? { words: news.join("；"), tone: marks.error.length ? "error" : "warning" } : null;
  }
  if (parts.join("；") === servers) return null;
  if (completed.unsure.has(key) || isDoubted(servers, rules, completed)) return null;
  return { words: parts.join("；"), tone: !parts.length ? "fine" : marks.error.length ? "error" : "warning" };
}
const isDoubted = (servers, rules, { unsure }) => unsure.size > 0 && rules.conditions.some(
  (condition) => servers.includes(` ${condition.rule}`) && restsOn(condition, rules, unsure));

function draw(cell, now) {
  const was = cell.dataset.now ?? "";
  if (!was && !now) return;
  if (was === now?.tone && now.words === (cell.querySelector(".cell-now")?.textContent ?? "")) return;
  const id = `now-${cell.dataset.cell}`;
  if (now) cell.dataset.now = now.tone;
  else delete cell.dataset.now;
  let place = document.getElementById(id);
  if (!now?.words) place?.remove();
  else {
    if (!place) {
      place = Object.assign(document.createElement("span"), { id, className: "cell-now" });
      cell.append(place);
    }
    place.textContent = now.words;
  }
  const says = cell.querySelector(".cell-says");
  const isSaid = says && !says.hidden && (!now || cell.matches(".returned, .conflict")); // what is not seen is not heard
  for (const field of controlsIn(cell)) {
    if (says) describe(field, says.id, Boolean(isSaid));
    describe(field, id, Boolean(now?.words));
    markAsWrong(field, now);
  }
}
function markAsWrong(field, now) {
  if (now?.tone === "error") field.setAttribute("aria-invalid", "true");
  else if (now) field.removeAttribute("aria-invalid");
  else if (field.closest(".has-error")) field.setAttribute("aria-invalid", "true"); // the server's word again
  else field.removeAttribute("aria-invalid");
}
