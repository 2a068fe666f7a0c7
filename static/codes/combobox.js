// A plain text field with a list to pick from: the combobox of WAI-ARIA 1.2, list autocomplete. Typing opens the list, and
// so do a click and Alt+ArrowDown; ArrowUp and ArrowDown go through it, Enter and Tab take what is marked, Escape shuts it.
// While it is shut every key is the page's. One list serves the whole page.

import { matching } from "./matching.js";

const MOST_SHOWN = 60;
const element = (name, properties) => Object.assign(document.createElement(name), properties);
const list = element("ul", { id: "codes-list", className: "codes-list" });
list.setAttribute("role", "listbox");
list.setAttribute("aria-label", "可选的代码");
const rest = element("p", { className: "codes-rest" });
rest.setAttribute("role", "status");
const panel = element("div", { className: "codes no-print", hidden: true });
panel.append(list, rest);

let open = null; // { input, pick, shown, at }
let asked = 0;

// `choices` gives the entries, or a promise of them; `pick` is told which was taken.
export function combobox(input, { choices, pick }) {
  const its = { input, choices, pick, entered: null };
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-haspopup", "listbox");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("autocomplete", "off");
  input.removeAttribute("list");
  input.addEventListener("focus", () => {
    its.entered = input.value;
    choices(); // it may have to be fetched
  });
  input.addEventListener("blur", () => { if (open?.input === input) shut(); });
  input.addEventListener("click", () => { if (!open) look(its); });
  input.addEventListener("keydown", (event) => onKey(event, its));
  input.addEventListener("compositionend", () => look(its));
  input.addEventListener("input", (event) => { if (event.isTrusted && !event.isComposing) look(its); });
}

// What was there when the field was entered is no question: then the whole list is shown.
async function look(its) {
  const turn = asked += 1;
  const entries = await its.choices();
  if (turn !== asked || its.input !== document.activeElement || !entries) return;
  const text = its.input.value === its.entered ? "" : its.input.value;
  const found = matching(entries, text);
  draw(its, found, text ? 0 : found.findIndex(({ code }) => code === its.input.value));
}

function draw(its, found, at) {
  const first = Math.max(0, Math.min(at - 5, found.length - MOST_SHOWN)); // what stands in the field is in sight
  const shown = found.slice(first, first + MOST_SHOWN);
  if (!panel.isConnected) (document.querySelector("main") ?? document.body).append(panel);
  list.replaceChildren(...shown.map(optionOf));
  const hidden = found.length - shown.length;
  rest.textContent = !found.length ? "没有这样的代码或名称" : hidden ? `共 ${found.length} 项，再打几个字可以缩小范围` : `${found.length} 项`;
  open = { ...its, shown, at: -1 };
  panel.hidden = false;
  its.input.setAttribute("aria-expanded", "true");
  its.input.setAttribute("aria-controls", list.id);
  markAt(at - first);
  place();
}
function optionOf({ code, name }, at) {
  const option = element("li", { id: `codes-option-${at}` });
  option.setAttribute("role", "option");
  option.setAttribute("aria-selected", "false");
  option.append(element("b", { textContent: code }), ` ${name}`);
  return option;
}
function markAt(at) {
  list.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
  const option = list.children[at];
  open.at = option ? at : -1;
  if (!option) { open.input.removeAttribute("aria-activedescendant"); return; }
  option.setAttribute("aria-selected", "true");
  open.input.setAttribute("aria-activedescendant", option.id);
  list.scrollTop = Math.min(option.offsetTop, Math.max(list.scrollTop, option.offsetTop + option.offsetHeight - list.clientHeight));
}

// Below the field, or above it where there is more room; over whatever else is fixed to the window.
function place() {
  const field = open.input.getBoundingClientRect();
  const bars = document.querySelector(".bars")?.offsetHeight ?? 0;
  const [above, below] = [field.top, window.innerHeight - field.bottom - bars];
  const isBelow = below >= Math.min(panel.scrollHeight, 240) || below >= above;
  panel.style.maxHeight = `${Math.max(120, Math.min(320, (isBelow ? below : above) - 12))}px`;
  panel.style.minWidth = `${Math.min(field.width, window.innerWidth - 16)}px`;
  panel.style.left = `${Math.max(8, Math.min(field.left, window.innerWidth - panel.offsetWidth - 8))}px`;
  panel.style.top = `${isBelow ? field.bottom + 2 : Math.max(4, field.top - panel.offsetHeight - 2)}px`;
}
window.addEventListener("scroll", (event) => { if (open && !panel.contains(event.target)) place(); }, true);
window.addEventListener("resize", () => { if (open) place(); });

function shut() {
  asked += 1;
  if (!open) return;
  open.input.setAttribute("aria-expanded", "false");
  open.input.removeAttribute("aria-activedescendant");
  open = null;
  panel.hidden = true;
  list.replaceChildren();
}
function take(at) {
  const { shown, pick } = open;
  shut();
  if (shown[at]) pick(shown[at]);
}

function onKey(event, its) {
  const { key } = event;
  if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const mine = () => { event.preventDefault(); event.stopPropagation(); };
  if (!open) {
    if (event.altKey && (key === "ArrowDown" || key === "ArrowUp")) { mine(); its.entered = its.input.value; look(its); }
    return;
  }
  if (key === "ArrowDown" || key === "ArrowUp") {
    mine();
    const [step, last] = [key === "ArrowDown" ? 1 : -1, open.shown.length - 1];
    markAt(open.at + step > last ? 0 : open.at + step < 0 ? last : open.at + step);
  } else if (key === "Escape") {
    mine();
    shut();
  } else if (key === "Enter" && open.at >= 0) {
    if (!its.input.closest("form[data-grid]")) mine(); // in the official form Enter also moves on, elsewhere it would send
    take(open.at);
  } else if (key === "Tab" && open.at >= 0) {
    take(open.at);
  }
}
panel.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
list.addEventListener("click", ({ target }) => {
  const at = [...list.children].indexOf(target.closest("[role=option]"));
  if (open && at >= 0) take(at);
});
