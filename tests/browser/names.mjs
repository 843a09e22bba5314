// Files whose names no blob can have, or that are none to transcribe: the others go, and all are told.
import assert from "node:assert/strict";
import { address, given, onStage } from "./stage.mjs";

await onStage(async (page) => {
  await page.goto(`${address.href}`);
  await page.getByRole("heading", { name: "Running" }).waitFor();
  await page.getByLabel("Files").setInputFiles(given.files);
  for (const name of given.leftOut) await page.locator(".dropzone").getByText(name).waitFor();
  await page.getByRole("button", { name: `Transcribe ${given.names.length} files` }).click();
  const done = page.getByRole("link", { name: new RegExp(`${given.names.length} recordings.*Done`) });
  await done.waitFor({ timeout: 60_000 });
  await done.click();
  await page.locator(".items li").nth(given.names.length - 1).waitFor();
  const rows = await page.locator(".items .what").allInnerTexts();
  for (const [name, beside] of given.names) {
    const row = rows.find((one) => one.split("\n")[0] === name);
    assert.ok(row, `${name} is in none of ${JSON.stringify(rows)}`);
    assert.equal(row.split("\n").slice(1).includes(beside), name !== beside, row);
  }
});
