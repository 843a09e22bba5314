// What somebody has changed of one transcript and not saved yet. Every step of it is noted in the
// browser, so that nothing is lost by a reload; what others saved meanwhile is put beneath it.
import { signal } from "../vendor/preact.js";
import { Problem, call } from "./api.js";
import { forget, keep, recall } from "./notes.js";

/**
 * @typedef {import("./words.js").Transcript} Transcript
 * @typedef {import("./words.js").Utterance} Utterance
 * @typedef {{op: "text", utterance: number, was: string, now: string}
 *   | {op: "speaker", utterances: number[], speaker: string}
 *   | {op: "name", speaker: string, name: string}
 *   | {op: "merge", speaker: string, into: string}
 *   | {op: "split", utterance: number, word: number}} Change
 * @typedef {{start_ms: number, end_ms: number}} Checked
 * @typedef {{changes: Change[], checked: Checked[]}} Work
 * @typedef {{utterance: number, theirs: string, mine: string}} Clash
 * @typedef {{number: number, author: string, at: string, note: string, reviewed: boolean, checked: Checked[], changes: any[]}} Revision
 */

export class Draft {
  /** @param {string} path of the recording in the API @param {string} id */
  constructor(path, id) {
    this.path = path;
    this.id = id;
    this.base = 0;
    this.revisionId = crypto.randomUUID();
    this.work = signal(/** @type {Work} */ ({ changes: [], checked: [] }));
    /** @type {Work[]} */
    this.before = [];
    this.keptAt = signal(0);
    this.isSaving = signal(false);
    this.clashes = signal(/** @type {Clash[]} */ ([]));
    this.trouble = signal("");
  }

  /** Takes up what this browser kept, if it fits what is there. @param {number} base */
  async open(base) {
    this.base = base;
    const kept = await recall("drafts", this.id).catch(() => null);
    if (!kept) return;
    this.revisionId = kept.revisionId;
    this.work.value = kept.work;
    this.keptAt.value = kept.at;
    if (kept.base !== base) await this.rebase(kept.base);
  }

  get isEmpty() {
    return !this.work.value.changes.length && !this.work.value.checked.length;
  }

  /** @param {Partial<Work>} change */
  set(change) {
    this.before.push(this.work.value);
    this.work.value = { ...this.work.value, ...change };
    this.note();
  }

  /** Another text in an utterance: one change for each, however often it is edited.
   * @param {Utterance} one as it was saved @param {string} now */
  say(one, now) {
    this.sayAll([[one, now]]);
  }

  /** One step for all of them. @param {[Utterance, string][]} all */
  sayAll(all) {
    const ids = new Set(all.map(([one]) => one.id));
    const others = this.work.value.changes.filter((each) => !(each.op === "text" && ids.has(each.utterance)));
    const own = all.flatMap(([one, now]) => {
      const text = now.trim().replace(/\s+/g, " ");
      return text === one.text ? [] : [/** @type {Change} */ ({ op: "text", utterance: one.id, was: one.text, now: text })];
    });
    this.set({ changes: [...others, ...own] });
  }

  /** @param {Change} change */
  add(change) {
    this.set({ changes: [...this.work.value.changes, change] });
  }

  /** @param {Checked} stretch */
  check({ start_ms, end_ms }) {
    this.set({ checked: [...this.work.value.checked, { start_ms, end_ms }] });
  }

  undo() {
    const last = this.before.pop();
    if (!last) return false;
    this.work.value = last;
    this.note();
    return true;
  }

  note() {
    if (this.isEmpty) {
      this.keptAt.value = 0;
      forget("drafts", this.id).catch(() => {});
      return;
    }
    const at = Date.now();
    keep("drafts", { id: this.id, base: this.base, revisionId: this.revisionId, work: this.work.value, at })
      .then(() => (this.keptAt.value = at))
      .catch(() => {});
  }

  /** True: it is saved, and the transcript has to be read again.
   * @param {boolean} reviewed @returns {Promise<boolean>} */
  async save(reviewed) {
    if (this.isSaving.value || this.clashes.value.length) return false;
    this.isSaving.value = true;
    this.trouble.value = "";
    try {
      for (let tries = 0; tries < 5; tries += 1) {
        if (await this.sent(reviewed)) return true;
        await this.rebase(this.base);
        if (this.clashes.value.length) return false;
      }
      return false;
    } catch (error) {
      this.trouble.value = error instanceof Error ? error.message : "";
      return false;
    } finally {
      this.isSaving.value = false;
    }
  }

  /** False: somebody was first. @param {boolean} reviewed */
  async sent(reviewed) {
    try {
      const made = await call(`${this.path}/revisions`, {
        method: "POST",
        body: { id: this.revisionId, based_on: this.base, reviewed, ...this.work.value },
      });
      this.base = made.number;
      this.revisionId = crypto.randomUUID();
      this.before = [];
      this.work.value = { changes: [], checked: [] };
      this.note();
      return true;
    } catch (error) {
      if (error instanceof Problem && error.code === "revision_conflict") return false;
      throw error;
    }
  }

