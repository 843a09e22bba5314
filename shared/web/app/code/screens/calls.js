// How conversations went, over days or by what they have in common: who talks how much, how fast,
// how often over each other, and how long answers take.
import { html, useEffect, useRef, useState } from "../../vendor/preact.js";
import { fresh } from "../api.js";
import { writing } from "../language.js";
import { about, number, percent, seconds } from "../format.js";
import { Trouble } from "../parts.js";
import { poll } from "../poll.js";
import { go, place, to } from "../route.js";
import { t } from "../texts.js";

/** @typedef {{role: string, talk_ms: number, talk_share: number, words_per_minute: number | null, interruptions: number, response_ms: number | null}} Role */
/** @typedef {{name: string, recordings: number, measured: number, audio_ms: number, talk_ms: number, silence_ms: number, longest_silence_ms: number, overlap_ms: number, turns: number, interruptions: number, words_per_minute: number | null, response_ms: number | null, longest_ms: number, confidence: number | null, roles: Role[]}} Group */
/** @typedef {{all: Group, value: Group[], left_out: number, keys: string[], is_more: boolean}} Found */

const SPANS = ["7", "30", "90", ""];

/** The first of the last so many days. @param {string} days */
function since(days) {
  if (!days) return undefined;
  return new Date(Date.now() - (Number(days) - 1) * 86_400_000).toISOString().slice(0, 10);
}

/** @param {Record<string, string>} change */
function show(change) {
  const now = new URLSearchParams(place.value.query);
  for (const [name, value] of Object.entries(change)) value ? now.set(name, value) : now.delete(name);
  go(to("calls") + (now.size ? `?${now}` : ""), { replace: true });
}

export function Calls() {
  const [found, setFound] = useState(/** @type {Found | null} */ (null));
  const [problem, setProblem] = useState(/** @type {unknown} */ (null));
  const etag = useRef("");
  const asked = place.value.query;
  const by = asked.get("by") || "day";
  const batch = asked.get("batch") ?? "";
  const day = asked.get("day") ?? "";
  const days = batch || day ? "" : (asked.get("days") ?? "30");
  const metadata = asked.get("metadata") ?? "";
  const query = { by, batch_id: batch, metadata, first_day: day || since(days === "all" ? "" : days), last_day: day };
  useEffect(() => {
    document.title = `${t().nav.calls} – ${t().product}`;
    etag.current = "";
    return poll(async () => {
      try {
        const now = await fresh("/conversations", etag, query);
        if (now) setFound(now);
        setProblem(null);
        return false;
      } catch (error) {
        setProblem(error);
        throw error;
      }
    });
  }, [JSON.stringify(query)]);
  const c = t().calls;
  const ways = [["day", c.byDay], ["language", c.byLanguage], ...(found?.keys ?? []).map((key) => [`metadata.${key}`, key])];
  if (!ways.some(([value]) => value === by)) ways.push([by, by.replace("metadata.", "")]);
  return html`<article class="page calls">
    ${batch && html`<nav class="crumbs" aria-label=${t().back}><a href=${to()}>${t().nav.now}</a><a href=${to("batches", batch)}>${t().batch.batch}</a></nav>`}
    <header class="head"><div><h1>${c.title}</h1><p class="soft">${c.lead}</p></div></header>
    <div class="filters">
      ${!batch && !day && html`<label>${c.span} <select value=${days || "all"} onChange=${(/** @type {any} */ event) => show({ days: event.target.value })}>
        ${SPANS.map((one) => html`<option value=${one || "all"}>${one ? c.lastDays(Number(one)) : c.always}</option>`)}
      </select></label>`}
      <label>${c.by} <select value=${by} onChange=${(/** @type {any} */ event) => show({ by: event.target.value })}>
        ${ways.map(([value, name]) => html`<option value=${value}>${name}</option>`)}
      </select></label>
      ${day && html`<button class="chip" aria-pressed="true" onClick=${() => show({ day: "" })}>${dayOf(day)} <span aria-hidden="true">×</span><span class="unseen">${c.without}</span></button>`}
      ${metadata && html`<button class="chip" aria-pressed="true" onClick=${() => show({ metadata: "" })}>${metadata.replace("=", ": ")} <span aria-hidden="true">×</span><span class="unseen">${c.without}</span></button>`}
    </div>
    <${Trouble} problem=${problem} />
    ${!found && !problem && html`<p class="soft">${t().loading}</p>`}
    ${found && !found.all.recordings && html`<p class="quiet-note">${c.none}</p>`}
    ${found && found.all.recordings > 0 && html`<${Tiles} all=${found.all} /><${Table} found=${found} by=${by} name=${ways.find(([value]) => value === by)?.[1] ?? ""} />`}
    ${found && found.left_out > 0 && html`<p class="soft">${c.leftOut(found.left_out)}</p>`}
    ${found?.is_more && html`<p class="soft">${c.more}</p>`}
  </article>`;
}

