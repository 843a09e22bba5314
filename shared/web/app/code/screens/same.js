// Where else the word stands that somebody has just corrected, in this recording and in the batch;
// one key corrects it in all of them.
import { html, useEffect, useState } from "../../vendor/preact.js";
import { Problem, call } from "../api.js";
import { ask } from "../ask.js";
import { clock } from "../format.js";
import { say } from "../say.js";
import { placesOf } from "../same.js";
import { t } from "../texts.js";

const MOST_SHOWN = 5;
const AROUND = 24;

/** @typedef {import("../same.js").Mistake} Mistake */
/** @typedef {import("../same.js").Place} Place */
/** @typedef {{batch_id: string, id: string}} Other */

/** @param {{mistake: Mistake, places: Place[], batch: string, own: string, correct: () => void, leave: () => void, hear: (ms: number) => void}} props */
export function Same({ mistake, places, batch, own, correct, leave, hear }) {
  const s = t().same;
  const others = useOthers(mistake, batch, own);
  if (!places.length && !others.length) return null;
  const there = async () => {
    const said = await ask({ title: s.there(others.length), text: s.thereText(mistake.was, mistake.now), yes: s.there(others.length) });
    if (!said) return;
    const done = await Promise.all(others.map((one) => correctIn(one, mistake)));
    say(s.thereDone(done.filter(Boolean).length));
    leave();
  };
  return html`<section class="card panel same" aria-labelledby="same">
    <h2 id="same">${s.title}</h2>
    <p><q>${mistake.was}</q> <span aria-hidden="true">→</span><span class="unseen">${s.is}</span> <q>${mistake.now}</q></p>
    ${places.length > 0 && html`<ul class="plain">${places.slice(0, MOST_SHOWN).map((one) => html`<li><button class="quiet" onClick=${() => hear(one.utterance.start_ms)}><span class="time">${clock(one.utterance.start_ms)}</span> <span dir="auto">${around(one, mistake)}</span></button></li>`)}</ul>
      ${places.length > MOST_SHOWN && html`<p class="soft">${s.more(places.length - MOST_SHOWN)}</p>`}`}
    <div class="buttons">
      ${places.length > 0 && html`<button class="main" onClick=${correct}>${s.here(places.length)} <kbd>a</kbd></button>`}
      ${others.length > 0 && html`<button onClick=${there}>${s.there(others.length)}</button>`}
      <button class="quiet" onClick=${leave}>${s.leave}</button>
    </div>
  </section>`;
}

/** @param {Place} place @param {Mistake} mistake */
function around({ utterance, at }, mistake) {
  const from = Math.max(0, at - AROUND);
  const to = at + mistake.was.length;
  const head = `${from ? "…" : ""}${utterance.text.slice(from, at)}`;
  return html`${head}<mark>${utterance.text.slice(at, to)}</mark>${utterance.text.slice(to, to + AROUND)}`;
}

/** Other recordings of the batch in which it was said. @param {Mistake} mistake @param {string} batch @param {string} own */
function useOthers(mistake, batch, own) {
  const [found, setFound] = useState(/** @type {Other[]} */ ([]));
  useEffect(() => {
    setFound([]);
    call("/search", { method: "POST", body: { q: `"${mistake.was.replaceAll('"', "")}"`, batch_id: batch, limit: 50 } })
      .then((page) => setFound(page.value.filter((/** @type {Other} */ one) => one.id !== own)))
      .catch((error) => {
        if (!(error instanceof Problem)) throw error;
      });
  }, [mistake, batch]);
  return found;
}

/** Whether it was: somebody else may be at it. @param {Other} other @param {Mistake} mistake */
async function correctIn({ batch_id, id }, mistake) {
  const path = `/batches/${batch_id}/items/${id}`;
  try {
    const [item, text] = await Promise.all([call(path), call(`${path}/transcript`, { query: { format: "json" } })]);
    const changes = placesOf(text.utterances, mistake).map(({ utterance, now }) => ({ op: "text", utterance: utterance.id, was: utterance.text, now }));
    if (!changes.length) return false;
    const body = { id: crypto.randomUUID(), based_on: item.correction?.number ?? 0, note: t().same.note(mistake.was, mistake.now), changes };
    await call(`${path}/revisions`, { method: "POST", body });
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}
