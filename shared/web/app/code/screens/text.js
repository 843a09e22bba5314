// What was said: a turn to a paragraph, an utterance to a text node. Which word is spoken, which are
// in doubt and which were found is painted over the text by the browser and changes no element, so
// that hours of speech stay quick, can be searched by the browser, copied, printed and read out. Some
// turns together are a list that the browser neither styles nor lays out before it comes into view.
import { effect, html, useEffect, useMemo, useRef } from "../../vendor/preact.js";
import { clock } from "../format.js";
import { turns } from "../words.js";

const NARROW = /^(zh|ja|th|lo|km|my|yue)\b/;
const TURNS = 10;
const LINE = 68;
const canPaint = typeof Highlight !== "undefined" && "highlights" in CSS;

/** @typedef {import("../words.js").Utterance} Utterance */
/** @typedef {import("../words.js").Turn} Turn */
/** @typedef {{madeOf: unknown[], made: any}} Kept */

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
  const nodes = useRef(/** @type {Map<number, Text>} */ (new Map()));
  const kept = useRef(/** @type {Kept[]} */ ([]));
  const parts = useMemo(() => inParts(turns(utterances)), [utterances]);
  const gap = NARROW.test(language ?? "") ? "" : " ";

  useEffect(() => {
    nodes.current = textNodes(list.current);
    for (const [name, found] of Object.entries(painted)) paint(name, found, words, nodes.current);
    return () => Object.keys(painted).forEach((name) => canPaint && CSS.highlights.delete(name));
  }, [utterances, words, painted, editing]);

  useEffect(() => {
    const spoken = canPaint ? new Spoken() : null;
    let last = -1;
    let marked = /** @type {Element | null | undefined} */ (null);
    const stop = effect(() => {
      const at = words.at(player.ms.value + 40);
      if (at === last) return;
      last = at;
      const node = at < 0 ? undefined : nodes.current.get(words.of[at]);
      spoken?.move(node, words.from[at], words.to[at]);
      if (at >= 0 && current.peek() === words.of[at] && marked?.isConnected) return;
      current.value = at < 0 ? -1 : words.of[at];
      const span = node?.parentElement;
      if (span && isFollowing.peek() && player.isPlaying.peek()) bringIntoView(span);
      const turn = span?.closest("li");
      if (turn === marked) return;
      marked?.removeAttribute("data-now");
      turn?.setAttribute("data-now", "");
      marked = turn;
    });
    return () => {
      stop();
      spoken?.end();
    };
  }, [utterances, words]);

  function pick(/** @type {MouseEvent} */ event) {
    const target = /** @type {Element} */ (event.target);
    const turn = target.closest(".time") && target.closest("li");
    if (turn) {
      player.seek(utterances[Number(turn.dataset.first)].start_ms);
      player.play();
      return;
    }
    const chosen = getSelection();
    if (!chosen || !chosen.isCollapsed) return;
    const span = target.closest("[data-at]");
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

  function shown(/** @type {Turn} */ turn) {
    const [at] = turn.utterances;
    const first = utterances[at];
    return html`<li key=${`${turn.id}-${at}`} data-first=${at} dir="auto" lang=${turn.language ?? language ?? undefined} style=${{ "--voice": `var(--voice-${colourOf(first)})` }}>
      <div class="who"><button class="time">${clock(turn.start_ms)}</button> <bdi class=${turn.isBegun ? "voice" : "voice unseen"}>${nameOf(first)}</bdi></div>
      <p>${turn.utterances.map((n) => (n === editing && replaced(n)) || html`<span key=${n} data-at=${n}>${utterances[n].text + gap}</span>`)}</p>
    </li>`;
  }

  return html`<div class="turns" ref=${list} onClick=${pick} onDblClick=${twice}>
    ${parts.map((part, n) => {
      const all = part.flatMap((turn) => turn.utterances);
      const isEdited = all.includes(editing);
      const madeOf = [language, isEdited && {}, ...part.map((turn) => nameOf(utterances[turn.utterances[0]])), ...part.map((turn) => colourOf(utterances[turn.utterances[0]])), all[0], ...all.map((at) => utterances[at])];
      return same(kept.current, n, madeOf, () => html`<ol key=${n} style=${{ containIntrinsicSize: `auto ${height(part, utterances)}rem` }}>${part.map(shown)}</ol>`);
    })}
  </div>`;
}

/** @param {Turn[]} all @returns {Turn[][]} */
function inParts(all) {
  return Array.from({ length: Math.ceil(all.length / TURNS) }, (_, n) => all.slice(n * TURNS, (n + 1) * TURNS));
}

/** What was made at that place before, if it was made of the same: then nobody looks into it again.
 * @param {Kept[]} kept @param {number} n @param {unknown[]} madeOf @param {() => any} make */
function same(kept, n, madeOf, make) {
  const last = kept[n];
  if (last && last.madeOf.length === madeOf.length && madeOf.every((one, at) => one === last.madeOf[at])) return last.made;
  kept[n] = { madeOf, made: make() };
  return kept[n].made;
}

/** About how high it will be, until the browser knows. @param {Turn[]} part @param {Utterance[]} utterances */
function height(part, utterances) {
  const lines = (/** @type {Turn} */ turn) => Math.ceil(turn.utterances.reduce((sum, at) => sum + utterances[at].text.length + 1, 0) / LINE);
  return Math.round(part.reduce((sum, turn) => sum + Math.max(turn.isBegun ? 3 : 1.7, 1.73 * lines(turn)) + 1.1, 0));
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
    marks.add(new StaticRange({ startContainer: node, startOffset: words.from[first], endContainer: node, endOffset: words.to[found[n]] }));
  }
  CSS.highlights.set(name, marks);
}

/** The word that is spoken: one range, which moves. */
class Spoken {
  constructor() {
    this.range = new Range();
    this.marks = new Highlight();
    CSS.highlights.set("spoken", this.marks);
  }

  /** @param {Text | undefined} node @param {number} from @param {number} to */
  move(node, from, to) {
    if (!node?.isConnected || to > node.length) {
      this.marks.clear();
      return;
    }
    this.range.setStart(node, from);
    this.range.setEnd(node, to);
    this.marks.add(this.range);
  }

  end() {
    CSS.highlights.delete("spoken");
  }
}

/** Smoothly where it is near: on a long way lies much that was never laid out.
 * @param {Element} span */
export function bringIntoView(span) {
  const box = span.getBoundingClientRect();
  if (box.top >= innerHeight * 0.25 && box.bottom <= innerHeight * 0.8) return;
  const isCalm = Math.abs(box.top) > 2 * innerHeight || matchMedia("(prefers-reduced-motion: reduce)").matches;
  scrollTo({ top: scrollY + box.top - innerHeight * 0.35, behavior: isCalm ? "auto" : "smooth" });
}

/** Which character of its text was clicked. @param {MouseEvent} event */
function caret(event) {
  if ("caretPositionFromPoint" in document)
    return document.caretPositionFromPoint(event.clientX, event.clientY)?.offset ?? null;
  return null;
}
