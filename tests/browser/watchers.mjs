// A batch on its way, watched by one and then by many, for as long each: on its screen and on Now.
// Between the two the test counts what the app asked of storage.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { address, check, fits, given, onStage, root, until } from "./stage.mjs";

await onStage(async (page, open) => {
  const signIn = async (at) => {
    await at.goto(address.href);
    await at.getByRole("heading", { name: "Running" }).waitFor();
    return at;
  };
  const watch = async (at) => {
    await at.goto(`${root}${given.batch}`);
    await at.getByText(given.title).first().waitFor();
  };
  const pages = [await signIn(page), await signIn(await open())];
  await watch(page);
  await page.getByText(/of 1,000/).first().waitFor({ timeout: 150_000 });
  await check(page, "a batch of a thousand");
  await fits(page, "a batch of a thousand");
  writeFileSync(given.marks, "one");
  await page.waitForTimeout(given.watch * 1000);
  writeFileSync(given.marks, "opening");
  while (pages.length < 2 * given.viewers) {
    const other = await signIn(pages.length % 4 ? await page.context().newPage() : await open());
    if (pages.length % 2 === 0) await watch(other);
    pages.push(other);
  }
  writeFileSync(given.marks, "many");
  const asked = [];
  for (const one of pages) one.on("request", (request) => request.url().includes("/api/") && asked.push(one));
  await page.waitForTimeout(given.watch * 1000);
  writeFileSync(given.marks, "over");
  const active = new Set(asked).size;
  assert.equal(active, 2 * given.viewers, "everybody watches");

  // -- and what they see moves --
  const before = await page.getByRole("progressbar").first().getAttribute("aria-valuenow");
  await until(async () => (await page.getByRole("progressbar").first().getAttribute("aria-valuenow")) !== before, 60);
  await page.getByRole("main").getByText("Done", { exact: true }).waitFor({ timeout: 90_000 });
  return { asked: asked.length, active };
});
