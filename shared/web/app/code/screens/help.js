// Which keys do what, and the switch for those that are a letter alone.
import { html, useEffect, useRef } from "../../vendor/preact.js";
import { areOn, switchKeys } from "../keyboard.js";
import { t } from "../texts.js";

const KEYS = /** @type {const} */ ([
  ["space", ["Space"]],
  ["again", ["r"]],
  ["arrows", ["←", "→"]],
  ["jumps", ["j", "l"]],
  ["speed", ["[", "]"]],
  ["doubt", ["n", "p"]],
  ["right", ["Enter"]],
  ["other", ["1", "5"]],
  ["edit", ["e"]],
  ["same", ["a"]],
  ["undo", ["u"]],
  ["save", ["Ctrl S"]],
  ["search", ["/"]],
  ["help", ["?"]],
]);

/** @param {{isShown: import("../../vendor/preact.js").Signal<boolean>}} props */
export function KeyHelp({ isShown }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    if (isShown.value && !dialog.current?.open) dialog.current?.showModal();
  }, [isShown.value]);
  if (!isShown.value) return null;
  const close = () => {
    dialog.current?.close();
    isShown.value = false;
  };
  return html`<dialog class="ask keys" ref=${dialog} aria-labelledby="keys" onCancel=${close}>
    <h2 id="keys">${t().help.title}</h2>
    <p class="soft">${t().help.singles}</p>
    <dl>${KEYS.map(([name, keys]) => html`<div><dt>${keys.map((key) => html`<kbd>${key}</kbd> `)}</dt><dd>${t().help.key[name]}</dd></div>`)}</dl>
    <label class="check"><input type="checkbox" checked=${areOn.value} onChange=${(/** @type {any} */ event) => switchKeys(event.target.checked)} /> ${t().help.switchOff}</label>
    <div class="buttons"><button class="main" onClick=${close}>${t().close}</button></div>
  </dialog>`;
}
