// What stands beside a transcript: who speaks, what is known of the recording.
import { html } from "../../vendor/preact.js";
import { clock, money, moment, percent } from "../format.js";
import { t } from "../texts.js";

/** @typedef {import("../words.js").Utterance} Utterance */
/** @typedef {{id: string, name: string, isNamed: boolean, colour: number, share: string, part: number}} Voice */

/** @param {Utterance} one */
export function idOf(one) {
  return one.speaker ?? `channel ${one.channel}`;
}

/** @param {import("../words.js").Speaker[]} speakers @param {Utterance[]} utterances @returns {Voice[]} */
export function voicesOf(speakers, utterances) {
  /** @type {Map<string, {name: string, isNamed: boolean, ms: number}>} */
  const found = new Map();
  for (const one of speakers)
    found.set(one.id, { name: one.role || t().recording.speaker(one.id), isNamed: Boolean(one.role), ms: one.talk_ms });
  for (const one of utterances)
    if (!found.has(idOf(one))) found.set(idOf(one), { name: one.role || t().recording.unknownSpeaker, isNamed: Boolean(one.role), ms: 0 });
  const all = [...found].reduce((sum, [, one]) => sum + one.ms, 0);
  return [...found].map(([id, one], at) => ({ id, name: one.name, isNamed: one.isNamed, colour: at % 6, part: all ? one.ms / all : 0, share: all ? percent(one.ms / all) : "" }));
}

/** @param {{voices: Voice[], draft: import("../draft.js").Draft | null}} props */
export function Speakers({ voices, draft }) {
  const r = t().recording;
  const known = voices.filter((one) => /^S\d+$/.test(one.id));
  return html`<section class="card panel" aria-labelledby="speakers">
    <h2 id="speakers">${r.speakers}</h2>
    <ul class="speakers">
      ${voices.map(
        (one) => html`<li key=${one.id} style=${{ "--voice": `var(--voice-${one.colour})` }}>
          <span class="swatch" aria-hidden="true"></span>
          ${draft && known.includes(one)
            ? html`<input class="name" aria-label=${r.rename(one.name)} value=${one.isNamed ? one.name : ""} placeholder=${one.name} maxlength="100"
                onChange=${(/** @type {any} */ event) => draft.add({ op: "name", speaker: one.id, name: event.target.value.trim() })} />`
            : html`<bdi>${one.name}</bdi>`}
          <span class="meter" aria-hidden="true"><i style=${{ width: `${100 * one.part}%` }}></i></span>
          <span class="number soft">${one.share}</span>
          ${draft && known.length > 1 && known.includes(one) && html`<select class="merge" aria-label=${r.merge(one.name)} onChange=${(/** @type {any} */ event) => {
            if (event.target.value) draft.add({ op: "merge", speaker: one.id, into: event.target.value });
          }}>
            <option value="">${r.mergeInto}</option>
            ${known.filter((other) => other !== one).map((other) => html`<option value=${other.id}>${other.name}</option>`)}
          </select>`}
        </li>`,
      )}
    </ul>
    ${draft && known.length === 2 && known.every((one) => one.isNamed) && html`<button class="quiet" onClick=${() => {
      const [one, other] = known;
      /** @type {import("../draft.js").Change[]} */
      const swapped = [{ op: "name", speaker: one.id, name: other.name }, { op: "name", speaker: other.id, name: one.name }];
      draft.set({ changes: [...draft.work.value.changes, ...swapped] });
    }}>${r.swap}</button>`}
  </section>`;
}

/** @param {{item: any, transcript: import("../words.js").Transcript}} props */
export function Facts({ item, transcript }) {
  const f = t().recording.fact;
  const { source, provider } = transcript;
  const facts = [
    [f.length, item.duration_ms ? clock(item.duration_ms) : null],
    [f.channels, source.channels],
    [f.language, transcript.language.code],
    [f.sure, transcript.confidence != null ? percent(transcript.confidence) : null],
    [f.provider, provider.name],
    [f.model, provider.model],
    [f.cost, item.cost ? money(item.cost) : null],
    [f.audio, `${item.container}/${item.name}`],
    [f.came, moment(item.registered_at)],
    ...Object.entries(item.metadata),
  ];
  return html`<section class="card panel" aria-labelledby="facts">
    <h2 id="facts">${t().recording.facts}</h2>
    <dl class="list">${facts.filter(([, value]) => value != null && value !== "").map(([name, value]) => html`<div><dt>${name}</dt><dd><bdi>${value}</bdi></dd></div>`)}</dl>
    ${item.notes.length > 0 && html`<h3>${t().recording.notes}</h3><ul class="notes">${item.notes.map((/** @type {string} */ note) => html`<li>${note}</li>`)}</ul>`}
  </section>`;
}
