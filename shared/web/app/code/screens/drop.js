// Where audio is dropped: what was chosen with its price and time, and what is on its way.
import { html, useEffect, useRef, useState } from "../../vendor/preact.js";
import { call } from "../api.js";
import { ask } from "../ask.js";
import { fromDrop, fromFiles, groups } from "../chosen.js";
import { begin, giveUp, goOnWith, sendings, tryAgain } from "../drops.js";
import { about, money, size } from "../format.js";
import { say } from "../say.js";
import { t } from "../texts.js";

const MOST_SHOWN = 5;

/** @typedef {import("../drops.js").Piece} Piece */
/** @typedef {{audio_ms: number, guessed: number, cost: {amount: number, currency: string} | null, prices: {is_asked: boolean, effort: {usual_seconds: number | null} | null}[]}} Estimate */

export function DropZone() {
  const [pieces, setPieces] = useState(/** @type {Piece[]} */ ([]));
  const [leftOut, setLeftOut] = useState(/** @type {string[]} */ ([]));
  const [isOver, setOver] = useState(false);

  function take(/** @type {import("../chosen.js").Found} */ found) {
    setPieces((before) => [...before, ...goOnWith(found.pieces)]);
    setLeftOut(found.leftOut);
    if (found.leftOut.length) say(t().drop.leftOut(found.leftOut));
  }
  useEffect(() => {
    const over = (/** @type {DragEvent} */ event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      setOver(true);
    };
    const out = (/** @type {DragEvent} */ event) => {
      if (!event.relatedTarget) setOver(false);
    };
    const drop = (/** @type {DragEvent} */ event) => {
      event.preventDefault();
      setOver(false);
      if (event.dataTransfer) fromDrop(event.dataTransfer).then(take);
    };
    addEventListener("dragover", over);
    addEventListener("dragleave", out);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", over);
      removeEventListener("dragleave", out);
      removeEventListener("drop", drop);
    };
  }, []);
  const clear = () => {
    setPieces([]);
    setLeftOut([]);
  };
  return html`<section class=${`dropzone ${isOver ? "over" : ""} ${pieces.length ? "filled" : ""}`} aria-label=${t().drop.title}>
    <${Chooser} take=${take} isSmall=${pieces.length > 0} />
    ${leftOut.length > 0 && html`<p class="soft">${t().drop.leftOut(leftOut)}</p>`}
    ${pieces.length > 0 && html`<${Chosen} pieces=${pieces} set=${setPieces} clear=${clear} />`}
  </section>`;
}

/** @param {{take: (found: import("../chosen.js").Found) => void, isSmall: boolean}} props */
function Chooser({ take, isSmall }) {
  const files = useRef(/** @type {HTMLInputElement | null} */ (null));
  const folder = useRef(/** @type {HTMLInputElement | null} */ (null));
  const changed = (/** @type {any} */ event) => {
    take(fromFiles(event.target.files));
    event.target.value = "";
  };
  return html`<div class="chooser">
    ${!isSmall && html`<span class="cloud" aria-hidden="true"></span>`}
    <div>
      <h2>${t().drop.title}</h2>
      ${!isSmall && html`<p class="soft">${t().drop.hint}</p>`}
    </div>
    <div class="buttons">
      <button class=${isSmall ? "" : "main"} onClick=${() => files.current?.click()}>${t().drop.files}</button>
      <button onClick=${() => folder.current?.click()}>${t().drop.folder}</button>
    </div>
    <input ref=${files} class="hidden" type="file" multiple tabindex="-1" aria-label=${t().drop.files} onChange=${changed} />
    <input ref=${folder} class="hidden" type="file" webkitdirectory multiple tabindex="-1" aria-label=${t().drop.folder} onChange=${changed} />
  </div>`;
}

