// What is dropped into the page on its way to becoming a batch: chosen, sent, asked for. All of it is
// noted in the browser at every step, and goes on from there after a lost connection or a reload.
import { signal } from "../vendor/preact.js";
import { Problem, call } from "./api.js";
import { all, forget, keep } from "./notes.js";
import { plainName, printable } from "./format.js";
import { send } from "./send.js";

const FILES_AT_ONCE = 2;
const KEPT_BYTES = 200 * 1000 * 1000;
const LINK_MINUTES = 1440;
const SOON_MS = 60_000;

/**
 * @typedef {object} Piece one file of a drop
 * @property {string} name @property {number} size @property {number} modified
 * @property {string} folder where it lay, "" for none
 * @property {File | null} file null after a reload, where it was too large to be kept
 * @property {import("./send.js").Link | null} link
 * @property {number[]} arrived
 * @property {boolean} isThere
 * @property {string} trouble
 *
 * @typedef {object} Drop
 * @property {string} id @property {number} at @property {string} title
 * @property {string} profile @property {string} locale
 * @property {Piece[]} pieces
 */

/** @typedef {{drop: Drop, bytes: number[], state: "sending" | "waiting" | "missing" | "asking" | "failed", trouble: string, stop: AbortController, moved: import("../vendor/preact.js").Signal<number>}} Sending */

/** What is on its way, the newest first. */
export const sendings = signal(/** @type {Sending[]} */ ([]));

/** Called with the id of every batch that came of a drop. */
export const made = signal("");

/** Takes up what this browser was about to send before. */
export async function takeUp() {
  for (const drop of /** @type {Drop[]} */ (await all("uploads").catch(() => []))) start(drop);
}

/** @param {Piece[]} pieces @param {{profile: string, locale: string, title: string}} how */
export async function begin(pieces, how) {
  /** @type {Drop} */
  const drop = { id: crypto.randomUUID(), at: Date.now(), ...how, pieces };
  await note(drop);
  start(drop);
}

/** The same files chosen again: those that were missing go on. What is left is new.
 * @param {Piece[]} pieces @returns {Piece[]} */
export function goOnWith(pieces) {
  return pieces.filter((piece) => {
    for (const sending of sendings.value) {
      const same = sending.drop.pieces.find((one) => !one.file && !one.isThere && isSame(one, piece));
      if (!same) continue;
      same.file = piece.file;
      if (sending.drop.pieces.every((one) => one.file || one.isThere)) run(sending);
      return false;
    }
    return true;
  });
}

/** @param {Piece} one @param {Piece} other */
function isSame(one, other) {
  return one.name === other.name && one.size === other.size && one.modified === other.modified;
}

/** @param {Sending} sending */
export async function giveUp(sending) {
  sending.stop.abort();
  sendings.value = sendings.value.filter((one) => one !== sending);
  await forget("uploads", sending.drop.id);
}

/** @param {Sending} sending */
export function tryAgain(sending) {
  for (const piece of sending.drop.pieces) piece.trouble = "";
  run(sending);
}

/** @param {Drop} drop */
function start(drop) {
  /** @type {Sending} */
  const sending = {
    drop,
    bytes: drop.pieces.map((piece) => (piece.isThere ? piece.size : 0)),
    state: "sending",
    trouble: "",
    stop: new AbortController(),
    moved: signal(0),
  };
  sendings.value = [sending, ...sendings.value];
  run(sending);
}

/** @param {Sending} sending */
async function run(sending) {
  const { drop } = sending;
  if (drop.pieces.some((piece) => !piece.file && !piece.isThere)) {
    show(sending, { state: "missing" });
    return;
  }
  show(sending, { state: "sending", trouble: "" });
  try {
    await sendAll(sending);
    show(sending, { state: "asking" });
    const batch = await call("/batches", {
      method: "POST",
      body: manifest(drop),
      headers: { "Idempotency-Key": drop.id },
    });
    await forget("uploads", drop.id);
    sendings.value = sendings.value.filter((one) => one.drop !== drop);
    made.value = batch.id;
  } catch (error) {
    if (sending.stop.signal.aborted) return;
    show(sending, { state: "failed", trouble: error instanceof Error ? error.message : "" });
    if (error instanceof Problem && error.status === 0) addEventListener("online", () => run(sending), { once: true });
  }
}

/** @param {Sending} sending */
async function sendAll(sending) {
  const left = sending.drop.pieces.map((piece, at) => ({ piece, at })).filter((one) => !one.piece.isThere);
  async function worker() {
    for (let one = left.shift(); one; one = left.shift()) await sendOne(sending, one.piece, one.at);
  }
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, worker));
}

/** @param {Sending} sending @param {Piece} piece @param {number} at */
async function sendOne(sending, piece, at) {
  if (!piece.link || Date.parse(piece.link.expires_at) - Date.now() < SOON_MS) {
    piece.arrived = [];
    piece.link = await call("/uploads", {
      method: "POST",
      body: { name: plainName(piece.name), minutes: LINK_MINUTES },
    });
    await note(sending.drop);
  }
  const arrived = new Set(piece.arrived);
  await send(/** @type {File} */ (piece.file), /** @type {any} */ (piece.link), arrived, {
    moved(bytes) {
      sending.bytes[at] = bytes;
      show(sending, {});
    },
    noted() {
      piece.arrived = [...arrived];
      note(sending.drop);
    },
    waits(isSo) {
      show(sending, { state: isSo ? "waiting" : "sending" });
    },
  }, sending.stop.signal);
  piece.isThere = true;
  piece.file = null;
  await note(sending.drop);
}

/** @param {Drop} drop */
function manifest(drop) {
  const recordings = drop.pieces.map((piece) => ({
    container: piece.link?.container,
    blob: piece.link?.blob,
    title: printable(piece.folder ? `${piece.folder}/${piece.name}` : piece.name).slice(0, 400),
  }));
  const options = drop.locale ? { locale: drop.locale } : {};
  return { title: printable(drop.title).slice(0, 400), profile: drop.profile, ...options, recordings };
}

/** Small files are kept whole, so that they go on by themselves after a reload. @param {Drop} drop */
async function note(drop) {
  let room = KEPT_BYTES;
  const pieces = drop.pieces.map((piece) => {
    const isKept = piece.file !== null && (room -= piece.size) >= 0;
    return { ...piece, file: isKept ? piece.file : null };
  });
  await keep("uploads", { ...drop, pieces }).catch(() => {});
}

/** @param {Sending} sending @param {Partial<Sending>} change */
function show(sending, change) {
  Object.assign(sending, change);
  sending.moved.value += 1;
}
