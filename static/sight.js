// What has the focus stays in sight: never under the page's header, the bars at its foot, or the head and first column of
// its own table (WCAG 2.2, 2.4.11). On a narrow page the help and the findings of a cell stand above the buttons.
"use strict";

(() => {
  const root = document.documentElement;
  const FIXED = ".bars, .action-bar, .side";
  const NEAR = 4; // as far as an outline reaches

  // How much of the window the bars take. The style sheet has them as --above and --below, for what scrolls by itself.
  function measure() {
    const top = document.querySelector(".top");
    const isSticky = top && getComputedStyle(top).position === "sticky";
    const above = isSticky ? top.offsetHeight : 0;
    const feet = [...document.querySelectorAll(FIXED)].filter((bar) => getComputedStyle(bar).position === "fixed");
    const below = Math.max(0, ...feet.map((bar) => window.innerHeight - bar.getBoundingClientRect().top));
    root.style.setProperty("--above", `${above}px`);
    root.style.setProperty("--below", `${below}px`);
    return { above, below };
  }

  // How far to scroll so that from…to comes between low and high; what is longer than that shows its beginning.
  function shift(from, to, low, high) {
    if (from < low || to - from > high - low) return from - low;
    return Math.max(0, to - high);
  }

  // Inside a box that scrolls, what its sticky head and first column leave free; the page's own column heads otherwise.
  function sticky(table, selector) {
    const cell = table && table.querySelector(selector);
    return cell && getComputedStyle(cell).position === "sticky" ? cell : null;
  }

  function keepInSight(field) {
    const { above, below } = measure();
    const cell = field.closest("[data-cell]"); // with what is said in it, where there is room for all of it
    const room = window.innerHeight - above - below;
    const target = cell && cell.offsetHeight < room / 2 ? cell : field;
    const box = target.closest(".table-box");
    const table = box && target.closest("table");
    const isInBody = Boolean(target.closest("tbody"));
    const head = isInBody ? sticky(table, "thead th:last-child") : null;
    const scrolls = box && getComputedStyle(box).overflowY !== "visible";
    const isFrozen = target.closest("th, td") === target.closest("tr")?.firstElementChild;
    if (scrolls) {
      const first = isFrozen ? null : sticky(table, isInBody ? "tbody tr > :first-child" : "thead tr > :first-child");
      const inside = box.getBoundingClientRect();
      const at = target.getBoundingClientRect();
      const [left, top] = [inside.left + box.clientLeft, inside.top + box.clientTop];
      box.scrollTop += shift(at.top, at.bottom, top + (head ? head.offsetHeight : 0), top + box.clientHeight);
      if (!isFrozen) box.scrollLeft += shift(at.left, at.right, left + (first ? first.offsetWidth : 0), left + box.clientWidth);
    }
    const at = target.getBoundingClientRect();
    const low = above + (head && !scrolls ? head.offsetHeight : 0) + NEAR;
    let by = shift(at.top, at.bottom, low, window.innerHeight - below - NEAR);
    if (head && scrolls) { // such a box is no taller than the room there is: with its head all of it is in sight
      const beginning = box.getBoundingClientRect().top - by;
      by += Math.min(0, beginning - above);
    }
    window.scrollBy(0, by);
  }

  // ---- the strip of a form's cell ----
  const strip = document.getElementById("at-cell");
  let place = null; // the cell it speaks of
  const isNarrow = window.matchMedia("(max-width: 1100px)"); // where the style sheet shows it

  const element = (name, className, words) => Object.assign(document.createElement(name), { className, textContent: words });

  function findingsOf(cell) {
    const links = document.querySelectorAll(`#beside .finding:not(.overtaken) a[href$="#cell-${cell.dataset.cell}"]`);
    const found = [...new Set([...links].map((link) => link.closest(".finding")))];
    const sentences = found.map((finding) => {
      const said = element("p", finding.className, "");
      const kind = finding.querySelector(".kind");
      said.append(...(kind ? [element("span", "kind", kind.textContent), " "] : []));
      const first = finding.querySelector("p");
      said.append(first.textContent.replace(kind ? kind.textContent : "", "").trim());
      return said;
    });
    const beside = cell.querySelector(cell.dataset.now ? ".cell-now" : ".cell-says");
    if (sentences.length || !beside || beside.hidden || !beside.textContent) return sentences;
    return [element("p", "finding error", beside.textContent)];
  }

  function describe(cell) {
    if (!strip || !cell) return;
    place = cell.dataset.cell;
    const note = document.querySelector(`[data-note="${cell.closest("tr").dataset.row}"]`);
    const field = cell.querySelector("[aria-label]");
    const title = element("p", "", "");
    title.append(element("b", "", (field && field.getAttribute("aria-label")) || note.querySelector("h3").textContent));
    const facts = element("dl", "", "");
    for (const term of note.querySelectorAll("dt")) {
      const pair = [term.cloneNode(true), term.nextElementSibling.cloneNode(true)];
      if (term.textContent === "单位") title.append(`（${pair[1].textContent}）`);
      else if (term.textContent === "说明") facts.prepend(...pair); // the one most people look for
      else facts.append(...pair);
    }
    const past = document.querySelectorAll("#past .beside-cell, #past svg");
    strip.replaceChildren(title, ...findingsOf(cell), ...[...past].map((part) => part.cloneNode(true)), facts);
    strip.hidden = false;
    strip.scrollTop = 0;
  }

  document.addEventListener("focusin", (event) => {
    const target = event.target;
    const cell = target.closest("form[data-grid] [data-cell]");
    describe(cell);
    // A bar is where it is; a region as large as the window has no place it could go to; and what a mouse goes down on
    // must not move away before it comes up.
    if (target.closest(`.top, ${FIXED}`) || target.matches(".table-box, main") || !target.matches(":focus-visible")) return;
    keepInSight(target);
  });

  // After a save the findings are others.
  const aside = document.querySelector(".aside");
  if (strip && aside) {
    new MutationObserver(() => {
      if (place) describe(document.querySelector(`form[data-grid] [data-cell="${place}"]`));
    }).observe(aside, { childList: true });
    document.addEventListener("judged", () => { // while somebody types
      if (place && isNarrow.matches) describe(document.querySelector(`form[data-grid] [data-cell="${place}"]`));
    });
  }

  measure();
  window.addEventListener("resize", measure);
  const observer = new ResizeObserver(measure);
  document.querySelectorAll(`.top, ${FIXED}`).forEach((bar) => observer.observe(bar));
})();
