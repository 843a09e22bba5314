// How the conversation of a recording went, in numbers.
import { html, useEffect, useState } from "../../vendor/preact.js";
import { Problem, call } from "../api.js";
import { about, number, percent, seconds } from "../format.js";
import { t } from "../texts.js";

const MOST = 4;

/** @typedef {{speaker: string | null, channel: number, talk_ms: number, talk_share: number, words_per_minute: number | null, longest_ms: number, interruptions: number, response_ms: number | null}} Talk */
/** @typedef {{audio_ms: number, silence_ms: number, longest_silence_ms: number, overlap_ms: number, speakers: Talk[]}} Found */

/** @param {{path: string, number: number, voices: import("./panels.js").Voice[]}} props `number` is of the last revision */
export function Conversation({ path, number: revision, voices }) {
  const [found, setFound] = useState(/** @type {Found | null} */ (null));
  useEffect(() => {
    call(`${path}/conversation`).then(setFound).catch((error) => {
      if (!(error instanceof Problem)) throw error;
    });
  }, [path, revision]);
  if (!found || !found.speakers.length) return null;
  const c = t().calls;
  const idOf = (/** @type {Talk} */ one) => one.speaker ?? `channel ${one.channel}`;
  const told = [...found.speakers].sort((a, b) => b.talk_ms - a.talk_ms).slice(0, MOST);
  const shown = found.speakers.filter((one) => told.includes(one));
  /** @type {[string, (one: Talk) => string][]} */
  const rows = [
    [c.talk, (one) => percent(one.talk_share)],
    [c.pace, (one) => number(one.words_per_minute)],
    [c.longest, (one) => about(one.longest_ms)],
    [c.cutsIn, (one) => number(one.interruptions)],
    [c.response, (one) => seconds(one.response_ms)],
  ];
  return html`<section class="card panel" aria-labelledby="conversation">
    <h2 id="conversation">${c.conversation}</h2>
    <table class="figures">
      <thead><tr><td></td>${shown.map((one) => html`<th scope="col" class="number"><bdi>${voices.find((voice) => voice.id === idOf(one))?.name ?? idOf(one)}</bdi></th>`)}</tr></thead>
      <tbody>${rows.map(([name, value]) => html`<tr><th scope="row">${name}</th>${shown.map((one) => html`<td class="number">${value(one)}</td>`)}</tr>`)}</tbody>
    </table>
    <p class="soft">${c.quiet(percent(found.silence_ms / found.audio_ms), about(found.longest_silence_ms), percent(found.overlap_ms / found.audio_ms))}</p>
  </section>`;
}
