// Keys that work wherever the focus is, but not while somebody types. Those that are a letter alone
// can be switched off, for people whose speech or tremor types them.
import { signal, useEffect } from "../vendor/preact.js";

const NAME = "dropscribe-keys";
export const areOn = signal(localStorage.getItem(NAME) !== "off");

/** @param {boolean} isOn */
export function switchKeys(isOn) {
  areOn.value = isOn;
  localStorage.setItem(NAME, isOn ? "on" : "off");
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || (target.matches("input, textarea, select") && !target.matches("[type=range], [type=checkbox]")))
  );
}

/** @param {EventTarget | null} target */
function isPressed(target) {
  return target instanceof HTMLElement && target.matches("button, a, summary, [type=checkbox]");
}

/** `keys` maps what `KeyboardEvent.key` says, with "Control+" before it, to what is done.
 * @param {Record<string, () => void>} keys */
export function useKeys(keys) {
  useEffect(() => {
    const press = (/** @type {KeyboardEvent} */ event) => {
      if (event.defaultPrevented || event.altKey || document.querySelector("dialog[open]")) return;
      const held = event.ctrlKey || event.metaKey;
      const name = held ? `Control+${event.key.toLowerCase()}` : event.key;
      const act = keys[name];
      if (!act) return;
      if (!held && isTyping(event.target)) return;
      if ((name === " " || name === "Enter") && isPressed(event.target)) return;
      if (name.startsWith("Arrow") && event.target instanceof HTMLElement && event.target.matches("[type=range]")) return;
      if (!held && name.length === 1 && name !== " " && !areOn.value) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  });
}
