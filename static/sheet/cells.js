// The controls of the official form, and what of them is not stored yet.

import { meaningOf } from "./amounts.js";

export const form = document.querySelector("form[data-grid]");
export const controlsIn = (place) => [...place.querySelectorAll("input, select")];
export const cellsIn = (place) => [...place.querySelectorAll("[data-cell]")];
export const fields = () => cellsIn(form).flatMap(controlsIn);
export const cellOf = (element) => element?.closest?.("form[data-grid] [data-cell]") || null;
export const isFigure = (field) => field.inputMode === "decimal";
// What stands in a control, and what it means: a figure is the same with separators and without.
export const contentOf = (field) => (field.type === "checkbox" ? field.checked : field.value);
export const valueOf = (field) => (isFigure(field) ? meaningOf(field.value) : contentOf(field));
export const remember = (field) => { field.remembered = valueOf(field); };
export const isChanged = (field) => field.type !== "hidden" && valueOf(field) !== field.remembered;
export const hasChanges = () => fields().some(isChanged);
// The boxes of several codes share a name and have no id: a control is told by its name, and a box by its code too.
export const nameOf = (field) => (field.type === "checkbox" ? `${field.name}=${field.value}` : field.name);

// The unit and the decimals a figure is given in: the cell's own, else its row's.
export function measureOf(field) {
  const written = field.closest("[data-measure]")?.dataset.measure;
  if (!isFigure(field) || written === undefined) return null;
  const [decimals, ...unit] = written.split(" ");
  return { decimals: decimals ? Number(decimals) : null, unit: unit.join(" ") };
}

// What a screen reader hears after a control's name, each an element of its own: its unit, what is said of it here.
export function describe(field, id, isSaid) {
  const others = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((each) => each && each !== id);
  const ids = isSaid ? [...others, id] : others;
  if (ids.length) field.setAttribute("aria-describedby", ids.join(" "));
  else field.removeAttribute("aria-describedby");
}

export function put(field, value) {
  if (field.type === "checkbox") { field.checked = value; return; }
  if (field.tagName === "SELECT" && ![...field.options].some((option) => option.value === value)) {
    field.append(new Option(value, value)); // what is no choice is kept, as the server keeps it
  }
  field.value = value;
}
// Whoever changes a cell by script says so, and all that listen on the form hear of it.
export function tellOfInput(field) {
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}
// Many at once: all of them stand there before anybody hears of the first.
export function putAll(contents) {
  contents.forEach((content, field) => put(field, content));
  [...contents.keys()].forEach(tellOfInput);
}

// What the page came with: a figure somebody typed before this script was there is a change like any other.
function cameWith(field) {
  if (field.type === "checkbox") return field.defaultChecked;
  if (field.tagName === "SELECT") return ([...field.options].find((option) => option.defaultSelected) ?? field.options[0]).value;
  return isFigure(field) ? meaningOf(field.defaultValue) : field.defaultValue;
}
fields().forEach((field) => { field.remembered = cameWith(field); });
// What was only proposed (预填) or could not be saved counts as changed until it is stored.
const unsaved = document.querySelector("[data-unsaved]");
if (unsaved) fields().forEach((field) => { field.remembered = null; });

// The text of a cell as the server has it: several ticked codes are one list.
export function textOf(cell) {
  const boxes = controlsIn(cell).filter((field) => field.type === "checkbox");
  if (boxes.length) return boxes.filter((box) => box.checked).map((box) => box.value).join(",");
  return controlsIn(cell).map(valueOf).join("");
}
const eachValueIn = (cell, text) => controlsIn(cell)
  .filter((field) => field.type !== "hidden")
  .map((field) => [field, field.type === "checkbox" ? text.split(",").includes(field.value) : isFigure(field) ? meaningOf(text) : text]);
export function rememberText(cell, text) {
  eachValueIn(cell, text).forEach(([field, value]) => { field.remembered = value; });
}
export function putText(cell, text) {
  rememberText(cell, text);
  eachValueIn(cell, text).forEach(([field, value]) => { put(field, value); });
  controlsIn(cell).slice(0, 1).forEach(tellOfInput);
}
export const isChangedIn = (cell) => controlsIn(cell).some(isChanged);

// A figure leaves the page as it is meant, without its separators.
form.addEventListener("formdata", ({ formData }) => {
  fields().filter(isFigure).forEach((field) => formData.set(field.name, valueOf(field)));
});
