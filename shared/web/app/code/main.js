// The page: who is there, which screen, and what is around every screen.
import { html, render, useEffect, useRef } from "../vendor/preact.js";
import { Asked } from "./ask.js";
import { takeUp } from "./drops.js";
import { key, signOut, wanted } from "./key.js";
import { learn, may, me } from "./me.js";
import { useKeys } from "./keyboard.js";
import { followLinks, go, place, to } from "./route.js";
import { Said } from "./say.js";
import { NAMES, language, speak } from "./language.js";
import { t } from "./texts.js";
import { Batch } from "./screens/batch.js";
import { Calls } from "./screens/calls.js";
import { Now } from "./screens/now.js";
import { Recording } from "./screens/recording.js";
import { Review } from "./screens/review.js";
import { Find, Search, toSearch } from "./screens/search.js";
import { SignIn } from "./screens/signin.js";

function Screen() {
  const [first, batch, recording] = place.value.parts;
  if (wanted.value) return html`<${SignIn} />`;
  if (!first) return html`<${Now} />`;
  if (first === "review") return html`<${Review} />`;
  if (first === "search") return html`<${Search} />`;
  if (first === "calls") return html`<${Calls} />`;
  if (first === "batches" && recording)
    return html`<${Recording} key=${recording} batch=${batch} id=${recording} />`;
  if (first === "batches" && batch) return html`<${Batch} key=${batch} id=${batch} />`;
  return html`<div class="empty"><h1>${t().nothingHere}</h1><a class="button" href=${to()}>${t().toNow}</a></div>`;
}

function Page() {
  const main = useRef(/** @type {HTMLElement | null} */ (null));
  const at = place.value.parts.join("/");
  const seen = useRef(at);
  useEffect(() => {
    document.documentElement.lang = language.value;
  }, [language.value]);
  useEffect(() => {
    if (!wanted.value) learn();
  }, [key.value, wanted.value]);
  useEffect(() => {
    if (seen.current !== at) main.current?.focus({ preventScroll: true });
    seen.current = at;
  }, [at]);
  useKeys({ "/": find });
  return html`
    <a class="skip" href="#main" onClick=${(/** @type {Event} */ event) => {
      event.preventDefault();
      main.current?.focus();
    }}>${t().skip}</a>
    <${Top} />
    <main id="main" tabindex="-1" ref=${main}><${Screen} /></main>
    <${Said} />
    <${Asked} />
  `;
}

/** To the field, or to its screen where there is no room for one. */
function find() {
  const field = document.getElementById("find");
  if (field?.checkVisibility()) field.focus();
  else if (may("Read") && !wanted.value) go(toSearch({}));
}

function Top() {
  const here = place.value.parts[0] ?? "";
  const screens = [["", t().nav.now], ...(may("Read") ? [["review", t().nav.review], ["search", t().nav.search], ["calls", t().nav.calls]] : [])];
  const link = (/** @type {string} */ path, /** @type {string} */ text) =>
    html`<a href=${path ? to(path) : to()} aria-current=${here === path ? "page" : undefined}>${text}</a>`;
  return html`<header class="top">
    <a class="brand" href=${to()}><span class="mark" aria-hidden="true"><i></i><i></i><i></i><i></i></span>${t().product}</a>
    ${!wanted.value && html`<nav aria-label=${t().nav.screens}>${screens.map(([path, text]) => link(path, text))}</nav>`}
    ${!wanted.value && may("Read") && here !== "search" && html`<${Find} />`}
    <div class="end">
      <select aria-label=${t().language} value=${language.value} onChange=${(/** @type {any} */ event) => speak(event.target.value)}>
        ${Object.entries(NAMES).map(([tag, name]) => html`<option value=${tag} lang=${tag}>${name}</option>`)}
      </select>
      ${me.value.name && !wanted.value && html`<span class="soft me">${me.value.name}</span>`}
      ${me.value.kind === "entra" && !wanted.value && html`<a class="button quiet" href=${`/.auth/logout?post_logout_redirect_uri=${encodeURIComponent(to())}`}>${t().signOut}</a>`}
      ${key.value && !wanted.value && html`<button class="quiet" onClick=${signOut}>${t().signOut}</button>`}
    </div>
  </header>`;
}

followLinks();
takeUp();
const root = document.getElementById("page");
if (root) render(html`<${Page} />`, root);
