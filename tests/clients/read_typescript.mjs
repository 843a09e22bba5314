// node read_typescript.mjs CLIENT ANSWERS: reads each answer as its class, writes it again, prints all
// as JSON; a refusal ends it. For the client that openapi-generator makes for fetch.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [client, answers] = process.argv.slice(2);
const models = createRequire(import.meta.url)(client);
const read = {};
for (const [name, each] of Object.entries(JSON.parse(readFileSync(answers, "utf-8")))) {
  read[name] = each.map((answer) => models[`${name}ToJSON`](models[`${name}FromJSON`](answer)));
}
console.log(JSON.stringify(read));
