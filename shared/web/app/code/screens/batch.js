// One batch: how far it is, which recordings are in it, and what can be done about them.
import { html, useEffect, useRef, useState } from "../../vendor/preact.js";
import { AGED, call, download } from "../api.js";
import { ask } from "../ask.js";
import { about, clock, fileName, moment, money, nameBeside, nameOf, number, percent } from "../format.js";
import { may } from "../me.js";
import { Menu, Progress, Tag, Trouble } from "../parts.js";
import { poll } from "../poll.js";
import { go, place, to } from "../route.js";
import { say } from "../say.js";
import { t } from "../texts.js";

const PAGE = 100;
const FILTERS = /** @type {const} */ (["all", "transcribed", "needs_review", "failed", "planned", "waiting", "unchanged"]);

/** @typedef {import("./now.js").Open & {origin: "dropped" | "manifest" | "api", audio_ms: number, error_report: string | null}} View */
/** @typedef {{id: string, name: string, title: string | null, state: keyof ReturnType<typeof t>["item"]["state"], duration_ms: number | null, language: string | null, confidence: number | null, needs_review: boolean, failure: {code: string, reason: string, advice: string} | null, changed_at: string}} Item */

/** @param {{id: string}} props */
export function Batch({ id }) {
  const [view, setView] = useState(/** @type {View | null} */ (null));
  const [problem, setProblem] = useState(/** @type {unknown} */ (null));
  const [turn, setTurn] = useState(0);
  const hasActed = useRef(false);
  useEffect(() => {
    return poll(async () => {
      try {
        const found = await call(`/batches/${id}`, hasActed.current ? {} : { headers: AGED });
        hasActed.current = false;
        document.title = `${nameOf(found, t().batch.droppedAt)} – ${t().product}`;
        setView(found);
        setProblem(null);
        return ["registering", "running", "cancelling", "deleting"].includes(found.status);
      } catch (error) {
        setProblem(error);
        throw error;
      }
    });
  }, [id, turn]);
  if (!view) return html`<div class="page"><h1 class="unseen">${t().batch.batch}</h1><${Trouble} problem=${problem} /></div>`;
  return html`<article class="page batch">
    <nav class="crumbs" aria-label=${t().back}><a href=${to()}>${t().nav.now}</a></nav>
    <header class="head">
      <div>
        <h1><bdi>${nameOf(view, t().batch.droppedAt)}</bdi></h1>
        <p class="soft"><code>${view.id}</code> · ${t().batch.origin[view.origin]}</p>
      </div>
      <${Tag} kind=${view.status}>${t().batch.status[view.status]}</${Tag}>
    </header>
    <${Trouble} problem=${problem} />
    <${Summary} view=${view} />
    <${Actions} view=${view} again=${() => {
      hasActed.current = true;
      setTurn(turn + 1);
    }} />
    <${Items} view=${view} />
  </article>`;
}

/** @param {{view: View}} props */
function Summary({ view }) {
  const { counts } = view;
  const over = counts.transcribed + counts.failed + counts.unchanged;
  const tiles = [
    [t().batch.done(over, counts.accepted), t().batch.counted],
    [about(view.audio_ms), t().batch.audio],
    [money(view.cost), t().batch.cost],
    ...(view.profile ? [[view.profile, t().batch.profile]] : []),
    [moment(view.created_at), t().batch.came],
    view.finished_at ? [moment(view.finished_at), t().batch.finished] : [view.seconds_left ? about(view.seconds_left * 1000) : "–", t().batch.timeLeft],
  ];
  return html`<div class="card summary">
    <${Progress} counts=${counts} />
    <dl class="tiles">${tiles.map(([value, name]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
    ${view.error_report && html`<p class="trouble">${t().batch.refused} <code>${view.error_report}</code></p>`}
  </div>`;
}

/** Every button says how much it will do, and does as much. @param {{view: View, again: () => void}} props */
function Actions({ view, again }) {
  const { counts, id } = view;
  const left = counts.waiting + counts.planned + counts.unregistered;
  const isOver = ["completed", "cancelled", "refused"].includes(view.status);
  async function act(/** @type {import("../ask.js").Question} */ question, /** @type {(said: {option: boolean}) => Promise<unknown>} */ what, /** @type {string} */ told) {
    const said = await ask(question);
    if (!said) return;
    try {
      await what(said);
      say(told);
    } catch (error) {
      say(error instanceof Error ? error.message : "");
    }
    again();
  }
  const post = (/** @type {string} */ verb) => () => call(`/batches/${id}/${verb}`, { method: "POST" });
  const b = t().batch;
  return html`<div class="buttons actions">
    ${counts.failed > 0 && isOver && may("Submit", "Operate") && html`<button onClick=${() => act({ title: b.retryAsk(counts.failed), text: b.retryText, yes: b.retry(counts.failed) }, post("retry"), b.retried)}>${b.retry(counts.failed)}</button>`}
    ${!isOver && view.status !== "cancelling" && may("Submit", "Operate") && left > 0 && html`<button onClick=${() => act({ title: b.cancelAsk(left), text: b.cancelText, yes: b.cancelBatch(left), isGrave: true }, post("cancel"), b.cancelled)}>${b.cancelBatch(left)}</button>`}
    ${view.finished_at && !view.error_report && may("Read") && html`<${Menu} label=${b.report}>${Object.entries(b.reportAs).map(([kind, text]) => html`<button onClick=${() => download(`/batches/${id}/report`, { format: kind }).catch((error) => say(error.message))}>${text}</button>`)}</${Menu}>`}
    ${counts.transcribed > 0 && may("Read") && html`<a class="button" href=${`${to("calls")}?batch=${id}`}>${b.calls}</a>`}
    ${isOver && may("Operate") && html`<button class="quiet" onClick=${() => act({ title: b.removeAsk, text: b.removeText, yes: b.remove, option: b.removeOutputs, isGrave: true }, async ({ option }) => {
      await call(`/batches/${id}`, { method: "DELETE", query: { outputs: option } });
      go(to());
    }, b.removed)}>${b.remove}</button>`}
  </div>`;
}