  /** What others saved since is beneath the draft now. Where both changed the same utterance, both
   * are shown. @param {number} since */
  async rebase(since) {
    const found = await call(`${this.path}/revisions`);
    const later = /** @type {Revision[]} */ (found.value).filter((one) => one.number > since);
    const mine = later.find((one) => /** @type {any} */ (one).id === this.revisionId);
    this.base = Math.max(since, ...later.map((one) => one.number));
    if (mine) {
      this.work.value = { changes: [], checked: [] };
      this.note();
      return;
    }
    /** @type {Map<number, string>} */
    const theirs = new Map();
    for (const change of later.flatMap((one) => one.changes))
      if (change.op === "text") theirs.set(change.utterance, change.now);
    const { changes } = this.work.value;
    this.clashes.value = changes.flatMap((each) => {
      const now = each.op === "text" ? theirs.get(each.utterance) : undefined;
      return each.op === "text" && now !== undefined && now !== each.now ? [{ utterance: each.utterance, theirs: now, mine: each.now }] : [];
    });
    this.work.value = {
      ...this.work.value,
      changes: changes.flatMap((each) => {
        if (each.op !== "text" || !theirs.has(each.utterance)) return [each];
        const was = theirs.get(each.utterance) ?? each.was;
        return was === each.now ? [] : [{ ...each, was }];
      }),
    };
    this.note();
  }

  /** @param {Clash} clash @param {boolean} isMine */
  settle(clash, isMine) {
    this.clashes.value = this.clashes.value.filter((one) => one !== clash);
    if (isMine) return;
    this.set({ changes: this.work.value.changes.filter((each) => !(each.op === "text" && each.utterance === clash.utterance)) });
  }
}

/** The transcript as it would be: what is read, heard and shown while nothing is saved yet.
 * @param {Transcript} transcript @param {Work} work @returns {Transcript} */
export function withWork(transcript, work) {
  let { utterances, speakers } = transcript;
  for (const change of work.changes) {
    if (change.op === "text")
      utterances = utterances.map((one) => (one.id === change.utterance ? saying(one, change.now) : one)).filter((one) => one.text);
    else if (change.op === "speaker") {
      const known = speakers.find((one) => one.id === change.speaker);
      if (!known) speakers = [...speakers, { id: change.speaker, channel: 0, role: null, talk_ms: 0 }];
      utterances = utterances.map((one) => (change.utterances.includes(one.id) ? { ...one, speaker: change.speaker, role: known?.role ?? null } : one));
    } else if (change.op === "name") speakers = speakers.map((one) => (one.id === change.speaker ? { ...one, role: change.name || null } : one));
    else if (change.op === "merge") {
      const [gone, kept] = [change.speaker, change.into].map((id) => speakers.find((one) => one.id === id));
      if (gone && kept) speakers = speakers.filter((one) => one !== gone).map((one) => (one === kept ? { ...one, talk_ms: one.talk_ms + gone.talk_ms } : one));
      utterances = utterances.map((one) => (one.speaker === change.speaker ? { ...one, speaker: change.into } : one));
    }
  }
  return utterances === transcript.utterances && speakers === transcript.speakers ? transcript : { ...transcript, utterances, speakers };
}

/** With times shared by length until it is saved; then each word gets its own.
 * @param {Utterance} one @param {string} text @returns {Utterance} */
function saying(one, text) {
  const parts = text.split(" ").filter(Boolean);
  const total = parts.reduce((sum, part) => sum + part.length + 1, 0) || 1;
  let passed = 0;
  const words = parts.map((part) => {
    const start_ms = one.start_ms + Math.floor(((one.end_ms - one.start_ms) * passed) / total);
    passed += part.length + 1;
    return { text: part, start_ms, end_ms: one.start_ms + Math.floor(((one.end_ms - one.start_ms) * passed) / total), confidence: null };
  });
  return { ...one, text, words: one.words.length ? words : [], alternatives: [] };
}

/** Other readings of an utterance, each cut to where it differs: what to show, and the whole.
 * @param {Utterance} one @returns {{shown: string, whole: string}[]} */
export function readings(one) {
  const own = one.text.split(" ");
  /** @type {Map<string, string>} */
  const found = new Map();
  for (const { text } of one.alternatives ?? []) {
    const other = text.split(" ");
    let from = 0;
    while (from < Math.min(own.length, other.length) && own[from] === other[from]) from += 1;
    let back = 0;
    while (back < Math.min(own.length, other.length) - from && own[own.length - 1 - back] === other[other.length - 1 - back]) back += 1;
    const shown = other.slice(from, other.length - back).join(" ");
    if (text !== one.text && !found.has(shown)) found.set(shown, text);
  }
  return [...found].slice(0, 5).map(([shown, whole]) => ({ shown: shown || "–", whole }));
}

/** The changes that lead from one transcript to another, by what is said and who says it.
 * @param {Transcript} from @param {Transcript} to @returns {Change[]} */
export function changesTo(from, to) {
  /** @type {Change[]} */
  const found = [];
  const wanted = new Map(to.utterances.map((one) => [one.id, one]));
  for (const one of from.utterances) {
    const then = wanted.get(one.id);
    if (then && then.text !== one.text) found.push({ op: "text", utterance: one.id, was: one.text, now: then.text });
    if (then?.speaker && then.speaker !== one.speaker) found.push({ op: "speaker", utterances: [one.id], speaker: then.speaker });
  }
  const names = new Map(to.speakers.map((one) => [one.id, one.role]));
  for (const one of from.speakers)
    if (names.has(one.id) && names.get(one.id) !== one.role) found.push({ op: "name", speaker: one.id, name: names.get(one.id) ?? "" });
  return found;
}
