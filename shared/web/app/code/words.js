// A transcript as the page works with it: turns to show, words to find by their time.

/**
 * @typedef {{text: string, start_ms: number, end_ms: number, confidence: number | null}} Word
 * @typedef {{id: number, turn: number, start_ms: number, end_ms: number, channel: number, speaker: string | null, role: string | null, language: string | null, text: string, words: Word[], alternatives: {text: string}[]}} Utterance
 * @typedef {{start_ms: number, end_ms: number, confidence: number | null, doubts: string[]}} Stretch
 * @typedef {{id: string, channel: number, role: string | null, name?: string | null, talk_ms: number}} Speaker
 * @typedef {{utterances: Utterance[], speakers: Speaker[], language: {code: string | null}, text: string, confidence: number | null, review: {stretches: Stretch[], listen_ms: number} | null, source: any, provider: any, job: any}} Transcript
 *
 * @typedef {{id: number, speaker: string | null, start_ms: number, language: string | null, isBegun: boolean, utterances: number[]}} Turn
 */

/** Where every word stands: in which utterance, from which character to which, and when. */
export class Words {
  /** @param {Utterance[]} utterances */
  constructor(utterances) {
    const count = utterances.reduce((sum, one) => sum + one.words.length, 0);
    this.start = new Int32Array(count);
    this.end = new Int32Array(count);
    this.of = new Int32Array(count);
    this.from = new Int32Array(count);
    this.to = new Int32Array(count);
    /** The words by when they begin, which differs from their order where voices overlap. */
    this.order = new Int32Array(count);
    /** The first word of each utterance; one more tells where the last one ends. */
    this.first = new Int32Array(utterances.length + 1);
    let at = 0;
    let isInOrder = true;
    utterances.forEach((utterance, n) => {
      let behind = 0;
      this.first[n] = at;
      for (const word of utterance.words) {
        const found = utterance.text.indexOf(word.text, behind);
        const from = found < 0 ? behind : found;
        behind = Math.min(from + (found < 0 ? 0 : word.text.length), utterance.text.length);
        this.start[at] = word.start_ms;
        this.end[at] = word.end_ms;
        this.of[at] = n;
        this.from[at] = from;
        this.to[at] = behind;
        this.order[at] = at;
        if (at && this.start[at] < this.start[at - 1]) isInOrder = false;
        at += 1;
      }
    });
    this.first[utterances.length] = at;
    if (!isInOrder) this.order.sort((a, b) => this.start[a] - this.start[b] || a - b);
  }

  /** The words that stand in such a text, wherever it is said. @param {string} text @param {Utterance[]} utterances */
  holding(text, utterances) {
    /** @type {number[]} */
    const found = [];
    const wanted = text.toLowerCase();
    if (!wanted) return found;
    utterances.forEach((one, n) => {
      const said = one.text.toLowerCase();
      for (let at = said.indexOf(wanted); at >= 0; at = said.indexOf(wanted, at + wanted.length))
        for (let word = this.first[n]; word < this.first[n + 1]; word += 1)
          if (this.from[word] < at + wanted.length && this.to[word] > at) found.push(word);
    });
    return found;
  }

  /** How many words have begun by then. @param {number} ms */
  begunBy(ms) {
    let low = 0;
    let high = this.order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.start[this.order[middle]] <= ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The last word that has begun by then; -1: none. @param {number} ms */
  at(ms) {
    return this.order[this.begunBy(ms) - 1] ?? -1;
  }

  /** The words that lie in a stretch, in their order. @param {number} start in whole ms @param {number} end */
  within(start, end) {
    const begun = [...this.order.subarray(this.begunBy(start - 1), this.begunBy(end))];
    return begun.filter((word) => this.end[word] <= end).sort((a, b) => a - b);
  }

  /** The word at a character of an utterance; -1: it has none. @param {number} utterance @param {number} character */
  under(utterance, character) {
    let best = -1;
    for (let n = this.first[utterance]; n < this.first[utterance + 1]; n += 1)
      if (this.from[n] <= character) best = n;
    return best;
  }
}

const PARAGRAPH = 500;
const LONGEST_PARAGRAPH = 1_200;
const PAUSE_MS = 1_000;
const ENDED = /[.?!…。？！؟।]["'”’»)\]]*\s*$/u;

/** One after the other. What somebody says at great length is several, of some sentences each.
 * @param {Utterance[]} utterances @returns {Turn[]} */
export function turns(utterances) {
  /** @type {Turn[]} */
  const found = [];
  let length = 0;
  utterances.forEach((one, at) => {
    const last = found[found.length - 1];
    const isSame = last && last.id === one.turn && last.speaker === one.speaker;
    if (isSame && !isBreak(length, utterances[at - 1], one)) last.utterances.push(at);
    else {
      found.push({ id: one.turn, speaker: one.speaker, start_ms: one.start_ms, language: one.language, isBegun: !isSame, utterances: [at] });
      length = 0;
    }
    length += one.text.length;
  });
  return found;
}

/** @param {number} length in characters, of what stands before @param {Utterance} before @param {Utterance} one */
function isBreak(length, before, one) {
  if (length < PARAGRAPH) return false;
  return length > LONGEST_PARAGRAPH || one.start_ms - before.end_ms > PAUSE_MS || ENDED.test(before.text);
}
