// Small things that several screens show.
import { html } from "../vendor/preact.js";
import { Problem } from "./api.js";
import { number } from "./format.js";
import { t } from "./texts.js";

/** @typedef {{transcribed: number, failed: number, planned: number, waiting: number, unregistered: number, unchanged: number, accepted: number, needs_review: number}} Counts */

/** @param {{counts: Counts}} props */
export function Progress({ counts }) {
  const all = Math.max(counts.accepted, 1);
  const over = counts.transcribed + counts.failed + counts.unchanged;
  const names = /** @type {const} */ (["transcribed", "unchanged", "failed", "planned"]);
  const told = `${number(over)} / ${number(counts.accepted)}`;
  return html`<div
    class="progress"
    role="progressbar"
    aria-valuemin="0"
    aria-valuemax=${counts.accepted}
    aria-valuenow=${over}
    aria-valuetext=${told}
    aria-label=${t().batch.recordings(counts.accepted)}
  >
    ${names.map((name) => html`<span class=${name} style=${{ width: `${(100 * counts[name]) / all}%` }}></span>`)}
  </div>`;
}

/** @param {{kind?: string, children?: any}} props */
export function Tag({ kind = "", children }) {
  return html`<span class=${`tag ${kind}`}>${children}</span>`;
}

/** @param {{problem: unknown, again?: () => void}} props */
export function Trouble({ problem, again }) {
  if (!problem) return null;
  const isOffline = problem instanceof Problem && problem.status === 0;
  const text = problem instanceof Error && !isOffline ? problem.message : t().offline;
  return html`<div class="trouble" role="alert">
    <p>${text}</p>
    ${again && html`<button onClick=${again}>${t().tryAgain}</button>`}
  </div>`;
}

/** A button that opens a list of what else there is to do.
 * @param {{label: string, children?: any}} props */
export function Menu({ label, children }) {
  return html`<details
    class="menu"
    onKeyDown=${(/** @type {KeyboardEvent & {currentTarget: HTMLDetailsElement}} */ event) => {
      if (event.key !== "Escape") return;
      event.currentTarget.open = false;
      event.currentTarget.querySelector("summary")?.focus();
    }}
    onFocusOut=${(/** @type {FocusEvent & {currentTarget: HTMLDetailsElement}} */ event) => {
      const to = event.relatedTarget;
      if (to instanceof Node && !event.currentTarget.contains(to)) event.currentTarget.open = false;
    }}
    onClick=${(/** @type {MouseEvent & {currentTarget: HTMLDetailsElement}} */ event) => {
      const at = /** @type {Element} */ (event.target).closest("button, a");
      if (at && !at.closest("summary")) event.currentTarget.open = false;
    }}
  >
    <summary class="button">${label}<span class="chevron" aria-hidden="true"></span></summary>
    <div class="list">${children}</div>
  </details>`;
}