/** @param {{view: View}} props */
function Items({ view }) {
  const { counts, id } = view;
  const filter = /** @type {typeof FILTERS[number]} */ (place.value.query.get("show") ?? "all");
  const name = place.value.query.get("name") ?? "";
  const [items, setItems] = useState(/** @type {Item[]} */ ([]));
  const [next, setNext] = useState(/** @type {string | null} */ (null));
  const [problem, setProblem] = useState(/** @type {unknown} */ (null));
  const timer = useRef(0);
  const query = {
    limit: PAGE,
    name,
    needs_review: filter === "needs_review" ? true : undefined,
    state: filter === "all" || filter === "needs_review" ? undefined : filter,
  };
  async function look(/** @type {string | null} */ after) {
    try {
      const found = await call(`/batches/${id}/items`, { query: { ...query, after }, headers: AGED });
      setItems((before) => (after ? [...before, ...found.value] : found.value));
      setNext(found.nextLink ? new URL(found.nextLink).searchParams.get("after") : null);
      setProblem(null);
    } catch (error) {
      setProblem(error);
    }
  }
  const moved = `${counts.transcribed} ${counts.failed} ${counts.planned} ${counts.accepted} ${view.status}`;
  useEffect(() => {
    look(null);
  }, [id, filter, name, moved]);
  function show(/** @type {Record<string, string>} */ change) {
    const now = new URLSearchParams(place.value.query);
    for (const [key, value] of Object.entries(change)) value ? now.set(key, value) : now.delete(key);
    go(to("batches", id) + (now.size ? `?${now}` : ""), { replace: true });
  }
  const countOf = (/** @type {typeof FILTERS[number]} */ one) => (one === "all" ? counts.accepted : counts[one]);
  const shown = FILTERS.filter((one) => one === "all" || one === filter || countOf(one) > 0);
  return html`<section aria-labelledby="items">
    <h2 id="items" class="unseen">${t().batch.recordings(counts.accepted)}</h2>
    <div class="filters">
      <div class="chips" role="group" aria-label=${t().batch.find}>
        ${shown.map((one) => html`<button class="chip" aria-pressed=${filter === one} onClick=${() => show({ show: one === "all" ? "" : one })}>${t().batch.counts[one]} <span class="count">${number(countOf(one))}</span></button>`)}
      </div>
      <input type="search" placeholder=${t().batch.find} aria-label=${t().batch.find} value=${name} onInput=${(/** @type {any} */ event) => {
        clearTimeout(timer.current);
        const text = event.target.value;
        timer.current = setTimeout(() => show({ name: text }), 300);
      }} />
    </div>
    <${Trouble} problem=${problem} again=${() => look(null)} />
    ${!items.length && !problem && html`<p class="quiet-note soft">${t().batch.none}</p>`}
    ${items.length > 0 && html`<ul class="rows card items">${items.map((item) => html`<li key=${item.id}><${Row} item=${item} batch=${id} /></li>`)}</ul>`}
    ${next && html`<button class="more" onClick=${() => look(next)}>${t().more}</button>`}
  </section>`;
}

/** @param {{item: Item, batch: string}} props */
function Row({ item, batch }) {
  const sure = item.confidence;
  const beside = nameBeside(item);
  return html`<a href=${to("batches", batch, item.id)}>
    <span class="what">
      <strong><bdi>${item.title || fileName(item.name)}</bdi></strong>
      ${beside && html`<span class="soft"><bdi>${beside}</bdi></span>`}
      ${item.failure ? html`<span class="reason"><span class="bad">${item.failure.reason}</span> ${item.failure.advice}</span>` : html`<span class="soft">${item.language ?? ""}</span>`}
    </span>
    <span class="number">${item.duration_ms ? clock(item.duration_ms) : ""}</span>
    <span class="number sure">${sure != null && html`<span class="meter" aria-hidden="true"><i style=${{ width: `${100 * sure}%` }}></i></span>${t().item.sure(percent(sure))}`}</span>
    ${item.needs_review ? html`<${Tag} kind="needs_review">${t().item.review}</${Tag}>` : html`<${Tag} kind=${item.state}>${t().item.state[item.state]}</${Tag}>`}
  </a>`;
}
