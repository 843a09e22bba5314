// The listening copy of a recording: asked for until it is there, and what is known of its sound.
import { answered } from "./api.js";

const LONGEST_MS = 30_000;

/** @typedef {{start_ms: number, end_ms: number}} Span */
/** @typedef {{url: string, wave_url: string, expires_at: string, frame_ms: number, duration_ms: number, silences: Span[]}} Copy */
/** @typedef {{of: number, step: number, values: Int8Array, channels: number}} Wave how many stretches of `step` ms; of each the lowest and the highest of each channel */

/** The copy; "being_made" and when to ask again; or the code that says why there is none.
 * @param {string} path of the recording in the API @returns {Promise<{copy?: Copy, again?: number, code?: string}>} */
export async function asked(path) {
  const response = await answered(`${path}/listening`);
  const told = await response.json().catch(() => ({}));
  if (response.status === 200) return { copy: told };
  if (response.status === 202) return { again: 1000 * (Number(response.headers.get("retry-after")) || 3) };
  return { code: told.code ?? "other" };
}

/** Calls `found` once the copy is there, and `none` where there will be none; the pauses grow, and a
 * hidden page does not ask. Ends when the returned function is called.
 * @param {string} path @param {number} first ms until it is asked for @param {(copy: Copy) => void} found @param {() => void} none */
export function awaited(path, first, found, none) {
  let pause = first;
  let timer = 0;
  let isOver = false;
  const look = async () => {
    if (document.hidden) {
      timer = setTimeout(look, pause);
      return;
    }
    const { copy, again } = await asked(path).catch(() => ({ copy: undefined, again: pause }));
    if (isOver) return;
    if (copy) found(copy);
    else if (again === undefined) none();
    else {
      pause = Math.min(LONGEST_MS, Math.max(again, pause * 1.3));
      timer = setTimeout(look, pause);
    }
  };
  timer = setTimeout(look, pause);
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

/** @param {string} url of the wave: the binary form of audiowaveform, version 2
 * @returns {Promise<Wave>} */
export async function waveOf(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the wave: ${response.status}`);
  const data = await response.arrayBuffer();
  const head = new DataView(data);
  const [rate, samples, of, channels] = [8, 12, 16, 20].map((at) => head.getInt32(at, true));
  return { of, step: (1000 * samples) / rate, values: new Int8Array(data, 24), channels };
}

/** Of so many places over `length` ms, how far the sound swings at each, from 0 to 1.
 * @param {Wave} wave @param {number} places @param {number} length */
export function swings(wave, places, length) {
  const found = new Float32Array(places);
  const width = 2 * wave.channels;
  for (let place = 0; place < places; place += 1) {
    const from = Math.floor((place * length) / places / wave.step);
    const to = Math.max(from + 1, Math.ceil(((place + 1) * length) / places / wave.step));
    for (let at = from * width; at < Math.min(to, wave.of) * width; at += 1) {
      const swing = Math.abs(wave.values[at] + 0.5) / 127.5;
      if (swing > found[place]) found[place] = swing;
    }
  }
  return found;
}

/** Where to go on from `ms` for who wants no silence; null: it is none, or it is over soon.
 * @param {Span[]} silences in the order of their times @param {number} ms */
export function beyond(silences, ms) {
  const one = silences.find((each) => each.end_ms > ms);
  return one && ms >= one.start_ms + 300 && one.end_ms - ms > 600 ? one.end_ms - 300 : null;
}
