// 其余填 0: what is still empty of the table, or of a group of its rows, is filled with 0 by one press and told of; one
// step takes it back. Only figures of which there can be none, in cells that are open: no text, no code, no share, and
// what was filed before (去年同期, 上期, 年初) by a button of its own, for a 0 there says that there was none then.

import { cellsIn, form, textOf } from "./cells.js";
import { act, undo } from "./edits.js";
import { reenter } from "./entering.js";
import { isOfInputMethod } from "./ime.js";
import { button, offer, once, show } from "./less.js";
import { controlOf, table, wordsOf } from "./places.js";
import { tell } from "./strip.js";
import { take } from "./taking.js";

const FEWEST_ROWS = 2; // a group of one row needs no button
let closed = new Set(); // cells that what was typed has closed meanwhile

export const isOpenFor = (cell, kind) => cell.dataset.zero === kind && controlOf(cell) !== null
  && textOf(cell) === "" && !closed.has(cell.dataset.cell);
const ofKind = (kind) => cellsIn(form).filter((cell) => cell.dataset.zero === kind);
const [own, past] = [ofKind("own"), ofKind("past")];
const openOf = (cells) => cells.filter((cell) => isOpenFor(cell, cell.dataset.zero));
const allRows = [...table.tBodies].flatMap((body) => [...body.rows]);

function fill(cells, where) {
  if (!cells.length) { tell(`${where}没有可以填 0 的空格。`); return; }
  const what = `${where}的空格填 0`;
  act(what, new Map(cells.flatMap((cell) => [...take(cell, "0").contents])));
  reenter();
  const rows = new Set(cells.map((cell) => cell.closest("tr")));
  const entries = cells.map((cell) => ({ key: cell.dataset.cell, words: "0" }));
  tell(`${what}：${rows.size} 行，${cells.length} 格。Ctrl+Z 撤销。`, [{ title: "填 0", entries }], undo);
}

// The table

const fillTable = () => fill(openOf(own), "本表其余");
const tableButton = offer(fillTable);
tableButton.setAttribute("aria-keyshortcuts", "Alt+0");
tableButton.title = "Alt+0";

document.addEventListener("keydown", (event) => {
  if (event.code !== "Digit0" || !event.altKey || event.ctrlKey || event.metaKey || isOfInputMethod(event)) return;
  event.preventDefault();
  if (event.shiftKey) fillGroupAt(event.target);
  else fillTable();
});

// Its groups: the rows under a heading, or those that a row is made up of. Where two are of the same rows, or one is of
// the whole table, one button is enough.

const fillable = new Set(own.filter(controlOf).map((cell) => cell.closest("tr")));
const isFillable = (row) => fillable.has(row);
const rowsOf = (head) => (head.dataset.row ? partsOf([head.dataset.row]) : rowsUnder(head)).filter(isFillable);
function partsOf(codes) {
  const parts = allRows.filter((row) => codes.includes(row.dataset.of));
  return parts.length ? [...parts, ...partsOf(parts.map((row) => row.dataset.row))] : [];
}
function rowsUnder(heading) {
  const first = heading.nextElementSibling;
  if (!first?.dataset.row) return [];
  const heads = first.dataset.of ? allRows.filter((row) => row.dataset.of === first.dataset.of) : [first];
  return [...heads, ...partsOf(heads.map((row) => row.dataset.row))];
}
function groupsOf(heads) {
  const found = new Map([[named(allRows.filter(isFillable)), null]]);
  for (const head of heads) {
    const rows = rowsOf(head);
    if (rows.length >= FEWEST_ROWS && !found.has(named(rows))) found.set(named(rows), { head, rows });
  }
  return [...found.values()].filter(Boolean);
}
const named = (rows) => rows.map((row) => row.dataset.row).sort().join();
const nameOf = (head) => (head.dataset.row ? wordsOf(cellsIn(head)[0]).split("，")[0] : head.cells[0].textContent.trim());

const groups = groupsOf([...allRows.filter((row) => !row.dataset.row), ...allRows.filter((row) => row.dataset.row)]);
groups.forEach((group) => {
  const { head, rows } = group, name = nameOf(head);
  group.cells = own.filter((cell) => rows.includes(cell.closest("tr")));
  group.fill = () => fill(openOf(group.cells), `“${name}”一组其余`);
  group.button = button(group.fill, "btn btn-quiet btn-small group-zero no-print");
  group.button.tabIndex = -1; // Tab goes from cell to cell: by keys the group is filled from within
  group.button.setAttribute("aria-keyshortcuts", "Alt+Shift+0");
  group.button.title = "光标在这一组里时 Alt+Shift+0";
  group.name = name;
  (head.dataset.row ? head.cells[0] : head.cells[1]).append(group.button);
});

function fillGroupAt(place) {
  const row = place.closest("tr");
  const [least] = groups.filter(({ head, rows }) => head === row || rows.includes(row)).sort((one, other) => one.rows.length - other.rows.length);
  if (least) least.fill();
  else tell("光标所在的行不属于哪一组。Alt+0 填本表其余的。");
}

// What was filed before, a button to each column

const ASSERTS = "只在当时确实没有发生额时按；不知道的可以空着";
const columns = new Map();
past.forEach((cell) => columns.set(cell.cellIndex, [...(columns.get(cell.cellIndex) ?? []), cell]));
const columnButtons = [...columns].map(([index, cells]) => {
  const name = `“${table.tHead.rows[0].cells[index].textContent.trim()}”`;
  const its = offer(() => fill(openOf(cells), name));
  its.title = ASSERTS;
  return { name, cells, button: its };
});

function draw() {
  const here = openOf(own);
  show(tableButton, here.length ? `其余填 0（${here.length} 格）` : "");
  const open = new Set(here);
  groups.forEach(({ name, cells, button: its }) => {
    const number = cells.filter((cell) => open.has(cell)).length;
    show(its, number ? `其余填 0（${number}）` : "");
    its.setAttribute("aria-label", `${its.textContent}，${name}`);
  });
  columnButtons.forEach(({ name, cells, button: its }) => {
    const number = openOf(cells).length;
    show(its, number ? `${name}也填 0（${number} 格）` : "");
  });
}
const drawSoon = once(draw);
form.addEventListener("input", drawSoon);
form.addEventListener("redrawn", drawSoon);
document.addEventListener("judged", ({ detail: { completed } }) => {
  closed = new Set([...completed.locked].filter((key) => !completed.overridden.has(key)));
  drawSoon();
});
draw();
