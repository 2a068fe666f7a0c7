// Judges filings by the conditions that forms_tables/notation/trees.py hands over, to the same verdicts as the server:
// exact decimals, and a blank (null) makes whatever needs it not apply.
//
//   judging.judge(condition, reading)      true: holds, false: does not hold, null: does not apply
//   judging.judgeAll(conditions, reading)  a list of these
//   judging.open(reading)                  one filing, of which figures may be set while it is filled in
//   judging.value(tree, filing)            what a tree comes to in it: a decimal, text, true or false; null with a blank
//   judging.verdict(condition, filing)     as judge, of an opened filing
//   judging.decimal, plain, rounded, compare, magnitude, apart: figures themselves
//
// condition: {tree, when, …}; a tree is [operation, ...parts]. reading: {values, parameters, surroundings} with decimals
// as text; what is absent is blank. Each tree becomes functions once; no text of a rule is ever run as script.
"use strict";

const judging = (() => {
  // A decimal is its digits as one whole number and how many of them are decimal places: 12.50 is 1250n with 2.
  function decimal(text) {
    const [matched, whole, places = ""] = /^(-?[0-9]+)(?:\.([0-9]+))?$/.exec(text) ?? [];
    if (matched === undefined) throw new TypeError(`not a decimal: ${text}`);
    return { digits: BigInt(whole + places), places: places.length };
  }

  const TENS = [1n];
  function ten(power) {
    while (TENS.length <= power) TENS.push(TENS[TENS.length - 1] * 10n);
    return TENS[power];
  }

  const owns = (things, name) => Object.prototype.hasOwnProperty.call(things, name); // Object.hasOwn is younger than our oldest browser
  const ZERO = decimal("0");
  const digitsAt = (number, places) => (
    number.places === places ? number.digits : number.digits * ten(places - number.places));

  function sum(left, right) {
    const places = Math.max(left.places, right.places);
    return { digits: digitsAt(left, places) + digitsAt(right, places), places };
  }
  const negative = ({ digits, places }) => ({ digits: -digits, places });
  const magnitude = (number) => (number.digits < 0n ? negative(number) : number);
  const difference = (left, right) => sum(left, negative(right));
  const apart = (left, right) => magnitude(difference(left, right));
  const product = (left, right) => ({ digits: left.digits * right.digits, places: left.places + right.places });

  // Below, at or above zero as left is less than, equal to or more than right. Words go by their code points, whole
  // characters, as the server compares them.
  function compare(left, right) {
    if (typeof left === "string") return compareWords(left, right);
    const places = Math.max(left.places, right.places);
    const [one, other] = [digitsAt(left, places), digitsAt(right, places)];
    return one < other ? -1 : Number(one > other);
  }
  function compareWords(left, right) {
    const [one, other] = [[...left], [...right]];
    const place = one.findIndex((character, at) => character !== other[at]);
    if (place < 0) return one.length - other.length;
    return place < other.length ? one[place].codePointAt() - other[place].codePointAt() : 1;
  }

  const least = (numbers) => numbers.reduce((found, number) => (compare(number, found) < 0 ? number : found));
  const most = (numbers) => numbers.reduce((found, number) => (compare(number, found) > 0 ? number : found));

  // 12.5 of 12.50: without the zeros that say nothing.
  function plain({ digits, places }) {
    const all = (digits < 0n ? -digits : digits).toString().padStart(places + 1, "0");
    const [whole, fraction] = [all.slice(0, all.length - places), all.slice(all.length - places).replace(/0+$/, "")];
    return `${digits < 0n ? "-" : ""}${whole}${fraction && `.${fraction}`}`;
  }

  // To so many decimal places, halves away from zero.
  function rounded(number, places) {
    if (number.places <= places) return { digits: digitsAt(number, places), places };
    const [unit, amount] = [ten(number.places - places), number.digits < 0n ? -number.digits : number.digits];
    const whole = (amount * 2n + unit) / (unit * 2n);
    return { digits: number.digits < 0n ? -whole : whole, places };
  }

  // Percent with one decimal, halves away from zero; none on a base of zero or less.
  function growth(now, then) {
    if (then.digits <= 0n) return null;
    const places = Math.max(now.places, then.places);
    const base = digitsAt(then, places);
    const change = (digitsAt(now, places) - base) * 1000n;
    const tenths = ((change < 0n ? -change : change) * 2n + base) / (base * 2n);
    return { digits: change < 0n ? -tenths : tenths, places: 1 };
  }

  // GB 32100 and, inside it, GB 11714: see forms_tables/edition/credit_code.py.
  const ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";
  const CREDIT_CODE = /^[0-9A-HJ-NP-RTUWXY]{2}[0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}$/;
  const ORGANISATION_WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2];
  function isCreditCode(code) {
    if (!CREDIT_CODE.test(code)) return false;
    let [total, weight] = [0, 1];
    for (const character of code.slice(0, 17)) {
      total += ALPHABET.indexOf(character) * weight;
      weight = (weight * 3) % 31;
    }
    const inner = ORGANISATION_WEIGHTS.reduce((found, times, at) => found + parseInt(code[8 + at], 36) * times, 0);
    return ALPHABET[(31 - (total % 31)) % 31] === code[17] && "0123456789X"[(11 - (inner % 11)) % 11] === code[16];
  }

  const characters = (text, from, to) => [...text].slice(from, to).join("");
  const startsWithOneOf = (text, beginnings) => beginnings.some((beginning) => text.startsWith(beginning));

  // C06: the largest class whose two lower bounds are both met; 4 when no pair is.
  function sizeClass(filing, industry, staff, income) {
    const standard = filing.sizes.find(({ divisions }) => startsWithOneOf(industry, divisions));
    if (!standard) return null;
    const met = standard.staff.findIndex(
      (bound, size) => compare(staff, bound) >= 0 && compare(income, standard.income[size]) >= 0);
    return met < 0 ? "4" : String(met + 1);
  }

  // What applies only when nothing it needs is blank: also both sides of and, or, implies.
  const STRICT = {
    "+": (filing, left, right) => sum(left, right),
    "-": (filing, left, right) => difference(left, right),
    "*": (filing, left, right) => product(left, right),
    "negative": (filing, number) => negative(number),
    "<": (filing, left, right) => compare(left, right) < 0,
    "<=": (filing, left, right) => compare(left, right) <= 0,
    ">": (filing, left, right) => compare(left, right) > 0,
    ">=": (filing, left, right) => compare(left, right) >= 0,
    "==": (filing, left, right) => compare(left, right) === 0,
    "!=": (filing, left, right) => compare(left, right) !== 0,
    "in": (filing, text, ...options) => options.includes(text),
    "not in": (filing, text, ...options) => !options.includes(text),
    "and": (filing, ...parts) => parts.every(Boolean),
    "or": (filing, ...parts) => parts.some(Boolean),
    "not": (filing, truth) => !truth,
    "implies": (filing, premise, conclusion) => !premise || conclusion,
    "iff": (filing, left, right) => left === right,
    "abs": (filing, number) => magnitude(number),
    "min": (filing, ...numbers) => least(numbers),
    "max": (filing, ...numbers) => most(numbers),
    "near": (filing, left, right, tolerance) => compare(magnitude(difference(left, right)), tolerance) <= 0,
    "growth": (filing, now, then) => growth(now, then),
    "is_whole": (filing, number) => number.digits % ten(number.places) === 0n,
    "eps": (filing, times) => {
      const tolerance = filing.figure("EPS", "parameters");
      return tolerance && product(tolerance, times);
    },
    "starts_with": (filing, text, ...beginnings) => startsWithOneOf(text, beginnings),
    "first": (filing, text, length) => characters(text, 0, Number(length.digits / ten(length.places))),
    "valid_credit_code": (filing, code) => isCreditCode(code),
    "organisation_code": (filing, code) => characters(code, 8, 17),
    "is_district": (filing, code) => filing.districts.has(code),
    "size_class": sizeClass,
  };

  // What may read a blank.
  const AMONG_ROWS = (answer) => (filing, ...verdicts) => { // of the rows that are filled in; when none is, no answer
    const given = verdicts.filter((verdict) => verdict !== null);
    return given.length ? answer(given) : null;
  };
  const LENIENT = {
    "or_zero": (filing, number) => number ?? ZERO,
    "filled": (filing, value) => value !== null,
    "empty": (filing, value) => value === null,
    "when": (filing, premise, conclusion) => premise ? conclusion : null,
    "exists": AMONG_ROWS((given) => given.some(Boolean)),
    "every": AMONG_ROWS((given) => given.every(Boolean)),
    "has": (filing, chosen, ...codes) => { // 3 stands for 3A to 3E; nothing chosen has none
      if (codes.includes(null)) return null;
      return chosen !== null && chosen.split(",").some((choice) => startsWithOneOf(choice, codes));
    },
  };

  const LEAVES = {
    "n": (text) => { const number = decimal(text); return () => number; },
    "t": (text) => () => text,
    "figure": (label, among = "values") => (filing) => filing.figure(label, among),
    "words": (label, among = "values") => (filing) => filing.words(label, among),
  };

  function compile([operation, ...parts]) {
    if (owns(LEAVES, operation)) return LEAVES[operation](...parts);
    const below = parts.map(compile);
    if (owns(LENIENT, operation)) {
      const work = LENIENT[operation];
      return (filing) => work(filing, ...below.map((part) => part(filing)));
    }
    if (!owns(STRICT, operation)) throw new TypeError(`not in the notation: ${operation}`);
    return below.length === 2 ? strictPair(STRICT[operation], ...below) : strict(STRICT[operation], below);
  }
  const strict = (work, below) => (filing) => {
    const values = [];
    for (const part of below) {
      const value = part(filing);
      if (value === null) return null;
      values.push(value);
    }
    return work(filing, ...values);
  };
  const strictPair = (work, first, second) => (filing) => { // most operations have two parts: no list is made
    const left = first(filing);
    if (left === null) return null;
    const right = second(filing);
    return right === null ? null : work(filing, left, right);
  };

  // One filing while it is judged: each of its figures becomes a decimal once.
  class Filing {
    constructor({ values, parameters = {}, surroundings }) {
      const { moments, districts, sizes, defaults } = prepared(surroundings);
      Object.assign(this, { values, moments, districts, sizes, parameters: { ...defaults, ...parameters } });
      this.figures = new Map();
    }

    words(label, among) {
      return owns(this[among], label) ? this[among][label] ?? null : null;
    }

    figure(label, among) {
      let number = this.figures.get(label); // no parameter or moment shares its label with a cell
      if (number === undefined) {
        const text = this.words(label, among);
        number = text === null ? null : decimal(text);
        this.figures.set(label, number);
      }
      return number;
    }

    // A cell that was worked out: a decimal, text or null.
    set(label, value) {
      this.values[label] = value;
      if (value === null || typeof value === "object") this.figures.set(label, value);
    }
  }

  const remembered = new WeakMap();
  function once(thing, make) {
    if (!remembered.has(thing)) remembered.set(thing, make(thing));
    return remembered.get(thing);
  }
  const prepared = (surroundings) => once(surroundings, ({ moments, parameters, districts, sizes }) => ({
    moments,
    defaults: parameters,
    districts: new Set(districts),
    sizes: sizes.map(({ divisions, staff, income }) => (
      { divisions, staff: staff.map(decimal), income: income.map(decimal) })),
  }));
  const verdictOf = (condition) => once(condition, ({ tree, when }) => {
    const holds = compile(tree);
    if (!when) return holds;
    const premise = compile(when);
    return (filing) => (premise(filing) ? holds(filing) : null);
  });

  const open = (reading) => new Filing(reading);
  const value = (tree, filing) => once(tree, compile)(filing);
  const verdict = (condition, filing) => verdictOf(condition)(filing);
  const judge = (condition, reading) => verdictOf(condition)(new Filing(reading));
  const judgeAll = (conditions, reading) => {
    const filing = new Filing(reading);
    return conditions.map((condition) => verdictOf(condition)(filing));
  };
  return { judge, judgeAll, open, value, verdict, decimal, plain, rounded, compare, magnitude, apart };
})();
