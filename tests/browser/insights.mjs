// What a language model says of a recording: shown as text, heard from where it was said, told in both
// languages; what is not there yet is awaited, and where nothing was asked for nobody asks.
import assert from "node:assert/strict";
import { address, check, fits, given, onStage, root, tree, until } from "./stage.mjs";

await onStage(async (first, open) => {
  for (const width of given.widths)
    for (const colorScheme of ["light", "dark"]) {
      const page = await open({ viewport: { width, height: 820 }, colorScheme, hasTouch: width < 600 });
      const what = `insights, ${colorScheme}, ${width} wide`;
      await page.goto(address.href);
      for (const name of ["whole", "hostile"]) {
        await page.goto(root + given[name]);
        await panel(page, "Insights").getByRole("heading", { name: "Summary" }).waitFor();
        await check(page, what);
        await fits(page, what);
      }
      await page.context().close();
    }

  const page = first;
  await page.addInitScript(() => {
    const play = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = function () {
      window.sound = this;
      return play.call(this);
    };
  });
  const asked = [];
  page.on("request", (request) => new URL(request.url()).pathname.endsWith("/insights") && asked.push(request.url()));
  await page.goto(address.href);

  // -- not there yet --
  let isThere = false;
  await page.route("**/insights", (route) =>
    isThere ? route.continue() : route.fulfill({ status: 404, json: { code: "output_missing", title: "Not yet", status: 404 } }),
  );
  await page.goto(root + given.whole);
  await panel(page, "Insights").getByText("They are being made").waitFor();
  await check(page, "insights that are awaited");
  isThere = true;
  await panel(page, "Insights").getByRole("heading", { name: "Chapters" }).waitFor();
  await tree(page, "insights", ".insights");

  // -- heard from where it was said --
  const chapters = panel(page, "Insights").getByRole("list").first();
  await chapters.getByRole("button", { name: /^Play from/ }).last().click();
  await until(() => page.evaluate((from) => window.sound && !window.sound.paused && window.sound.currentTime >= from, given.last));

  // -- in German, from the keyboard --
  await page.getByRole("combobox", { name: "Language" }).selectOption("de");
  await panel(page, "Einsichten").getByRole("heading", { name: "Zusammenfassung" }).waitFor();
  await panel(page, "Einsichten").getByRole("button", { name: /^Ab .* abspielen/ }).first().press("Enter");
  await page.getByRole("combobox", { name: "Sprache" }).selectOption("en");

  // -- what a model was told to write is text, and what was not made says why --
  await page.goto(root + given.hostile);
  await panel(page, "Insights").getByText("<b>See</b> [link]").first().waitFor();
  assert.equal(await page.locator(".insights b, .insights a").count(), 0, "nothing in it is markup");
  await panel(page, "Insights").getByText("had another form than was asked for").first().waitFor();

  // -- where nothing was asked for --
  const before = asked.length;
  await page.goto(root + given.plain);
  await page.getByRole("heading", { name: "Conversation" }).waitFor();
  assert.equal(await panel(page, "Insights").count(), 0);
  assert.equal(asked.length, before, "nobody asks for what nobody wanted");
});

function panel(page, name) {
  return page.getByRole("region", { name, exact: true });
}
