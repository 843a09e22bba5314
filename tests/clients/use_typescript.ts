// use_typescript.js API KEY AUDIO: from a file to a transcript with openapi-fetch on the types that
// openapi-typescript made; prints what was read.

import createClient from "openapi-fetch";
import type { paths } from "./api.js";

declare const process: { argv: string[] };
declare function require(name: string): any;

async function main(readFile: (name: string) => Uint8Array<ArrayBuffer>): Promise<void> {
  const [api, key, audio] = process.argv.slice(2) as [string, string, string];
  const client = createClient<paths>({ baseUrl: api, headers: { "x-functions-key": key } });
  const { data: upload } = await client.POST("/uploads", { body: { name: "meeting.wav" } });
  if (!upload) throw new Error("no upload");
  await fetch(upload.url, { method: upload.method, headers: upload.headers, body: readFile(audio) });
  const recording = { container: upload.container, blob: upload.blob, client_item_id: "meeting-10" };
  const { data: batch } = await client.POST("/batches", {
    body: { title: "TypeScript", speakers: { min: 1, max: 3 }, recordings: [recording] },
  });
  if (!batch) throw new Error("no batch");
  const own = { params: { path: { batch_id: batch.id } } };
  for (let left = 450; ; left--) {
    const { response } = await client.GET("/batches/{batch_id}/result", own);
    if (response.status === 200) break;
    if (!left) throw new Error("the batch does not end");
    await new Promise((done) => setTimeout(done, 200));
  }
  const { data: over } = await client.GET("/batches/{batch_id}", own);
  const { data: items } = await client.GET("/batches/{batch_id}/items", {
    params: { path: { batch_id: batch.id }, query: { state: "transcribed" } },
  });
  const found = items?.value[0];
  if (!found) throw new Error("no recording");
  const path = { batch_id: batch.id, recording_id: found.id };
  const { data: item } = await client.GET("/batches/{batch_id}/items/{recording_id}", {
    params: { path },
  });
  const { data: transcript } = await client.GET(
    "/batches/{batch_id}/items/{recording_id}/transcript",
    { params: { path } },
  );
  const { data: captions } = await client.GET(
    "/batches/{batch_id}/items/{recording_id}/transcript/{transcript_format}",
    { params: { path: { ...path, transcript_format: "vtt" } }, parseAs: "text" },
  );
  const { data: report } = await client.GET("/batches/{batch_id}/report", own);
  const { data: table } = await client.GET("/batches/{batch_id}/report/{report_format}", {
    params: { path: { batch_id: batch.id, report_format: "csv" } },
    parseAs: "text",
  });
  const { error: missing } = await client.GET("/batches/{batch_id}", {
    params: { path: { batch_id: "api-none" } },
  });
  const { error: wrong } = await client.POST("/batches", { body: { recordings: [] } });
  if (!over || !item || !transcript || !report || !missing || !wrong) throw new Error("missing");
  console.log(
    JSON.stringify({
      status: over.status,
      item: [item.state, item.client_item_id, item.bytes > 0],
      words: transcript.text.split(/\s+/).filter((word) => word),
      utterances: (transcript.utterances ?? []).length,
      captions: captions?.split("\n")[0],
      report: [report.title, report.counts.transcribed, report.recordings[0]?.recording_id],
      is_the_item: report.recordings[0]?.recording_id === item.id,
      table: table?.includes("recording_id"),
      errors: [missing.code, missing.status, wrong.code, wrong.faults?.[0]?.code],
    }),
  );
}

main(require("node:fs").readFileSync).catch((error) => {
  console.error(error);
  throw error;
});
