// The language of whoever reads: what was chosen here before, else what the browser asks for.
import { signal } from "../vendor/preact.js";

const NAME = "dropscribe-language";
export const NAMES = { en: "English", de: "Deutsch" };

export const language = signal(chosen());

function chosen() {
  const kept = localStorage.getItem(NAME);
  const wished = [kept ?? "", ...navigator.languages].map((tag) => tag.slice(0, 2));
  return wished.find((tag) => tag in NAMES) ?? "en";
}

/** @param {string} tag */
export function speak(tag) {
  localStorage.setItem(NAME, tag);
  language.value = tag;
}

/** How numbers and times are written: as the browser says, where that is of the same language. */
export function writing() {
  return navigator.languages.find((tag) => tag.startsWith(language.value)) ?? language.value;
}
