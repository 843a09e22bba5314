// Numbers, times and lengths as people read them.
import { writing } from "./language.js";

const MOST_OF_NAME = 200;

/** @type {Map<string, Intl.NumberFormat>} */
const made = new Map();

/** Making one costs a hundred times what using it does. @param {Intl.NumberFormatOptions} [options] */
function figures(options = {}) {
  const name = `${writing()} ${Object.values(options).join(" ")}`;
  const found = made.get(name) ?? new Intl.NumberFormat(writing(), options);
  made.set(name, found);
  return found;
}

/** @param {number | null | undefined} n */
export function number(n) {
  return n == null ? "–" : figures().format(n);
}

/** `3:07`, or `1:02:45`. @param {number} ms */
export function clock(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const rest = `${String(Math.floor(seconds / 60) % 60).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
  return seconds >= 3600 ? `${Math.floor(seconds / 3600)}:${rest}` : rest.replace(/^0/, "");
}

/** For those who hear it: `1 minute, 2 seconds`. @param {number} ms */
export function spoken(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const parts = [
    [Math.floor(seconds / 3600), "hour"],
    [Math.floor(seconds / 60) % 60, "minute"],
    [seconds % 60, "second"],
  ];
  const said = parts.filter(([n], at) => n || (at === 2 && seconds < 60));
  return said.map(([n, unit]) => figures({ style: "unit", unit: String(unit), unitDisplay: "long" }).format(Number(n))).join(", ");
}

/** A length to the nearest that matters: `42 s`, `7 min`, `2 h 5 min`. @param {number} ms */
export function about(ms) {
  const seconds = ms > 0 ? Math.max(1, Math.round(ms / 1000)) : 0;
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const left = minutes % 60;
  return left ? `${Math.floor(minutes / 60)} h ${left} min` : `${minutes / 60} h`;
}

/** Seconds and tenths. @param {number | null | undefined} ms */
export function seconds(ms) {
  return ms == null ? "–" : `${figures({ minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(ms / 1000)} s`;
}

/** @param {{amount: number, currency: string} | null | undefined} cost */
export function money(cost) {
  if (!cost) return "–";
  const digits = cost.amount && Math.abs(cost.amount) < 0.1 ? 4 : 2;
  return figures({ style: "currency", currency: cost.currency, minimumFractionDigits: 2, maximumFractionDigits: digits }).format(cost.amount);
}

/** @param {number} bytes */
export function size(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let at = 0;
  while (bytes >= 1000 && at < units.length - 1) {
    bytes /= 1000;
    at += 1;
  }
  const digits = bytes < 10 && at > 1 ? 1 : 0;
  return `${bytes.toLocaleString(writing(), { maximumFractionDigits: digits })} ${units[at]}`;
}

/** @param {number | null | undefined} part from 0 to 1 */
export function percent(part) {
  return part == null ? "–" : figures({ style: "percent" }).format(part);
}

/** The time of a day, with the day where it is not today. @param {string | Date | null} at */
export function moment(at) {
  if (!at) return "–";
  const when = new Date(at);
  const isToday = when.toDateString() === new Date().toDateString();
  /** @type {Intl.DateTimeFormatOptions} */
  const day = isToday ? {} : { day: "numeric", month: "short" };
  const year = when.getFullYear() === new Date().getFullYear() ? {} : { year: "numeric" };
  return when.toLocaleString(writing(), /** @type {Intl.DateTimeFormatOptions} */ ({
    ...day,
    ...year,
    hour: "2-digit",
    minute: "2-digit",
  }));
}

/** The last part of a path. @param {string} path */
export function fileName(path) {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** A name that storage takes, for a blob: what another service could read as something else is `_`,
 * as in `shared/model/names.py`. The title keeps the name as it is. @param {string} name */
export function plainName(name) {
  const plain = name
    .replace(/%(?=(?:25)*(?:[0189][0-9a-f]|2[ef]|5c|7f|e2))/gi, "_")
    .replace(/[/\\\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/gu, "_");
  const ending = plain.slice(plain.lastIndexOf(".")).slice(0, 20);
  const short = plain.length > MOST_OF_NAME ? plain.slice(0, MOST_OF_NAME - ending.length) + ending : plain;
  return short.replace(/\p{Cs}/gu, "_").replace(/[. ]$/, "_");
}

/** As a title has it. @param {string} text */
export function printable(text) {
  return text.replace(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, "\ufffd");
}

/** What stands beside a title that is not the name itself; the folder of an upload is a number.
 * @param {{name: string, title: string | null}} item */
export function nameBeside(item) {
  const name = item.name.replace(/^[0-9a-f]{24}\//, "");
  return item.title && item.title !== name ? name : "";
}

/** What a batch is called: dropped audio has no title. @param {{title: string, created_at: string}} batch
 * @param {(when: string) => string} dropped */
export function nameOf(batch, dropped) {
  return batch.title || dropped(moment(batch.created_at));
}
