// The bar of what is not saved yet, what others changed at the same time, and the history.
import { html, useEffect, useState } from "../../vendor/preact.js";
import { call } from "../api.js";
import { changesTo } from "../draft.js";
import { moment, number } from "../format.js";
import { say } from "../say.js";
import { t } from "../texts.js";

/** @param {{draft: import("../draft.js").Draft, save: (reviewed: boolean) => void, hasDoubts: boolean, isReviewed: boolean}} props */
export function SaveBar({ draft, save, hasDoubts, isReviewed }) {
  const r = t().recording;
  const { changes, checked } = draft.work.value;
  if (draft.clashes.value.length) return html`<${Clashes} draft=${draft} />`;
  if (draft.isEmpty && isReviewed) return null;
  const at = draft.keptAt.value ? new Date(draft.keptAt.value).toLocaleTimeString() : "";
  return html`<section class="savebar card" aria-label=${r.saving}>
    <p>
      ${draft.isEmpty ? r.nothingChanged : r.unsaved(changes.length, checked.length)}
      ${at && html` <span class="soft">${r.keptHere(at)}</span>`}
      ${draft.trouble.value && html` <strong class="bad">${draft.trouble.value}</strong>`}
    </p>
    <div class="buttons">
      ${!draft.isEmpty && html`<button class="quiet" onClick=${() => draft.undo()}>${r.undo} <kbd>u</kbd></button>
        <button onClick=${() => save(false)} disabled=${draft.isSaving.value}>${r.save(draft.base + 1)}</button>`}
      ${!isReviewed && html`<button class="main" onClick=${() => save(true)} disabled=${draft.isSaving.value}>${hasDoubts ? r.reviewed : r.saveReviewed}</button>`}
    </div>
  </section>`;
}

/** @param {{draft: import("../draft.js").Draft}} props */
function Clashes({ draft }) {
  const r = t().recording;
  return html`<section class="savebar card clash" role="alert">
    <h2>${r.clash}</h2>
    ${draft.clashes.value.map((one) => html`<div key=${one.utterance}>
      <p dir="auto"><span class="soft">${r.theirs}</span> <q>${one.theirs}</q></p>
      <p dir="auto"><span class="soft">${r.mine}</span> <q>${one.mine}</q></p>
      <div class="buttons">
        <button onClick=${() => draft.settle(one, false)}>${r.takeTheirs}</button>
        <button class="main" onClick=${() => draft.settle(one, true)}>${r.keepMine}</button>
      </div>
    </div>`)}
  </section>`;
}

/** @param {{path: string, number: number, draft: import("../draft.js").Draft | null, transcript: import("../words.js").Transcript}} props */
export function History({ path, number: last, draft, transcript }) {
  const r = t().recording;
  const [found, setFound] = useState(/** @type {import("../draft.js").Revision[]} */ ([]));
  useEffect(() => {
    if (last) call(`${path}/revisions`).then((all) => setFound(all.value)).catch(() => {});
  }, [path, last]);
  if (!last) return null;
  async function restore(/** @type {number} */ to) {
    try {
      const then = await call(`${path}/transcript`, { query: { format: "json", revision: to } });
      const changes = changesTo(transcript, then);
      if (changes.length && draft) draft.set({ changes });
      say(changes.length ? r.restored : r.same);
    } catch (error) {
      say(error instanceof Error ? error.message : "");
    }
  }
  const back = (/** @type {number} */ to) => draft && to !== last && html`<button class="quiet" onClick=${() => restore(to)}>${r.restore}</button>`;
  return html`<section class="card panel" aria-labelledby="history">
    <h2 id="history">${r.history}</h2>
    <ol class="history" reversed>
      ${[...found].reverse().map((one) => html`<li key=${one.number}>
        <span><strong>${r.revision(one.number)}</strong> <span class="soft">${one.author} · ${moment(one.at)}</span><br />
        <span class="soft">${r.did(one.changes.length, one.checked.length)}${one.reviewed ? ` · ${r.through}` : ""}</span>
        ${one.note && html`<br /><span class="soft" dir="auto">${one.note}</span>`}</span>
        ${back(one.number)}
      </li>`)}
      <li><span><strong>${r.machine}</strong> <span class="soft number">${number(transcript.utterances.length)}</span></span>${back(0)}</li>
    </ol>
  </section>`;
}
