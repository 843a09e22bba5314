// One recording: its sound and its text in step, who speaks when, and where it is in doubt.
import { html, useEffect, useMemo, useState, useSignal } from "../../vendor/preact.js";
import { call, download } from "../api.js";
import { about, clock, fileName, money, moment, percent } from "../format.js";
import { useKeys } from "../keyboard.js";
import { Menu, Tag, Trouble } from "../parts.js";
import { Player } from "../player.js";
import { poll } from "../poll.js";
import { go, place, to } from "../route.js";
import { say } from "../say.js";
import { t } from "../texts.js";
import { Words } from "../words.js";
import { Controls } from "./controls.js";
import { KeyHelp } from "./help.js";
import { Lanes } from "./lanes.js";
import { Text, bringIntoView } from "./text.js";

const LEAD_MS = 700;
const TAIL_MS = 500;

/** @typedef {import("../words.js").Transcript} Transcript */
/** @typedef {import("../words.js").Utterance} Utterance */

/** @param {{batch: string, id: string}} props */
export function Recording({ batch, id }) {
  const path = `/batches/${batch}/items/${id}`;
  const [item, setItem] = useState(/** @type {any} */ (null));
  const [transcript, setTranscript] = useState(/** @type {Transcript | null} */ (null));
  const [problem, setProblem] = useState(/** @type {unknown} */ (null));
  useEffect(
    () =>
      poll(async () => {
        if (transcript) return false;
        try {
          const found = await call(path);
          setItem(found);
          document.title = `${found.title || fileName(found.name)} – ${t().product}`;
          if (found.links.transcript) setTranscript(await call(`${path}/transcript`, { query: { format: "json" } }));
          setProblem(null);
          return found.state === "waiting" || found.state === "planned";
        } catch (error) {
          setProblem(error);
          throw error;
        }
      }),
    [path, transcript === null],
  );
  if (!item)
    return html`<div class="page"><h1 class="unseen">${t().recording.transcript}</h1><${Trouble} problem=${problem} />${!problem && html`<p class="soft">${t().loading}</p>`}</div>`;
  return html`<article class="page recording">
    <nav class="crumbs" aria-label=${t().back}><a href=${to()}>${t().nav.now}</a><a href=${to("batches", batch)}>${t().batch.batch}</a></nav>
    <header class="head">
      <div>
        <h1><bdi>${item.title || fileName(item.name)}</bdi></h1>
        <p class="soft facts"><${HeadFacts} item=${item} transcript=${transcript} /></p>
      </div>
      ${transcript ? html`<${Export} path=${path} />` : html`<${Tag} kind=${item.state}>${t().item.state[/** @type {"failed"} */ (item.state)]}</${Tag}>`}
    </header>
    <${Trouble} problem=${problem} />
    ${transcript ? html`<${Heard} path=${path} item=${item} transcript=${transcript} />` : html`<${NotYet} item=${item} />`}
  </article>`;
}

/** @param {{item: any, transcript: Transcript | null}} props */
function HeadFacts({ item, transcript }) {
  const facts = [
    item.duration_ms ? clock(item.duration_ms) : null,
    transcript?.language.code ?? item.language,
    item.confidence != null ? t().item.sure(percent(item.confidence)) : null,
    moment(item.registered_at),
    ...Object.entries(item.metadata).slice(0, 3).map(([name, value]) => `${name}: ${value}`),
  ];
  return html`${facts.filter(Boolean).map((fact) => html`<span><bdi>${fact}</bdi></span>`)}`;
}

/** @param {{item: any}} props */
function NotYet({ item }) {
  if (item.failure)
    return html`<div class="card failure"><p><strong class="bad">${item.failure.reason}</strong></p><p>${t().item.advice} ${item.failure.advice}</p></div>`;
  return html`<p class="card quiet-note">${item.state === "unchanged" ? t().item.sameAs : t().recording.waiting}</p>`;
}

/** @param {{path: string}} props */
function Export({ path }) {
  const [formats, setFormats] = useState(/** @type {{value: string, title: string}[]} */ ([]));
  useEffect(() => {
    call("/formats").then((found) => setFormats(found.value)).catch(() => {});
  }, []);
  return html`<${Menu} label=${t().recording.export}>
    ${formats.map((one) => html`<button onClick=${() => download(`${path}/transcript`, { format: one.value }).catch((error) => say(error.message))}>${one.title}</button>`)}
  </${Menu}>`;
}

