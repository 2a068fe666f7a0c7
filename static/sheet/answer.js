// What the server's answer to a press changes on the page (reporting/firm/views/sheet.py says what an answer holds).

import { cellsIn, controlsIn, describe, form, isChangedIn, putText, remember, textOf } from "./cells.js";
import { dispute, isDisputed } from "./dispute.js";
import { reenter } from "./entering.js";
import { offerToSay, showNote } from "./notes.js";

const SAID = ["has-error", "is-blank", "has-warning", "returned"];
const cellCalled = (key) => document.getElementById(`cell-${key}`)?.closest("[data-cell]");

// What others stored meanwhile takes the place of what nobody touched here; where somebody did, both are shown.
// Returns whose it was and how many cells gave way.
export function takeOthers(others) {
  const names = new Set();
  let cells = 0;
  for (const [key, theirs] of Object.entries(others)) {
    const cell = cellCalled(key);
    if (!cell || !controlsIn(cell).length) continue;
    if (isDisputed(cell) || isChangedIn(cell)) { dispute(cell, theirs); continue; }
    if (textOf(cell) === theirs.text) continue;
    putText(cell, theirs.text);
    if (cell.contains(document.activeElement)) reenter();
    names.add(theirs.by);
    cells += 1;
  }
  return { names: [...names].join("、"), cells };
}
export function showDisputes(theirs) {
  const cells = Object.entries(theirs).map(([key, one]) => [cellCalled(key), one]).filter(([cell]) => cell);
  cells.forEach(([cell, one]) => dispute(cell, one));
  return cells.length;
}

// Automatic figures, what is said of cells, title, tabs, bar and findings, as they are after 保存 and 数据审核.
export function takeOver(said) {
  document.getElementById("standing").textContent = said.title;
  cellsIn(form).forEach((cell) => sayOf(cell, said.says[cell.dataset.cell]));
  takeFigures(said.figures);
  replaceParts(new DOMParser().parseFromString(said.html, "text/html"), ["tabs", "bar", "found"]);
  document.querySelectorAll("[data-unsaved]").forEach((notice) => notice.remove());
}
function sayOf(cell, said) {
  const marks = said ? said.marks.split(" ") : [];
  SAID.forEach((mark) => cell.classList.toggle(mark, marks.includes(mark)));
  const place = cell.querySelector(".cell-says");
  if (place) { place.textContent = said ? said.words : ""; place.hidden = !said; }
  for (const field of controlsIn(cell).filter((one) => one.id)) {
    if (said?.wrong) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
    if (place) describe(field, place.id, Boolean(said));
  }
}

// A cell that opens or closes with what was typed elsewhere is drawn by the server: the page is asked for once more.
function takeFigures(figures) {
  const turned = [];
  for (const cell of cellsIn(form)) {
    const shown = figures[cell.dataset.cell], place = cell.querySelector(".locked-figure");
    if ((shown === undefined) !== (place === null)) turned.push(cell);
    else if (place && place.textContent.trim() !== (shown || "—")) show(place, shown);
  }
  if (turned.length) redraw(turned);
}
function show(place, shown) {
  const none = document.createElement("span");
  Object.assign(none, { className: "none", textContent: "—" });
  none.setAttribute("role", "img");
  none.setAttribute("aria-label", place.title);
  place.replaceChildren(shown || none);
}
async function redraw(cells) {
  const answer = await fetch(form.action, { headers: { "HX-Request": "true" } });
  if (!answer.ok) return; // the next press asks again
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const theirs = new Map(cellsIn(page).map((cell) => [cell.dataset.cell, cell]));
  for (const cell of cells) {
    const drawn = theirs.get(cell.dataset.cell);
    if (!drawn || cell.contains(document.activeElement) || isChangedIn(cell)) continue;
    cell.className = drawn.className;
    cell.replaceChildren(...drawn.childNodes);
    controlsIn(cell).forEach(remember);
    cell.dispatchEvent(new CustomEvent("redrawn", { bubbles: true }));
  }
}

function replaceParts(page, ids) {
  const row = document.activeElement?.closest?.("tr")?.dataset.row;
  const seen = document.getElementById("tabs")?.scrollLeft;
  for (const id of ids) {
    const fresh = page.getElementById(id);
    const old = document.getElementById(id);
    if (!fresh || !old) continue;
    old.replaceWith(fresh);
    window.htmx?.process(fresh);
  }
  document.getElementById("tabs").scrollLeft = seen;
  offerToSay();
  if (row) showNote(row);
}
