// Sending back: a click on a figure adds it to the reasons. Without this file the list in each reason does the same.
"use strict";

const reasonForm = document.querySelector("[data-reason-form]");
const reasonList = reasonForm?.querySelector("[data-reasons]");

function emptyReason() {
  const unused = [...reasonList.querySelectorAll("[data-reason]")].find(
    (row) => !row.querySelector("select").value && !row.querySelector("input").value);
  if (unused) return unused;
  const row = reasonList.querySelector("[data-reason]").cloneNode(true);
  row.querySelector("select").value = "";
  row.querySelector("input").value = "";
  reasonList.append(row);
  return row;
}

function nameCell(row, key, place) {
  const select = row.querySelector("select");
  if (![...select.options].some((option) => option.value === key)) select.add(new Option(place, key));
  select.value = key;
}

function pick(cell) {
  const key = cell.dataset.cell;
  const named = [...reasonList.querySelectorAll("select")].find((select) => select.value === key);
  const row = named ? named.closest("[data-reason]") : emptyReason();
  if (!named) nameCell(row, key, cell.dataset.place);
  showPicked();
  row.querySelector("input").focus();
}

function showPicked() {
  const keys = new Set([...reasonList.querySelectorAll("select")].map((select) => select.value));
  document.querySelectorAll("td[data-cell]").forEach((cell) => {
    cell.classList.toggle("picked", keys.has(cell.dataset.cell));
  });
}

if (reasonForm) {
  document.body.classList.add("can-pick");
  const more = reasonForm.querySelector("[data-add-reason]");
  more.hidden = false;
  more.addEventListener("click", () => emptyReason().querySelector("select").focus());
  document.addEventListener("click", (event) => {
    const cell = event.target.closest("td[data-cell]");
    if (cell && !window.getSelection().toString()) pick(cell);
  });
  reasonList.addEventListener("change", showPicked);
  showPicked();
}
