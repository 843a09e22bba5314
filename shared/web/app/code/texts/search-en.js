// English, of the screen on which people search.
import { number } from "../format.js";

/** @param {number} n @param {string} one @param {string} many */
const of = (n, one, many) => `${number(n)} ${n === 1 ? one : many}`;

export const search = {
  title: "Search",
  lead: "What was said, over all recordings: as people corrected it, and from where it can be heard.",
  field: "Search what was said",
  go: "Search",
  how: [
    ['"order number"', "one after the other"],
    ["cancel*", "begins so"],
    ["-test", "not said"],
  ],
  narrow: "Narrow it down",
  speaker: "Said by",
  profile: "Profile",
  all: "all",
  metadata: "Metadata",
  example: "case=4711",
  from: "From",
  to: "To",
  order: "Order",
  newest: "the newest first",
  best: "the best first",
  doubt: "Only where it is in doubt",
  looking: "Looking …",
  found: (/** @type {number} */ n, /** @type {boolean} */ isMore) => (isMore ? `The first ${of(n, "recording", "recordings")}.` : `${of(n, "recording", "recordings")}.`),
  nothing: "Nobody said that. Fewer words, or a star behind the beginning of one, find more.",
  notYet: "Nothing yet. Older recordings were not looked at.",
  times: (/** @type {number} */ n) => `${number(n)} times`,
  corrected: "corrected",
  inDoubt: "in doubt",
  playFrom: "Play from",
};
