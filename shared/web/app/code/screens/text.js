// What was said: a turn to a paragraph, an utterance to a text node. Which word is spoken, which are
// in doubt and which were found is painted over the text by the browser and changes no element, so
// that hours of speech stay quick, can be searched by the browser, copied, printed and read out.
import { effect, html, useEffect, useMemo, useRef } from "../../vendor/preact.js";
import { clock } from "../format.js";
import { turns } from "../words.js";

const NARROW = /^(zh|ja|th|lo|km|my|yue)\b/;
const canPaint = typeof Highlight !== "undefined" && "highlights" in CSS;

/** @typedef {import("../words.js").Utterance} Utterance */

/**
 * @param {{
 *   utterances: Utterance[], words: import("../words.js").Words, language: string | null,
 *   nameOf: (utterance: Utterance) => string, colourOf: (utterance: Utterance) => number,
 *   player: import("../player.js").Player, isFollowing: import("../../vendor/preact.js").Signal<boolean>,
 *   painted: Record<string, number[]>, current: import("../../vendor/preact.js").Signal<number>,
 *   editing: number, replaced: (at: number) => any, edit?: (at: number) => void,
 * }} props
 */
export function Text({ utterances, words, language, nameOf, colourOf, player, isFollowing, painted, current, editing, replaced, edit }) {
  const list = useRef(/** @type {HTMLElement | null} */ (null));
  const all = useMemo(() => turns(utterances), [utterances]);
  const gap = NARROW.test(language ?? "") ? "" : " ";

  useEffect(() => {
    const nodes = textNodes(list.current);
    for (const [name, found] of Object.entries(painted)) paint(name, found, words, nodes);
    return () => Object.keys(painted).forEach((name) => canPaint && CSS.highlights.delete(name));
  }, [utterances, words, painted, editing]);

  useEffect(() => {
    const spans = new Map();
    const spanOf = (/** @type {number} */ at) => {
      const known = spans.get(at);
      if (known?.isConnected) return known;
      const found = list.current?.querySelector(`[data-at="${at}"]`) ?? null;
      spans.set(at, found);
      return found;
    };
    let last = -1;
    let marked = /** @type {Element | null | undefined} */ (null);
    const stop = effect(() => {
      const at = words.at(player.ms.value + 40);
      if (at === last) return;
      last = at;
      const span = at < 0 ? null : spanOf(words.of[at]);
      current.value = at < 0 ? -1 : words.of[at];
      const turn = span?.closest("li");
      if (turn !== marked) {
        marked?.removeAttribute("data-now");
        turn?.setAttribute("data-now", "");
        marked = turn;
      }
      if (canPaint) paintOne(span, words.from[at], words.to[at]);
      if (isFollowing.value && player.isPlaying.value) span && bringIntoView(span);
    });
    return () => {
      stop();
      if (canPaint) CSS.highlights.delete("spoken");
    };
  }, [utterances, words]);

  function pick(/** @type {MouseEvent} */ event) {
    const chosen = getSelection();
    if (!chosen || !chosen.isCollapsed) return;
    const span = /** @type {Element} */ (event.target).closest("[data-at]");
    if (!(span instanceof HTMLElement)) return;
    const at = Number(span.dataset.at);
    const character = caret(event);
    const word = character === null ? -1 : words.under(at, character);
    player.seek(word < 0 ? utterances[at].start_ms : words.start[word]);
    isFollowing.value = true;
  }

  function twice(/** @type {MouseEvent} */ event) {
    const span = /** @type {Element} */ (event.target).closest("[data-at]");
    if (!edit || !(span instanceof HTMLElement)) return;
    getSelection()?.removeAllRanges();
    edit(Number(span.dataset.at));
  }

  return html`<ol class="turns" ref=${list} onClick=${pick} onDblClick=${twice}>
    ${all.map((turn) => {
      const first = utterances[turn.utterances[0]];
      return html`<li key=${`${turn.id}-${turn.utterances[0]}`} dir="auto" lang=${turn.language ?? language ?? undefined} style=${{ "--voice": `var(--voice-${colourOf(first)})` }}>
        <div class="who"><button class="time" onClick=${(/** @type {Event} */ event) => {
          event.stopPropagation();
          player.seek(turn.start_ms);
          player.play();
        }}>${clock(turn.start_ms)}</button> <bdi class="voice">${nameOf(first)}</bdi></div>
        <p>${turn.utterances.map((at) => (at === editing && replaced(at)) || html`<span key=${at} data-at=${at}>${utterances[at].text + gap}</span>`)}</p>
      </li>`;
    })}
  </ol>`;
}

/** @param {HTMLElement | null} list @returns {Map<number, Text>} */
function textNodes(list) {
  const found = new Map();
  for (const span of list?.querySelectorAll("[data-at]") ?? [])
    if (span instanceof HTMLElement && span.firstChild) found.set(Number(span.dataset.at), span.firstChild);
  return found;
}

/** @param {string} name @param {number[]} found @param {import("../words.js").Words} words @param {Map<number, any>} nodes */
function paint(name, found, words, nodes) {
  if (!canPaint) return;
  const marks = new Highlight();
  for (let n = 0; n < found.length; n += 1) {
    const first = found[n];
    while (found[n + 1] === found[n] + 1 && words.of[found[n + 1]] === words.of[first]) n += 1;
    const node = nodes.get(words.of[first]);
    if (!node || words.to[found[n]] > node.length) continue;
    const range = new Range();
    range.setStart(node, words.from[first]);
    range.setEnd(node, words.to[found[n]]);
    marks.add(range);
  }
  CSS.highlights.set(name, marks);
}

/** @param {Element | null} span @param {number} from @param {number} to */
function paintOne(span, from, to) {
  const node = span?.firstChild;
  if (!(node instanceof window.Text) || to > node.length) {
    CSS.highlights.delete("spoken");
    return;
  }
  const range = new Range();
  range.setStart(node, from);
  range.setEnd(node, to);
  CSS.highlights.set("spoken", new Highlight(range));
}

/** @param {Element} span */
export function bringIntoView(span) {
  const box = span.getBoundingClientRect();
  if (box.top >= innerHeight * 0.25 && box.bottom <= innerHeight * 0.8) return;
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  scrollTo({ top: scrollY + box.top - innerHeight * 0.35, behavior: isCalm ? "auto" : "smooth" });
}

/** Which character of its text was clicked. @param {MouseEvent} event */
function caret(event) {
  if ("caretPositionFromPoint" in document)
    return document.caretPositionFromPoint(event.clientX, event.clientY)?.offset ?? null;
  return null;
}
