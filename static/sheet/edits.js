// Undo and redo across cells: a step is what was done to one cell while it was entered, or to many at once. Cells are
// told by name, for a save may replace the controls. A step takes back only what still stands as it left it.

import { meaningOf } from "./amounts.js";
import { cellOf, contentOf, fields, form, isChanged, isFigure, nameOf, putAll } from "./cells.js";
import { goTo } from "./entering.js";
import { isOfInputMethod } from "./ime.js";
import { wordsOf } from "./places.js";
import { tell } from "./strip.js";

const MOST = 500;
const done = [];
const undone = [];
const known = new Map(); // what each control held when somebody last looked
let together = null; // what another part of the page is changing in one go

const note = (field) => known.set(nameOf(field), contentOf(field));
const noteAll = () => fields().forEach(note);
const isAlike = (field, one, other) => (isFigure(field) ? meaningOf(one) === meaningOf(other) : one === other);

function record(words, changes) {
  if (!changes.length) return;
  done.push({ words, changes });
  if (done.length > MOST) done.shift();
  undone.length = 0;
}
function changeOf(field) {
  const before = known.get(nameOf(field));
  const after = contentOf(field);
  note(field);
  if (field.type === "hidden" || before === undefined || isAlike(field, before, after)) return null;
  return { name: nameOf(field), before, after };
}
export function settle(field) {
  const change = changeOf(field);
  if (change) record("", [change]);
}

// Many cells at once, one step: contents by control.
export function act(words, contents) {
  noteAllButTheActive();
  const changed = new Map([...contents].filter(([field, content]) => contentOf(field) !== content));
  const changes = [];
  for (const [field, after] of changed) {
    const before = contentOf(field);
    if (!isAlike(field, before, after)) changes.push({ name: nameOf(field), before, after });
    known.set(nameOf(field), after);
  }
  record(words, changes);
  putAll(changed);
}
function noteAllButTheActive() {
  const active = document.activeElement;
  if (cellOf(active) && active.matches("input, select")) settle(active);
  noteAll();
}

// Takes a step back (its before again) or does it once more, as far as the cells still hold what it left.
function turn(from, to, [has, gets], verb) {
  noteAllButTheActive();
  const step = from.pop();
  if (!step) {
    tell(verb === "撤销" ? "没有可以撤销的修改。" : "没有可以重做的修改。");
    return;
  }
  const byName = new Map(fields().map((field) => [nameOf(field), field]));
  const standing = step.changes.filter((change) => {
    const field = byName.get(change.name);
    return field && isAlike(field, contentOf(field), change[has]);
  });
  if (standing.length) to.push({ ...step, changes: standing });
  const contents = new Map(standing.map((change) => [byName.get(change.name), change[gets]]));
  standing.forEach((change) => known.set(change.name, change[gets]));
  putAll(contents);
  const [first] = contents.keys();
  if (first) goTo(first);
  tell(sentence(verb, step, first, standing.length));
}
function sentence(verb, step, first, number) {
  const lost = step.changes.length - number;
  const rest = lost ? `${number ? "；" : ""}${lost} 格后来已是别的内容，未动` : "";
  if (!first) return `没有${verb}：${rest}。`;
  const what = step.words || wordsOf(cellOf(first));
  const now = number === 1 && first.tagName === "INPUT" && first.type !== "checkbox" ? `，现为${first.value || "空白"}` : "";
  return `已${verb}：${what}${number > 1 ? `，${number} 格` : now}${rest}。`;
}
export const undo = () => turn(done, undone, ["after", "before"], "撤销");
export const redo = () => turn(undone, done, ["before", "after"], "重做");

noteAll();
document.addEventListener("focusin", noteAll);
form.addEventListener("change", ({ target }) => { if (cellOf(target)) settle(target); });
form.addEventListener("focusout", ({ target }) => { if (cellOf(target) && target.matches("input, select")) settle(target); });
form.addEventListener("input", (event) => {
  if (event.isTrusted || !cellOf(event.target)) return;
  const change = changeOf(event.target);
  if (!change || !isChanged(event.target)) return; // what the server has, and the page takes over, is nobody's edit here
  if (!together) {
    together = [];
    queueMicrotask(() => { record("", together); together = null; });
  }
  together.push(change);
});

const isElsewhereTyped = (target) => !cellOf(target) && target.matches("input, select, textarea");
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || isElsewhereTyped(event.target)) return;
  const key = event.key.toLowerCase();
  const turns = key === "z" ? (event.shiftKey ? redo : undo) : key === "y" && !event.shiftKey ? redo : null;
  if (!turns || isOfInputMethod(event)) return;
  event.preventDefault();
  turns();
});
