// What was said, over all recordings: found by its words, and played from where it was said.
import { html, useEffect, useRef, useState } from "../../vendor/preact.js";
import { call } from "../api.js";
import { clock, fileName, moment } from "../format.js";
import { Tag, Trouble } from "../parts.js";
import { go, place, to } from "../route.js";
import { t } from "../texts.js";

/** @typedef {{start_ms: number, speaker: string, found: string, parts: string[], in_doubt: boolean}} Place */
/** @typedef {{id: string, batch_id: string, name: string, title: string | null, profile: string, metadata: Record<string, string>, language: string | null, registered_at: string, duration_ms: number | null, corrected: boolean, times: number, places: Place[]}} Hit */

const FIELDS = /** @type {const} */ (["q", "speaker", "profile", "metadata", "from", "to", "doubt", "order"]);

/** What is looked for stands behind the hash: it is no server's to know. @param {Record<string, string>} asked */
export function toSearch(asked) {
  const told = new URLSearchParams(Object.entries(asked).filter(([, value]) => value));
  return to("search") + (told.size ? `#${told}` : "");
}

/** @returns {Record<string, string>} */
function wanted() {
  return Object.fromEntries(FIELDS.map((name) => [name, place.value.hash.get(name) ?? ""]));
}

/** As the API takes it. @param {Record<string, string>} asked */
function bodyOf(asked) {
  const [key, ...value] = asked.metadata.split("=");
  return {
    q: asked.q,
    speaker: asked.speaker,
    profile: asked.profile || null,
    metadata: value.length ? { [key.trim()]: value.join("=").trim() } : {},
    from_at: asked.from ? new Date(`${asked.from}T00:00:00`).toISOString() : null,
    to_at: asked.to ? new Date(new Date(`${asked.to}T00:00:00`).getTime() + 86_400_000).toISOString() : null,
    in_doubt: asked.doubt === "yes",
    order: asked.order || "newest",
  };
}

/** The field that every screen has, where there is room. */
export function Find() {
  return html`<form class="find" role="search" onSubmit=${(/** @type {any} */ event) => {
    event.preventDefault();
    const q = event.target.elements.q.value.trim();
    if (q) go(toSearch({ q }));
  }}><input type="search" id="find" name="q" maxlength="500" autocomplete="off" aria-label=${t().search.field} placeholder=${t().search.field} /></form>`;
}

export function Search() {
  const [hits, setHits] = useState(/** @type {Hit[] | null} */ (null));
  const [after, setAfter] = useState(/** @type {string | null} */ (null));
  const [isLooking, setLooking] = useState(false);
  const [problem, setProblem] = useState(/** @type {unknown} */ (null));
  const turn = useRef(0);
  const asked = wanted();
  const s = t().search;

  const look = async (/** @type {string | null} */ from, /** @type {Hit[]} */ before) => {
    const mine = (turn.current += 1);
    setLooking(true);
    setProblem(null);
    try {
      const found = await call("/search", { method: "POST", body: { ...bodyOf(asked), after: from } });
      if (mine !== turn.current) return;
      setHits([...before, ...found.value]);
      setAfter(found.after);
    } catch (error) {
      if (mine === turn.current) setProblem(error);
    }
    if (mine === turn.current) setLooking(false);
  };
  useEffect(() => {
    document.title = `${asked.q ? `${asked.q} – ` : ""}${s.title} – ${t().product}`;
  }, [asked.q, s]);
  useEffect(() => {
    setHits(null);
    setAfter(null);
    if (asked.q) look(null, []);
    else document.getElementById("find")?.focus();
  }, [JSON.stringify(asked)]);

  return html`<article class="page search">
    <header class="head"><div><h1>${s.title}</h1><p class="soft">${s.lead}</p></div></header>
    <${Form} asked=${asked} />
    <${Trouble} problem=${problem} />
    <p class="soft" role="status">${isLooking ? s.looking : hits && (hits.length ? s.found(hits.length, after !== null) : after ? s.notYet : s.nothing)}</p>
    ${hits && hits.length > 0 && html`<ol class="hits">${hits.map((one) => html`<${Found} key=${one.id} one=${one} />`)}</ol>`}
    ${hits && after && html`<button class="more" disabled=${isLooking} onClick=${() => look(after, hits)}>${t().more}</button>`}
  </article>`;
}

