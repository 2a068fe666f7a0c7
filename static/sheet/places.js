// Where the cells of the form stand: lines and columns as one sees them, and as a spreadsheet counts them.

import { cellsIn, form } from "./cells.js";

export const table = form.querySelector("table");
export const isQuestionnaire = table.classList.contains("questionnaire");
// A line of a group's heading has no cells; a place where a row has no such column is a cell without a key.
const cellsOf = (row) => (!row.dataset.row ? [] : isQuestionnaire ? cellsIn(row) : [...row.cells].slice(1));
export const lines = () => [...table.tBodies].flatMap((body) => [...body.rows]).map(cellsOf);

export const controlOf = (cell) => cell?.querySelector("input:not([type=hidden]), select") || null;
export const cellNamed = (key) => cellsIn(form).find((cell) => cell.dataset.cell === key) || null;

export function placeOf(cell, all = lines()) {
  const line = all.findIndex((cells) => cells.includes(cell));
  return line < 0 ? null : { line, column: all[line].indexOf(cell) };
}

// A cell in the words of the form.
export function wordsOf(cell) {
  const control = cell.querySelector("[aria-label]:not(.none)");
  if (control) return control.getAttribute("aria-label");
  const code = cell.closest("tr").dataset.row;
  const note = document.querySelector(`[data-note="${code}"] h3`);
  const column = isQuestionnaire ? "" : table.tHead.rows[0].cells[cell.cellIndex].textContent.trim();
  return [note ? note.textContent : code, column].filter(Boolean).join("，");
}

// The open cells along one way from a cell, nearest first.
export function openBeyond(cell, way) {
  const all = lines();
  const place = placeOf(cell, all);
  if (!place) return [];
  const isAlong = way === "left" || way === "right";
  const column = isQuestionnaire ? all.flat() : all.map((cells) => cells[place.column]);
  const road = isAlong ? all[place.line] : column;
  const at = isAlong ? place.column : isQuestionnaire ? column.indexOf(cell) : place.line;
  const ahead = way === "right" || way === "down" ? road.slice(at + 1) : road.slice(0, at).reverse();
  return ahead.filter(controlOf);
}
