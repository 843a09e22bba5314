// One recording: its sound and its text in step, who speaks when, and where it is in doubt.
import { html, useEffect, useMemo, useRef, useState, useSignal } from "../../vendor/preact.js";
import { call, download } from "../api.js";
import { Draft, readings, withWork } from "../draft.js";
import { clock, fileName, moment, percent } from "../format.js";
import { useKeys } from "../keyboard.js";
import { may } from "../me.js";
import { Menu, Tag, Trouble } from "../parts.js";
import { Player } from "../player.js";
import { poll } from "../poll.js";
import { go, place, to } from "../route.js";
import { mistakeIn, placesOf } from "../same.js";
import { say } from "../say.js";
import { t } from "../texts.js";
import { Words } from "../words.js";
import { Conversation } from "./conversation.js";
import { Controls } from "./controls.js";
import { Doubts, doneOf, wordsOf } from "./doubts.js";
import { Editor } from "./edit.js";
import { KeyHelp } from "./help.js";
import { Insights } from "./insights.js";
import { Lanes } from "./lanes.js";
import { Facts, Speakers, idOf, voicesOf } from "./panels.js";
import { Same } from "./same.js";
import { History, SaveBar } from "./saving.js";
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
  const isFirst = useRef(true);
  useEffect(
    () =>
      poll(async () => {
        if (transcript) return false;
        try {
          const text = isFirst.current ? textOf(path).catch((error) => error) : null;
          isFirst.current = false;
          const found = await call(path);
          setItem(found);
          document.title = `${found.title || fileName(found.name)} – ${t().product}`;
          if (found.links.transcript) setTranscript(orRaised(text ? await text : await textOf(path)));
          setProblem(null);
          return found.state === "waiting" || found.state === "planned";
        } catch (error) {
          setProblem(error);
          throw error;
        }
      }),
    [path, transcript === null],
  );
  const readAgain = async () => {
    const [now, text] = await Promise.all([call(path), textOf(path)]);
    setItem(now);
    setTranscript(text);
  };
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
    ${transcript ? html`<${Heard} path=${path} item=${item} transcript=${transcript} again=${readAgain} />` : html`<${NotYet} item=${item} />`}
  </article>`;
}

/** @param {string} path @returns {Promise<Transcript>} */
function textOf(path) {
  return call(`${path}/transcript`, { query: { format: "json" } });
}

/** @param {Transcript | Error} text */
function orRaised(text) {
  if (text instanceof Error) throw text;
  return text;
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

/** @param {{path: string, item: any, transcript: Transcript, again: () => void}} props */
function Heard({ path, item, transcript, again: readAgain }) {
  const mayReview = may("Review");
  const draft = useMemo(() => new Draft(path, item.id), [path]);
  const shown = useMemo(() => withWork(transcript, draft.work.value), [transcript, draft.work.value]);
  const { utterances, speakers } = shown;
  const stretches = transcript.review?.stretches ?? [];
  const words = useMemo(() => new Words(utterances), [utterances]);
  const player = useMemo(() => new Player(path, item.duration_ms ?? transcript.source.duration_ms ?? 0), [path]);
  const done = useMemo(() => doneOf(stretches, draft.work.value, transcript.utterances), [transcript, draft.work.value]);
  const left = stretches.filter((_, at) => !done[at]);
  const sought = place.value.hash.get("find") ?? "";
  const painted = useMemo(
    () => ({ ...paintedIn(words, utterances, left, item.correction !== null, draft), found: words.holding(sought, utterances) }),
    [words, done.join(), transcript, sought],
  );
  const isFollowing = useSignal(true);
  const current = useSignal(-1);
  const doubt = useSignal(-1);
  const editing = useSignal(-1);
  const isHelping = useSignal(false);
  const mistake = useSignal(/** @type {import("../same.js").Mistake | null} */ (null));
  const voices = useMemo(() => voicesOf(speakers, utterances), [speakers, utterances]);
  const isAlone = voices.length === 1 && !voices[0].isNamed && !/^S\d/.test(voices[0].id);
  const laneOf = (/** @type {Utterance} */ one) => Math.max(0, voices.findIndex((voice) => voice.id === idOf(one)));

  useEffect(() => {
    const { hash } = place.value;
    const ms = Number(hash.get("t")) * 1000;
    const isHeard = hash.has("play");
    if (ms > 0) {
      player.seek(isHeard ? ms - LEAD_MS : ms);
      requestAnimationFrame(() => show(ms));
    }
    if (isHeard) player.play();
    else player.open();
    return () => player.end();
  }, [player]);
  useEffect(() => {
    draft.open(item.correction?.number ?? 0).catch(() => {});
  }, [draft]);
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
  function hearFrom(/** @type {number} */ ms) {
    player.seek(ms);
    player.play();
    show(ms);
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
  function next() {
    const after = doneOf(stretches, draft.work.value, transcript.utterances).findIndex((isDone, at) => at > doubt.value && !isDone);
    if (after >= 0) hear(after);
    else player.pause();
  }
  const utteranceOf = (/** @type {{start_ms: number, end_ms: number}} */ one) => utterances.find((each) => each.start_ms <= one.start_ms && each.end_ms >= one.end_ms);
  const atHand = () => {
    const stretch = stretches[doubt.value];
    const one = stretch && utteranceOf(stretch);
    return one ? utterances.indexOf(one) : current.value;
  };
  const edit = () => mayReview && (editing.value = Math.max(0, atHand()));
  function accept() {
    if (!mayReview || doubt.value < 0) return;
    draft.check(stretches[doubt.value]);
    next();
  }
  function saidBefore(/** @type {Utterance} */ one) {
    return transcript.utterances.find((each) => each.id === one.id) ?? one;
  }
  function take(/** @type {string | undefined} */ whole) {
    const one = stretches[doubt.value] && utteranceOf(stretches[doubt.value]);
    if (!mayReview || !one || whole === undefined) return;
    change(saidBefore(one), one.text, whole);
    next();
  }
  function change(/** @type {Utterance} */ saved, /** @type {string} */ was, /** @type {string} */ now) {
    draft.say(saved, now);
    mistake.value = mistakeIn(was, now);
  }
  const elsewhere = mistake.value ? placesOf(utterances, mistake.value) : [];
  function correctAll() {
    if (!mayReview || !elsewhere.length) return;
    draft.sayAll(elsewhere.map(({ utterance, now }) => [saidBefore(utterance), now]));
    say(t().same.done(elsewhere.length));
  }
  const choose = (/** @type {number} */ n) => () => {
    const one = stretches[doubt.value] && utteranceOf(stretches[doubt.value]);
    if (one) take(readings(one)[n]?.whole);
  };
  async function save(/** @type {boolean} */ reviewed) {
    if (!(await draft.save(reviewed))) return;
    say(t().recording.saved(draft.base));
    doubt.value = -1;
    readAgain();
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
    Enter: accept,
    e: edit,
    1: choose(0),
    2: choose(1),
    3: choose(2),
    4: choose(3),
    5: choose(4),
    a: correctAll,
    u: () => draft.undo(),
    "Control+z": () => draft.undo(),
    "Control+s": () => !draft.isEmpty && save(false),
    "?": () => (isHelping.value = true),
  });
  const copy = async () => {
    const address = `${location.pathname}#t=${(player.ms.value / 1000).toFixed(1)}`;
    go(address, { replace: true });
    await navigator.clipboard?.writeText(location.origin + address).catch(() => {});
    say(t().recording.copied);
  };
  function editor(/** @type {number} */ at) {
    if (editing.value !== at) return undefined;
    const one = utterances[at];
    const before = saidBefore(one);
    const leave = () => (editing.value = -1);
    return html`<${Editor} key=${`edit ${one.id}`} text=${one.text} speaker=${one.speaker} voices=${voices.filter((each) => /^S\d/.test(each.id))} canSplit=${one.words.length > 1 && one.text === before.text}
      leave=${leave}
      keep=${(/** @type {string} */ text) => {
        change(before, one.text, text);
        leave();
        if (doubt.value >= 0) next();
      }}
      give=${(/** @type {string} */ speaker) => {
        const fresh = `S${1 + Math.max(0, ...speakers.map((each) => Number(each.id.slice(1)) || 0))}`;
        draft.add({ op: "speaker", utterances: [one.id], speaker: speaker === "new" ? fresh : speaker });
        leave();
      }}
      split=${(/** @type {string} */ head) => {
        const word = head.trim().split(/\s+/).filter(Boolean).length;
        if (word > 0 && word < one.words.length) draft.add({ op: "split", utterance: one.id, word });
        leave();
        save(false);
      }} />`;
  }
  return html`
    <div class="deck">
      <${Controls} player=${player} isFollowing=${isFollowing} show=${() => show(player.ms.value)} help=${() => (isHelping.value = true)} copy=${copy} />
      <${Lanes} utterances=${utterances} stretches=${left} voices=${voices} laneOf=${laneOf} player=${player} />
    </div>
    <div class="columns">
      <section class="said-text card" aria-label=${t().recording.transcript}>
        ${!utterances.length && html`<p class="soft">${t().recording.silent}</p>`}
        <${Text} utterances=${utterances} words=${words} language=${transcript.language.code} player=${player} isFollowing=${isFollowing} painted=${painted} current=${current} editing=${editing.value} replaced=${editor}
          edit=${mayReview ? (/** @type {number} */ at) => (editing.value = at) : undefined}
          nameOf=${(/** @type {Utterance} */ one) => (isAlone ? "" : (voices[laneOf(one)]?.name ?? ""))} colourOf=${(/** @type {Utterance} */ one) => voices[laneOf(one)]?.colour ?? 0} />
      </section>
      <aside class="side" tabindex="0" aria-label=${t().recording.side}>
        ${mistake.value && html`<${Same} mistake=${mistake.value} places=${elsewhere} batch=${item.batch_id} own=${item.id} correct=${correctAll} leave=${() => (mistake.value = null)} hear=${hearFrom} />`}
        <${Doubts} stretches=${stretches} review=${transcript.review} done=${done} wordsOf=${(/** @type {any} */ one) => wordsOf(one, words, utterances)} chosen=${doubt} hear=${hear}
          draft=${mayReview ? draft : null} work=${draft.work.value} accept=${accept} edit=${edit} utteranceOf=${utteranceOf} take=${take} />
        <${Insights} path=${path} state=${item.insights} hear=${hearFrom} />
        <${Speakers} voices=${voices} draft=${mayReview ? draft : null} />
        <${Conversation} path=${path} number=${item.correction?.number ?? 0} voices=${voices} />
        <${History} path=${path} number=${item.correction?.number ?? 0} draft=${mayReview ? draft : null} transcript=${transcript} />
        <${Facts} item=${item} transcript=${transcript} />
      </aside>
    </div>
    ${mayReview && html`<${SaveBar} draft=${draft} save=${save} hasDoubts=${left.length > 0} isReviewed=${item.correction?.reviewed ?? false} />`}
    <${KeyHelp} isShown=${isHelping} />
  `;
}

/** Which words are in doubt, and which somebody has changed.
 * @param {Words} words @param {Utterance[]} utterances @param {import("../words.js").Stretch[]} left
 * @param {boolean} isCorrected @param {Draft} draft */
function paintedIn(words, utterances, left, isCorrected, draft) {
  const inTime = [...left].sort((a, b) => a.start_ms - b.start_ms);
  const isSure = utterances.some((one) => one.words.some((word) => word.confidence != null));
  const mended = [];
  if (isSure && (isCorrected || draft.work.value.changes.length)) {
    let n = 0;
    for (const one of utterances) for (const word of one.words) {
      if (word.confidence == null) mended.push(n);
      n += 1;
    }
  }
  return { doubt: inTime.flatMap((one) => words.within(one.start_ms, one.end_ms)), mended };
}
