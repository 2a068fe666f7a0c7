// 试一家: the figures a rule reads in boxes, and its verdicts while they are changed (templates/editions/desk/_try.html).
// Nothing leaves the page. The verdicts are judge.js's, so they are the server's.
"use strict";

(() => {
  const VERDICTS = new Map([
    [true, { words: "成立", tone: "done" }],
    [false, { words: "不成立", tone: "block" }],
    [null, { words: "不适用", tone: "todo" }],
    [undefined, { words: "待改正", tone: "warn" }], // a box it reads cannot be read
  ]);
  const WHY = new Map([
    [null, "所读的格有空格，或前提不满足，这条规则不作判断。"],
    [undefined, "所读的格填写有误，改正后再判断。"],
  ]);

  const element = (name, attributes = {}, ...children) => {
    const made = Object.assign(document.createElement(name), attributes);
    made.append(...children);
    return made;
  };
  const tag = (verdict) => {
    const { words, tone } = VERDICTS.get(verdict);
    const made = element("span", { className: "state", textContent: words });
    made.dataset.tone = tone;
    return made;
  };

  // What was typed as the official form reads it (forms_tables/filling/parsing.py): full-width is plain, 1,234.5 is 1234.5.
  const withoutSpaces = (typed) => typed.replace(/[\xad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g, "").replace(/[\u3000\u00a0]/g, " ").trim();
  const halfWidth = (typed) => typed.replace(/[−﹣]/g, "-").replace(
    /[！-～]/g, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0));
  const PLAIN = /^[+-]?([0-9]+(\.[0-9]+)?|\.[0-9]+)$/;
  const GROUPED = /^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$/;
  const MOST_WHOLE_DIGITS = 15;

  // { value } as the judge reads it (null is a blank), or { problem }, the end of a sentence.
  function read(typed, { figure, decimals }) {
    const text = figure ? halfWidth(withoutSpaces(typed)) : withoutSpaces(typed);
    if (!text) return { value: null };
    if (!figure) return { value: text };
    if (!PLAIN.test(text) && !GROUPED.test(text)) {
      return { problem: /^[+-]?[0-9.]*,[0-9.,]*$/.test(text)
        ? "的千分位逗号位置不对，应每三位一个，如1,234.56"
        : "不是数字，请只填数字，如1,234.56；空着表示没有填" };
    }
    const [whole, fraction = ""] = text.replace(/[+,]/g, "").split(".");
    if (whole.replace(/^-?0*/, "").length > MOST_WHOLE_DIGITS) return { problem: `的整数部分超过${MOST_WHOLE_DIGITS}位` };
    const digits = fraction.replace(/0+$/, "");
    if (decimals !== null && digits.length > decimals) {
      return { problem: decimals ? `的小数超过${decimals}位` : "应为整数" };
    }
    return { value: `${/[0-9]$/.test(whole) ? whole : `${whole}0`}${digits && `.${digits}`}` };
  }

  let panels = 0;

  function open(panel) {
    const { conditions, boxes, parameters, surroundings } = JSON.parse(panel.dataset.try);
    const prefix = `try-${panels += 1}`;
    const fields = boxes.map((box, number) => field(box, `${prefix}-${number}`));
    const choice = element("select", { id: `${prefix}-place` }, ...conditions.map(
      ({ place }, number) => element("option", { value: number, textContent: `${number + 1}. ${place}` })));
    const premise = element("p", { className: "hint" });
    const says = element("p");
    const answer = element("output");
    answer.setAttribute("aria-live", "polite");
    const cells = conditions.map(() => element("td"));

    function show() {
      const verdicts = judged(conditions, fields, { parameters, surroundings });
      const at = Number(choice.value);
      const condition = conditions[at];
      fields.forEach(({ row, box }) => { row.hidden = !condition.reads.includes(box.label); });
      says.textContent = condition.says;
      premise.textContent = condition.premise && `前提：${condition.premise}`;
      premise.hidden = !condition.premise;
      answer.htmlFor = fields.filter(({ row }) => !row.hidden).map(({ input }) => input.id).join(" ");
      answer.replaceChildren(tag(verdicts[at]), ` ${WHY.get(verdicts[at]) ?? ""}`);
      if (conditions.length > 1) answer.append(` 全部${conditions.length}处：${counted(verdicts)}。`);
      cells.forEach((cell, number) => cell.replaceChildren(tag(verdicts[number])));
      return verdicts;
    }

    panel.replaceChildren(
      ...(conditions.length > 1 ? [rowOf("看哪一处", choice)] : []),
      says, premise, element("div", { className: "form" }, ...fields.map(({ row }) => row)),
      element("p", {}, answer),
      ...(conditions.length > 1 ? [everyPlace(conditions, cells)] : []));
    const verdicts = show(); // begin where something is wrong, else where something is judged
    choice.value = Math.max(0, [false, true].map((wanted) => verdicts.indexOf(wanted)).find((at) => at >= 0) ?? 0);
    show();
    panel.addEventListener("input", show);
  }

  function rowOf(words, control, ...more) {
    const label = element("label", { htmlFor: control.id, textContent: words });
    return element("div", { className: "form-row" }, label, control, ...more);
  }

  function field(box, id) {
    const input = element("input", { id, type: "text", value: box.value, autocomplete: "off" });
    if (box.figure) input.inputMode = "decimal";
    const problem = element("p", { id: `${id}-problem`, className: "errorlist", hidden: true });
    problem.setAttribute("role", "alert");
    const row = rowOf(box.unit ? `${box.words}（${box.unit}）` : box.words, input, problem);
    return { box, input, problem, row };
  }

  // The verdicts on what is typed; undefined where a box that is read cannot be.
  function judged(conditions, fields, { parameters, surroundings }) {
    const reading = { values: {}, parameters: { ...parameters }, surroundings };
    const unread = new Set();
    for (const { box, input, problem } of fields) {
      const { value = null, problem: found = "" } = read(input.value, box);
      reading[box.among][box.label] = value;
      const sentence = found && `${box.words}：“${input.value}”${found}。`;
      if (problem.textContent !== sentence) problem.textContent = sentence;
      problem.hidden = !found;
      input.setAttribute("aria-invalid", String(Boolean(found)));
      if (found) input.setAttribute("aria-describedby", problem.id);
      else input.removeAttribute("aria-describedby");
      if (found) unread.add(box.label);
    }
    const verdicts = judging.judgeAll(conditions, reading);
    return verdicts.map((verdict, at) => (conditions[at].reads.some((label) => unread.has(label)) ? undefined : verdict));
  }

  function counted(verdicts) {
    const counts = [...VERDICTS].map(([wanted, { words }]) => [words, verdicts.filter((v) => v === wanted).length]);
    return counts.filter(([, count]) => count).map(([words, count]) => `${words}${count}处`).join("，");
  }

  function everyPlace(conditions, cells) {
    const rows = conditions.map(({ place }, at) => (
      element("tr", {}, element("td", { textContent: at + 1 }), element("td", { textContent: place }), cells[at])));
    const head = element("tr", {}, ...["序号", "位置", "结论"].map((words) => element("th", { scope: "col", textContent: words })));
    const box = element("div", { className: "table-box", tabIndex: 0, role: "region", ariaLabel: "各处的结论" },
      element("table", { className: "table" }, element("thead", {}, head), element("tbody", {}, ...rows)));
    return element("details", { className: "fold" }, element("summary", { textContent: "各处的结论" }), box);
  }

  // On the page as it comes, and in whatever htmx brings later.
  function openWithin(place) {
    for (const panel of [place, ...place.querySelectorAll("[data-try]")]) {
      if (panel.matches?.("[data-try]") && !panel.hasChildNodes()) open(panel);
    }
  }
  document.addEventListener("htmx:load", (event) => openWithin(event.target));
  openWithin(document);
})();
