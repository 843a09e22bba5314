// German, of the screen on which people search.
import { number } from "../format.js";

/** @param {number} n @param {string} one @param {string} many */
const of = (n, one, many) => `${number(n)} ${n === 1 ? one : many}`;

export const search = {
  title: "Suche",
  lead: "Was gesagt wurde, in allen Aufnahmen: so, wie es berichtigt ist, und ab der Stelle zu hören.",
  field: "Gesagtes suchen",
  go: "Suchen",
  how: [
    ['"order number"', "hintereinander"],
    ["kündig*", "beginnt so"],
    ["-test", "nicht gesagt"],
  ],
  narrow: "Einschränken",
  speaker: "Gesagt von",
  profile: "Profil",
  all: "alle",
  metadata: "Metadaten",
  example: "case=4711",
  from: "Von",
  to: "Bis",
  order: "Reihenfolge",
  newest: "die neuesten zuerst",
  best: "die besten zuerst",
  doubt: "Nur, wo es zweifelhaft ist",
  looking: "Wird gesucht …",
  found: (/** @type {number} */ n, /** @type {boolean} */ isMore) => (isMore ? `Die ersten ${of(n, "Aufnahme", "Aufnahmen")}.` : `${of(n, "Aufnahme", "Aufnahmen")}.`),
  nothing: "Das hat niemand gesagt. Weniger Wörter, oder ein Stern hinter einem Wortanfang, finden mehr.",
  notYet: "Noch nichts. Ältere Aufnahmen wurden nicht angesehen.",
  times: (/** @type {number} */ n) => `${number(n)}-mal`,
  corrected: "berichtigt",
  inDoubt: "zweifelhaft",
  playFrom: "Abspielen ab",
};
