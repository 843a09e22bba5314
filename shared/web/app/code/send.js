// Sends one file to storage in blocks. What has arrived is told to whoever calls, so that it can be
// noted and the rest be sent another day; a lost connection is waited for.

const BLOCK_BYTES = 8 * 1024 * 1024;
const AT_ONCE = 4;
const LONGEST_PAUSE_MS = 20_000;
const WORTH_ANOTHER_TRY = new Set([0, 408, 429, 500, 502, 503, 504]);

/**
 * @typedef {object} Link
 * @property {string} url
 * @property {Record<string, string>} headers
 * @property {string} container
 * @property {string} blob
 * @property {string} expires_at
 */

/** Storage refuses, and will again. */
export class Refused extends Error {
  /** @param {number} status */
  constructor(status) {
    super(`storage answered ${status}`);
    this.status = status;
  }
}

/**
 * @param {File} file
 * @param {Link} link
 * @param {Set<number>} arrived numbers of blocks that are there; it grows
 * @param {{moved: (bytes: number) => void, noted: () => void, waits: (isSo: boolean) => void}} tell
 * @param {AbortSignal} signal
 */
export async function send(file, link, arrived, tell, signal) {
  const count = Math.max(1, Math.ceil(file.size / BLOCK_BYTES));
  const ids = Array.from({ length: count }, (_, n) => btoa(`block-${String(n).padStart(6, "0")}`));
  const partly = new Map();
  const sizeOf = (/** @type {number} */ n) =>
    Math.min(BLOCK_BYTES, file.size - n * BLOCK_BYTES);
  const told = () => {
    let bytes = 0;
    for (const n of arrived) bytes += sizeOf(n);
    for (const sent of partly.values()) bytes += sent;
    tell.moved(Math.min(bytes, file.size));
  };
  const left = ids.map((_, n) => n).filter((n) => !arrived.has(n));
  told();

  async function worker() {
    for (let n = left.shift(); n !== undefined; n = left.shift()) {
      const at = n;
      const part = file.slice(at * BLOCK_BYTES, at * BLOCK_BYTES + sizeOf(at));
      await patiently(
        `${link.url}&comp=block&blockid=${encodeURIComponent(ids[at])}`,
        part,
        {},
        (bytes) => {
          partly.set(at, bytes);
          told();
        },
        tell.waits,
        signal,
      );
      partly.delete(at);
      arrived.add(at);
      told();
      tell.noted();
    }
  }

  await Promise.all(Array.from({ length: Math.min(AT_ONCE, left.length) }, worker));
  const list = ids.map((id) => `<Latest>${id}</Latest>`).join("");
  await patiently(
    `${link.url}&comp=blocklist`,
    `<?xml version="1.0" encoding="utf-8"?><BlockList>${list}</BlockList>`,
    file.type ? { "x-ms-blob-content-type": file.type } : {},
    () => {},
    tell.waits,
    signal,
  );
}

/** One call, repeated for as long as only the connection is at fault.
 * @param {string} url @param {Blob | string} body @param {Record<string, string>} headers
 * @param {(bytes: number) => void} moved @param {(isSo: boolean) => void} waits
 * @param {AbortSignal} signal */
async function patiently(url, body, headers, moved, waits, signal) {
  for (let failures = 0; ; failures += 1) {
    signal.throwIfAborted();
    const status = await put(url, body, headers, moved, signal);
    if (status >= 200 && status < 300) {
      if (failures) waits(false);
      return;
    }
    if (!WORTH_ANOTHER_TRY.has(status)) throw new Refused(status);
    moved(0);
    waits(true);
    await pause(Math.min(1000 * 2 ** failures, LONGEST_PAUSE_MS), signal);
  }
}

/** The status, 0 for none. Not `fetch`, which does not tell how far an upload is.
 * @param {string} url @param {Blob | string} body @param {Record<string, string>} headers
 * @param {(bytes: number) => void} moved @param {AbortSignal} signal @returns {Promise<number>} */
function put(url, body, headers, moved, signal) {
  return new Promise((resolve) => {
    const asked = new XMLHttpRequest();
    const stop = () => asked.abort();
    asked.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) asked.setRequestHeader(name, value);
    asked.upload.onprogress = (event) => moved(event.loaded);
    asked.onloadend = () => {
      signal.removeEventListener("abort", stop);
      resolve(asked.status);
    };
    signal.addEventListener("abort", stop);
    asked.send(body);
  });
}

/** Shorter where the connection comes back. @param {number} ms @param {AbortSignal} signal */
function pause(ms, signal) {
  return new Promise((resolve) => {
    const on = () => {
      clearTimeout(timer);
      removeEventListener("online", on);
      signal.removeEventListener("abort", on);
      resolve(null);
    };
    const timer = setTimeout(on, ms);
    addEventListener("online", on);
    signal.addEventListener("abort", on);
  });
}
