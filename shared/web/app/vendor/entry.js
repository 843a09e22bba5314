// What the page uses of others' code. `npm run vendor` makes preact.js of it.
export { render } from "preact";
export { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
export { batch, computed, effect, signal, useComputed, useSignal } from "@preact/signals";
import { h } from "preact";
import htm from "htm";
export const html = htm.bind(h);