/** @param {{pieces: Piece[], set: (pieces: Piece[]) => void, clear: () => void}} props */
function Chosen({ pieces, set, clear }) {
  const [profiles, setProfiles] = useState(/** @type {{value: string}[]} */ ([]));
  const [locales, setLocales] = useState(/** @type {{value: string}[]} */ ([]));
  const [profile, setProfile] = useState("default");
  const [locale, setLocale] = useState("");
  const names = new Intl.DisplayNames([document.documentElement.lang || "en"], { type: "language" });
  useEffect(() => {
    call("/profiles").then((found) => setProfiles(found.value)).catch(() => {});
    call("/locales").then((found) => setLocales(found.value)).catch(() => {});
  }, []);
  const bytes = pieces.reduce((sum, piece) => sum + piece.size, 0);
  function start() {
    const [first] = pieces;
    const title = first.folder.split("/")[0] || t().drop.title_(first.name, pieces.length - 1);
    begin(pieces, { profile, locale, title });
    clear();
  }
  return html`<div class="chosen">
    <p class="count"><strong>${t().drop.chosen(pieces.length)}</strong> · ${size(bytes)}</p>
    <ul class="pieces">
      ${pieces.slice(0, MOST_SHOWN).map(
        (piece) => html`<li>
          <bdi class="name">${piece.folder ? `${piece.folder}/` : ""}${piece.name}</bdi>
          <span class="soft">${size(piece.size)}</span>
          <button class="icon" aria-label=${t().drop.remove(piece.name)} onClick=${() => set(pieces.filter((one) => one !== piece))}>
            <span class="cross" aria-hidden="true"></span>
          </button>
        </li>`,
      )}
      ${pieces.length > MOST_SHOWN && html`<li class="soft">${t().drop.others(pieces.length - MOST_SHOWN)}</li>`}
    </ul>
    <div class="options">
      <label>${t().drop.profile}
        <select value=${profile} onChange=${(/** @type {any} */ event) => setProfile(event.target.value)}>
          ${profiles.map((one) => html`<option value=${one.value}>${one.value}</option>`)}
        </select>
      </label>
      <label>${t().drop.locale}
        <select value=${locale} onChange=${(/** @type {any} */ event) => setLocale(event.target.value)}>
          <option value="">${t().drop.asProfile}</option>
          ${locales.map((one) => html`<option value=${one.value}>${names.of(one.value) ?? one.value} (${one.value})</option>`)}
        </select>
      </label>
    </div>
    <${Price} pieces=${pieces} profile=${profile} />
    <div class="buttons">
      <button class="main big" onClick=${start}>${t().drop.go(pieces.length)}</button>
      <button class="quiet" onClick=${clear}>${t().drop.clear}</button>
    </div>
  </div>`;
}

/** @param {{pieces: Piece[], profile: string}} props */
function Price({ pieces, profile }) {
  const [found, setFound] = useState(/** @type {Estimate[] | null} */ (null));
  useEffect(() => {
    const stop = new AbortController();
    setFound(null);
    groups(pieces)
      .then((all) => Promise.all(all.map((group) => call("/estimate", { query: { ...group, profile }, signal: stop.signal }))))
      .then(setFound)
      .catch(() => {});
    return () => stop.abort();
  }, [pieces, profile]);
  if (!found) return html`<p class="price soft">${t().drop.estimating}</p>`;
  const ms = found.reduce((sum, one) => sum + one.audio_ms, 0);
  const costs = found.map((one) => one.cost).filter((cost) => cost !== null);
  const seconds = found.map((one) => one.prices.find((price) => price.is_asked)?.effort?.usual_seconds ?? 0);
  const cost = costs.length === found.length && costs.length > 0 ? { currency: costs[0].currency, amount: costs.reduce((sum, one) => sum + one.amount, 0) } : null;
  const longest = Math.max(...seconds, 0);
  return html`<p class="price" aria-live="polite">
    <strong>${cost ? t().drop.price(about(ms), money(cost)) : t().drop.noPrice(about(ms))}</strong>
    ${longest > 0 && html` · ${t().drop.time(about(longest * 1000))}`}
    ${found.some((one) => one.guessed > 0) && html`<br /><span class="soft">${t().drop.guessed}</span>`}
  </p>`;
}

export function Sendings() {
  if (!sendings.value.length) return null;
  return html`<section class="sendings" aria-label=${t().drop.sending}>
    ${sendings.value.map((sending) => html`<${OnItsWay} key=${sending.drop.id} sending=${sending} />`)}
  </section>`;
}

/** As it is now: whoever asks is told again. @param {import("../drops.js").Sending} sending */
function shown(sending) {
  sending.moved.value;
  return sending;
}

/** @param {{sending: import("../drops.js").Sending}} props */
function OnItsWay({ sending }) {
  const { drop, state, trouble } = shown(sending);
  const all = drop.pieces.reduce((sum, piece) => sum + piece.size, 0);
  const bytes = sending.bytes.reduce((sum, n) => sum + n, 0);
  async function stop() {
    const said = await ask({ title: t().drop.stopAsk, text: t().drop.stopText, yes: t().drop.stop, isGrave: true });
    if (said) giveUp(sending);
  }
  return html`<article class="card sending" data-state=${state}>
    <header>
      <h3><bdi>${drop.title}</bdi></h3>
      <button class="quiet" onClick=${stop}>${t().drop.stop}</button>
    </header>
    <div class="progress upload" role="progressbar" aria-label=${t().drop.sending} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.floor((100 * bytes) / Math.max(all, 1))}>
      <span class="sent" style=${{ width: `${(100 * bytes) / Math.max(all, 1)}%` }}></span>
    </div>
    <p class="soft">
      ${t().drop.progress(size(bytes), size(all))}
      ${state === "waiting" && html` · <strong class="warn">${t().drop.waiting}</strong>`}
      ${state === "missing" && html` · <strong class="warn">${t().drop.missing}</strong>`}
      ${state === "asking" && html` · ${t().drop.asking}`}
    </p>
    ${state === "failed" && html`<div class="trouble"><p>${t().drop.failed} ${trouble}</p><button onClick=${() => tryAgain(sending)}>${t().tryAgain}</button></div>`}
  </article>`;
}
