// What a language model says of a recording. Its texts are shown as text, and never as anything else.
import { html, useEffect, useState } from "../../vendor/preact.js";
import { Problem, call } from "../api.js";
import { clock, number } from "../format.js";
import { poll } from "../poll.js";
import { t } from "../texts.js";

/** @typedef {{[name: string]: any}} Parts */
/** @typedef {null | string | number | boolean | any[] | Parts} Answer */
/** @typedef {{language: string | null, by: {model: string | null}, answers: {[name: string]: Answer}, not_made: {insight: string, code: string, reason: string}[]}} Found */

/** @param {{path: string, state: string | null, hear: (ms: number) => void}} props */
export function Insights({ path, state, hear }) {
  const [found, setFound] = useState(/** @type {Found | null} */ (null));
  useEffect(() => {
    if (!state || found) return;
    return poll(async () => {
      try {
        setFound(await call(`${path}/insights`));
        return false;
      } catch (error) {
        if (error instanceof Problem && error.code === "output_missing") return true;
        throw error;
      }
    });
  }, [path, state, found === null]);
  if (!state) return null;
  const i = t().insights;
  return html`<section class="card panel insights" aria-labelledby="insights" aria-busy=${found ? undefined : "true"}>
    <h2 id="insights">${i.title}</h2>
    ${found ? html`<p class="soft">${i.lead(found.by.model ?? "")}</p>` : html`<p class="soft" role="status">${i.coming}</p>`}
    ${found && Object.entries(found.answers).map(([name, answer]) => html`<h3><bdi>${titleOf(name)}</bdi></h3><div lang=${found.language ?? undefined}><${Said} answer=${answer} hear=${hear} /></div>`)}
    ${found && found.not_made.length > 0 && html`<h3>${i.notMade}</h3><ul class="notes">
      ${found.not_made.map((one) => html`<li><bdi>${titleOf(one.insight)}</bdi>: ${i.why[/** @type {"refused"} */ (one.code)] ?? one.reason}</li>`)}
    </ul>`}
  </section>`;
}

/** @param {string} name */
function titleOf(name) {
  return t().insights.name[/** @type {"summary"} */ (name)] ?? name.replaceAll("_", " ");
}

/** @param {{answer: Answer, hear: (ms: number) => void}} props */
function Said({ answer, hear }) {
  if (Array.isArray(answer) && answer.length) return html`<ul class="answers">${answer.map((one) => html`<li><${Said} answer=${one} hear=${hear} /></li>`)}</ul>`;
  if (answer === null || typeof answer !== "object" || Array.isArray(answer)) return html`<p dir="auto">${plain(answer)}</p>`;
  return html`${Object.entries(answer).map(([name, one]) =>
    name === "start_ms"
      ? typeof one === "number" && html`<button class="quiet time" aria-label=${t().insights.playFrom(clock(one))} onClick=${() => hear(one)}>${clock(one)}</button>`
      : one !== null && html`<${Said} answer=${one} hear=${hear} />`,
  )}`;
}

/** @param {null | string | number | boolean | any[]} answer */
function plain(answer) {
  const i = t().insights;
  if (answer === null) return i.notTold;
  if (Array.isArray(answer)) return i.nothing;
  if (typeof answer === "boolean") return answer ? i.yes : i.no;
  if (typeof answer === "number") return number(answer);
  return i.choice[/** @type {"open"} */ (answer)] ?? answer;
}
