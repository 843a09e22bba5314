// Asks once before something that cannot be taken back.
import { html, signal, useEffect, useRef } from "../vendor/preact.js";
import { t } from "./texts.js";

/** @typedef {{title: string, text: string, yes: string, option?: string, isGrave?: boolean}} Question */

const asked = signal(/** @type {(Question & {answer: (said: {option: boolean} | null) => void}) | null} */ (null));

/** What was answered; null: no.
 * @param {Question} question @returns {Promise<{option: boolean} | null>} */
export function ask(question) {
  return new Promise((answer) => {
    asked.value = { ...question, answer };
  });
}

export function Asked() {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const option = useRef(/** @type {HTMLInputElement | null} */ (null));
  const now = asked.value;
  useEffect(() => {
    if (now && !dialog.current?.open) dialog.current?.showModal();
  }, [now]);
  if (!now) return null;
  const end = (/** @type {boolean} */ isYes) => {
    now.answer(isYes ? { option: option.current?.checked ?? false } : null);
    dialog.current?.close();
    asked.value = null;
  };
  return html`<dialog
    ref=${dialog}
    class="ask"
    aria-labelledby="asked"
    onCancel=${(/** @type {Event} */ event) => {
      event.preventDefault();
      end(false);
    }}
  >
    <h2 id="asked">${now.title}</h2>
    <p>${now.text}</p>
    ${now.option &&
    html`<label class="check"><input type="checkbox" ref=${option} /> ${now.option}</label>`}
    <div class="buttons">
      <button class="quiet" onClick=${() => end(false)}>${t().cancel}</button>
      <button class=${now.isGrave ? "grave" : "main"} onClick=${() => end(true)}>${now.yes}</button>
    </div>
  </dialog>`;
}
