// Who speaks when: a lane to each voice, drawn from the transcript, with what is in doubt above, and the
// wave of the sound below as soon as it is there.
import { swings } from "../copy.js";
import { computed, effect, html, useEffect, useRef } from "../../vendor/preact.js";
import { t } from "../texts.js";

const LANE = 14;
const GAP = 6;
const TOP = 12;
const WAVE = 30;
const WAVE_OF_PHONE = 20;
/** So many that one is less than a dot of the screen. */
const PLACES = 4000;

/**
 * @param {{
 *   utterances: import("../words.js").Utterance[], stretches: import("../words.js").Stretch[],
 *   voices: {id: string, name: string, colour: number, share: string}[],
 *   laneOf: (utterance: import("../words.js").Utterance) => number,
 *   player: import("../player.js").Player,
 * }} props
 */
export function Lanes({ utterances, stretches, voices, laneOf, player }) {
  const canvas = useRef(/** @type {HTMLCanvasElement | null} */ (null));
  const head = useRef(/** @type {HTMLElement | null} */ (null));
  const wave = player.wave.value;
  const lanes = TOP + Math.max(voices.length, 1) * (LANE + GAP);
  const tall = matchMedia("(max-width: 44rem)").matches ? WAVE_OF_PHONE : WAVE;
  const height = lanes + (wave === "none" ? 0 : tall);
  useEffect(() => {
    const at = canvas.current;
    if (!at) return undefined;
    const draw = () => {
      const brush = begun(at);
      if (!brush) return;
      paint(brush, at, utterances, stretches, voices, laneOf, player.length.value || 1);
      if (wave && wave !== "none") paintWave(brush, at, wave, lanes, player.length.value || 1);
    };
    const watcher = new ResizeObserver(draw);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    watcher.observe(at);
    scheme.addEventListener("change", draw);
    const place = computed(() => Math.round((Math.min(1, player.ms.value / (player.length.value || 1)) * PLACES)) / PLACES);
    const stop = effect(() => {
      if (head.current) head.current.style.transform = `translateX(${100 * place.value}%)`;
    });
    return () => {
      watcher.disconnect();
      scheme.removeEventListener("change", draw);
      stop();
    };
  }, [utterances, stretches, voices, wave]);
  const seek = (/** @type {PointerEvent & {currentTarget: HTMLElement}} */ event) => {
    if (event.type === "pointermove" && !event.buttons) return;
    const box = event.currentTarget.getBoundingClientRect();
    player.seek(((event.clientX - box.left) / box.width) * player.length.value);
  };
  const told = t().recording.lanes(voices.map((voice) => t().recording.talks(voice.name, voice.share)).join(", "));
  return html`<div class="lanes" dir="ltr" onPointerDown=${seek} onPointerMove=${seek} style=${{ height: `${height}px` }}>
    <canvas ref=${canvas} role="img" aria-label=${told}></canvas>
    <i class="head" ref=${head} aria-hidden="true"></i>
  </div>`;
}

/** With an empty canvas, in pixels of the page. @param {HTMLCanvasElement} at */
function begun(at) {
  const brush = at.getContext("2d");
  if (!brush) return null;
  const scale = devicePixelRatio || 1;
  const { width, height } = at.getBoundingClientRect();
  at.width = Math.round(width * scale);
  at.height = Math.round(height * scale);
  brush.scale(scale, scale);
  return brush;
}

/** @param {CanvasRenderingContext2D} brush @param {HTMLCanvasElement} at
 * @param {import("../copy.js").Wave} wave @param {number} top @param {number} length in ms */
function paintWave(brush, at, wave, top, length) {
  const box = at.getBoundingClientRect();
  const most = (box.height - top) / 2;
  const found = swings(wave, Math.floor(box.width), length);
  const loudest = Math.max(0.1, ...found);
  const middle = top + most;
  brush.fillStyle = getComputedStyle(at).getPropertyValue("--wave");
  found.forEach((swing, x) => {
    const half = Math.max(0.5, (swing / loudest) * (most - 1));
    brush.fillRect(x, middle - half, 1, 2 * half);
  });
}

/** @param {CanvasRenderingContext2D} brush @param {HTMLCanvasElement} at
 * @param {import("../words.js").Utterance[]} utterances
 * @param {import("../words.js").Stretch[]} stretches @param {{colour: number}[]} voices
 * @param {(utterance: import("../words.js").Utterance) => number} laneOf @param {number} length */
function paint(brush, at, utterances, stretches, voices, laneOf, length) {
  const { width } = at.getBoundingClientRect();
  const style = getComputedStyle(at);
  const x = (/** @type {number} */ ms) => (ms / length) * width;
  const topOf = (/** @type {number} */ lane) => TOP + lane * (LANE + GAP);
  /** @param {string} colour @param {[left: number, top: number, width: number, height: number, corner: number]} bar */
  const fill = (colour, ...bar) => {
    brush.fillStyle = style.getPropertyValue(colour);
    brush.beginPath();
    brush.roundRect(...bar);
    brush.fill();
  };
  voices.forEach((_, lane) => fill("--track", 0, topOf(lane), width, LANE, 4));
  for (const one of utterances) {
    const lane = laneOf(one);
    fill(`--voice-${voices[lane]?.colour ?? 0}`, x(one.start_ms), topOf(lane), Math.max(1.5, x(one.end_ms - one.start_ms) - 0.5), LANE, 3);
  }
  for (const one of stretches) fill("--doubt", x(one.start_ms), 2, Math.max(3, x(one.end_ms - one.start_ms)), 5, 2);
}