/** @param {{path: string, item: any, transcript: Transcript}} props */
function Heard({ path, item, transcript }) {
  const { utterances, speakers } = transcript;
  const stretches = transcript.review?.stretches ?? [];
  const words = useMemo(() => new Words(utterances), [utterances]);
  const player = useMemo(() => new Player(path, item.duration_ms ?? transcript.source.duration_ms ?? 0), [path]);
  const inTime = useMemo(() => [...stretches].sort((a, b) => a.start_ms - b.start_ms), [stretches]);
  const painted = useMemo(() => ({ doubt: inTime.flatMap((one) => words.within(one.start_ms, one.end_ms)) }), [words, inTime]);
  const isFollowing = useSignal(true);
  const current = useSignal(-1);
  const doubt = useSignal(-1);
  const isHelping = useSignal(false);
  const voices = useMemo(() => voicesOf(speakers, utterances), [speakers, utterances]);
  const isAlone = voices.length === 1 && voices[0].name === t().recording.unknownSpeaker;
  const laneOf = (/** @type {Utterance} */ one) => Math.max(0, voices.findIndex((voice) => voice.id === idOf(one)));

  useEffect(() => {
    player.open();
    const ms = Number(place.value.hash.get("t")) * 1000;
    if (ms > 0) {
      player.seek(ms);
      requestAnimationFrame(() => show(ms));
    }
    return () => player.end();
  }, [player]);
  useEffect(() => {
    const stop = () => (isFollowing.value = false);
    addEventListener("wheel", stop, { passive: true });
    addEventListener("touchmove", stop, { passive: true });
    return () => {
      removeEventListener("wheel", stop);
      removeEventListener("touchmove", stop);
    };
  }, []);

  function show(/** @type {number} */ ms) {
    const at = words.at(ms);
    const span = at < 0 ? null : document.querySelector(`[data-at="${words.of[at]}"]`);
    if (span) bringIntoView(span);
  }
  function hear(/** @type {number} */ at) {
    const stretch = stretches[at];
    if (!stretch) return;
    doubt.value = at;
    player.playSpan(Math.max(0, stretch.start_ms - LEAD_MS), stretch.end_ms + TAIL_MS);
    show(stretch.start_ms);
  }
  function step(/** @type {1 | -1} */ way) {
    if (stretches.length) hear((doubt.value + way + stretches.length) % stretches.length);
  }
  const again = () => {
    player.jump(-2000);
    player.play();
  };
  useKeys({
    " ": () => player.toggle(),
    r: again,
    F4: () => player.toggle(),
    F7: again,
    MediaPlayPause: () => player.toggle(),
    ArrowLeft: () => player.jump(-5000),
    ArrowRight: () => player.jump(5000),
    j: () => player.jump(-10000),
    l: () => player.jump(10000),
    "[": () => player.changeSpeed(-1),
    "]": () => player.changeSpeed(1),
    n: () => step(1),
    p: () => step(-1),
    "?": () => (isHelping.value = true),
  });
  const copy = async () => {
    const address = `${place.value.parts.length ? location.pathname : ""}#t=${(player.ms.value / 1000).toFixed(1)}`;
    go(address, { replace: true });
    await navigator.clipboard?.writeText(location.origin + address).catch(() => {});
    say(t().recording.copied);
  };
  return html`
    <div class="deck">
      <${Controls} player=${player} isFollowing=${isFollowing} show=${() => show(player.ms.value)} again=${again} help=${() => (isHelping.value = true)} copy=${copy} />
      <${Lanes} utterances=${utterances} stretches=${stretches} voices=${voices} laneOf=${laneOf} player=${player} />
    </div>
    <div class="columns">
      <section class="said-text card" aria-label=${t().recording.transcript}>
        ${!utterances.length && html`<p class="soft">${t().recording.silent}</p>`}
        <${Text} utterances=${utterances} words=${words} language=${transcript.language.code} player=${player} isFollowing=${isFollowing} painted=${painted} current=${current}
          nameOf=${(/** @type {Utterance} */ one) => (isAlone ? "" : voices[laneOf(one)]?.name ?? "")} colourOf=${(/** @type {Utterance} */ one) => voices[laneOf(one)]?.colour ?? 0} />
      </section>
      <aside class="side" aria-label=${t().recording.side}>
        <${Doubts} stretches=${stretches} review=${transcript.review} words=${words} utterances=${utterances} doubt=${doubt} hear=${hear} />
        <${Speakers} voices=${voices} />
        <${Facts} item=${item} transcript=${transcript} />
      </aside>
    </div>
    <${KeyHelp} isShown=${isHelping} />
  `;
}

