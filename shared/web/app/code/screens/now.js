// What is going on: what is running, what was done lately, how the services are.
import { html, useEffect, useRef, useState } from "../../vendor/preact.js";
import { fresh } from "../api.js";
import { made } from "../drops.js";
import { about, moment, money, nameOf, number } from "../format.js";
import { may } from "../me.js";
import { Progress, Tag, Trouble } from "../parts.js";
import { poll } from "../poll.js";
import { to } from "../route.js";
import { say } from "../say.js";
import { t } from "../texts.js";
import { DropZone, Sendings } from "./drop.js";

/** @typedef {{id: string, title: string, profile: string, status: keyof ReturnType<typeof t>["batch"]["status"], created_at: string, closes_at: string, finished_at: string | null, counts: import("../parts.js").Counts, seconds_left: number | null, cost: any}} Open */
/** @typedef {{id: string, title: string, profile: string, origin: string, status: keyof ReturnType<typeof t>["batch"]["status"], created_at: string, finished_at: string | null, recordings: number, failed: number}} Entry */
/** @typedef {{name: string, provider: string, status: string, active_jobs: number, reason: string, until_at: string | null}} Endpoint */
/** @typedef {{open: Open[], more: number, lately: Entry[], health: {status: string, storage: string, endpoints: Endpoint[], oldest_seconds: number | null, problems: string[]}}} Overview */

export function Now() {
  const [found, setFound] = useState(/** @type {Overview | null} */ (null));
  const [problem, setProblem] = useState(/** @type {unknown} */ (null));
  const [at, setAt] = useState(0);
  const etag = useRef("");
  useEffect(() => {
    document.title = `${t().now.title} – ${t().product}`;
    return poll(async () => {
      try {
        const overview = await fresh("/overview", etag);
        setAt(Date.now());
        setProblem(null);
        if (overview) {
          latest.current = overview.open.length > 0;
          setFound(overview);
        }
        return latest.current;
      } catch (error) {
        setProblem(error);
        throw error;
      }
    });
  }, [made.value]);
  const latest = useRef(false);
  useEffect(() => {
    if (made.value) say(t().drop.started);
  }, [made.value]);
  return html`<div class="now">
    <h1 class="unseen">${t().now.title}</h1>
    <div class="wide">
      ${may("Submit") && html`<${DropZone} />`}
      <${Sendings} />
      <${Trouble} problem=${problem} />
      ${found && html`<${Running} found=${found} at=${at} />`}
      ${found && html`<${Lately} entries=${found.lately} open=${found.open} />`}
      ${!found && !problem && html`<p class="soft">${t().loading}</p>`}
    </div>
    ${found && html`<${Services} health=${found.health} />`}
  </div>`;
}

/** @param {{found: Overview, at: number}} props */
function Running({ found, at }) {
  return html`<section aria-labelledby="running">
    <header class="section">
      <h2 id="running">${t().now.running}</h2>
      <${Age} at=${at} />
    </header>
    ${!found.open.length && html`<p class="quiet-note">${t().now.idle} <span class="soft">${t().now.idleHint}</span></p>`}
    <ul class="plain">${found.open.map((batch) => html`<li key=${batch.id}><${OpenBatch} batch=${batch} /></li>`)}</ul>
    ${found.more > 0 && html`<p class="soft">${t().now.moreOpen(found.more)}</p>`}
  </section>`;
}

/** How old what is shown is. @param {{at: number}} props */
function Age({ at }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 5000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.round((now - at) / 1000);
  const text = seconds < 8 ? t().now.justNow : t().now.ago(about(seconds * 1000));
  return html`<span class="soft age">${t().now.updated(text)}</span>`;
}

/** @param {{batch: Open}} props */
function OpenBatch({ batch }) {
  const { counts } = batch;
  const over = counts.transcribed + counts.failed + counts.unchanged;
  const closes = Date.parse(batch.closes_at) - Date.now();
  const facts = [
    t().batch.done(over, counts.accepted),
    counts.failed ? html`<span class="bad">${t().batch.failed(counts.failed)}</span>` : null,
    batch.seconds_left ? t().batch.left(about(batch.seconds_left * 1000)) : null,
    closes > 1500 && !over ? t().batch.closes(about(closes)) : null,
    batch.cost ? money(batch.cost) : null,
  ].filter(Boolean);
  return html`<a class="card open" href=${to("batches", batch.id)}>
    <span class="head">
      <strong><bdi>${nameOf(batch, t().batch.droppedAt)}</bdi></strong>
      <${Tag} kind=${batch.status}>${t().batch.status[batch.status]}</${Tag}>
    </span>
    <${Progress} counts=${counts} />
    <span class="facts">${facts.map((fact) => html`<span>${fact}</span>`)}</span>
  </a>`;
}

/** @param {{entries: Entry[], open: Open[]}} props */
function Lately({ entries, open }) {
  const running = new Set(open.map((batch) => batch.id));
  const over = entries.filter((entry) => !running.has(entry.id));
  return html`<section aria-labelledby="lately">
    <header class="section"><h2 id="lately">${t().now.lately}</h2></header>
    ${!over.length && html`<p class="quiet-note soft">${t().now.noneLately}</p>`}
    ${over.length > 0 &&
    html`<ul class="rows card">
      ${over.map(
        (entry) => html`<li key=${entry.id}>
          <a href=${to("batches", entry.id)}>
            <span class="what"><strong><bdi>${nameOf(entry, t().batch.droppedAt)}</bdi></strong>
              <span class="soft">${entry.profile}</span></span>
            <span class="number">${t().batch.recordings(entry.recordings)}</span>
            <span class="number">${entry.failed ? html`<span class="bad">${t().batch.failed(entry.failed)}</span>` : ""}</span>
            <${Tag} kind=${entry.status}>${t().batch.status[entry.status]}</${Tag}>
            <time class="soft" datetime=${entry.created_at}>${moment(entry.created_at)}</time>
          </a>
        </li>`,
      )}
    </ul>`}
  </section>`;
}

/** @param {{health: Overview["health"]}} props */
function Services({ health }) {
  return html`<aside class="services" aria-labelledby="services">
    <h2 id="services">${t().now.health}</h2>
    ${health.problems.length > 0 &&
    html`<div class="trouble"><p>${t().now.problems}</p><ul>${health.problems.map((text) => html`<li>${text}</li>`)}</ul></div>`}
    ${health.storage === "unavailable" && html`<p class="trouble">${t().now.storageDown}</p>`}
    <ul class="card endpoints">
      ${health.endpoints.map(
        (one) => html`<li>
          <span class=${`dot ${one.status}`} aria-hidden="true"></span>
          <span><strong>${one.name}</strong>
            <span class="soft">${one.status === "ok" ? t().now.well : `${one.until_at ? t().now.paused(moment(one.until_at)) : ""} ${one.reason}`}</span></span>
          <span class="number soft">${one.active_jobs ? number(one.active_jobs) : ""}</span>
        </li>`,
      )}
    </ul>
  </aside>`;
}
