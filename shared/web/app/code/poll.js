// Looks again and again: often while something moves and somebody watches, seldom else, and never
// while the page is hidden. After errors the pauses grow.

const MOVING_MS = 3_000;
const STILL_MS = 30_000;
const LONGEST_MS = 300_000;

/** Calls `look` until the returned function is called. `look` tells whether something moves.
 * @param {() => Promise<boolean>} look @returns {() => void} */
export function poll(look) {
  let timer = 0;
  let failures = 0;
  let isOver = false;
  let isLooking = false;

  async function once() {
    clearTimeout(timer);
    if (isOver || isLooking || document.hidden) return;
    isLooking = true;
    let pause = STILL_MS;
    try {
      pause = (await look()) ? MOVING_MS : STILL_MS;
      failures = 0;
    } catch {
      failures += 1;
      pause = Math.min(MOVING_MS * 2 ** failures, LONGEST_MS);
    }
    isLooking = false;
    if (!isOver) timer = setTimeout(once, pause);
  }

  document.addEventListener("visibilitychange", once);
  addEventListener("online", once);
  once();
  return () => {
    isOver = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", once);
    removeEventListener("online", once);
  };
}
