// Review from the keyboard alone; two people at once; speakers; back to what was.
import assert from "node:assert/strict";
import { address, check, fits, onStage, root, tree, until } from "./stage.mjs";

await onStage(async (page, open) => {
  await page.goto(address.href);
  await page.getByRole("heading", { name: "Running" }).waitFor();

  // -- the queue, and a recording by the keyboard alone --
  await page.getByRole("link", { name: "Review" }).focus();
  await page.keyboard.press("Enter");
  await page.getByText("The most in doubt first").waitFor();
  await check(page, "what is left to review");
  const first = page.getByRole("main").getByRole("link").first();
  await first.focus();
  await page.keyboard.press("Enter");
  const doubts = page.getByRole("region", { name: "Doubts" }).getByRole("listitem");
  await doubts.first().waitFor();
  const many = await doubts.count();
  assert.ok(many >= 2, `${many} doubts`);
  await page.locator("main").focus();
  await page.keyboard.press("n");
  await doubts.first().getByText("Right as it is").waitFor();
  await page.waitForFunction(() => document.querySelector("[data-now]"));
  await check(page, "a doubt");
  await tree(page, "review-doubt");
  await page.keyboard.press("Enter");
  await page.getByText("1 stretch heard").waitFor();
  await page.keyboard.press("e");
  const field = page.getByRole("textbox", { name: "Text of this utterance" });
  await field.waitFor();
  await check(page, "the editor");
  await tree(page, "review-editor");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("Quite another sentence stands here now.");
  await page.keyboard.press("Enter");
  await page.getByText("1 change, 1 stretch heard").waitFor();
  await page.getByText("kept in this browser").waitFor();

  // -- nothing is lost by a reload --
  await page.reload();
  await page.getByText("1 change, 1 stretch heard").waitFor();
  await page.keyboard.press("Control+s");
  await page.getByText("Saved as revision 1.").waitFor();
  await page.getByRole("region", { name: "Transcript" }).getByText("Quite another sentence").waitFor();
  await until(() => page.evaluate(() => (CSS.highlights.get("mended")?.size ?? 0) > 0));
  await check(page, "a corrected recording");
  await fits(page, "a corrected recording");

  // -- two at once lose nothing --
  const here = page.url();
  const other = await open();
  await other.goto(root + address.hash);
  await other.getByRole("heading", { name: "Running" }).waitFor();
  await other.goto(here);
  await change(other, 1, "What the other one heard.");
  await change(page, 2, "What this one heard.");
  await change(page, 1, "What this one heard there.");
  await other.keyboard.press("Control+s");
  await other.getByText("Saved as revision 2.").waitFor();
  await page.keyboard.press("Control+s");
  await page.getByText("Somebody changed the same place").waitFor();
  await check(page, "two at once");
  await tree(page, "two-at-once");
  await page.getByRole("button", { name: "Keep mine" }).click();
  await page.keyboard.press("Control+s");
  await page.getByText("Saved as revision 3.").waitFor();
  const text = page.getByRole("region", { name: "Transcript" });
  await text.getByText("What this one heard there.").waitFor();
  await text.getByText("What this one heard.", { exact: false }).first().waitFor();

  // -- the same mistake elsewhere --
  const twice = await page.evaluate(() => {
    const said = [...document.querySelectorAll("[data-at]")].map((one) => one.textContent.toLowerCase().match(/[a-z]{4,}/g) ?? []);
    const often = said.flatMap((words, at) => words.map((word) => [word, at, said.filter((other) => other.includes(word)).length]));
    return often.sort((a, b) => b[2] - a[2])[0];
  });
  const [word, place, times] = twice;
  assert.ok(times > 1, `${word} stands in ${times} places`);
  const standing = () => page.locator("[data-at]").evaluateAll((all, sought) => all.filter((one) => new RegExp(`\\b${sought}\\b`, "i").test(one.textContent)).length, word);
  const before = await page.locator(`[data-at="${place}"]`).innerText();
  await change(page, place, before.replace(new RegExp(`\\b${word}\\b`, "gi"), "Blimey").trim());
  const same = page.getByRole("region", { name: "The same elsewhere" });
  await same.getByRole("button", { name: /^Correct \d+ other place/ }).waitFor();
  assert.equal(await standing(), times - 1);
  await check(page, "the same elsewhere");
  await tree(page, "same");
  await page.locator("main").focus();
  await page.keyboard.press("a");
  await until(async () => (await standing()) === 0);
  await page.keyboard.press("u");
  await until(async () => (await standing()) === times - 1);
  await page.keyboard.press("u");
  await until(async () => (await standing()) === times);
  await same.getByRole("button", { name: "Leave them" }).click();

  // -- speakers --
  const speakers = page.getByRole("region", { name: "Speakers" });
  await speakers.getByRole("textbox").first().fill("Anna");
  await page.keyboard.press("Tab");
  await text.getByText("Anna").first().waitFor();
  await speakers.getByRole("textbox").last().fill("Customer");
  await page.keyboard.press("Tab");
  const who = () => text.getByRole("listitem").first().locator(".voice").innerText();
  assert.equal(await who(), "Anna");
  await speakers.getByRole("button", { name: "Swap the names" }).click();
  await until(async () => (await who()) === "Customer");
  await page.keyboard.press("u");
  await until(async () => (await who()) === "Anna");
  await tree(page, "speakers");
  await speakers.getByRole("combobox").last().selectOption({ label: "Anna" });
  await until(async () => (await speakers.getByRole("listitem").count()) === 1);
  await page.locator("main").focus();
  await page.keyboard.press("Control+s");
  await page.getByText("Saved as revision 4.").waitFor();

  // -- one utterance holds two voices --
  const parts = await page.locator("[data-at]").count();
  await page.locator("[data-at='0']").dblclick();
  const whole = page.getByRole("textbox", { name: "Text of this utterance" });
  await whole.evaluate((field) => field.setSelectionRange(6, 6));
  await page.getByRole("button", { name: "Split here" }).click();
  await page.getByText("Saved as revision 5.").waitFor();
  await until(async () => (await page.locator("[data-at]").count()) === parts + 1);
  await page.locator("[data-at='1']").dblclick();
  await page.getByRole("combobox", { name: "Who said it" }).selectOption({ label: "Another speaker" });
  await until(async () => (await speakers.getByRole("listitem").count()) === 2);
  await page.locator("main").focus();
  await page.keyboard.press("Control+s");
  await page.getByText("Saved as revision 6.").waitFor();

  // -- back to what was, and through with it --
  const history = page.getByRole("region", { name: "History" });
  await until(async () => (await history.getByRole("listitem").count()) === 7);
  await tree(page, "history");
  await history.getByRole("button", { name: "Go back to it" }).last().click();
  await page.getByText("It is as it was then").waitFor();
  assert.equal(await text.getByText("Quite another sentence").count(), 0);
  await page.keyboard.press("u");
  await text.getByText("Quite another sentence").waitFor();
  await page.getByRole("button", { name: "Done with this recording" }).click();
  await page.getByText("Saved as revision 7.").waitFor();
  await page.getByText("The provider is sure of every word.").waitFor();
  await hours(page, doubts);
  return { here };
});

