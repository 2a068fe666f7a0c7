// What was typed and is not stored yet lies in this browser too, so that no broken line, closed laptop or killed browser
// loses it. One record for each opened page of a sheet; `page` says whose page of which filing it is.
//
// It is the person's own: app.js throws all of it away when they sign out, and when somebody else has signed in.

const BASE = "typed", STORE = "pages", OWNER = "typed-by"; // app.js knows the first and the last

let opened = null;
function base() {
  opened = opened || new Promise((resolve, reject) => {
    const asked = indexedDB.open(BASE, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "key" });
    asked.onsuccess = () => {
      asked.result.onversionchange = () => { asked.result.close(); opened = null; }; // it is being thrown away
      resolve(asked.result);
    };
    asked.onerror = () => reject(asked.error);
  });
  return opened;
}

// Done when it is on the disk.
async function inStore(act) {
  const there = await base();
  return new Promise((resolve, reject) => {
    const turn = there.transaction(STORE, "readwrite", { durability: "strict" });
    const asked = act(turn.objectStore(STORE));
    turn.oncomplete = () => resolve(asked?.result);
    turn.onabort = turn.onerror = () => reject(turn.error);
  });
}

export async function keep(record) {
  if (localStorage.getItem(OWNER) !== record.page.split("-")[0]) throw new Error("Somebody else sits here now.");
  await inStore((store) => store.put(record));
}
// Who was about to sign out stays.
export const stay = (page) => localStorage.setItem(OWNER, page.split("-")[0]);
export const forget = (keys) => inStore((store) => keys.map((key) => store.delete(key)).pop());

// The records of a page's sheet, the oldest first; of the whole filing without a sheet.
export async function recordsOf(page, sheet) {
  const all = await inStore((store) => store.getAll());
  return all.filter((record) => record.page === page && (!sheet || record.sheet === sheet)).sort((a, b) => a.at - b.at);
}
export async function forgetFiling(page) {
  const keys = (await recordsOf(page)).map((record) => record.key);
  if (keys.length) await forget(keys);
}
