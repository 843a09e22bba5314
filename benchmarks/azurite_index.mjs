// Azurite looks at every row of a table for every query, which Azure does not: there a query costs
// what lies between its keys. Here the rows between the keys are found by the index that Azurite
// keeps anyway, and Azurite does the rest. Loaded into it by NODE_OPTIONS.

import { createRequire } from "node:module";

const require = createRequire(process.argv[1]);
const Store = require("azurite/dist/src/table/persistence/LokiTableMetadataStore.js").default;
const asItIs = Store.prototype.queryTableEntities;

Store.prototype.queryTableEntities = function (context, account, table, options, partition, row) {
  const [least, most] = rowKeys(options.filter ?? "");
  const from = row === undefined ? least : larger(least, this.decodeContinuationHeader(row));
  const store = Object.create(this);
  store.getEntityCollection = (...of) => {
    const rows = this.getEntityCollection(...of);
    return { chain: () => rows.chain().find({ RowKey: { $between: [from, most] } }) };
  };
  return asItIs.call(store, context, account, table, options, partition, row);
};

function rowKeys(filter) {
  let [least, most] = ["", "\u{10ffff}"];
  if (/ or | not /.test(filter)) return [least, most];
  for (const [, operator, key] of filter.matchAll(/RowKey (eq|g[et]|l[et]) '([^']*)'(?!')/g)) {
    if (operator === "eq" || operator[0] === "g") least = larger(least, key);
    if (operator === "eq" || operator[0] === "l") most = key < most ? key : most;
  }
  return [least, most];
}

function larger(one, other) {
  return one > other ? one : other;
}
