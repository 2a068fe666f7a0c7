// Finding an entry of a list by what somebody types: the code, or any part of the name. Lists may be long, so what is
// compared is prepared once.

const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
const prepared = new WeakMap();
function entriesOf(choices) {
  if (!prepared.has(choices)) {
    prepared.set(choices, choices.map((choice) => ({ choice, code: plain(choice.code), name: plain(choice.name) })));
  }
  return prepared.get(choices);
}

// Best first: the code itself, codes and names that begin so, names that hold it, names that hold all the words.
function rankOf({ code, name }, typed, words) {
  if (code === typed || name === typed || `${code} ${name}` === typed) return 0;
  if (code.startsWith(typed)) return 1;
  if (name.startsWith(typed)) return 2;
  if (name.includes(typed)) return 3;
  return words.every((word) => code.startsWith(word) || name.includes(word)) ? 4 : null;
}

// `choices` are { code, name }; everything fits an empty text.
export function matching(choices, text) {
  const typed = plain(text);
  if (!typed) return choices;
  const words = typed.split(" ");
  const ranks = [[], [], [], [], []];
  for (const entry of entriesOf(choices)) {
    const rank = rankOf(entry, typed, words);
    if (rank !== null) ranks[rank].push(entry.choice);
  }
  return ranks.flat();
}

// The one entry that a text names by its code, its name, or both.
export function named(choices, text) {
  const typed = plain(text);
  const found = entriesOf(choices).filter(({ code, name }) => code === typed || name === typed || `${code} ${name}` === typed);
  const byCode = found.find(({ code }) => code === typed);
  return (byCode ?? (found.length === 1 ? found[0] : null))?.choice ?? null;
}
