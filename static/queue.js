// The keys of a list of filings, and the seconds in which an approval can be undone. Both pages do without it.
"use strict";

import { kept, keep } from "./review/arriving.js";

const dialog = document.getElementById("keys"), shows = document.querySelector("[data-shows-keys]");
const TYPING = "input:not([type=checkbox]), select, textarea, dialog[open]";
const areOn = () => kept("review-keys") !== "off"; // one choice for the lists and for reviewing

const rowOf = (element) => element.closest?.("table.listing tbody tr");
const rowLinks = () => [...document.querySelectorAll("table.listing a[data-row]")];

function stepBy(steps) {
  const links = rowLinks(), here = links.findIndex((link) => link.closest("tr") === rowOf(document.activeElement));
  const next = links[here < 0 ? 0 : here + steps];
  if (next) next.focus();
  return Boolean(next);
}

function tick() {
  const box = rowOf(document.activeElement)?.querySelector('input[type="checkbox"]');
  if (box) box.click();
  return Boolean(box);
}

function showKeys() {
  if (!dialog.showModal) return false;
  dialog.showModal();
  return true;
}

const ACTS = {
  j: () => stepBy(1),
  k: () => stepBy(-1),
  arrowdown: () => Boolean(rowOf(document.activeElement)) && stepBy(1), // elsewhere they scroll the page
  arrowup: () => Boolean(rowOf(document.activeElement)) && stepBy(-1),
  x: tick,
  "?": showKeys,
};

if (dialog) {
  shows.hidden = !dialog.showModal;
  shows.addEventListener("click", showKeys);
  const choice = dialog.querySelector("[data-keys-on]");
  choice.checked = areOn();
  choice.addEventListener("change", () => keep("review-keys", choice.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest(TYPING) || !areOn()) return;
    const act = ACTS[event.key === "？" ? "?" : event.key.toLowerCase()];
    if (act && act()) event.preventDefault();
  });
}

document.querySelectorAll("form[data-undo]").forEach((form) => {
  const until = performance.now() + Number(form.dataset.seconds) * 1000;
  const button = form.querySelector("button"), left = form.querySelector("[data-undo-left]");
  const timer = setInterval(count, 1000);
  function count() {
    const seconds = Math.ceil((until - performance.now()) / 1000);
    left.textContent = `（剩余 ${seconds} 秒）`;
    if (seconds > 0) return;
    clearInterval(timer);
    button.disabled = true;
    button.textContent = "已过撤销时间";
  }
  count();
});
