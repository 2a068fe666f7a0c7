// Figures as people write them: what a text means, what a row's unit makes of it, and the shape the form gives it.
//
// The server's parser (forms_tables/filling/parsing.py) has the last word. What it reads, this reads as the same figure;
// what this offers beyond it (1.2亿, (500), 500-) is shown before it is kept, and kept in a shape the server reads.
// Digits are moved as text: nothing here is ever a floating-point number.

const HIDDEN = /[\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udc7f]/g;
const BREAKS = /[\x0b\x0c\x85\u2028\u2029]/g;
const CONTROL = /[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffe\uffff]/g;
const FULL_WIDTH = /[\uff01-\uff5e]/g;
const NUMBER = /^[+-]?([0-9]+(\.[0-9]+)?|\.[0-9]+)$/;
const GROUPED = /^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$/;
const SCIENTIFIC = /^[+-]?[0-9]*\.?[0-9]+[eE][+-]?[0-9]+$/;
const MOST_WHOLE_DIGITS = 15;
const SCALES = new Map([
  ["", 0], ["十", 1], ["百", 2], ["千", 3], ["万", 4], ["十万", 5], ["百万", 6], ["千万", 7],
  ["亿", 8], ["十亿", 9], ["百亿", 10], ["千亿", 11], ["万亿", 12],
]);
const SCALED = /^(万亿|[十百千]?[万亿]|[十百千])?(.*)$/;
const CURRENCIES = new Map([
  ["¥", "元"], ["￥", "元"], ["RMB", "元"], ["CNY", "元"], ["人民币", "元"], ["元人民币", "元"], ["人民币元", "元"], ["圆", "元"],
  ["$", "美元"], ["US$", "美元"], ["USD", "美元"], ["美金", "美元"],
]);
const SYMBOL = /^(US\$|USD|RMB|CNY|人民币|[¥￥$])\s*/i;
const COUNTED_IN_NOTHING = new Set(["%", "系数", "倍"]); // no 万 of them

// Without what cannot be seen, full-width characters made plain, as the server does before it reads a figure.
export const visible = (text) => text.replace(BREAKS, "\n").replace(CONTROL, "").replace(HIDDEN, "");
const narrow = (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0);
const ASCII = /^[\x20-\x7e]*$/;
export const plain = (text) => (ASCII.test(text) ? text.trim() : translated(visible(text)));
const translated = (text) => text
  .replace(/[\u3000\u00a0]/g, " ").trim().replace(FULL_WIDTH, narrow).replace(/[−﹣]/g, "-");
const quoted = (text) => `“${text.length > 30 ? `${text.slice(0, 30)}…` : text}”`;

function digitsOf(text) {
  if (NUMBER.test(text)) return text;
  return GROUPED.test(text) ? text.replace(/,/g, "") : null;
}

function partsOf(digits) {
  const [, sign, before, after = ""] = /^([+-]?)([0-9]*)\.?([0-9]*)$/.exec(digits);
  const whole = before.replace(/^0+/, "") || "0";
  const fraction = after.replace(/0+$/, "");
  return { isNegative: sign === "-" && (whole !== "0" || fraction !== ""), whole, fraction };
}
function shortest(digits) {
  const { isNegative, whole, fraction } = partsOf(digits);
  return `${isNegative ? "-" : ""}${whole}${fraction && `.${fraction}`}`;
}

// A figure's text as it is meant: 1,200.00 and １２００ are 1200. What is no plain figure is itself.
export function meaningOf(text) {
  const typed = plain(text);
  if (!typed) return "";
  const digits = digitsOf(typed);
  return digits === null ? text : shortest(digits);
}

// The form's shape: separators, and the row's decimals where fewer were given.
export function shapeOf(digits, decimals) {
  const { isNegative, whole, fraction } = partsOf(digits);
  const grouped = whole.replace(/\B(?=([0-9]{3})+$)/g, ",");
  const filled = fraction.padEnd(decimals || 0, "0");
  return `${isNegative ? "-" : ""}${grouped}${filled && `.${filled}`}`;
}

// The decimal point moved to the right by `places`, or to the left.
function moved(digits, places) {
  const [, sign, whole, fraction = ""] = /^([+-]?)([0-9]*)\.?([0-9]*)$/.exec(digits);
  const all = places < 0 ? "0".repeat(-places) + whole + fraction : whole + fraction + "0".repeat(places);
  const at = (places < 0 ? whole.length - places : whole.length) + places;
  return `${sign}${all.slice(0, at) || "0"}.${all.slice(at)}0`;
}

