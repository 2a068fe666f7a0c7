// A cell of a code: the code is typed or picked, by code or name, the same way for every list. The list of a closed code
// comes with its select, which gives its place to a field; an open or a long one is fetched once from an address that
// has its digest. What stands in the field, and is stored, is the code; its name is written beside it.
//
// This comes before cells.js, which remembers what the fields of the form are.

import { combobox } from "../codes/combobox.js";
import { named } from "../codes/matching.js";

const form = document.querySelector("form[data-grid]");
const lists = new Map(); // by address: a promise of its choices
const known = new WeakMap(); // the choices of a field, once they are here

export const choicesOf = (field) => known.get(field) ?? null;

async function fetched(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    const isJson = (answer.headers.get("Content-Type") ?? "").startsWith("application/json");
    if (answer.ok && isJson) return (await answer.json()).map(([code, name]) => ({ code, name }));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // fetch throws no other for the line
  }
  lists.delete(address); // asked again when it is wanted again
  return null;
}
function choicesAt(address) {
  if (!lists.has(address)) lists.set(address, fetched(address));
  return lists.get(address);
}

function inPlaceOf(select) {
  const cameWith = [...select.options].find((option) => option.defaultSelected)?.value ?? "";
  const input = Object.assign(document.createElement("input"), {
    id: select.id, name: select.name, defaultValue: cameWith, value: select.value, autocomplete: "off", maxLength: 200,
    remembered: select.remembered,
  });
  for (const name of ["aria-label", "aria-describedby", "aria-invalid", "aria-required"]) {
    if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
  }
  const options = [...select.options].filter(({ value, text }) => value && text.startsWith(`${value} `));
  known.set(input, options.map(({ value, text }) => ({ code: value, name: text.slice(value.length + 1) })));
  select.replaceWith(input);
  return input;
}

// What is put into the field of a kind of cell when an entry is taken.
const TEXTS = {
  code: ({ code }) => code,
  region: ({ code }) => code,
  activity: ({ code, name }) => `${code} ${name}`,
};
const CODES = { code: (text) => text.trim(), region: (text) => text.trim().slice(0, 6), activity: () => "" };

function showName(field) {
  const beside = field.parentElement.querySelector(".cell-name");
  const choices = known.get(field);
  const code = CODES[field.dataset.choose](field.value);
  beside.textContent = (code && choices?.find((each) => each.code === code)?.name) || "";
}

function put(field, text) {
  if (field.value !== text) {
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

function enhance(control) {
  const { choose, list } = control.dataset;
  const field = control.tagName === "SELECT" ? inPlaceOf(control) : control;
  field.dataset.choose = choose;
  field.placeholder = "代码或名称，可从列表选";
  const beside = Object.assign(document.createElement("span"), { className: "cell-name" });
  field.after(beside);
  field.parentElement.classList.add("coded");
  const address = list && document.getElementById(`codes-${list}`).value;
  const choices = async () => {
    if (!known.has(field)) {
      const found = await choicesAt(address);
      if (found) { known.set(field, found); showName(field); }
    }
    return known.get(field) ?? null;
  };
  combobox(field, { choices, pick: (choice) => put(field, TEXTS[choose](choice)) });
  field.addEventListener("change", async () => { // a name typed in full is its code
    const entries = known.get(field) ?? (field.value ? await choices() : null);
    const found = entries && named(entries, field.value);
    if (found && field.value !== TEXTS[choose](found)) put(field, TEXTS[choose](found));
    showName(field);
  });
  field.addEventListener("input", () => showName(field));
  choices().then(() => showName(field)); // before somebody types: a list is small, and comes once
}
function enhanceIn(place) {
  place.querySelectorAll("[data-choose]:not([role=combobox])").forEach(enhance);
}

if (form) {
  enhanceIn(form);
  form.addEventListener("redrawn", ({ target }) => enhanceIn(target));
}