/** @param {string} day */
function dayOf(day) {
  return new Date(`${day}T12:00:00`).toLocaleDateString(writing(), { weekday: "short", day: "numeric", month: "short" });
}

/** @param {number} count @param {number} ms */
function perHour(count, ms) {
  return ms ? number(Math.round((count * 36_000_000) / ms) / 10) : "–";
}

/** @param {{all: Group}} props */
function Tiles({ all }) {
  const c = t().calls;
  const tiles = [
    [c.recordings, number(all.recordings)],
    [c.audio, about(all.audio_ms)],
    [c.pace, number(all.words_per_minute)],
    [c.silence, all.audio_ms ? percent(all.silence_ms / all.audio_ms) : "–"],
    [c.overlap, all.audio_ms ? percent(all.overlap_ms / all.audio_ms) : "–"],
    [c.interruptions, perHour(all.interruptions, all.audio_ms)],
    [c.response, seconds(all.response_ms)],
    [c.longest, all.longest_ms ? about(all.longest_ms) : "–"],
  ];
  return html`<dl class="card summary tiles">${tiles.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** @param {{found: Found, by: string, name: string}} props */
function Table({ found, by, name }) {
  const c = t().calls;
  const hasRoles = found.all.roles.length > 1;
  const heads = [c.recordings, c.audio, ...(hasRoles ? [c.talk] : []), c.pace, c.silence, c.interruptions, c.response, c.sure];
  return html`<div class="card">
    <h2 id="groups" class="unseen">${c.groups(name)}</h2>
    ${hasRoles && html`<p class="legend">${found.all.roles.map((one, at) => html`<span><i class="swatch" style=${{ "--voice": `var(--voice-${at % 6})` }} aria-hidden="true"></i> <bdi>${one.role}</bdi></span>`)}</p>`}
    <div class="wide-table" role="region" aria-labelledby="groups" tabindex="0"><table class="groups">
      <thead><tr><th scope="col">${name}</th>${heads.map((head) => html`<th scope="col" class=${head === c.talk ? "" : "number"}>${head}</th>`)}</tr></thead>
      <tbody>${found.value.map((one) => html`<tr key=${one.name}>
        <th scope="row"><${Name} one=${one} by=${by} /></th>
        <td class="number">${number(one.recordings)}</td>
        <td class="number">${about(one.audio_ms)}</td>
        ${hasRoles && html`<td><${Shares} roles=${one.roles} all=${found.all.roles} /></td>`}
        <td class="number">${one.words_per_minute ?? "–"}</td>
        <td class="number">${one.audio_ms ? percent(one.silence_ms / one.audio_ms) : "–"}</td>
        <td class="number">${perHour(one.interruptions, one.audio_ms)}</td>
        <td class="number">${seconds(one.response_ms)}</td>
        <td class="number">${percent(one.confidence)}</td>
      </tr>`)}</tbody>
    </table></div>
  </div>`;
}

/** A click shows only these, in another way. @param {{one: Group, by: string}} props */
function Name({ one, by }) {
  const text = by === "day" ? dayOf(one.name) : one.name;
  if (!text) return html`<span class="soft">${t().calls.nothing}</span>`;
  if (by === "language") return html`${text}`;
  /** @type {Record<string, string>} */
  const other = by === "day" ? { day: one.name, by: "language" } : { metadata: `${by.replace("metadata.", "")}=${one.name}`, by: "day" };
  return html`<button class="link" onClick=${() => show(other)}><bdi>${text}</bdi></button>`;
}

/** Of all talk in these recordings. @param {{roles: Role[], all: Role[]}} props */
function Shares({ roles, all }) {
  const talk = roles.reduce((sum, one) => sum + one.talk_ms, 0);
  if (!talk) return html`–`;
  const told = roles.map((one) => t().recording.talks(one.role, percent(one.talk_ms / talk))).join(", ");
  return html`<span class="shares"><span class="bar" aria-hidden="true">${roles.map((one) => html`<i style=${{ width: `${(100 * one.talk_ms) / talk}%`, "--voice": `var(--voice-${all.findIndex((other) => other.role === one.role) % 6})` }}></i>`)}</span>
    <span class="soft">${told}</span></span>`;
}
