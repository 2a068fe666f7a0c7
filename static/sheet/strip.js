// The strip at the foot of the window: what an act over cells came to, in words a screen reader hears, with links to the
// cells it names. And what is only said, because it stands beside the cell already.

import { cellNamed, wordsOf } from "./places.js";

const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};
const spoken = element("p", { className: "visually-hidden" });
const summary = element("p", { className: "told-summary" });
const details = element("div", { className: "told-details" });
const buttons = element("span", { className: "told-buttons" });
const strip = element("section", { className: "told no-print", id: "told" }, element("div", { className: "told-head" }, summary, buttons), details);
for (const live of [spoken, summary]) live.setAttribute("role", "status");
strip.setAttribute("aria-label", "刚才的操作");
document.querySelector(".bars").prepend(strip, spoken);

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

// `lists` are { title, entries: [{ key, words }], isOpen }; an empty one is left out. `takeBack` undoes what is told of.
export function tell(words, lists = [], takeBack = null) {
  strip.dataset.told = "";
  summary.textContent = words;
  details.replaceChildren(...lists.filter(({ entries }) => entries.length).map(listOf));
  buttons.replaceChildren(...(takeBack ? [button("撤销", takeBack)] : []), button("关闭", quiet));
  requestAnimationFrame(() => setTimeout(keepCellInSight)); // when sight.js has measured the strip
}
