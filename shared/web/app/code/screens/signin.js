// Who is there? By a key, or by the organisation's own sign-in.
import { html, useEffect, useState } from "../../vendor/preact.js";
import { Problem, call } from "../api.js";
import { key, signIn } from "../key.js";
import { t } from "../texts.js";

const LOGIN = "/.auth/login/aad";

export function SignIn() {
  const [isWrong, setWrong] = useState(key.value !== "");
  const [given, setGiven] = useState("");
  useEffect(() => {
    document.title = `${t().signIn.title} – ${t().product}`;
  }, []);
  async function enter(/** @type {Event} */ event) {
    event.preventDefault();
    signIn(given.trim());
    try {
      await call("/formats");
    } catch (error) {
      setWrong(error instanceof Problem && error.status === 401);
    }
  }
  const [hasOrganisation, setOrganisation] = useState(false);
  useEffect(() => {
    // where the platform signs in, this leads elsewhere; where it does not, there is nothing
    fetch(LOGIN, { redirect: "manual" }).then((answer) => setOrganisation(answer.type === "opaqueredirect")).catch(() => {});
  }, []);
  return html`<section class="signin card">
    <h1>${t().signIn.title}</h1>
    ${hasOrganisation && html`<p>${t().signIn.entraLead}</p>
      <a class="button main" href=${`${LOGIN}?post_login_redirect_uri=${encodeURIComponent(location.pathname + location.search)}`}>${t().signIn.entra}</a>`}
    <p>${t().signIn.lead}</p>
    <form onSubmit=${enter}>
      <label for="key">${t().signIn.key}</label>
      <input
        id="key"
        type="password"
        autocomplete="current-password"
        required
        aria-invalid=${isWrong ? "true" : undefined}
        aria-describedby="key-hint"
        onInput=${(/** @type {any} */ event) => setGiven(event.target.value)}
      />
      <p id="key-hint" class="soft">${isWrong ? html`<strong class="bad">${t().signIn.wrong}</strong>` : t().signIn.kept}</p>
      <button class=${hasOrganisation ? "" : "main"} type="submit">${t().signIn.button}</button>
    </form>
  </section>`;
}
