// Parses WebVTT files with the W3C parser. In: a JSON list of texts on standard input.
// Out: a JSON list of {errors: [{message, line, col}], cues: [{id, start, end, text, voice}]}.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(import.meta.url);
const { WebVTTParser } = require("webvtt-parser");
const entities = require("webvtt-parser/html-entities.json");

const textOf = (node) =>
  node.type === "text" ? node.value : (node.children ?? []).map(textOf).join("");
const voiceOf = (tree) => tree.children.find((node) => node.name === "v")?.value ?? null;

const files = JSON.parse(readFileSync(0, "utf8"));
const results = files.map((file) => {
  const { errors, cues } = new WebVTTParser(entities).parse(file, "subtitles/captions/descriptions");
  return {
    errors: errors.map(({ message, line, col }) => ({ message, line, col })),
    cues: cues.map(({ id, startTime, endTime, tree }) => ({
      id,
      start: startTime,
      end: endTime,
      text: textOf(tree),
      voice: voiceOf(tree),
    })),
  };
});
process.stdout.write(JSON.stringify(results));
