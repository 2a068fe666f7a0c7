// What was typed into a cell, as the server reads it (forms_tables/filling/parsing.py), as far as a script can be sure.
//
//   read(typed, cell, rules)   { value }: text as the judge reads it, null for a blank
//                              { problem }: it cannot be read, and why, in the server's words
//                              { unsure: true }: only the server can tell
//
// cell and rules are what forms_tables/judges/sheets.py hands over. tests/browser/test_browser_judging_alike.py holds both
// together over many spellings.

const HIDDEN = /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff\ufffe\uffff]/u;
const PLAIN = /^[+-]?([0-9]+(\.[0-9]+)?|\.[0-9]+)$/;
const GROUPED = /^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$/;
const SCIENTIFIC = /^[+-]?[0-9]*\.?[0-9]+[eE][+-]?[0-9]+$/;
const ERROR_OF_EXCEL = /^#[A-Z0-9/_]+[!?]?$/;
const WITH_UNIT = /^([¥$]?\s*[+-]?[0-9][0-9,.]*\s*([%‰]|[^0-9\s,.+()eE-]+)|[¥$]\s*[+-]?[0-9][0-9,.]*)$/u;

const unsure = { unsure: true };
const withoutSpaces = (text) => text.replace(/[\u3000\u00a0]/g, " ").trim();
const halfWidth = (text) => text.replace(/[−﹣]/g, "-").replace(
  /[！-～]/g, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0));

export function read(typed, cell, rules) {
  if (CONTROL.test(typed)) return unsure;
  const text = withoutSpaces(cell.kind === "text" ? typed : typed.replace(HIDDEN, ""));
  if (!text) return { value: null };
  if (cell.kind !== "figure") return readWords(text, cell, rules);
  const { why, value, ...facts } = figureIn(text, cell, rules);
  return why ? { problem: sentence(rules.sentences[why], { typed: quoted(text), unit: cell.unit ?? "", ...facts }) } : { value };
}

// Texts that are what they are. Whatever has a spelling to be understood is left to the server.
function readWords(text, { kind, list }, { lists, longest }) {
  if ([...text].length > longest || /^[=＝#＃]/.test(text)) return unsure;
  if (kind === "yes_no" && ["是", "否"].includes(text)) return { value: text };
  if (kind === "code" && list && isIn(text, lists[list])) return { value: text };
  if (kind === "codes" && list && isInOrder(text.split(","), lists[list])) return { value: text };
  if (kind === "text" && /^[\u4e00-\u9fff\w（）()·、，。 -]+$/.test(text)) return { value: text };
  if (kind === "month" && /^(19[0-9]{2}|20[0-9]{2})-(0[1-9]|1[0-2])$/.test(text)) return { value: text };
  return unsure;
}
const isIn = (code, list) => list.some(([listed]) => listed === code);
const isInOrder = (codes, list) => {
  const places = codes.map((code) => list.findIndex(([listed]) => listed === code));
  return places.every((place, at) => place > (at ? places[at - 1] : -1));
};

// { value }, or { why }: the name of a sentence, with what it needs beside the text and the unit.
function figureIn(text, { unit, places, negative }, { longest, most, no_figure: noFigure }) {
  const plain = halfWidth(text);
  if ([...text].length > longest) return { why: "long", longest };
  if (plain.startsWith("=")) return { why: "formula" };
  if (ERROR_OF_EXCEL.test(plain.toUpperCase())) return { why: "excel" };
  if (!PLAIN.test(plain) && !GROUPED.test(plain)) return { why: whyNoFigure(plain, unit, noFigure) };
  const [whole, fraction = ""] = plain.replace(/[+,-]/g, "").split(".");
  const digits = whole.replace(/^0+/, "");
  if (digits.length > most) return { why: "whole", most };
  const kept = places !== undefined && fraction.length > places ? fraction.replace(/0+$/, "") : fraction;
  if (places !== undefined && kept.length > places) return places ? { why: "decimals", decimals: places } : { why: "integer" };
  const isZero = !digits && !/[1-9]/.test(fraction);
  const isBelow = plain.startsWith("-") && !isZero;
  if (isBelow && negative) return { why: negative };
  const shown = places !== undefined && fraction.length > places ? kept.padEnd(places, "0") : kept;
  return { value: `${isBelow ? "-" : ""}${digits || "0"}${shown && `.${shown}`}` };
}

function whyNoFigure(plain, unit, noFigure) {
  if (/^[+-]?[0-9,.]+$/.test(plain) && plain.includes(",")) return "grouping";
  if (/^\(.*\)$/.test(plain)) return "brackets";
  if (SCIENTIFIC.test(plain)) return "scientific";
  if (WITH_UNIT.test(plain)) return unit === "%" ? "percent" : "unit";
  if (noFigure.includes(plain)) return "none";
  if (/[0-9]\s+[0-9]/.test(plain)) return "spaces";
  return unit === "%" ? "no_percent" : "no_number";
}

function quoted(text) {
  const characters = [...text];
  return `“${characters.length <= 30 ? text : `${characters.slice(0, 30).join("")}…`}”`;
}
const sentence = (words, facts) => words.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
