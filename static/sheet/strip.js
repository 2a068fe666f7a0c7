// The strip at the foot of the window: what an act over cells came to, in words a screen reader hears, with links to the
// cells it names. And what is only said, because it stands beside the cell already.

import { cellNamed, wordsOf } from "./places.js";

const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};
const spoken = document.getElementById("said"); // the page's own place for it
const summary = element("p", { className: "told-summary" });
const details = element("div", { className: "told-details" });
const buttons = element("span", { className: "told-buttons" });
const strip = element("section", { className: "told no-print", id: "told" }, element("div", { className: "told-head" }, summary, buttons), details);
summary.setAttribute("role", "status");
strip.setAttribute("aria-label", "刚才的操作");
document.querySelector(".bars").prepend(strip);

// What closes hands the focus back to the cell somebody came from, or they are nowhere.
let from = null;
document.addEventListener("focusin", ({ target }) => { if (target.closest("form[data-grid] [data-cell]")) from = target; });
function close() {
  quiet();
  if (from?.isConnected) from.focus();
}

export const say = (words) => { spoken.textContent = words; };
export function quiet() {
  summary.textContent = "";
  details.replaceChildren();
  buttons.replaceChildren();
  delete strip.dataset.told;
}

function button(words, press) {
  const made = element("button", { type: "button", className: "btn btn-quiet btn-small", textContent: words });
  made.addEventListener("click", press);
  return made;
}
function lineOf({ key, words }) {
  const link = element("a", { href: `#cell-${key}`, textContent: wordsOf(cellNamed(key)) });
  return element("li", {}, link, `：${words}`);
}
function listOf({ title, entries, isOpen }) {
  const list = element("details", { open: Boolean(isOpen) }, element("summary", { textContent: `${title} ${entries.length} 格` }));
  list.append(element("ul", {}, ...entries.map(lineOf)));
  return list;
}

function keepCellInSight() {
  document.activeElement.closest("[data-cell]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}
// What was only told in a line goes when somebody types on.
document.addEventListener("input", (event) => { if (event.isTrusted && !details.hasChildNodes()) quiet(); });

strip.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  event.preventDefault(); // not only the list in it
  close();
});

// `lists` are { title, entries: [{ key, words }], isOpen }; an empty one is left out. `takeBack` undoes what is told of.
export function tell(words, lists = [], takeBack = null) {
  strip.dataset.told = "";
  summary.textContent = words;
  details.replaceChildren(...lists.filter(({ entries }) => entries.length).map(listOf));
  buttons.replaceChildren(...(takeBack ? [button("撤销", takeBack)] : []), button("关闭", close));
  requestAnimationFrame(() => setTimeout(keepCellInSight)); // when sight.js has measured the strip
}
