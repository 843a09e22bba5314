// Azurite keeps its rows and blobs in sorted arrays. It goes through a whole array for every query,
// moves half of it for every insert, and renumbers all of it for every row that changes, so that a
// call costs the more the more is stored. In Azure it does not. Loaded into Azurite by NODE_OPTIONS,
// this keeps rows in order by their keys, and finds blobs and extents by name; what is stored, and
// what is answered, stays Azurite's.

import { createRequire } from "node:module";

const require = createRequire(process.argv[1]);
const load = (path) => require(`azurite/dist/src/${path}.js`).default;

const MOST_IN_CHUNK = 512;
const LAST = "\u{10ffff}";

/** Documents of one partition in the order of their RowKeys, in chunks that are cheap to change. */
class Partition {
  rows = new Map();
  #chunks = [[]];

  put(doc) {
    if (!this.rows.has(doc.RowKey)) this.#insert(doc.RowKey);
    this.rows.set(doc.RowKey, doc);
  }

  remove(key) {
    if (!this.rows.delete(key)) return;
    const [chunk, at] = this.#place(key);
    this.#chunks[chunk].splice(at, 1);
    if (!this.#chunks[chunk].length && this.#chunks.length > 1) this.#chunks.splice(chunk, 1);
  }

  *between(least, most) {
    let [chunk, at] = this.#place(least);
    for (; chunk < this.#chunks.length; chunk++, at = 0) {
      const keys = this.#chunks[chunk];
      for (; at < keys.length; at++) {
        if (keys[at] > most) return;
        yield this.rows.get(keys[at]);
      }
    }
  }

  #insert(key) {
    const [chunk, at] = this.#place(key);
    const keys = this.#chunks[chunk];
    keys.splice(at, 0, key);
    if (keys.length > MOST_IN_CHUNK) {
      this.#chunks.splice(chunk + 1, 0, keys.splice(MOST_IN_CHUNK / 2));
    }
  }

  /** Where the key is, or belongs: the chunk, and the place in it. */
  #place(key) {
    const chunk = first(this.#chunks.length - 1, (i) => this.#chunks[i].at(-1) >= key);
    return [chunk, first(this.#chunks[chunk].length, (i) => this.#chunks[chunk][i] >= key)];
  }
}

/** The least number for which the condition holds, which holds for all that are larger. */
function first(end, holds) {
  let [low, high] = [0, end];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Stands in for the collection of one table, with as much of its interface as Azurite uses. */
class Rows {
  #partitions = new Map();

  findOne({ PartitionKey, RowKey }) {
    return this.#partitions.get(PartitionKey)?.rows.get(RowKey) ?? null;
  }

  insert(doc) {
    if (!this.#partitions.has(doc.PartitionKey)) {
      this.#partitions.set(doc.PartitionKey, new Partition());
    }
    this.#partitions.get(doc.PartitionKey).put(doc);
    return doc;
  }

  update(doc) {
    return this.insert(doc);
  }

  remove({ PartitionKey, RowKey }) {
    this.#partitions.get(PartitionKey)?.remove(RowKey);
  }

  within({ partition, least, most }) {
    const keys = partition === undefined ? [...this.#partitions.keys()].sort() : [partition];
    const partitions = keys.map((key) => this.#partitions.get(key)).filter(Boolean);
    return new Selection(partitions, least, most);
  }
}

/** A query: the rows are in order already, and no more are looked at than are asked for. */
class Selection {
  #conditions = [];
  #most = Infinity;

  constructor(partitions, least, last) {
    Object.assign(this, { partitions, least, last });
  }

  where(condition) {
    this.#conditions.push(condition);
    return this;
  }

  sort() {
    return this;
  }

  limit(most) {
    this.#most = most;
    return this;
  }

  data() {
    const found = [];
    for (const partition of this.partitions) {
      for (const row of partition.between(this.least, this.last)) {
        if (this.#conditions.every((holds) => holds(row))) found.push(row);
        if (found.length >= this.#most) return found;
      }
    }
    return found;
  }
}

const Tables = load("table/persistence/LokiTableMetadataStore");
const { createCollectionForTable, queryTableEntities } = Tables.prototype;

Tables.prototype.createCollectionForTable = function (table) {
  createCollectionForTable.call(this, table);
  const collection = this.db.getCollection(this.getTableCollectionName(table.account, table.table));
  const rows = new Rows();
  for (const name of ["findOne", "insert", "update", "remove", "within"]) {
    collection[name] = rows[name].bind(rows);
  }
};

Tables.prototype.queryTableEntities = function (context, account, table, options, partition, row) {
  const asked = keysOf(options.filter ?? "");
  if (row !== undefined && asked.partition !== undefined) {
    asked.least = larger(asked.least, this.decodeContinuationHeader(row));
  }
  const store = Object.create(this);
  store.getEntityCollection = (...of) => ({
    chain: () => this.getEntityCollection(...of).within(asked),
  });
  return queryTableEntities.call(store, context, account, table, options, partition, row);
};

/** The partition that a filter asks for, if it asks for one, and the RowKeys that may match. */
function keysOf(filter) {
  const asked = { partition: undefined, least: "", most: LAST };
  if (/ or |not[ (]/.test(filter)) return asked;
  asked.partition = /PartitionKey eq '([^']*)'(?!')/.exec(filter)?.[1];
  for (const [, operator, key] of filter.matchAll(/RowKey (eq|g[et]|l[et]) '([^']*)'(?!')/g)) {
    if (operator === "eq" || operator[0] === "g") asked.least = larger(asked.least, key);
    if (operator === "eq" || operator[0] === "l") asked.most = key < asked.most ? key : asked.most;
  }
  return asked;
}

function larger(one, other) {
  return one > other ? one : other;
}

/** Finds the documents of a collection by these properties, all of them, without sorted arrays. */
function findByName(collection, properties) {
  const found = new Map();
  const nameOf = (one) => properties.map((property) => one[property]).join("\n");
  const findOne = collection.findOne;
  collection.binaryIndices = {};
  collection.on("insert", (doc) => found.set(nameOf(doc), doc));
  collection.on("delete", (doc) => found.delete(nameOf(doc)));
  collection.findOne = function (query) {
    const isByName = Object.keys(query).length === properties.length;
    return isByName ? (found.get(nameOf(query)) ?? null) : findOne.call(this, query);
  };
}

function afterInit(Store, name, properties) {
  const init = Store.prototype.init;
  Store.prototype.init = async function () {
    await init.call(this);
    findByName(this.db.getCollection(this[name]), properties);
  };
}

const blob = ["name", "accountName", "containerName", "snapshot"];
afterInit(load("blob/persistence/LokiBlobMetadataStore"), "BLOBS_COLLECTION", blob);
afterInit(load("common/persistence/LokiExtentMetadataStore"), "EXTENTS_COLLECTION", ["id"]);

// Every ten minutes Azurite compares all extents with all blobs, and stands still meanwhile.
load("blob/gc/BlobGCManager").prototype.start = async () => {};
