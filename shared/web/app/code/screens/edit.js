// One utterance being changed, in a plain field of text: the browser's own, so that every aid works.
import { html, useLayoutEffect, useRef, useState } from "../../vendor/preact.js";
import { t } from "../texts.js";

/**
 * @param {{
 *   text: string, speaker: string | null, voices: {id: string, name: string}[], canSplit: boolean,
 *   keep: (text: string) => void, leave: () => void, give: (speaker: string) => void, split: (before: string) => void,
 * }} props
 */
export function Editor({ text, speaker, voices, canSplit, keep, leave, give, split }) {
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const [isChanged, setChanged] = useState(false);
  const fit = () => {
    if (!field.current) return;
    field.current.style.height = "auto";
    field.current.style.height = `${field.current.scrollHeight + 4}px`;
  };
  useLayoutEffect(() => {
    fit();
    field.current?.focus();
  }, []);
  const r = t().recording;
  const press = (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      leave();
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      keep(field.current?.value ?? text);
    }
  };
  return html`<span class="editor" onClick=${(/** @type {Event} */ event) => event.stopPropagation()}>
    <textarea ref=${field} dir="auto" rows="1" aria-label=${r.editing} aria-describedby="editing" spellcheck onKeyDown=${press} onInput=${() => {
      fit();
      setChanged(true);
    }}>${text}</textarea>
    <span class="tools">
      <button class="main" onClick=${() => keep(field.current?.value ?? text)}>${r.keep}</button>
      <button class="quiet" onClick=${leave}>${t().cancel}</button>
      ${voices.length > 0 && html`<select aria-label=${r.whoSaid} value=${speaker ?? ""} onChange=${(/** @type {any} */ event) => give(event.target.value)}>
        ${voices.map((one) => html`<option value=${one.id}>${one.name}</option>`)}
        <option value="new">${r.newSpeaker}</option>
      </select>`}
      ${canSplit && !isChanged && html`<button class="quiet" onClick=${() => split(text.slice(0, field.current?.selectionStart ?? 0))}>${r.split}</button>`}
      <span id="editing" class="soft">${r.editKeys}</span>
    </span>
  </span>`;
}
