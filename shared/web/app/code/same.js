// The same mistake elsewhere: what somebody changed in one place may be wrong in others, too.

/** @typedef {import("./words.js").Utterance} Utterance */
/** @typedef {{was: string, now: string}} Mistake the words that were wrong, and the right ones */
/** @typedef {{utterance: Utterance, at: number, now: string}} Place the text with all of it right */

const MOST_WORDS = 4;

/** What was wrong, once or several times in the same way; null: nothing that could stand elsewhere
 * as well.
 * @param {string} before @param {string} after @returns {Mistake | null} */
export function mistakeIn(before, after) {
  const [old, fresh] = [before, after].map((text) => text.split(/\s+/).filter(Boolean));
  const [first, ...others] = changesIn(old, fresh);
  if (!first || !isWorthSeeking(first)) return null;
  const isSame = others.every((one) => isAlike(one.was, first.was) && isAlike(one.now, first.now));
  return isSame ? ([first, ...others].find((one) => one.was === one.was.toLowerCase()) ?? first) : null;
}

/** @param {Mistake} mistake */
function isWorthSeeking({ was, now }) {
  const isShort = [was, now].every((text) => text.split(" ").length <= MOST_WORDS);
  return was && now && isShort && !isAlike(was, now);
}

/** @param {string} one @param {string} other */
function isAlike(one, other) {
  return one.toLowerCase() === other.toLowerCase();
}

/** What stands between the words that stayed, as far as they can be told by the longest sequence that
 * both have. @param {string[]} old @param {string[]} fresh @returns {Mistake[]} */
function changesIn(old, fresh) {
  const longest = Array.from({ length: old.length + 1 }, () => new Int32Array(fresh.length + 1));
  for (let o = old.length - 1; o >= 0; o -= 1)
    for (let f = fresh.length - 1; f >= 0; f -= 1)
      longest[o][f] = old[o] === fresh[f] ? longest[o + 1][f + 1] + 1 : Math.max(longest[o + 1][f], longest[o][f + 1]);
  const changes = [];
  for (let o = 0, f = 0; o < old.length || f < fresh.length; ) {
    const [from, at] = [o, f];
    while ((o < old.length || f < fresh.length) && old[o] !== fresh[f])
      if (f === fresh.length || (o < old.length && longest[o + 1][f] >= longest[o][f + 1])) o += 1;
      else f += 1;
    if (o > from || f > at) changes.push({ was: bare(old.slice(from, o).join(" ")), now: bare(fresh.slice(at, f).join(" ")) });
    while (o < old.length && old[o] === fresh[f]) [o, f] = [o + 1, f + 1];
  }
  return changes;
}

/** Without what stands around words. @param {string} text */
function bare(text) {
  return text.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");
}

/** Where it stands, in whole words. @param {Utterance[]} utterances @param {Mistake} mistake @returns {Place[]} */
export function placesOf(utterances, mistake) {
  const words = mistake.was.split(" ").map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const sought = new RegExp(`(?<![\\p{L}\\p{N}])${words.join("\\s+")}(?![\\p{L}\\p{N}])`, "giu");
  return utterances.flatMap((utterance) => {
    const at = utterance.text.search(sought);
    return at < 0 ? [] : [{ utterance, at, now: utterance.text.replace(sought, (found) => likewise(found, mistake.now)) }];
  });
}

/** Capital where the other one was. @param {string} found @param {string} now */
function likewise(found, now) {
  const [first] = found;
  const isCapital = first !== first.toLowerCase() && found.slice(1) === found.slice(1).toLowerCase();
  return isCapital ? now.charAt(0).toUpperCase() + now.slice(1) : now;
}
