// Sending back: cells that are clicked, or named by keys, become chips; several share one reason, and a ready sentence is a
// press. What is sent is what the plain form sends: a line for each cell.
"use strict";

import { whenArrived } from "./arriving.js";
import { doubts } from "./doubts.js";
import { open } from "./panels.js";

const reasonForm = () => document.querySelector("[data-reason-form]");
const blocksOf = (form) => [...form.querySelectorAll("[data-reason]")];
const wordsOf = (block) => block.querySelector("textarea");
const chipsOf = (block) => [...block.querySelectorAll("[data-chip]")];
const made = (name, properties) => Object.assign(document.createElement(name), properties);
let active = null; // the reason that cells are picked for

function nameOf(key) {
  const cell = document.getElementById(`cell-${key}`);
  const option = [...reasonForm().querySelectorAll("option")].find((each) => each.value === key);
  return cell ? cell.dataset.place : option ? option.textContent : key;
}

function addChip(block, key) {
  const chip = made("li", {}), off = made("button", { type: "button", className: "btn btn-small", textContent: `${nameOf(key)} ×` });
  off.setAttribute("aria-label", `去掉 ${nameOf(key)}`);
  chip.dataset.chip = key;
  chip.append(off);
  block.querySelector(".chips").append(chip);
  showPicked();
}

function pick(key) {
  const form = reasonForm();
  const chip = [...form.querySelectorAll("[data-chip]")].find((each) => each.dataset.chip === key);
  if (chip) chip.remove();
  else addChip(active, key);
  showPicked();
}

function showPicked() {
  const form = reasonForm();
  const keys = new Set(blocksOf(form).flatMap(chipsOf).map((chip) => chip.dataset.chip));
  document.querySelectorAll("td[data-cell]").forEach((cell) => cell.classList.toggle("picked", keys.has(cell.dataset.cell)));
  form.querySelectorAll("[data-suggests]").forEach((button) => { button.parentElement.hidden = keys.has(button.dataset.suggests); });
  const blocks = blocksOf(form);
  blocks.forEach((block) => { wordsOf(block).required = blocks.length === 1 || chipsOf(block).length > 0; });
}

function putIn(words) {
  const field = wordsOf(active);
  if (!field.value.includes(words)) field.value = (field.value.trim() ? field.value.trim() : "") + words;
  field.focus();
}

function dress(block) {
  const select = block.querySelector("select"), key = select.value;
  select.options[0].textContent = "加一格（不加就是整表）";
  select.setAttribute("aria-label", "加一格");
  select.value = "";
  block.querySelector(".chips")?.remove();
  block.prepend(made("ul", { className: "chips" }));
  if (key) addChip(block, key);
}

function another(form) {
  const block = blocksOf(form)[0].cloneNode(true);
  wordsOf(block).value = "";
  form.querySelector("[data-reasons]").append(block);
  block.querySelector("select").value = "";
  dress(block);
  showPicked();
  return block;
}

// Lines with the same words are one reason; of those nobody has begun one is enough.
function gather(form) {
  const first = new Map();
  for (const block of blocksOf(form)) {
    const words = wordsOf(block).value.trim(), same = first.get(words);
    if (!same) first.set(words, block);
    else if (words || !chipsOf(block).length) {
      same.querySelector(".chips").append(...chipsOf(block));
      block.remove();
    }
  }
  if (first.size > 1 && first.has("") && !chipsOf(first.get("")).length) first.get("").remove();
}

function suggest(form) {
  const cells = doubts();
  if (!cells.length) return;
  const list = made("ul", { className: "chips suggested" });
  list.setAttribute("aria-label", "有疑点的单元格");
  for (const cell of cells.slice(0, 8)) {
    const button = made("button", { type: "button", className: "btn btn-small", textContent: `加 ${cell.dataset.place}` });
    button.dataset.suggests = cell.dataset.cell;
    const row = made("li", {});
    row.append(button);
    list.append(row);
  }
  form.querySelector("[data-reasons]").before(list);
}

function openFor(form) {
  const panel = form.closest("[data-panel]");
  if (panel?.hidden) open(panel, { focus: false });
}

document.addEventListener("click", ({ target }) => {
  const form = reasonForm();
  if (!form) return;
  const cell = target.closest("td[data-cell]"), chip = target.closest("[data-reason-form] [data-chip]");
  if (cell && !target.closest("a") && !window.getSelection().toString()) {
    openFor(form);
    pick(cell.dataset.cell);
    wordsOf(active).focus({ preventScroll: true });
  }
  if (chip) {
    const block = chip.closest("[data-reason]");
    chip.remove();
    showPicked();
    wordsOf(block).focus();
  }
  if (target.dataset.suggests) {
    pick(target.dataset.suggests);
    wordsOf(active).focus({ preventScroll: true }); // the suggestion is gone
  }
  if (target.dataset.words) putIn(target.dataset.words);
  if (target.closest("[data-add-reason]")) wordsOf(another(form)).focus();
});
document.addEventListener("keydown", (event) => {
  const isCell = event.target.matches?.("td[data-cell]");
  if (event.key !== "Enter" || !isCell || !reasonForm()) return;
  event.preventDefault();
  openFor(reasonForm());
  pick(event.target.dataset.cell);
});
document.addEventListener("opened", ({ target, detail: from }) => {
  const key = from?.matches?.("td[data-cell]") && target.querySelector("[data-reason-form]") && from.dataset.cell;
  if (key && !from.matches(".picked")) pick(key);
});
document.addEventListener("focusin", ({ target }) => { active = target.closest("[data-reason]") || active; });
document.addEventListener("change", ({ target }) => {
  if (!target.matches("[data-reason] select") || !target.value) return;
  const key = target.value, block = target.closest("[data-reason]");
  target.value = "";
  if (!chipsOf(block).some((chip) => chip.dataset.chip === key)) addChip(block, key);
});
document.addEventListener("formdata", ({ target, formData }) => {
  if (target !== reasonForm()) return;
  formData.delete("cell");
  formData.delete("reason");
  for (const block of blocksOf(target)) {
    const keys = chipsOf(block).map((chip) => chip.dataset.chip);
    for (const key of keys.length ? keys : [""]) {
      formData.append("cell", key);
      formData.append("reason", wordsOf(block).value);
    }
  }
});

whenArrived(() => {
  const form = reasonForm();
  document.body.classList.toggle("can-pick", Boolean(form));
  if (!form) return;
  blocksOf(form).forEach(dress);
  gather(form);
  [active] = blocksOf(form);
  suggest(form);
  form.querySelector("[data-add-reason]").hidden = false;
  form.querySelector("[data-ready-words]").hidden = false;
  showPicked();
});
