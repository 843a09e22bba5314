// The same mistake elsewhere: what somebody changed in one place may be wrong in others, too.

/** @typedef {import("./words.js").Utterance} Utterance */
/** @typedef {{was: string, now: string}} Mistake the words that were wrong, and the right ones */
/** @typedef {{utterance: Utterance, at: number, now: string}} Place the text with all of it right */

const MOST_WORDS = 4;

/** What was wrong in one place; null: nothing that could stand elsewhere as well.
 * @param {string} before @param {string} after @returns {Mistake | null} */
export function mistakeIn(before, after) {
  const [old, fresh] = [before, after].map((text) => text.split(/\s+/).filter(Boolean));
  let head = 0;
  while (head < Math.min(old.length, fresh.length) && old[head] === fresh[head]) head += 1;
  let tail = 0;
  while (tail < Math.min(old.length, fresh.length) - head && old[old.length - 1 - tail] === fresh[fresh.length - 1 - tail]) tail += 1;
  const was = bare(old.slice(head, old.length - tail).join(" "));
  const now = bare(fresh.slice(head, fresh.length - tail).join(" "));
  const isShort = was.split(" ").length <= MOST_WORDS && now.split(" ").length <= MOST_WORDS;
  return was && now && isShort && was.toLowerCase() !== now.toLowerCase() ? { was, now } : null;
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