/** What somebody says for hours, of whom each utterance is in doubt. */
async function hours(page, doubts) {
  const said = (at) => ({ start_ms: 5_000 * at, end_ms: 5_000 * at + 4_000, confidence: 0.5 });
  const utterances = [...Array(300).keys()].map((at) => {
    const text = `This is the sentence ${at}, and it is of many words that nobody needs to hear.`;
    return { ...said(at), id: at, turn: 0, channel: 0, speaker: "S1", role: null, language: null, text, words: [{ ...said(at), text: "This" }], alternatives: [] };
  });
  const review = { threshold: 0.6, listen_ms: 1, stretches: utterances.slice(0, 120).map((_, at) => ({ ...said(at), doubts: ["unsure"] })) };
  await page.route("**/transcript?format=json", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...(await answer.json()), utterances, review } });
  });
  await page.reload();
  const text = page.getByRole("region", { name: "Transcript" });
  await text.getByText("This is the sentence 299").waitFor();
  const paragraphs = await text.getByRole("listitem").count();
  assert.ok(paragraphs > 25 && paragraphs < 60, `${paragraphs} paragraphs`);
  const seen = () => text.locator("[data-at]").evaluateAll((all) => all.filter((one) => one.checkVisibility({ contentVisibilityAuto: true })).length);
  await until(async () => (await seen()) < 200);
  await until(async () => (await doubts.count()) === 50);
  await page.getByRole("button", { name: "Show more" }).click();
  await until(async () => (await doubts.count()) === 100);
  await check(page, "hours of speech");
  await page.locator("main").focus();
  await page.keyboard.press("p");
  await until(async () => (await doubts.count()) === 120);
  const last = text.getByText("This is the sentence 119");
  await until(() => last.evaluate((one) => one.checkVisibility({ contentVisibilityAuto: true }) && one.getBoundingClientRect().top < innerHeight));
  await until(() => page.evaluate(() => CSS.highlights.get("spoken")?.size === 1));
}

async function change(page, at, text) {
  await page.locator(`[data-at="${at}"]`).dblclick();
  await page.getByRole("textbox", { name: "Text of this utterance" }).fill(text);
  await page.keyboard.press("Enter");
  await page.getByRole("region", { name: "Transcript" }).getByText(text).waitFor();
}
