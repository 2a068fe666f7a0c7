// Keys, as in a spreadsheet. Enter and the arrows go from cell to cell, inside a text being edited left and right stay in
// it; Tab stays the browser's own, and lists and boxes keep the keys their users expect.

import { cellOf, contentOf, form, put, tellOfInput } from "./cells.js";
import { settle } from "./edits.js";
import { edit, enter, goTo, heldAtEntry, isEditing } from "./entering.js";
import { isOfInputMethod } from "./ime.js";
import { controlOf, lines, openBeyond, placeOf } from "./places.js";
import { empty, fillDown } from "./ranges.js";
import { isRange, stretch, unchoose } from "./selection.js";
import { keep } from "./shaping.js";

const WAYS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };
const isBox = (field) => field.type === "checkbox";

// Whether the key is the control's own: its list, its boxes, the text that is being edited.
function isOwn(field, key, isShifted) {
  const isSideways = key === "ArrowLeft" || key === "ArrowRight" || key === "Home" || key === "End";
  if (field.tagName === "SELECT") return !isShifted;
  if (field.list && !isSideways) return !isShifted;
  return isEditing() && !isBox(field) && (isSideways || isShifted);
}

function leaveFor(field, cells) {
  const next = cells.length ? controlOf(cells[0]) : null;
  if (next) return goTo(next);
  if (!field.matches("input, select")) return undefined;
  keep(field);
  settle(field);
  return enter(field);
}

function boxBeside(field, way) {
  const boxes = [...cellOf(field).querySelectorAll("input[type=checkbox]")];
  return boxes[boxes.indexOf(field) + (way === "right" ? 1 : -1)];
}
function arrow(field, way) {
  const beside = isBox(field) && (way === "left" || way === "right") && boxBeside(field, way);
  if (beside) goTo(beside);
  else leaveFor(field, openBeyond(cellOf(field), way));
}

function toTheEdge(field, key, isOfTable) {
  const all = lines();
  const cells = (isOfTable ? all.flat() : all[placeOf(cellOf(field), all).line]).filter(controlOf);
  const cell = cells[key === "Home" ? 0 : cells.length - 1];
  if (cell) goTo(controlOf(cell));
}

function restore(field) {
  if (isRange()) { unchoose(); return; }
  if (isBox(field) || !field.matches("input, select")) return;
  if (contentOf(field) !== heldAtEntry()) {
    put(field, heldAtEntry());
    tellOfInput(field);
  }
  enter(field);
}

// What a key does here, or nothing when it is somebody else's.
function actOf(event, field) {
  const { key, shiftKey } = event;
  const isCommand = event.ctrlKey || event.metaKey;
  if (event.altKey) return null;
  if (isCommand) {
    if (key.toLowerCase() === "d" && !shiftKey) return fillDown;
    const isEdge = (key === "Home" || key === "End") && !shiftKey && !isEditing();
    return isEdge ? () => toTheEdge(field, key, true) : null;
  }
  if (key === "Enter") return () => leaveFor(field, openBeyond(cellOf(field), shiftKey ? "up" : "down"));
  if (key === "Escape") return () => restore(field);
  if (key === "F2") return () => edit(field);
  if (key === "Delete" && !isEditing() && !isBox(field)) return empty;
  if (WAYS[key] && !isOwn(field, key, shiftKey)) return shiftKey ? () => stretch(WAYS[key]) : () => arrow(field, WAYS[key]);
  if ((key === "Home" || key === "End") && !shiftKey && !isOwn(field, key, false)) return () => toTheEdge(field, key, false);
  return null;
}

form.addEventListener("keydown", (event) => {
  const field = event.target;
  if (!cellOf(field) || !field.matches("input, select, .locked-figure") || isOfInputMethod(event)) return;
  const act = actOf(event, field);
  if (!act) return;
  event.preventDefault();
  act();
});
