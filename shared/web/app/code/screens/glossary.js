// What was learnt from corrections, by profile: what to tell the provider beforehand.
import { html, useEffect, useState } from "../../vendor/preact.js";
import { call } from "../api.js";
import { may } from "../me.js";
import { say } from "../say.js";
import { t } from "../texts.js";

const MOST_SHOWN = 40;

/** @typedef {{meant: string, heard: string[], times: number}} Term */

export function Glossary() {
  const [profiles, setProfiles] = useState(/** @type {string[]} */ ([]));
  const [profile, setProfile] = useState("default");
  const [terms, setTerms] = useState(/** @type {Term[]} */ ([]));
  const look = () =>
    call("/glossary", { query: { profile } })
      .then((found) => setTerms(found.value))
      .catch(() => setTerms([]));
  useEffect(() => {
    call("/profiles").then((found) => setProfiles(found.value.map((/** @type {{value: string}} */ one) => one.value))).catch(() => {});
  }, []);
  useEffect(() => {
    look();
  }, [profile]);
  const g = t().glossary;
  if (!terms.length && profiles.length < 2) return null;
  const copy = async () => {
    await navigator.clipboard?.writeText(`key_terms = ${JSON.stringify(terms.map((one) => one.meant))}`).catch(() => {});
    say(g.copied(terms.length));
  };
  const remove = async (/** @type {string} */ meant) => {
    await call("/glossary", { method: "DELETE", query: { profile, meant } }).catch((error) => say(error.message));
    look();
  };
  return html`<section class="card panel glossary" aria-labelledby="glossary">
    <h2 id="glossary">${g.title}
      ${profiles.length > 1 && html`<select aria-label=${t().drop.profile} value=${profile} onChange=${(/** @type {any} */ event) => setProfile(event.target.value)}>
        ${profiles.map((one) => html`<option value=${one}>${one}</option>`)}
      </select>`}</h2>
    <p class="soft">${terms.length ? g.lead : g.none}</p>
    ${terms.length > 0 && html`<ul class="plain terms">${terms.slice(0, MOST_SHOWN).map((one) => html`<li key=${one.meant}>
        <span><strong><bdi>${one.meant}</bdi></strong> <span class="soft">${g.heard(one.heard.slice(0, 3).join(", "), one.times)}</span></span>
        ${may("Review") && html`<button class="quiet round" aria-label=${g.remove(one.meant)} onClick=${() => remove(one.meant)}>×</button>`}
      </li>`)}</ul>
      <div class="buttons"><button onClick=${copy}>${g.copy}</button></div>`}
  </section>`;
}