/** @param {{asked: Record<string, string>}} props */
function Form({ asked }) {
  const [profiles, setProfiles] = useState(/** @type {{value: string}[]} */ ([]));
  const s = t().search;
  useEffect(() => {
    call("/profiles").then((found) => setProfiles(found.value)).catch(() => {});
  }, []);
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  useEffect(() => {
    for (const name of FIELDS) {
      const field = form.current?.elements.namedItem(name);
      if (field instanceof HTMLInputElement && field.type === "checkbox") field.checked = asked[name] === field.value;
      else if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement) field.value = asked[name];
    }
  }, [JSON.stringify(asked), profiles]);
  const isNarrowed = FIELDS.some((name) => name !== "q" && asked[name]);
  const send = (/** @type {any} */ event) => {
    event.preventDefault();
    const told = new FormData(event.target);
    go(toSearch(Object.fromEntries(FIELDS.map((name) => [name, String(told.get(name) ?? "").trim()]))));
  };
  return html`<form class="card asking" role="search" ref=${form} onSubmit=${send}>
    <div class="line">
      <input type="search" id="find" name="q" maxlength="500" autocomplete="off" required aria-label=${s.field} placeholder=${s.field} aria-describedby="how" />
      <button class="main">${s.go}</button>
    </div>
    <p class="soft" id="how">${s.how.map(([written, meant]) => html`<span><code>${written}</code> ${meant}</span> `)}</p>
    <details open=${isNarrowed}>
      <summary>${s.narrow}</summary>
      <div class="fields">
        <label>${s.speaker} <input name="speaker" maxlength="200" /></label>
        <label>${s.profile} <select name="profile">
          <option value="">${s.all}</option>
          ${profiles.map((one) => html`<option value=${one.value}>${one.value}</option>`)}
        </select></label>
        <label>${s.metadata} <input name="metadata" maxlength="300" placeholder=${s.example} /></label>
        <label>${s.from} <input type="date" name="from" /></label>
        <label>${s.to} <input type="date" name="to" /></label>
        <label>${s.order} <select name="order">
          <option value="">${s.newest}</option>
          <option value="best">${s.best}</option>
        </select></label>
        <label class="check"><input type="checkbox" name="doubt" value="yes" /> ${s.doubt}</label>
      </div>
    </details>
  </form>`;
}

/** @param {{one: Hit}} props */
function Found({ one }) {
  const s = t().search;
  const facts = [
    moment(one.registered_at),
    one.duration_ms ? clock(one.duration_ms) : null,
    one.profile,
    ...Object.entries(one.metadata).slice(0, 3).map(([name, value]) => `${name}: ${value}`),
    one.times > 1 ? s.times(one.times) : null,
  ];
  return html`<li class="card">
    <h2><a href=${to("batches", one.batch_id, one.id)}><bdi>${one.title || fileName(one.name)}</bdi></a>
      ${one.corrected && html`<${Tag} kind="completed">${s.corrected}</${Tag}>`}</h2>
    <p class="soft facts">${facts.filter(Boolean).map((fact) => html`<span><bdi>${fact}</bdi></span>`)}</p>
    <ul class="plain places">${one.places.map((at) => html`<li><a href=${toPlace(one, at)}>
      <span class="number time"><span class="playing" aria-hidden="true"></span><span class="unseen">${s.playFrom} </span>${clock(at.start_ms)}</span>
      <span class="words"><bdi class="voice">${at.speaker}</bdi> <span dir="auto" lang=${one.language ?? undefined}>${at.parts.map((said, n) => n % 2 ? html`<mark>${said}</mark>` : said)}</span>
        ${at.in_doubt && html`<span class="doubtful">${s.inDoubt}</span>`}</span>
    </a></li>`)}</ul>
  </li>`;
}

/** @param {Hit} one @param {Place} at */
function toPlace(one, at) {
  const told = new URLSearchParams({ t: (at.start_ms / 1000).toFixed(1), find: at.found, play: "yes" });
  return `${to("batches", one.batch_id, one.id)}#${told}`;
}