const isTooLong = (digits) => partsOf(digits).whole.length > MOST_WHOLE_DIGITS;
function refusalOf(digits, { decimals }) {
  if (isTooLong(digits)) return `整数部分超过${MOST_WHOLE_DIGITS}位，请核对单位`;
  if (decimals === null || partsOf(digits).fraction.length <= decimals) return "";
  return decimals ? `小数超过${decimals}位；系统不代为四舍五入` : "应为整数";
}

// What a text is in a row of this measure ({ unit, decimals }): blank; a figure, with the shape it takes and whether it
// was written as one, or had to be worked out; or refused, with the reason.
export function readFigure(text, measure) {
  const typed = plain(text);
  if (!typed) return { kind: "blank" };
  const digits = digitsOf(typed);
  if (digits === null) return readAmount(typed, measure);
  const why = refusalOf(digits, measure);
  if (why) return { kind: "refused", why: `${quoted(typed)}${why}` };
  return { kind: "figure", shape: shapeOf(digits, measure.decimals), isWorkedOut: false };
}

function readAmount(typed, measure) {
  const amount = amountIn(typed);
  if (!amount) return { kind: "refused", why: `${quoted(typed)}${whyUnreadable(typed)}` };
  const refused = (why) => ({ kind: "refused", why: `${quoted(typed)}${why}`, isAmount: true });
  if (amount.signs > 1) return refused("写了两次正负号");
  const places = placesBetween(amount, measure);
  if (typeof places === "string") return refused(places);
  const digits = moved(amount.isNegative ? `-${amount.digits}` : amount.digits, places);
  const why = refusalOf(digits, measure);
  if (why) return refused(places ? `是${shapeOf(digits, 0)}${measure.unit}，${why}` : why);
  return { kind: "figure", shape: shapeOf(digits, measure.decimals), isWorkedOut: true };
}

// (1,200.50) ¥500 1.2亿 500万元 12.5% 300- –12: the digits, how often a sign was given, and what follows them.
function amountIn(typed) {
  let rest = typed.replace(/^([^。｡]*[0-9])[。｡]([0-9][^。｡]*)$/, "$1.$2"); // an input method's full stop
  let signs = 0;
  let isNegative = false;
  const strip = (pattern, onlyIfNegative) => {
    const found = pattern.exec(rest);
    if (!found) return;
    rest = found.slice(1).filter((part) => part !== undefined).join("").trim();
    signs += 1;
    isNegative = isNegative || onlyIfNegative(found);
  };
  const always = () => true;
  strip(/^\(([^()]*)\)([^()]*)$/, always);
  strip(/^(.*[^-–—])[-–—]$/, always);
  const leading = () => strip(/^[+\-–—]\s*(?=[^+\-–—])(.*)$/, (found) => found[0][0] !== "+");
  leading();
  const symbol = SYMBOL.exec(rest);
  if (symbol) {
    rest = rest.slice(symbol[0].length);
    leading();
  }
  const [, number, unit] = /^([0-9.,]+)\s*([^0-9]*)$/.exec(rest) || [];
  const digits = number && digitsOf(number);
  return digits ? { digits, signs, isNegative, symbol: symbol ? symbol[1].toUpperCase() : "", unit: unit.trim() } : null;
}

// By how many places a figure with this unit moves to be one in the row's, or why it cannot.
function placesBetween(amount, measure) {
  const [, scale = "", noun] = SCALED.exec(amount.unit);
  const [, rowScale = "", rowNoun] = SCALED.exec(plain(measure.unit));
  const given = [CURRENCIES.get(amount.symbol), CURRENCIES.get(noun.toUpperCase()) || noun].filter(Boolean);
  if (!amount.unit && !given.length) return 0; // only its sign was written another way
  const own = new Set([rowNoun, ...rowNoun.split(/[()]/), rowNoun.replace(/[()]/g, "")]);
  const strange = given.find((one) => !own.has(one));
  if (strange || (scale && COUNTED_IN_NOTHING.has(rowNoun))) return `的单位与本行的“${measure.unit}”不同，请换算后只填数字`;
  return SCALES.get(scale) - SCALES.get(rowScale);
}

function whyUnreadable(typed) {
  if (/^=/.test(typed)) return "是公式，请改为公式算出的结果";
  if (/^#[A-Z0-9/_]+[!?]?$/i.test(typed)) return "是电子表格的错误值，请改正后填写";
  if (SCIENTIFIC.test(typed)) return "是科学计数法，请写出全部数字";
  if (/^([-–—/]+|无|NA|N\/A)$/i.test(typed)) return "不是数字；没有发生额请填0，不适用请清空";
  if (/^[+-]?[0-9,.]+$/.test(typed) && typed.includes(",")) return "的千分位逗号位置不对（应每三位一个，如1,234.56）";
  if (/[0-9]\s+[0-9]/.test(typed)) return "的数字中间有空格，请删去空格";
  return "不是数字";
}