/** @param {{stretches: import("../words.js").Stretch[], review: any, words: Words, utterances: Utterance[], doubt: any, hear: (at: number) => void}} props */
function Doubts({ stretches, review, words, utterances, doubt, hear }) {
  const r = t().recording;
  return html`<section class="card panel" aria-labelledby="doubts">
    <h2 id="doubts">${r.doubts} ${stretches.length > 0 && html`<span class="soft">${r.toHear(stretches.length, about(review.listen_ms))}</span>`}</h2>
    ${!review && html`<p class="soft">${r.noThreshold}</p>`}
    ${review && !stretches.length && html`<p class="soft">${r.noDoubts}</p>`}
    <ol class="doubts">
      ${stretches.map(
        (one, at) => html`<li key=${one.start_ms}>
          <button aria-current=${doubt.value === at ? "true" : undefined} onClick=${() => hear(at)}>
            <span class="time">${clock(one.start_ms)}</span>
            <q dir="auto">${wordsOf(one, words, utterances)}</q>
            <span class="soft why">${one.confidence != null ? percent(one.confidence) : ""} ${one.doubts.map((why) => r.why[/** @type {"unsure"} */ (why)] ?? why).join(", ")}</span>
          </button>
        </li>`,
      )}
    </ol>
  </section>`;
}

/** @param {{start_ms: number, end_ms: number}} stretch @param {Words} words @param {Utterance[]} utterances */
function wordsOf(stretch, words, utterances) {
  const found = words.within(stretch.start_ms, stretch.end_ms);
  const text = found.map((n) => utterances[words.of[n]].text.slice(words.from[n], words.to[n])).join(" ");
  return text.length > 80 ? `${text.slice(0, 79)}…` : text || "…";
}

/** @typedef {{id: string, name: string, colour: number, share: string, part: number}} Voice */

/** @param {Utterance} one */
function idOf(one) {
  return one.speaker ?? `channel ${one.channel}`;
}

/** @param {import("../words.js").Speaker[]} speakers @param {Utterance[]} utterances @returns {Voice[]} */
function voicesOf(speakers, utterances) {
  /** @type {Map<string, {name: string, ms: number}>} */
  const found = new Map();
  for (const one of speakers)
    found.set(one.id, { name: one.name || one.role || t().recording.speaker(one.id), ms: one.talk_ms });
  for (const one of utterances)
    if (!found.has(idOf(one))) found.set(idOf(one), { name: one.role || t().recording.unknownSpeaker, ms: 0 });
  const all = [...found].reduce((sum, [, one]) => sum + one.ms, 0);
  return [...found].map(([id, one], at) => ({ id, name: one.name, colour: at % 6, part: all ? one.ms / all : 0, share: all ? percent(one.ms / all) : "" }));
}

/** @param {{voices: Voice[]}} props */
function Speakers({ voices }) {
  return html`<section class="card panel" aria-labelledby="speakers">
    <h2 id="speakers">${t().recording.speakers}</h2>
    <ul class="speakers">
      ${voices.map(
        (one) => html`<li style=${{ "--voice": `var(--voice-${one.colour})` }}>
          <span class="swatch" aria-hidden="true"></span><bdi>${one.name}</bdi>
          <span class="meter" aria-hidden="true"><i style=${{ width: `${100 * one.part}%` }}></i></span>
          <span class="number soft">${one.share}</span>
        </li>`,
      )}
    </ul>
  </section>`;
}

/** @param {{item: any, transcript: Transcript}} props */
function Facts({ item, transcript }) {
  const f = t().recording.fact;
  const { source, provider } = transcript;
  const facts = [
    [f.length, item.duration_ms ? clock(item.duration_ms) : null],
    [f.channels, source.channels],
    [f.language, transcript.language.code],
    [f.sure, transcript.confidence != null ? percent(transcript.confidence) : null],
    [f.provider, provider.name],
    [f.model, provider.model],
    [f.cost, item.cost ? money(item.cost) : null],
    [f.audio, `${item.container}/${item.name}`],
    [f.came, moment(item.registered_at)],
    ...Object.entries(item.metadata),
  ];
  return html`<section class="card panel" aria-labelledby="facts">
    <h2 id="facts">${t().recording.facts}</h2>
    <dl class="list">${facts.filter(([, value]) => value != null && value !== "").map(([name, value]) => html`<div><dt>${name}</dt><dd><bdi>${value}</bdi></dd></div>`)}</dl>
    ${item.notes.length > 0 && html`<h3>${t().recording.notes}</h3><ul class="notes">${item.notes.map((/** @type {string} */ note) => html`<li>${note}</li>`)}</ul>`}
  </section>`;
}
