// What is done to many cells at once, each a single step to take back: a block taken in, a range emptied, the cell above
// copied down.

import { align } from "./aligning.js";
import { act, undo } from "./edits.js";
import { reenter } from "./entering.js";
import { controlOf, lines, placeOf } from "./places.js";
import { chosen, isRange } from "./selection.js";
import { tell } from "./strip.js";
import { shownIn, take } from "./taking.js";

const keyOf = (cell) => cell.dataset.cell;

// A text for each of some cells: taken, told of.
function takeInto(verb, texts, more = []) {
  const contents = new Map();
  const outcome = { taken: 0, changed: [], emptied: [], refused: [], passed: 0 };
  for (const [cell, text] of texts) {
    if (!controlOf(cell)) {
      outcome.passed += text.trim() ? 1 : 0;
      continue;
    }
    const answer = take(cell, text);
    if (answer.why) {
      outcome.refused.push({ key: keyOf(cell), words: answer.why });
      continue;
    }
    outcome.taken += 1;
    if (answer.words) outcome.changed.push({ key: keyOf(cell), words: answer.words });
    const before = shownIn(cell);
    if (before && !text.trim()) outcome.emptied.push({ key: keyOf(cell), words: `原为“${before}”` });
    answer.contents.forEach((content, field) => contents.set(field, content));
  }
  act(verb, contents);
  reenter();
  tell(sentence(verb, outcome, more), listsOf(outcome), outcome.taken ? undo : null);
}

function sentence(verb, { taken, changed, emptied, refused, passed }, more) {
  const within = [[changed.length, "换了写法"], [emptied.length, "清空"]].filter(([number]) => number).map(([number, words]) => `${words} ${number} 格`);
  const parts = [
    `填入 ${taken} 格${within.length ? `（其中${within.join("、")}）` : ""}`,
    refused.length ? `未取 ${refused.length} 格` : "",
    passed ? `跳过 ${passed} 格（灰底、不适用或组标题）` : "",
    ...more,
  ];
  const back = taken ? "Ctrl+Z 撤销。" : "";
  return `${verb}：${parts.filter(Boolean).join("；")}。${back}`;
}
const listsOf = ({ changed, emptied, refused }) => [
  { title: "未取", entries: refused, isOpen: true },
  { title: "换了写法", entries: changed },
  { title: "清空", entries: emptied },
];

// A block laid onto the form with its first field on `cell`; one field alone fills the whole range chosen.
export function paste(cell, rows) {
  const picked = chosen();
  if (rows.length === 1 && rows[0].length === 1) {
    takeInto("粘贴", picked.flat().map((one) => [one, rows[0][0]]));
    return;
  }
  const { texts, notes } = align(rows, picked[0]?.[0] || cell);
  const width = Math.max(...rows.map((row) => row.length));
  takeInto(`粘贴 ${rows.length} 行 × ${width} 列`, texts, notes);
}

// Of one cell nobody need be told.
export function empty() {
  const filled = chosen().flat().filter((cell) => controlOf(cell) && shownIn(cell));
  act("清空", new Map(filled.flatMap((cell) => [...take(cell, "").contents])));
  reenter();
  if (isRange()) tell(filled.length ? `清空 ${filled.length} 格。Ctrl+Z 撤销。` : "所选的格没有内容。");
}

// Ctrl+D: the range takes its first line; a single cell takes the one above it, also where that is worked out.
export function fillDown() {
  const picked = chosen();
  if (picked.length > 1) {
    const [first, ...rest] = picked;
    takeInto("向下填充", rest.flatMap((cells) => cells.map((cell, along) => [cell, first[along] ? shownIn(first[along]) : ""])));
    return;
  }
  const all = lines();
  const texts = (picked[0] || []).map((cell) => {
    const place = placeOf(cell, all);
    const above = all.slice(0, place.line).reverse().map((cells) => cells[place.column]).find((one) => one?.dataset.cell);
    return above ? [cell, shownIn(above)] : null;
  });
  const given = texts.filter(Boolean);
  if (given.length) takeInto("照抄上格", given);
  else tell("上面没有可以照抄的格。");
}
