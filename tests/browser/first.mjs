// Sign in, drop three files, lose the connection half way and reload, see them through, read, hear.
import assert from "node:assert/strict";
import { address, check, given, key, onStage, root, tree, until } from "./stage.mjs";

await onStage(async (page) => {
  const asked = [];
  page.on("request", (request) => asked.push(request));

  // -- who is there --
  await page.goto(root);
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await check(page, "the sign-in");
  await page.getByLabel("Key").fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("This key does not open anything here").waitFor();
  await page.evaluate(() => sessionStorage.clear());
  await page.goto("about:blank");
  asked.length = 0;
  await page.goto(`${address.href}`);
  await page.getByRole("heading", { name: "Running" }).waitFor();
  assert.equal(new URL(page.url()).hash, "", "the key does not stay in the address");
  assert.ok(asked.length <= 6, `the first screen takes ${asked.map((one) => one.url())}`);
  assert.ok(asked.every((one) => !one.url().includes(key)), "the key stands in no address");

  // -- drop, cut off, reload --
  const wire = await page.context().newCDPSession(page);
  await wire.send("Network.enable");
  const cut = given.lost.map((block) => `*://*:*/*long.wav*blockid=${encodeURIComponent(btoa(block))}*`);
  await wire.send("Network.setBlockedURLs", { urls: cut });
  await page.getByLabel("Files").setInputFiles(given.files);
  await page.getByText("3 files chosen").waitFor();
  await page.getByText(/of audio, about/).waitFor();
  await check(page, "what was chosen");
  await tree(page, "first-chosen");
  await page.getByRole("button", { name: "Transcribe 3 files" }).click();
  await page.getByText("The connection is lost").waitFor();
  await check(page, "a lost connection");
  await until(async () => (await page.evaluate(arrived)) === given.blocks - given.lost.length);
  const sent = [];
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (request.method() === "PUT" && url.searchParams.get("comp") === "block")
      sent.push(`${url.pathname.split("/").pop()} ${atob(url.searchParams.get("blockid"))}`);
  });
  await wire.send("Network.setBlockedURLs", { urls: [] });
  await page.reload();
  await page.getByText("The batch is made").waitFor();
  const lost = given.lost.map((block) => `long.wav ${block}`);
  assert.deepEqual([...new Set(sent)].sort(), lost, "what had arrived is not sent again");

  // -- through to transcripts --
  const done = page.getByRole("link", { name: /3 recordings.*Done/ });
  await done.waitFor({ timeout: 60_000 });
  await check(page, "what is going on");
  await done.click();
  await page.getByRole("heading", { level: 1, name: given.title }).waitFor();
  await page.getByRole("link", { name: /quick\.wav/ }).waitFor();
  await check(page, "the batch");
  await page.getByRole("link", { name: /quick\.wav/ }).click();

  // -- read and hear --
  const turns = page.getByRole("region", { name: "Transcript" }).getByRole("listitem");
  await turns.first().waitFor();
  const text = await turns.first().innerText();
  await check(page, "the recording");
  await tree(page, "first-recording");
  await page.keyboard.press("Space");
  await page.waitForFunction(() => document.querySelector("[data-now]") && CSS.highlights.get("spoken")?.size === 1);
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: "Play" }).waitFor();
  await page.getByRole("slider", { name: "Position" }).fill("0");
  await page.locator("[data-at='0']").click();
  await page.waitForFunction(() => {
    const [range] = CSS.highlights.get("spoken") ?? [];
    return range?.startOffset > 10; // a word in the middle of the text was clicked
  });
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  await check(page, "the keys");
  await page.keyboard.press("Escape");
  return { text, links: await page.evaluate(() => performance.getEntriesByType("resource").length) };
});

/** How many blocks the browser has noted as arrived. */
async function arrived() {
  const ended = (asking) => new Promise((resolve) => (asking.onsuccess = () => resolve(asking.result)));
  const opened = await ended(indexedDB.open("dropscribe"));
  const notes = await ended(opened.transaction("uploads").objectStore("uploads").getAll());
  opened.close();
  return notes.flatMap((note) => note.pieces.flatMap((piece) => piece.arrived)).length;
}
