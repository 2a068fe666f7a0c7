// What a page is like for somebody who goes by keys; tests/browser/everyone.py puts it into the page beside axe and asks.
"use strict";

globalThis.everyone = (() => {
  const STOPS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  const LEAST_CONTRAST = 3; // of a ring against what is behind it (WCAG 1.4.11)

  let walked = []; // the stops in the order Tab comes to them
  let complaints = [];
  let hasLeft = false; // Tab went out at the end of the page
  let isWalking = false;
  let before = null; // the stop before this one, as it was drawn in focus

  const called = (element) => {
    const words = (element.getAttribute("aria-label") || element.textContent || element.name || "").replace(/\s+/g, " ").trim();
    return `${element.tagName.toLowerCase()}${element.id ? `#${element.id}` : ""} “${words.slice(0, 40)}”`;
  };
  const complain = (element, words) => complaints.push(`${called(element)}: ${words}`);

  // ---- where Tab should stop ----
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
  const isOfOtherRadio = (element) => element.type === "radio" && !element.checked
    && [...document.getElementsByName(element.name)].some((radio) => radio.form === element.form && (radio.checked || walked.includes(radio)));
  const shouldStop = (element) => isShown(element) && !element.matches(":disabled, [tabindex='-1']") && !isOfOtherRadio(element);
  const stops = () => [...document.querySelectorAll(STOPS)].filter(shouldStop);

  // ---- how the focus is drawn: a ring on the stop, or on a box around it that holds no other ----
  function ringsOf(element) {
    const rings = [];
    for (let box = element; box && box !== document.body; box = box.parentElement) {
      if (box !== element && box.querySelectorAll(STOPS).length > 1) break;
      const style = getComputedStyle(box);
      const outline = style.outlineStyle === "none" || style.outlineWidth === "0px" ? "" : `${style.outlineColor} ${style.outlineWidth}`;
      rings.push([outline, style.boxShadow === "none" ? "" : style.boxShadow, box]);
    }
    return rings;
  }
  const numbers = (color) => color.match(/[\d.]+/g).map(Number);
  function behind(element) {
    for (let box = element; box; box = box.parentElement) {
      const [red, green, blue, alpha = 1] = numbers(getComputedStyle(box).backgroundColor);
      if (alpha > 0.5) return [red, green, blue];
    }
    return [255, 255, 255];
  }
  const linear = (part) => (part <= 10 ? part / 3294 : ((part / 255 + 0.055) / 1.055) ** 2.4);
  const light = ([red, green, blue]) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  function contrast(one, other) {
    const [less, more] = [light(one), light(other)].sort((a, b) => a - b);
    return (more + 0.05) / (less + 0.05);
  }
  // The new rings, each with what it has to stand out from: an outline lies around its box, a shadow of ours inside.
  function newRings(now, then) {
    return now.flatMap(([outline, shadow, box], at) => [
      ...(outline && outline !== then[at]?.[0] ? [[outline, box.parentElement || box]] : []),
      ...(shadow && shadow !== then[at]?.[1] ? [[shadow, box]] : []),
    ]);
  }
  function judgeRing({ element, rings, backs }) {
    if (!element.isConnected) return;
    const drawn = newRings(rings, ringsOf(element));
    if (!drawn.length) { complain(element, "in focus it looks as it does without"); return; }
    if (!drawn.some(([color], at) => contrast(numbers(color), backs[at] || behind(element.parentElement)) >= LEAST_CONTRAST)) {
      complain(element, `its ring ${drawn[0][0]} does not stand out`);
    }
  }

  // ---- whether it can be seen: nothing that stays in place lies over all of it (WCAG 2.4.11) ----
  const PLACES = [[0.5, 0.5], [0.03, 0.1], [0.97, 0.1], [0.03, 0.9], [0.97, 0.9]];
  function inWindow(rect) {
    if (!rect) return null;
    const [left, top] = [Math.max(rect.left, 0), Math.max(rect.top, 0)];
    const [width, height] = [Math.min(rect.right, innerWidth) - left, Math.min(rect.bottom, innerHeight) - top];
    return width > 0 && height > 0 ? { left, top, width, height } : null;
  }
  function isCovered(element) {
    const shown = inWindow([...element.getClientRects()].find((rect) => rect.width && rect.height));
    if (!shown) return true;
    const frame = element.labels?.[0]?.contains(element) ? element.labels[0] : element;
    return !PLACES.some(([x, y]) => {
      const top = document.elementFromPoint(shown.left + x * shown.width, shown.top + y * shown.height);
      return top && (frame.contains(top) || top.contains(element));
    });
  }

  function look(element) {
    if (before) judgeRing(before);
    before = { element, rings: ringsOf(element), backs: [] };
    if (isCovered(element)) complain(element, "in focus it cannot be seen");
  }
  const nameOf = (element) => globalThis.axe.commons.text.accessibleText(element);
  function judgeNames(elements) {
    globalThis.axe.setup(document);
    for (const element of elements.filter((one) => one.isConnected)) if (!nameOf(element).trim()) complain(element, "it has no name");
    globalThis.axe.teardown();
  }

  // Behind the page's own listeners: what they scroll and draw is done.
  document.addEventListener("focusin", ({ target }) => {
    if (!isWalking || hasLeft) return;
    const last = walked[walked.length - 1];
    if (last?.isConnected && !(last.compareDocumentPosition(target) & Node.DOCUMENT_POSITION_FOLLOWING)) {
      if (walked.includes(target)) { hasLeft = true; return; } // round again
      complain(target, `Tab comes to it after ${called(last)}, which stands behind it`);
    }
    walked.push(target);
    look(target);
  });
  document.addEventListener("focusout", ({ relatedTarget }) => { if (isWalking && walked.length && !relatedTarget && document.hasFocus()) hasLeft = true; });

  function begin() {
    document.body.tabIndex = -1; // from the top, wherever the page has put the cursor
    document.body.focus();
    [walked, complaints, hasLeft, isWalking, before] = [[], [], false, true, null];
  }
  function finish() {
    isWalking = false;
    document.body.removeAttribute("tabindex");
    document.activeElement?.blur();
    if (before) judgeRing(before);
    before = null;
    return complaints;
  }
  return {
    begin,
    hasLeft: () => hasLeft,
    count: () => stops().length,
    // After the last Tab: what it never came to, and what it came to that has no name.
    end() {
      if (!hasLeft && stops().length) complain(walked[walked.length - 1] || document.body, "Tab does not come out of the page");
      for (const element of stops()) if (!walked.includes(element)) complain(element, "Tab never comes to it");
      judgeNames(walked);
      return finish();
    },
    // The same stops once more without Tab, for another size of the window.
    lookAtEach() {
      begin();
      isWalking = false;
      for (const element of stops()) {
        element.focus();
        if (document.activeElement === element) look(element);
      }
      return finish();
    },
    onPaper: () => [...document.querySelectorAll("header.top, nav, .skip, .bars, .action-bar, .btn, button, .pager")]
      .filter(isShown).map(called),
    asADocument() {
      const [title, lang, heads] = [document.title, document.documentElement.lang, document.querySelectorAll("h1")];
      const seen = [...heads].filter(isShown);
      return [
        ...(title.replace("软统直报", "").replace(/[·\s]/g, "") ? [] : [`its title says nothing: “${title}”`]),
        ...(lang === "zh-CN" ? [] : [`its language is “${lang}”`]),
        ...(seen.length === 1 ? [] : [`it has ${seen.length} main headings`]),
      ];
    },
  };
})();
