// Who is signed in, and what they may do. What they may not is not offered; the API decides.
import { signal } from "../vendor/preact.js";
import { call } from "./api.js";

/** @typedef {"Submit" | "Read" | "Listen" | "Review" | "Operate" | "Own"} Role */

const roles = signal(/** @type {Role[] | null} */ (null));

export const me = signal({ id: "", name: "", kind: "" });

/** Asks anew; while nobody knows, everything is offered. */
export async function learn() {
  const found = await call("/me").catch(() => null);
  roles.value = found?.roles ?? null;
  me.value = { id: found?.id ?? "", name: found?.name ?? "", kind: found?.kind ?? "" };
}

/** @param {Role[]} any one of these is enough */
export function may(...any) {
  return roles.value === null || any.some((role) => roles.value?.includes(role));
}
