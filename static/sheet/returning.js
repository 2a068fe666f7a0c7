// The local copy of this page: written while it is filled in, put back when the sheet is opened again.

import { cellOf, fields, form, isChanged, nameOf, put, tellOfInput, valueOf } from "./cells.js";
import { disputes } from "./dispute.js";
import { forget, keep, recordsOf } from "./kept.js";

const SOON = 200;
const page = form.elements.page.value, sheet = form.dataset.grid;
const key = `${page}/${sheet}/${Date.now().toString(36)}${Math.random().toString(36).slice(2)}`;
let typed = 0, kept = -1; // how often something was typed, and what of it is on the disk
let openedAt = null; // the version at which the oldest cell that is in dispute was typed
let timer = null;

export const isTouched = () => typed > 0; // by a person: what was only proposed waits for one
export const isKept = () => !isTouched() || kept === typed;
export function keepSoon() {
  typed += 1;
  clearTimeout(timer);
  timer = setTimeout(keepPage, SOON);
}
export async function keepPage() {
  clearTimeout(timer);
  if (!disputes().length) openedAt = null;
  openedAt = openedAt === null ? Number(form.elements.version.value) : openedAt;
  const cells = {};
  fields().filter(isChanged).forEach((field) => { cells[nameOf(field)] = { now: valueOf(field), was: field.remembered }; });
  const now = typed;
  try {
    await keep({ key, page, sheet, version: openedAt, at: Date.now(), cells });
    kept = now;
  } catch (error) {
    kept = -1; // no room, or a browser that keeps nothing: leaving the page asks first
  }
}
export async function forgetPage() {
  clearTimeout(timer);
  openedAt = null;
  kept = typed;
  try { await forget([key]); } catch (error) { /* it was never kept */ }
}

// Puts back what earlier pages of this sheet did not get stored; returns how many cells. The form goes back to the
// version they were opened at, so that the server tells what of it somebody else has changed since.
export async function restore() {
  let records;
  try { records = await recordsOf(page, sheet); } catch (error) { return 0; }
  if (!records.length) return 0;
  const cells = Object.assign({}, ...records.map((record) => record.cells));
  const here = fields().filter((field) => field.type !== "hidden");
  const changed = here.filter((field) => nameOf(field) in cells && cells[nameOf(field)].now !== valueOf(field));
  if (!here.length) { tellOfLeftover(records, cells); return 0; }
  if (changed.length) form.elements.version.value = Math.min(...records.map((record) => record.version));
  changed.forEach((field) => { put(field, cells[nameOf(field)].now); });
  changed.forEach(tellOfInput);
  if (changed.length) await keepPage();
  await forget(records.map((record) => record.key).filter((one) => one !== key));
  return new Set(changed.map(cellOf)).size;
}

// The sheet may not be written any more: what was typed here and never stored is shown, and thrown away when told to.
function tellOfLeftover(records, cells) {
  const lines = Object.entries(cells).map(([name, { now }]) => lineOf(name, now)).filter(Boolean);
  const throwAway = () => forget(records.map((record) => record.key));
  if (!lines.length) { throwAway(); return; }
  const notice = document.createElement("section");
  notice.className = "notice notice-warn";
  const button = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: "不再保留" });
  button.addEventListener("click", () => { throwAway(); notice.remove(); });
  const list = document.createElement("ul");
  list.append(...lines.map((line) => Object.assign(document.createElement("li"), { textContent: line })));
  const words = `本机还有 ${lines.length} 格没有保存，而本表现在不能修改：`;
  notice.append(Object.assign(document.createElement("p"), { textContent: words }), list, button);
  document.getElementById("refusal").replaceChildren(notice);
}
function lineOf(name, now) {
  const key = name.split("=")[0];
  const cell = document.getElementById(`cell-${key}`);
  const stored = cell ? cell.textContent.trim() : "";
  if (typeof now === "boolean" || stored.replace(/,/g, "") === now.replace(/,/g, "")) return "";
  const row = cell?.closest("tr")?.querySelector("th")?.textContent.replace(/\s+/g, " ").trim() || key;
  return `${row}：本机 ${now || "（空白）"}，已存 ${stored || "（空白）"}`;
}
