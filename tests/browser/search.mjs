// What was said is found from the keyboard, and heard from where it was said.
import assert from "node:assert/strict";
import { address, check, fits, given, onStage, until } from "./stage.mjs";

await onStage(async (page) => {
  await page.goto(address.href);
  await page.getByRole("heading", { name: "Lately" }).waitFor();

  // -- from any screen to the field, and to what was said --
  await page.locator("main").focus();
  await page.keyboard.press("/");
  await page.keyboard.type(`"${given.words}"`);
  await page.keyboard.press("Enter");
  const places = page.locator("main ol a").filter({ hasText: "Play from" });
  await places.first().waitFor();
  assert.equal(await places.locator("mark").first().innerText(), given.words);
  assert.equal(await page.getByRole("searchbox").inputValue(), `"${given.words}"`);
  await check(page, "what was found");
  await fits(page, "what was found");
  assert.ok(!new URL(page.url()).search, "what is looked for stands behind the hash alone");

  // -- heard from there --
  const [minutes, seconds] = (await places.first().locator(".time").innerText()).match(/\d+/g).map(Number);
  await places.first().focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Pause" }).waitFor();
  const at = (await page.getByRole("slider").inputValue()) / 10 - (60 * minutes + seconds);
  assert.ok(at > -1.5 && at < 5, `${at} s from where it was said`);
  await page.waitForFunction(() => CSS.highlights.get("found")?.size > 0);
  await check(page, "a recording with what was found");

  // -- back to what was found; narrowed until nothing is left --
  await page.goBack();
  await places.first().waitFor();
  await page.getByText("Narrow it down").click();
  await page.getByLabel("Said by").fill("nobody");
  await page.keyboard.press("Enter");
  await page.getByText("Nobody said that").waitFor();
  assert.equal(await page.getByLabel("Said by").inputValue(), "nobody");

  // -- what cannot be looked for is told --
  await page.getByRole("searchbox").fill("-only");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").waitFor();
  await check(page, "a refusal");

  // -- in German --
  await page.getByLabel("Language").selectOption("de");
  await page.getByRole("heading", { name: "Suche" }).waitFor();
  await until(async () => (await page.title()).includes("Suche"));
});
