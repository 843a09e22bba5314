// The sound of one recording: where it is, how fast, and what keeps it from being heard.
import { signal } from "../vendor/preact.js";
import { Problem, call } from "./api.js";

const SOON_MS = 60_000;
const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3];
const SPEED = "dropscribe-speed";

/** @typedef {"" | "audio_missing" | "audio_changed" | "role_missing" | "unplayable" | "other"} Silence */

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
    this.expires = 0;
    this.stopAt = Infinity;
    this.frame = 0;
    this.renewals = 0;
    this.sound.onplay = () => {
      this.isPlaying.value = true;
      this.tick();
    };
    this.sound.onpause = () => (this.isPlaying.value = false);
    this.sound.onseeked = () => (this.ms.value = this.sound.currentTime * 1000);
    this.sound.onplaying = () => (this.renewals = 0);
    this.sound.ondurationchange = () => {
      const ms = this.sound.duration * 1000;
      if (Number.isFinite(ms) && !length) this.length.value = ms;
    };
    this.sound.onerror = () => this.failed();
  }

  /** Asks for the link; what keeps it from being had is in `silence`. */
  async open() {
    try {
      const link = await call(`${this.path}/audio`);
      this.expires = Date.parse(link.expires_at);
      const at = this.ms.value / 1000;
      this.sound.src = link.url;
      this.sound.playbackRate = this.speed.value;
      if (at) this.sound.currentTime = at;
    } catch (error) {
      const code = error instanceof Problem ? error.code : "";
      const known = /** @type {const} */ (["audio_missing", "audio_changed", "role_missing"]);
      this.silence.value = known.find((one) => one === code) ?? "other";
    }
  }

  /** The link may be too old: once more with a fresh one, and only then is it the audio itself. */
  async failed() {
    if (!this.sound.src) return;
    const wasPlaying = this.isPlaying.value;
    this.renewals += 1;
    if (this.renewals > 2 || this.sound.error?.code === MediaError.MEDIA_ERR_DECODE) {
      this.silence.value = "unplayable";
      return;
    }
    await this.open();
    if (wasPlaying) this.play();
  }

  tick() {
    cancelAnimationFrame(this.frame);
    const look = () => {
      const ms = this.sound.currentTime * 1000;
      this.ms.value = ms;
      if (ms >= this.stopAt) this.pause();
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
    this.sound.currentTime = to / 1000;
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

  /** @param {1 | -1} step */
  changeSpeed(step) {
    const at = SPEEDS.indexOf(this.speed.value);
    this.setSpeed(SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, at + step))]);
  }

  get speeds() {
    return SPEEDS;
  }

  end() {
    cancelAnimationFrame(this.frame);
    this.sound.onerror = null;
    this.sound.pause();
    this.sound.removeAttribute("src");
  }
}
