// Calls to the API, and what it says where something is wrong.
import { key, wanted } from "./key.js";

/**
 * @typedef {object} Fault
 * @property {string} code
 * @property {string} message
 * @property {string} at
 */

/** An answer that is no success. `code` is stable, `message` is for people; status 0: no answer. */
export class Problem extends Error {
  /** @param {number} status @param {{code?: string, detail?: string, title?: string, faults?: Fault[]}} told */
  constructor(status, told) {
    const faults = (told.faults ?? []).map((fault) => fault.message);
    super([told.detail || told.title || `HTTP ${status}`, ...faults].join(" "));
    this.status = status;
    this.code = told.code ?? "";
    /** @type {any} */
    this.told = told;
  }
}

/**
 * @typedef {object} Asked
 * @property {string} [method]
 * @property {Record<string, string | number | boolean | undefined | null>} [query]
 * @property {unknown} [body] sent as JSON
 * @property {Record<string, string>} [headers]
 * @property {AbortSignal} [signal]
 */

/** The answer, whatever it is; raises `Problem` only where there is none, or nobody is signed in.
 * @param {string} path below the API, with a slash @param {Asked} asked */
export async function answered(path, asked = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked.query ?? {}))
    if (value !== undefined && value !== null && value !== "") query.set(name, String(value));
  const text = query.size ? `?${query}` : "";
  const headers = new Headers(asked.headers);
  headers.set("X-Dropscribe", "1");
  if (key.value) headers.set("x-functions-key", key.value);
  if (asked.body !== undefined) headers.set("Content-Type", "application/json");
  const response = await fetch(`/api${path}${text}`, {
    method: asked.method ?? "GET",
    headers,
    body: asked.body === undefined ? undefined : JSON.stringify(asked.body),
    signal: asked.signal,
    cache: "no-store",
  }).catch((error) => {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, { code: "offline" });
  });
  if (response.status === 401) {
    wanted.value = true;
    throw new Problem(401, await response.json().catch(() => ({})));
  }
  return response;
}

/** What was asked for, as JSON; raises `Problem`.
 * @param {string} path @param {Asked} [asked] @returns {Promise<any>} */
export async function call(path, asked) {
  const response = await answered(path, asked);
  if (!response.ok) throw new Problem(response.status, await response.json().catch(() => ({})));
  return response.status === 204 ? null : response.json();
}

/** What is there now; null: nothing new since. Raises `Problem`.
 * @param {string} path @param {{current: string}} etag of what was there before, kept here
 * @param {Asked["query"]} [query] @returns {Promise<any>} */
export async function fresh(path, etag, query) {
  const response = await answered(path, { query, headers: etag.current ? { "If-None-Match": etag.current } : {} });
  if (response.status === 304) return null;
  if (!response.ok) throw new Problem(response.status, await response.json().catch(() => ({})));
  etag.current = response.headers.get("etag") ?? "";
  return response.json();
}

/** For what many look at: what another was told a moment ago will do. */
export const AGED = { "Cache-Control": "max-age=3" };

/** Saves what lies at a path under its own name. @param {string} path
 * @param {Record<string, string>} [query] */
export async function download(path, query) {
  const response = await answered(path, { query });
  if (!response.ok) throw new Problem(response.status, await response.json().catch(() => ({})));
  const told = response.headers.get("content-disposition") ?? "";
  const name = decodeURIComponent(/filename\*=UTF-8''([^;]+)/.exec(told)?.[1] ?? "download");
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
