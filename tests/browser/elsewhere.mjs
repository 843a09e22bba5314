// What is wrong in one recording is corrected in the others of its batch, each by a revision.
import assert from "node:assert/strict";
import { address, check, fits, given, onStage, root } from "./stage.mjs";

const RIGHT = "Blimey";

await onStage(async (page) => {
  const word = new RegExp(`\\b${given.word}\\b`, "gi");
  await page.goto(address.href);
  await page.getByRole("heading", { name: "Running" }).waitFor();
  await page.goto(root + given.recording);
  const said = page.getByRole("region", { name: "Transcript" }).locator("[data-at]").filter({ hasText: word }).first();
  const before = await said.innerText();
  await said.dblclick();
  await page.getByRole("textbox", { name: "Text of this utterance" }).fill(before.replace(word, RIGHT).trim());
  await page.keyboard.press("Enter");

  // -- nothing happens before it was asked, and nothing where the answer is no --
  const same = page.getByRole("region", { name: "The same elsewhere" });
  const there = same.getByRole("button", { name: "Correct in 2 other recordings" });
  await there.click();
  const asked = page.getByRole("dialog");
  await asked.getByText("as a revision of each").waitFor();
  await check(page, "the question");
  await page.keyboard.press("Escape");
  await asked.waitFor({ state: "hidden" });
  assert.equal(await page.getByText("Corrected in").count(), 0);

  // -- in all of them, with what it was and by whom --
  await there.click();
  await asked.getByRole("button", { name: "Correct in 2 other recordings" }).click();
  await page.getByText("Corrected in 2 recordings.").waitFor();
  await same.waitFor({ state: "detached" });
  await page.goto(root + given.others[0]);
  await page.getByText(RIGHT).first().waitFor();
  const history = page.getByRole("region", { name: "History" });
  await history.getByText("as elsewhere in the batch").waitFor();
  await check(page, "a recording that was corrected from elsewhere");
  await fits(page, "a recording that was corrected from elsewhere");
});
