// A rectangle of cells, from the cell in focus to another: Shift with an arrow or a click. It is marked in the table and
// said in words.

import { cellOf, form } from "./cells.js";
import { lines, placeOf, wordsOf } from "./places.js";
import { say } from "./strip.js";

let from = null;
let to = null;

const between = (one, other) => [Math.min(one, other), Math.max(one, other)];
// The lines of cells chosen, [] for a line that has none; one cell when nothing more is.
export function chosen() {
  const all = lines();
  const start = placeOf(from || cellOf(document.activeElement), all);
  if (!start) return [];
  const end = (to && placeOf(to, all)) || start;
  const [top, bottom] = between(start.line, end.line);
  const [left, right] = between(start.column, end.column);
  return all.slice(top, bottom + 1).map((cells) => cells.slice(left, right + 1));
}
export const isRange = () => Boolean(to && to !== from);

function mark() {
  form.querySelectorAll("[data-chosen]").forEach((cell) => cell.removeAttribute("data-chosen"));
  if (isRange()) chosen().flat().forEach((cell) => cell.setAttribute("data-chosen", ""));
}
export function choose(cell) {
  from = from || cellOf(document.activeElement);
  to = cell;
  mark();
  const picked = chosen();
  const width = Math.max(...picked.map((cells) => cells.length));
  say(`选中 ${picked.length} 行 × ${width} 列，从${wordsOf(from)}到${wordsOf(to)}。Ctrl+C 复制，Delete 清空，Esc 取消。`);
}
export function unchoose() {
  if (!from) return;
  [from, to] = [null, null];
  mark();
}

const STEPS = { up: [-1, 0], down: [1, 0], left: [0, -1], right: [0, 1] };
export function stretch(way) {
  const all = lines();
  const end = placeOf(to || cellOf(document.activeElement), all);
  if (!end) return;
  const [down, along] = STEPS[way];
  let line = end.line + down;
  while (all[line] && !all[line].length) line += down; // over the headings of groups
  const cell = all[line]?.[end.column + along];
  if (cell?.dataset.cell) choose(cell);
}

form.addEventListener("focusin", ({ target }) => { if (cellOf(target) !== from) unchoose(); });
form.addEventListener("input", (event) => { if (event.isTrusted) unchoose(); });
form.addEventListener("mousedown", (event) => {
  const cell = cellOf(event.target);
  const here = cellOf(document.activeElement);
  if (!event.shiftKey || !cell || !here || cell === here) return;
  event.preventDefault(); // the focus stays where the rectangle begins
  choose(cell);
});
