// How the page shows who is there: a key, kept for as long as the tab is open. It comes in the
// fragment of the address, which no server and no log ever sees, or is typed in.
import { signal } from "../vendor/preact.js";

const NAME = "dropscribe-key";

/** Whether somebody has to sign in. */
export const wanted = signal(false);

export const key = signal(taken() ?? sessionStorage.getItem(NAME) ?? "");

function taken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("key");
  if (given === null) return null;
  sessionStorage.setItem(NAME, given);
  history.replaceState(history.state, "", location.pathname + location.search);
  return given;
}

addEventListener("hashchange", () => {
  const given = taken();
  if (given !== null) signIn(given);
});

/** @param {string} given */
export function signIn(given) {
  sessionStorage.setItem(NAME, given);
  key.value = given;
  wanted.value = false;
}

export function signOut() {
  sessionStorage.removeItem(NAME);
  key.value = "";
  wanted.value = true;
}
