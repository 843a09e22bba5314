// The player: what can be pressed, and where in the sound one is.
import { html, useComputed } from "../../vendor/preact.js";
import { clock, spoken } from "../format.js";
import { t } from "../texts.js";

/**
 * @param {{
 *   player: import("../player.js").Player,
 *   isFollowing: import("../../vendor/preact.js").Signal<boolean>,
 *   show: () => void, again: () => void, help: () => void, copy: () => void,
 * }} props
 */
export function Controls({ player, isFollowing, show, help, copy }) {
  const r = t().recording;
  const silence = player.silence.value;
  if (silence) return html`<p class="silence" role="status">${r.noAudio[silence]}</p>`;
  const isPlaying = player.isPlaying.value;
  return html`<div class="controls" dir="ltr">
    <button class="round" aria-label=${r.back5} title="←" onClick=${() => player.jump(-5000)}><span class="back5" aria-hidden="true">5</span></button>
    <button class="round main" aria-label=${isPlaying ? r.pause : r.play} title="Space" onClick=${() => player.toggle()}><span class=${isPlaying ? "pausing" : "playing"} aria-hidden="true"></span></button>
    <button class="round" aria-label=${r.on5} title="→" onClick=${() => player.jump(5000)}><span class="on5" aria-hidden="true">5</span></button>
    <${Position} player=${player} />
    <select class="speed" aria-label=${r.speed} value=${player.speed.value} onChange=${(/** @type {any} */ event) => player.setSpeed(Number(event.target.value))}>
      ${player.speeds.map((one) => html`<option value=${one}>${one}×</option>`)}
    </select>
    ${(player.copy.value?.silences ?? []).length > 0 &&
    html`<label class="check wide-only"><input type="checkbox" checked=${player.skips.value} onChange=${(/** @type {any} */ event) => player.setSkips(event.target.checked)} /> ${r.skipSilence}</label>`}
    ${isFollowing.value
      ? html`<span class="unseen">${r.follow}</span>`
      : html`<button class="follow" onClick=${() => {
          isFollowing.value = true;
          show();
        }}>${r.toSpoken}</button>`}
    <button class="quiet wide-only" onClick=${copy}>${r.copyLink}</button>
    <button class="quiet round wide-only" aria-label=${r.keys} title="?" onClick=${help}>?</button>
  </div>`;
}

/** @param {{player: import("../player.js").Player}} props */
function Position({ player }) {
  const ms = 100 * useComputed(() => Math.round(player.ms.value / 100)).value; // tenths of a second are enough
  const length = player.length.value;
  return html`<span class="position">
    <span class="clock">${clock(ms)}</span>
    <input type="range" aria-label=${t().recording.position} aria-valuetext=${t().recording.at(spoken(ms), spoken(length))}
      min="0" max=${Math.max(1, Math.round(length / 100))} value=${ms / 100} style=${{ "--part": `${length ? (100 * ms) / length : 0}%` }}
      onInput=${(/** @type {any} */ event) => player.seek(event.target.value * 100)} />
    <span class="clock soft">${clock(length)}</span>
  </span>`;
}
