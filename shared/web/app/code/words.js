// A transcript as the page works with it: turns to show, words to find by their time.

/**
 * @typedef {{text: string, start_ms: number, end_ms: number, confidence: number | null}} Word
 * @typedef {{id: number, turn: number, start_ms: number, end_ms: number, channel: number, speaker: string | null, role: string | null, language: string | null, text: string, words: Word[], alternatives: {text: string}[]}} Utterance
 * @typedef {{start_ms: number, end_ms: number, confidence: number | null, doubts: string[]}} Stretch
 * @typedef {{id: string, channel: number, role: string | null, name?: string | null, talk_ms: number}} Speaker
 * @typedef {{utterances: Utterance[], speakers: Speaker[], language: {code: string | null}, text: string, confidence: number | null, review: {stretches: Stretch[], listen_ms: number} | null, source: any, provider: any, job: any}} Transcript
 *
 * @typedef {{id: number, speaker: string | null, start_ms: number, language: string | null, utterances: number[]}} Turn
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
    let at = 0;
    utterances.forEach((utterance, n) => {
      let behind = 0;
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
        at += 1;
      }
    });
    this.order.sort((a, b) => this.start[a] - this.start[b] || a - b);
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
        for (let word = 0; word < this.of.length; word += 1)
          if (this.of[word] === n && this.from[word] < at + wanted.length && this.to[word] > at) found.push(word);
    });
    return found;
  }

  /** The last word that has begun by then; -1: none. @param {number} ms */
  at(ms) {
    let low = 0;
    let high = this.order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.start[this.order[middle]] <= ms) low = middle + 1;
      else high = middle;
    }
    return low ? this.order[low - 1] : -1;
  }

  /** The words that lie in a stretch, in their order. @param {number} start @param {number} end */
  within(start, end) {
    let low = 0;
    let high = this.order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.start[this.order[middle]] < start) low = middle + 1;
      else high = middle;
    }
    const found = [];
    for (; low < this.order.length && this.start[this.order[low]] <= end; low += 1)
      if (this.end[this.order[low]] <= end) found.push(this.order[low]);
    return found.sort((a, b) => a - b);
  }

  /** The word at a character of an utterance; -1: it has none. @param {number} utterance @param {number} character */
  under(utterance, character) {
    let best = -1;
    for (let n = 0; n < this.of.length; n += 1)
      if (this.of[n] === utterance && this.from[n] <= character) best = n;
    return best;
  }
}

/** @param {Utterance[]} utterances @returns {Turn[]} */
export function turns(utterances) {
  /** @type {Turn[]} */
  const found = [];
  utterances.forEach((one, at) => {
    const last = found[found.length - 1];
    if (last && last.id === one.turn && last.speaker === one.speaker) last.utterances.push(at);
    else found.push({ id: one.turn, speaker: one.speaker, start_ms: one.start_ms, language: one.language, utterances: [at] });
  });
  return found;
}

/** Which utterance is heard then, or was last: its place; -1: none yet.
 * @param {Utterance[]} utterances @param {number} ms */
export function utteranceAt(utterances, ms) {
  let low = 0;
  let high = utterances.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (utterances[middle].start_ms <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
