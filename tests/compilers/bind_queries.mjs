// Binds Kusto queries in the language service of Azure's own editor. Standard input: {"tables": {name:
// columns}, "functions": {name: body}, "queries": {name: text}}. Standard output: what it has to say of
// each query, as {name: ["<severity> <code> <message>: <text>", ...]}.
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import vm from "node:vm";

const find = createRequire(import.meta.url).resolve;
const service = path.dirname(find("@kusto/language-service-next/package.json"));
for (const script of ["bridge.js", "Kusto.Language.Bridge.js"]) {
  const file = path.join(service, script);
  vm.runInThisContext(fs.readFileSync(file, "utf8"), { filename: file });
}
const { Symbols, GlobalState, KustoCode } = globalThis.Kusto.Language;

const asked = JSON.parse(fs.readFileSync(0, "utf8"));
const known = [
  ...Object.entries(asked.tables).map(([name, columns]) =>
    Symbols.TableSymbol.From(`(${columns})`).WithName(name),
  ),
  ...Object.entries(asked.functions).map(
    ([name, body]) => new Symbols.FunctionSymbol.$ctor16(name, "()", `{${body}}`, null),
  ),
];
const members = new (globalThis.System.Collections.Generic.List$1(Symbols.Symbol).ctor)();
for (const symbol of known) members.add(symbol);
const state = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.$ctor1("log", members));

function said(text) {
  const found = KustoCode.ParseAndAnalyze(text, state).GetDiagnostics();
  return globalThis.Bridge.toArray(found).map(
    (one) => `${one.Severity} ${one.Code} ${one.Message}: ${text.slice(one.Start, one.Start + 40)}`,
  );
}
const told = Object.entries(asked.queries).map(([name, text]) => [name, said(text)]);
process.stdout.write(JSON.stringify(Object.fromEntries(told)));
