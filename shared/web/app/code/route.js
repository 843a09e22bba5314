// Where in the page one is. Addresses are those of the browser, so that they can be sent to others.
import { signal } from "../vendor/preact.js";

const ROOT = "/app/";

/** The parts of the path below the page, and what is behind the question mark and the hash. */
export const place = signal(read());

function read() {
  const path = location.pathname.startsWith(ROOT) ? location.pathname.slice(ROOT.length) : "";
  return {
    parts: path.split("/").filter(Boolean).map(decodeURIComponent),
    query: new URLSearchParams(location.search),
    hash: new URLSearchParams(location.hash.slice(1)),
  };
}

/** The address of a screen. @param {string[]} parts */
export function to(...parts) {
  return ROOT + parts.map(encodeURIComponent).join("/");
}

/** @param {string} address @param {{replace?: boolean}} [how] */
export function go(address, how = {}) {
  if (how.replace) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  place.value = read();
  if (!how.replace) scrollTo(0, 0);
}

/** Links of the page change the screen without loading the page again. */
export function followLinks() {
  addEventListener("popstate", () => (place.value = read()));
  addEventListener("hashchange", () => (place.value = read()));
  document.addEventListener("click", (event) => {
    const at = event.target instanceof Element ? event.target.closest("a") : null;
    if (!at || at.origin !== location.origin || !at.pathname.startsWith(ROOT)) return;
    if (at.target || at.download || event.button || event.defaultPrevented) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(at.pathname + at.search + at.hash);
  });
}
