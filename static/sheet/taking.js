// A text from outside for one cell: what its control makes of it, or why it cannot take it.

import { plain, readFigure, visible } from "./amounts.js";
import { contentOf, controlsIn, isFigure, measureOf } from "./cells.js";
import { choicesOf } from "./codes.js";

const LONGEST = 200;
const isBox = (field) => field.type === "checkbox";
const short = (text) => (text.length > 30 ? `${text.slice(0, 30)}…` : text);

// { contents: by control, words: how it was written another way } or { why }.
export function take(cell, text) {
  const controls = controlsIn(cell).filter((field) => field.type !== "hidden");
  const [field] = controls;
  if (isBox(field)) return takeCodes(controls, text);
  if (field.tagName === "SELECT") return takeChoice(field, text);
  if (field.dataset.choose === "code" && !field.dataset.list) return takeCode(field, text);
  return isFigure(field) ? takeFigure(field, text) : takeText(field, text);
}
const taken = (field, content, words = "") => ({ contents: new Map([[field, content]]), words });

function takeFigure(field, text) {
  const read = readFigure(text, measureOf(field) || { decimals: null, unit: "" });
  if (read.kind === "refused") return { why: read.why };
  if (read.kind === "blank") return taken(field, "");
  const isAsWritten = !read.isWorkedOut && /^[+-]?[0-9.,]+$/.test(text.trim());
  return taken(field, read.shape, isAsWritten ? "" : `“${short(text.trim())}” → ${read.shape}`);
}

function takeText(field, text) {
  const line = visible(text).replace(/[\u00a0\u3000]/g, " ").replace(/\s*[\r\n\t]+\s*/g, " ").trim();
  if (line.length > LONGEST) return { why: `内容超过${LONGEST}字，请缩短` };
  return taken(field, line, line === text.trim() ? "" : `“${short(text.trim())}” → ${short(line)}`);
}

// By the code, by the name, or by both as the list shows them. Each choice is { code, name, shown }.
function choiceOf(choices, text) {
  const [words, typed] = [visible(text).trim(), plain(text)];
  const byCode = choices.find(({ code }) => code === typed);
  const named = choices.filter(({ name, shown }) => [name, shown].some((one) => one === words || one === typed));
  return byCode || (named.length === 1 ? named[0] : null);
}
const notListed = (text) => `“${short(text.trim())}”不在可选的内容中，请填代码或全称`;
function choiceFrom(code, shown) {
  return { code, shown, name: shown.startsWith(`${code} `) ? shown.slice(code.length + 1) : shown };
}

function takeChoice(field, text) {
  if (!plain(text)) return taken(field, "");
  const choices = [...field.options].filter(({ value }) => value).map(({ value, text: shown }) => choiceFrom(value, shown));
  const choice = choiceOf(choices, text);
  return choice ? taken(field, choice.code) : { why: notListed(text) };
}

// Of a list that is closed; of one that other codes may stand beside, any text is the server's to judge.
function takeCode(field, text) {
  if (!plain(text)) return taken(field, "");
  const choice = choiceOf(choicesOf(field).map(({ code, name }) => ({ code, name, shown: `${code} ${name}` })), text);
  return choice ? taken(field, choice.code) : { why: notListed(text) };
}

function takeCodes(boxes, text) {
  const choices = boxes.map((box) => choiceFrom(box.value, box.closest("label").textContent.trim()));
  const whole = choiceOf(choices, text);
  const parts = whole ? [text] : text.split(/[,，、;；\n]/).filter((part) => plain(part));
  const picked = parts.map((part) => choiceOf(choices, part));
  const unknown = parts.find((part, at) => !picked[at]);
  if (unknown !== undefined) return { why: notListed(unknown) };
  const codes = new Set(picked.map(({ code }) => code));
  return { contents: new Map(boxes.map((box) => [box, codes.has(box.value)])), words: "" };
}

// What stands in a cell, as it would be taken again.
export function shownIn(cell) {
  const controls = controlsIn(cell).filter((field) => field.type !== "hidden");
  if (!controls.length) return cell.querySelector(".locked-figure .none") ? "" : (cell.querySelector(".locked-figure")?.textContent.trim() || "");
  if (isBox(controls[0])) return controls.filter(contentOf).map((box) => box.value).join(",");
  return controls[0].value;
}
