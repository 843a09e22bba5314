// The sound of one recording: where it is, how fast, and what keeps it from being heard.
import { signal } from "../vendor/preact.js";
import { Problem, call } from "./api.js";
import { asked, awaited, beyond, waveOf } from "./copy.js";

const SOON_MS = 60_000;
const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3];
const SPEED = "dropscribe-speed";
const SKIPS = "dropscribe-skips-silence";
const FINAL = /** @type {const} */ (["audio_missing", "audio_changed", "audio_redacted", "role_missing"]);

/** @typedef {"" | "audio_missing" | "audio_changed" | "audio_redacted" | "role_missing" | "unplayable" | "being_made" | "being_hidden" | "other"} Silence */
/** What it is in the end where the copy that is awaited never comes. @type {Record<string, Silence>} */
const INSTEAD = { being_made: "unplayable", being_hidden: "audio_redacted" };
/** @typedef {import("./copy.js").Copy} Copy */

export class Player {
  /** @param {string} path of the recording in the API @param {number} length in ms, 0 for unknown */
  constructor(path, length) {
    this.path = path;
    this.sound = new Audio();
    this.sound.preload = "metadata";
    this.ms = signal(0);
    this.length = signal(length);
    this.isPlaying = signal(false);
    this.silence = signal(/** @type {Silence} */ (""));
    this.speed = signal(Number(localStorage.getItem(SPEED)) || 1);
    this.skips = signal(localStorage.getItem(SKIPS) === "yes");
    this.copy = signal(/** @type {Copy | null} */ (null));
    this.wave = signal(/** @type {import("./copy.js").Wave | "none" | null} */ (null));
    this.isCopy = false;
    this.isAwaited = false;
    this.isOver = false;
    /** @type {Promise<void> | null} */
    this.opening = null;
    this.stopWaiting = () => {};
    this.expires = 0;
    this.stopAt = Infinity;
    this.frame = 0;
    this.renewals = 0;
    this.sound.onplay = () => {
      this.isPlaying.value = true;
      this.tick();
    };
    this.sound.onpause = () => {
      this.isPlaying.value = false;
      if (this.copy.value && !this.isCopy) this.use(this.copy.value);
    };
    this.sound.onseeked = () => (this.ms.value = this.sound.currentTime * 1000);
    this.sound.onplaying = () => (this.renewals = 0);
    this.sound.ondurationchange = () => {
      const ms = this.sound.duration * 1000;
      if (Number.isFinite(ms) && !length) this.length.value = ms;
    };
    this.sound.onerror = () => this.failed();
  }

  /** The listening copy, or until it is there the original; what keeps both from being had is in
   * `silence`. Who asks while it is being opened waits for the same: sound that is exchanged stops. */
  open() {
    this.opening ??= this.find().finally(() => (this.opening = null));
    return this.opening;
  }

  async find() {
    const { copy, again, code } = await asked(this.path).catch(() => ({ copy: undefined, again: undefined, code: "other" }));
    if (copy) {
      this.use(copy);
      return;
    }
    const final = FINAL.find((one) => one === code);
    if (final) this.mute(final);
    else await this.openOriginal();
    if (again === undefined) this.wave.value = "none";
    else {
      if (this.silence.value === "audio_redacted") this.mute("being_hidden");
      this.awaitCopy(again);
    }
  }

  async openOriginal() {
    try {
      const link = await call(`${this.path}/audio`);
      this.isCopy = false;
      this.load(link.url, link.expires_at);
    } catch (error) {
      const code = error instanceof Problem ? error.code : "";
      this.mute(FINAL.find((one) => one === code) ?? "other");
    }
  }

  /** @param {number} first ms until it is asked for again */
  awaitCopy(first) {
    if (this.isAwaited || this.isOver) return;
    this.isAwaited = true;
    const over = () => (this.isAwaited = false);
    this.stopWaiting = awaited(
      this.path,
      first,
      (copy) => {
        over();
        this.copy.value = copy;
        if (this.sound.paused) this.use(copy);
      },
      () => {
        over();
        this.wave.value = "none";
        const silence = INSTEAD[this.silence.value];
        if (silence) this.mute(silence);
      },
    );
  }

