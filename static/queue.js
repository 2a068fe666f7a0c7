// The keys of a list of filings, and the seconds in which an approval can be undone. Both lists work without it.
"use strict";

const KEYS = [
  ["j 或 ↓", "下一家"],
  ["k 或 ↑", "上一家"],
  ["Enter", "打开"],
  ["x", "勾选或取消勾选"],
  ["?", "显示或收起这些按键"],
];

const rowLinks = () => [...document.querySelectorAll("a[data-row]")];

function stepBy(steps) {
  const links = rowLinks();
  const here = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
  const next = links[here < 0 ? (steps > 0 ? 0 : links.length - 1) : here + steps];
  if (!next) return false;
  next.focus();
  next.closest("tr").scrollIntoView({ block: "nearest" });
  return true;
}

function tick() {
  const box = document.activeElement.closest?.("tr")?.querySelector('input[type="checkbox"][name="receipt"]');
  if (!box) return false;
  box.checked = !box.checked;
  return true;
}

function showKeys() {
  let panel = document.getElementById("queue-keys");
  if (!panel) {
    panel = document.createElement("section");
    panel.id = "queue-keys";
    panel.className = "notice notice-info keys-panel no-print";
    panel.setAttribute("aria-label", "按键");
    panel.tabIndex = -1;
    panel.hidden = true;
    const list = document.createElement("dl");
    list.className = "facts";
    KEYS.forEach(([key, what]) => {
      list.append(Object.assign(document.createElement("dt"), { textContent: key }));
      list.append(Object.assign(document.createElement("dd"), { textContent: what }));
    });
    panel.append(list);
    document.querySelector("table.listing").closest(".table-box").before(panel);
  }
  panel.hidden = !panel.hidden;
  if (!panel.hidden) panel.focus();
  return true;
}

const inRow = () => Boolean(document.activeElement.closest?.("table.listing tbody tr"));
const ACTS = {
  j: () => stepBy(1),
  k: () => stepBy(-1),
  ArrowDown: () => inRow() && stepBy(1), // elsewhere they scroll the page
  ArrowUp: () => inRow() && stepBy(-1),
  x: tick,
  "?": showKeys,
};

if (document.querySelector("table.listing")) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target.closest("select, textarea, [contenteditable]")) return;
    if (event.target.matches("input") && event.target.type !== "checkbox") return;
    const act = ACTS[event.key];
    if (act && act()) event.preventDefault();
  });
}

document.querySelectorAll("form[data-undo]").forEach((form) => {
  const until = performance.now() + Number(form.dataset.seconds) * 1000, left = form.querySelector("[data-undo-left]");
  const count = () => {
    const seconds = Math.ceil((until - performance.now()) / 1000);
    left.textContent = seconds > 0 ? `（剩余 ${seconds} 秒）` : "";
    if (seconds > 0) return;
    clearInterval(timer);
    form.querySelector("button").disabled = true;
    form.querySelector("button").textContent = "已过撤销时间";
  };
  const timer = setInterval(count, 1000);
  count();
});
