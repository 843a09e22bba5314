// What the page says, in the language of whoever reads it.
import { language } from "./language.js";
import { de } from "./texts/de.js";
import { en } from "./texts/en.js";

/** @type {Record<string, typeof en>} */
const LANGUAGES = { en, de };

/** The texts, in the language of now. */
export function t() {
  return LANGUAGES[language.value] ?? en;
}
