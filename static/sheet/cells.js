// The controls of the official form, and what of them is not stored yet.

export const form = document.querySelector("form[data-grid]");
export const controlsIn = (place) => [...place.querySelectorAll("input, select")];
export const cellsIn = (place) => [...place.querySelectorAll("[data-cell]")];
export const fields = () => cellsIn(form).flatMap(controlsIn);
export const valueOf = (field) => (field.type === "checkbox" ? field.checked : field.value);
export const remember = (field) => { field.remembered = valueOf(field); };
export const isChanged = (field) => field.type !== "hidden" && valueOf(field) !== field.remembered;
export const hasChanges = () => fields().some(isChanged);
// The boxes of several codes share a name and have no id: a control is told by its name, and a box by its code too.
export const nameOf = (field) => (field.type === "checkbox" ? `${field.name}=${field.value}` : field.name);

fields().forEach(remember);
// What was only proposed (预填) or could not be saved counts as changed until it is stored.
const unsaved = document.querySelector("[data-unsaved]");
if (unsaved) fields().forEach((field) => { field.remembered = null; });
