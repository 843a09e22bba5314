// What this browser keeps for itself: uploads on their way, and drafts that are not saved yet.

const NAME = "dropscribe";
const STORES = ["uploads", "drafts"];

/** @type {Promise<IDBDatabase> | null} */
let opened = null;

function database() {
  if (opened) return opened;
  const asked = indexedDB.open(NAME, 1);
  asked.onupgradeneeded = () => {
    for (const name of STORES) asked.result.createObjectStore(name, { keyPath: "id" });
  };
  opened = answered(asked);
  return opened;
}

/** @param {IDBRequest} asked @returns {Promise<any>} */
function answered(asked) {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

/** @param {string} store @param {IDBTransactionMode} mode
 * @param {(at: IDBObjectStore) => IDBRequest} act @returns {Promise<any>} */
async function within(store, mode, act) {
  return answered(act((await database()).transaction(store, mode).objectStore(store)));
}

/** @param {"uploads" | "drafts"} store @param {{id: string, [more: string]: any}} note */
export function keep(store, note) {
  return within(store, "readwrite", (at) => at.put(note));
}

/** @param {"uploads" | "drafts"} store @param {string} id */
export function forget(store, id) {
  return within(store, "readwrite", (at) => at.delete(id));
}

/** @param {"uploads" | "drafts"} store @param {string} id */
export function recall(store, id) {
  return within(store, "readonly", (at) => at.get(id));
}

/** @param {"uploads" | "drafts"} store @returns {Promise<any[]>} */
export function all(store) {
  return within(store, "readonly", (at) => at.getAll());
}
