// What happened, for everybody: shown for a while, and read out by screen readers.
import { html, signal } from "../vendor/preact.js";

const said = signal("");
let timer = 0;

/** @param {string} text */
export function say(text) {
  clearTimeout(timer);
  said.value = text;
  timer = setTimeout(() => (said.value = ""), 6000);
}

export function Said() {
  return html`<div class="said" role="status" aria-live="polite">
    ${said.value && html`<p>${said.value}</p>`}
  </div>`;
}