  /** From now on it is the copy that is heard. @param {Copy} copy */
  use(copy) {
    const isFirst = !this.wave.value;
    this.copy.value = copy;
    this.isCopy = true;
    this.silence.value = "";
    this.renewals = 0;
    this.load(copy.url, copy.expires_at);
    if (isFirst)
      waveOf(copy.wave_url).then(
        (wave) => (this.wave.value = wave),
        () => (this.wave.value = "none"),
      );
  }

  /** @param {string} url @param {string} expires */
  load(url, expires) {
    if (this.isOver) return;
    this.expires = Date.parse(expires);
    this.sound.src = url;
    this.sound.playbackRate = this.speed.value;
    if (this.ms.value) this.sound.currentTime = this.placeOf(this.ms.value);
  }

  /** @param {Silence} why */
  mute(why) {
    this.silence.value = why;
    if (!(why in INSTEAD) && why !== "audio_redacted") this.wave.value ??= "none";
  }

  /** In seconds; in a copy where the frame begins that has it, from which every browser plays exactly.
   * @param {number} ms */
  placeOf(ms) {
    const frame = (this.isCopy && this.copy.value?.frame_ms) || 0;
    return (frame ? Math.floor(ms / frame + 1e-6) * frame : ms) / 1000;
  }

  /** The link may be too old: once more with a fresh one, and only then is it the audio itself. */
  async failed() {
    if (!this.sound.src) return;
    const wasPlaying = this.isPlaying.value;
    this.renewals += 1;
    const isLost = this.renewals > 2 || this.sound.error?.code === MediaError.MEDIA_ERR_DECODE;
    if (isLost && !this.isCopy) {
      this.mute(this.isAwaited ? "being_made" : "unplayable");
      return;
    }
    if (isLost) this.copy.value = null;
    await (isLost ? this.openOriginal() : this.open());
    if (wasPlaying) this.play();
  }

  tick() {
    cancelAnimationFrame(this.frame);
    const look = () => {
      const ms = this.sound.currentTime * 1000;
      this.ms.value = ms;
      const next = this.skips.value && this.stopAt === Infinity ? beyond(this.copy.value?.silences ?? [], ms) : null;
      if (ms >= this.stopAt) this.pause();
      else if (next !== null) this.sound.currentTime = this.placeOf(next);
      if (!this.sound.paused) this.frame = requestAnimationFrame(look);
    };
    this.frame = requestAnimationFrame(look);
  }

  async play() {
    if (this.silence.value) return;
    if (Date.now() > this.expires - SOON_MS) await this.open();
    await this.sound.play().catch(() => {});
  }

  pause() {
    this.stopAt = Infinity;
    this.sound.pause();
  }

  toggle() {
    if (this.sound.paused) this.play();
    else this.pause();
  }

  /** @param {number} ms */
  seek(ms) {
    const to = Math.max(0, Math.min(ms, this.length.value || Infinity));
    this.stopAt = Infinity;
    this.ms.value = to;
    this.sound.currentTime = this.placeOf(to);
  }

  /** From there to there, and no further. @param {number} from @param {number} to */
  playSpan(from, to) {
    this.seek(from);
    this.stopAt = to;
    this.play();
  }

  /** @param {number} ms */
  jump(ms) {
    this.seek(this.ms.value + ms);
  }

  /** @param {number} speed */
  setSpeed(speed) {
    this.speed.value = speed;
    this.sound.playbackRate = speed;
    localStorage.setItem(SPEED, String(speed));
  }

  /** @param {boolean} skips whether silence is passed over */
  setSkips(skips) {
    this.skips.value = skips;
    localStorage.setItem(SKIPS, skips ? "yes" : "no");
  }

  /** @param {1 | -1} step */
  changeSpeed(step) {
    const at = SPEEDS.indexOf(this.speed.value);
    this.setSpeed(SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, at + step))]);
  }

  get speeds() {
    return SPEEDS;
  }

  end() {
    this.isOver = true;
    cancelAnimationFrame(this.frame);
    this.stopWaiting();
    this.sound.onerror = this.sound.onpause = null;
    this.sound.pause();
    this.sound.removeAttribute("src");
  }
}
