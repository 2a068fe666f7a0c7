// What is said of a condition that does not hold, put together of the same parts as the server's sentence
// (forms_tables/words/verdicts.py).
/* global judging */

const MOST_SHOWN = 8;
const MONEY = ["万元", "万美元"];

// 1,234.50 万元: money keeps two decimals, everything else what it needs.
export function figure(number, unit = "") {
  const needed = (judging.plain(number).split(".")[1] ?? "").length;
  const places = Math.min(MONEY.includes(unit) ? Math.max(2, needed) : needed, 6);
  return `${grouped(number, places)}${unit && unit !== "%" ? " " : ""}${unit}`;
}

// With thousands separators and so many decimals, halves to the even neighbour.
export function grouped(number, places) {
  const amount = number.digits < 0n ? -number.digits : number.digits;
  const digits = number.places <= places
    ? amount * 10n ** BigInt(places - number.places)
    : halfToEven(amount, 10n ** BigInt(number.places - places));
  const all = digits.toString().padStart(places + 1, "0");
  const whole = all.slice(0, all.length - places).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${number.digits < 0n ? "-" : ""}${whole}${places ? `.${all.slice(all.length - places)}` : ""}`;
}
function halfToEven(amount, unit) {
  const [whole, rest] = [amount / unit, (amount % unit) * 2n];
  return whole + (rest > unit || (rest === unit && whole % 2n) ? 1n : 0n);
}

const isDecimal = (value) => value !== null && typeof value === "object";
const inWords = (value) => (typeof value === "boolean" ? (value ? "True" : "False") : value);
// A value as a fingerprint has it.
export const shown = (value) => (isDecimal(value) ? judging.plain(value) : inWords(value));

const valueOf = ([, tree, unit], filing) => {
  const value = judging.value(tree, filing);
  if (value === null) return "未填";
  return isDecimal(value) ? figure(value, unit) : inWords(value);
};
const listed = (part, filing) => `${part[0]} ${valueOf(part, filing)}`;
function said(part, filing) {
  const [name, tree, , isCell] = part;
  if (!isCell) return listed(part, filing);
  return judging.value(tree, filing) === null ? `${name}未填` : `${name}为 ${valueOf(part, filing)}`;
}
function list(parts, filing) {
  const filled = parts.length > MOST_SHOWN ? parts.filter(([, tree]) => judging.value(tree, filing) !== null) : parts;
  const more = filled.length > MOST_SHOWN ? "等" : "";
  return filled.slice(0, MOST_SHOWN).map((part) => listed(part, filing)).join("，") + more;
}

// About how many times the larger is the smaller, in two digits.
function times(one, other) {
  const places = Math.max(one.places, other.places);
  const [a, b] = [one, other].map((number) => judging.magnitude(judging.rounded(number, places)).digits);
  const [more, less] = a > b ? [a, b] : [b, a];
  let power = 0;
  while (more >= less * 10n ** BigInt(power + 1)) power += 1;
  const digits = halfToEven(more * 10n, less * 10n ** BigInt(power));
  return power ? { digits: digits * 10n ** BigInt(power - 1), places: 0 } : { digits, places: 1 };
}

const TELLERS = {
  first: (filing, ...parts) => {
    const failing = parts.find(([tree]) => judging.value(tree, filing) === false);
    return tell(failing[1], filing);
  },
  limit: (filing, is, judgedTree, must, boundTree, unit) => {
    const [value, bound] = [judging.value(judgedTree, filing), judging.value(boundTree, filing)];
    if (!isDecimal(value)) return `${is}“${inWords(value)}”，应${must}“${shown(bound)}”`;
    const mark = !unit || unit === "%" ? unit : ` ${unit}`;
    return `${is} ${figure(value, unit)}，应${must} ${figure(bound)}${mark}`;
  },
  sides: (filing, leftIs, leftTree, rightIs, rightTree, unit, leeway, parts) => {
    const [left, right] = [judging.value(leftTree, filing), judging.value(rightTree, filing)];
    if (!isDecimal(left)) return `${leftIs}“${inWords(left)}”，${rightIs}“${inWords(right)}”`;
    const apart = judging.apart(left, right);
    const words = `${leftIs} ${figure(left, unit)}，${rightIs} ${figure(right, unit)}，相差 ${figure(apart, unit)}`;
    const allowed = leeway ? `（${leeway[0]} ${figure(judging.value(leeway[1], filing))}）` : "";
    return words + allowed + (parts.length ? `；其中 ${list(parts, filing)}` : "");
  },
  times: (filing, now, then) => {
    const [a, b] = [judging.value(now[1], filing), judging.value(then[1], filing)];
    const both = `${said(now, filing)}，${said(then, filing)}`;
    const areFigures = isDecimal(a) && isDecimal(b) && a.digits && b.digits;
    return areFigures ? `${both}，相差约 ${figure(times(a, b))} 倍` : both;
  },
  list: (filing, parts) => `现有 ${list(parts, filing)}`,
  figures: (filing, parts) => parts.map((part) => said(part, filing)).join("，"),
};

function tell([kind, ...parts], filing) {
  return TELLERS[kind](filing, ...parts);
}

// 软统企6表2020“软件业务收入合计”的“本年本期累计”
export function placeOf(key, { cells }) {
  const { table, name, label } = cells[key];
  return `${table}表${rowOf(key)}“${name}”的“${label}”`;
}
export const rowOf = (key) => key.slice(0, key.lastIndexOf("."));

// The whole sentence of a finding.
export function sentenceOf({ place, cells, message, tells }, filing, rules) {
  return `${place ?? placeOf(cells[0], rules)}：${message}。${tell(tells, filing)}。`;
}
