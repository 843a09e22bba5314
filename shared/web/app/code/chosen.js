// Files and folders that somebody chose or dropped: which of them are audio, and how long they are.

const AUDIO = /\.(aac|ac3|aif|aiff|amr|au|caf|flac|m4a|m4b|mka|mkv|mov|mp2|mp3|mp4|mpga|oga|ogg|opus|spx|wav|wave|weba|webm|wma)$/i;
const MOST_LISTENED = 60;

/** @typedef {import("./drops.js").Piece} Piece */

/** @typedef {{pieces: Piece[], leftOut: string[]}} Found `leftOut` are names */

/** @param {Iterable<File>} files @returns {Found} */
export function fromFiles(files) {
  const pieces = [...files].map((file) => {
    const path = file.webkitRelativePath || file.name;
    return piece(file, path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "");
  });
  return sorted(pieces);
}

/** What a drop holds, folders with all that is in them.
 * @param {DataTransfer} dropped @returns {Promise<Found>} */
export async function fromDrop(dropped) {
  const entries = [...dropped.items].map((item) => item.webkitGetAsEntry()).filter((e) => e !== null);
  if (!entries.length) return fromFiles(dropped.files);
  const lists = await Promise.all(entries.map((entry) => within(entry, "")));
  return sorted(lists.flat());
}

/** @param {FileSystemEntry} entry @param {string} folder @returns {Promise<Piece[]>} */
async function within(entry, folder) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) =>
      /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject),
    );
    return [piece(file, folder)];
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  const path = folder ? `${folder}/${entry.name}` : entry.name;
  /** @type {Piece[]} */
  const found = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return found;
    for (const one of some) found.push(...(await within(one, path)));
  }
}

/** @param {File} file @param {string} folder @returns {Piece} */
function piece(file, folder) {
  const { name, size, lastModified: modified } = file;
  return { name, size, modified, folder, file, link: null, arrived: [], isThere: false, trouble: "" };
}

/** @param {Piece[]} pieces */
function sorted(pieces) {
  const audio = pieces.filter(({ file, name }) => file && file.size > 0 && (/^(audio|video)\//.test(file.type) || AUDIO.test(name)));
  audio.sort((a, b) => `${a.folder}/${a.name}`.localeCompare(`${b.folder}/${b.name}`));
  return { pieces: audio, leftOut: pieces.filter((one) => !audio.includes(one)).map(({ name }) => name) };
}

/** How to ask for the price: groups of one length, or of one size and kind. The browser tells the
 * length of what it can play.
 * @param {Piece[]} pieces */
export async function groups(pieces) {
  const lengths = await Promise.all(pieces.slice(0, MOST_LISTENED).map((one) => lengthOf(/** @type {File} */ (one.file))));
  /** @type {Map<string, {recordings: number, ms: number, bytes: number}>} */
  const found = new Map();
  pieces.forEach((one, at) => {
    const ms = lengths[at] ?? 0;
    const kind = ms ? "" : (one.name.split(".").pop() ?? "").toLowerCase();
    const group = found.get(kind) ?? { recordings: 0, ms: 0, bytes: 0 };
    group.recordings += 1;
    group.ms += ms;
    group.bytes += one.size;
    found.set(kind, group);
  });
  return [...found].map(([kind, group]) =>
    kind
      ? { recordings: group.recordings, bytes: Math.ceil(group.bytes / group.recordings), media_type: kind }
      : { recordings: group.recordings, duration_ms: Math.ceil(group.ms / group.recordings) },
  );
}

/** In milliseconds; 0 where the browser cannot tell. @param {File} file @returns {Promise<number>} */
function lengthOf(file) {
  return new Promise((resolve) => {
    const sound = new Audio();
    const url = URL.createObjectURL(file);
    const tell = (/** @type {number} */ ms) => {
      clearTimeout(timer);
      URL.revokeObjectURL(url);
      resolve(Number.isFinite(ms) ? Math.round(ms) : 0);
    };
    const timer = setTimeout(tell, 2000, 0);
    sound.preload = "metadata";
    sound.onloadedmetadata = () => tell(sound.duration * 1000);
    sound.onerror = () => tell(0);
    sound.src = url;
  });
}
