// What is offered in empty cells: what the office knows already (the register, last year's form, another table), and 0
// where the period before had 0. Taken in by one press, one step to take back, told of cell by cell; a cell that holds
// what was offered says so (.cell-offered) until it is changed, or saved by a press.

import { cellOf, cellsIn, controlsIn, describe, form, textOf } from "./cells.js";
import { act, undo } from "./edits.js";
import { reenter } from "./entering.js";
import { offer, once, show } from "./less.js";
import { controlOf } from "./places.js";
import { tell } from "./strip.js";
import { take } from "./taking.js";
import { isOpenFor } from "./zeros.js";

const ZERO = /^-?0+(\.0*)?$/;
let before = null; // the newest period of which something stands, and the rows that had 0 in it

const taken = new WeakMap(); // what was offered, by cell, while it stands there
const remarkIn = (cell) => cell.querySelector(".cell-offered");

function mark(cell, words) {
  const id = `offered-${cell.dataset.cell}`;
  const place = remarkIn(cell) ?? Object.assign(document.createElement("span"), { id, className: "cell-offered" });
  place.textContent = words;
  cell.append(place);
  cell.classList.add("is-offered");
  controlsIn(cell).forEach((field) => describe(field, id, true));
  taken.set(cell, textOf(cell));
}
function unmark(cell) {
  remarkIn(cell)?.remove();
  cell.classList.remove("is-offered");
  controlsIn(cell).forEach((field) => describe(field, `offered-${cell.dataset.cell}`, false));
  taken.delete(cell);
}

// `offers` are { cell, text, words }: what is put into the cell, and what is said beside it.
function fillIn(offers, what) {
  const able = offers.map((each) => ({ ...each, contents: take(each.cell, each.text).contents })).filter(({ contents }) => contents);
  act(what, new Map(able.flatMap(({ contents }) => [...contents])));
  reenter();
  able.forEach(({ cell, words }) => mark(cell, words));
  const entries = able.map(({ cell, text, words }) => ({ key: cell.dataset.cell, words: `${text}，${words}` }));
  tell(`${what}：填入 ${able.length} 格，请逐格核对。Ctrl+Z 撤销。`, [{ title: "填入", entries }], undo);
}

// What is known

const isEmpty = (cell) => controlOf(cell) && textOf(cell) === "";
const known = () => cellsIn(form).filter((cell) => cell.dataset.known && isEmpty(cell))
  .map((cell) => ({ cell, text: cell.dataset.known, words: `已代填：${cell.dataset.source}` }));
const knownButton = offer(() => fillIn(known(), "代填"));

// What was 0 in the period before

const labelOf = ([year, month]) => (month ? `${year}年${month}月` : `${year}年`);
const isNext = ([year, month], [now, nowMonth]) => (month ? year * 12 + month + 1 === now * 12 + nowMonth : year + 1 === now);
function newest({ periods, figures, now }) {
  const rows = Object.entries(figures);
  const at = periods.map((_, index) => index).reverse().find((index) => rows.some(([, past]) => past[index]));
  if (at === undefined) return null;
  const cells = new Set(rows.filter(([, past]) => ZERO.test(past[at] ?? "")).map(([key]) => key));
  const short = periods[at][1] ? "上月" : "上年";
  return { cells, then: isNext(periods[at], now) ? short : labelOf(periods[at]), now: now[1] ? "本月" : "本年" };
}
const zeros = () => cellsIn(form).filter((cell) => before?.cells.has(cell.dataset.cell) && isOpenFor(cell, "own"))
  .map((cell) => ({ cell, text: "0", words: `${before.then}为 0` }));
const zerosButton = offer(() => fillIn(zeros(), `${before.then}填 0 的${before.now}也填 0`));

function draw() {
  const [facts, rows] = [known().length, zeros().length];
  show(knownButton, facts ? `代填已知的 ${facts} 格` : "");
  show(zerosButton, rows ? `${before.then}填 0 的 ${rows} 行，${before.now}也填 0` : "");
}
const drawSoon = once(draw);

cellsIn(form).filter(remarkIn).forEach((cell) => taken.set(cell, textOf(cell)));
form.addEventListener("input", ({ target }) => {
  const cell = cellOf(target);
  if (cell && taken.has(cell) && textOf(cell) !== taken.get(cell)) unmark(cell);
  drawSoon();
});
form.addEventListener("confirmed", () => cellsIn(form).filter(remarkIn).forEach(unmark));
form.addEventListener("redrawn", drawSoon);
document.addEventListener("judged", ({ detail }) => {
  before = before ?? newest(detail.known.past);
  drawSoon();
});
draw();
