// What is in doubt, the worst first: heard, accepted, read otherwise or changed, one after the other.
import { html, useState } from "../../vendor/preact.js";
import { readings } from "../draft.js";
import { about, clock, percent } from "../format.js";
import { t } from "../texts.js";

/** Of hours in bad sound there are thousands, and the worst come first. */
const MOST_SHOWN = 50;
const AHEAD = 10;

/** @typedef {import("../words.js").Stretch} Stretch */

/** Of each whether somebody has heard it, or changed what was said there.
 * @param {Stretch[]} stretches @param {import("../draft.js").Work} work @param {import("../words.js").Utterance[]} saved */
export function doneOf(stretches, work, saved) {
  const changed = new Set(work.changes.flatMap((one) => (one.op === "text" ? [one.utterance] : [])));
  const settled = [...work.checked, ...(changed.size ? saved.filter((one) => changed.has(one.id)) : [])];
  return stretches.map((stretch) => settled.some((one) => one.start_ms <= stretch.start_ms && one.end_ms >= stretch.end_ms));
}

/**
 * @param {{
 *   stretches: Stretch[], review: any, done: boolean[], wordsOf: (stretch: Stretch) => string,
 *   chosen: import("../../vendor/preact.js").Signal<number>, hear: (at: number) => void,
 *   draft: import("../draft.js").Draft | null, accept: () => void, edit: () => void,
 *   utteranceOf: (stretch: Stretch) => import("../words.js").Utterance | undefined, take: (whole: string) => void,
 * }} props
 */
export function Doubts({ stretches, review, done, wordsOf, chosen, hear, draft, accept, edit, utteranceOf, take }) {
  const [most, setMost] = useState(MOST_SHOWN);
  const r = t().recording;
  const shown = stretches.slice(0, Math.max(most, chosen.value + AHEAD));
  const left = stretches.filter((_, at) => !done[at]);
  const leftMs = left.reduce((sum, one) => sum + one.end_ms - one.start_ms, 0);
  return html`<section class="card panel" aria-labelledby="doubts">
    <h2 id="doubts">${r.doubts} ${stretches.length > 0 && html`<span class="soft">${left.length < stretches.length ? r.heard(stretches.length - left.length, stretches.length, about(leftMs)) : r.toHear(stretches.length, about(leftMs))}</span>`}</h2>
    ${!review && html`<p class="soft">${r.noThreshold}</p>`}
    ${review && !stretches.length && html`<p class="soft">${r.noDoubts}</p>`}
    <ol class="doubts">
      ${shown.map((one, at) => {
        const isChosen = chosen.value === at;
        const utterance = isChosen ? utteranceOf(one) : undefined;
        return html`<li key=${one.start_ms} data-done=${done[at] ? "" : undefined}>
          <button aria-current=${isChosen ? "true" : undefined} onClick=${(/** @type {MouseEvent & {currentTarget: HTMLElement}} */ event) => {
            if (event.detail) event.currentTarget.blur(); // so that the keys of the review are not those of the button
            hear(at);
          }}>
            <span class="time">${clock(one.start_ms)}</span>
            <q dir="auto">${wordsOf(one)}</q>
            <span class="soft why">${one.confidence != null ? t().item.sure(percent(one.confidence)) : ""}${one.doubts.map((why) => ` · ${r.why[/** @type {"unsure"} */ (why)] ?? why}`).join("")}${done[at] ? ` · ${r.checked}` : ""}</span>
          </button>
          ${isChosen && draft && html`<div class="choices">
            ${utterance && readings(utterance).map((other, n) => html`<button onClick=${() => take(other.whole)}><kbd>${n + 1}</kbd> <bdi>${other.shown}</bdi></button>`)}
            <button onClick=${accept}><kbd>Enter</kbd> ${r.right}</button>
            <button onClick=${edit}><kbd>e</kbd> ${r.edit}</button>
          </div>`}
        </li>`;
      })}
    </ol>
    ${shown.length < stretches.length && html`<button class="quiet" onClick=${() => setMost(shown.length + MOST_SHOWN)}>${t().more}</button>`}
  </section>`;
}

/** @param {{start_ms: number, end_ms: number}} stretch @param {import("../words.js").Words} words @param {import("../words.js").Utterance[]} utterances */
export function wordsOf(stretch, words, utterances) {
  const found = words.within(stretch.start_ms, stretch.end_ms);
  const text = found.map((n) => utterances[words.of[n]].text.slice(words.from[n], words.to[n])).join(" ");
  return text.length > 80 ? `${text.slice(0, 79)}…` : text || "…";
}
