// What is left to review over all batches, the recordings with the most in doubt first.
import { html, useEffect, useRef, useState } from "../../vendor/preact.js";
import { fresh } from "../api.js";
import { about, clock, fileName, moment, percent } from "../format.js";
import { Trouble } from "../parts.js";
import { poll } from "../poll.js";
import { to } from "../route.js";
import { t } from "../texts.js";
import { Glossary } from "./glossary.js";

/** @typedef {{id: string, batch_id: string, batch_title: string, name: string, title: string | null, profile: string, registered_at: string, duration_ms: number | null, confidence: number | null, listen_ms: number, stretches: number}} Item */

export function Review() {
  const [found, setFound] = useState(/** @type {{recordings: number, listen_ms: number, is_more: boolean, value: Item[]} | null} */ (null));
  const [problem, setProblem] = useState(/** @type {unknown} */ (null));
  const etag = useRef("");
  useEffect(() => {
    document.title = `${t().nav.review} – ${t().product}`;
    return poll(async () => {
      try {
        const now = await fresh("/review", etag);
        if (now) setFound(now);
        setProblem(null);
        return false;
      } catch (error) {
        setProblem(error);
        throw error;
      }
    });
  }, []);
  const r = t().review;
  return html`<article class="page">
    <header class="head"><div><h1>${r.title}</h1>
      <p class="soft">${found ? (found.recordings ? r.left(found.recordings, about(found.listen_ms)) : r.nothing) : t().loading}</p></div></header>
    <${Trouble} problem=${problem} />
    ${found && found.value.length > 0 && html`<ul class="rows card items queue">
      ${found.value.map((one) => html`<li key=${one.id}><a href=${to("batches", one.batch_id, one.id)}>
        <span class="what"><strong><bdi>${one.title || fileName(one.name)}</bdi></strong><span class="soft"><bdi>${one.batch_title || one.profile}</bdi> · ${moment(one.registered_at)}</span></span>
        <span class="number">${one.duration_ms ? clock(one.duration_ms) : ""}</span>
        <span class="number sure">${one.confidence != null ? t().item.sure(percent(one.confidence)) : ""}</span>
        <span class="number doubtful">${t().recording.toHear(one.stretches, about(one.listen_ms))}</span>
      </a></li>`)}
    </ul>`}
    ${found?.is_more && html`<p class="soft">${r.more}</p>`}
    <${Glossary} />
  </article>`;
}
