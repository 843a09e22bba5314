// The same recording for those who want no movement, see with colours of their own, or print it.
import assert from "node:assert/strict";
import { address, check, fits, given, onStage, root, until } from "./stage.mjs";

await onStage(async (page, open) => {
  const read = async (at) => {
    await at.goto(address.href);
    await at.getByRole("heading", { name: "Running" }).waitFor();
    await at.goto(root + given.recording);
    await at.getByRole("region", { name: "Conversation" }).waitFor();
  };

  // -- without movement --
  const calm = await open({ reducedMotion: "reduce", viewport: { width: 1280, height: 400 } });
  await read(calm);
  const moving = await calm.evaluate(() =>
    [...document.querySelectorAll("*")].filter((one) => {
      const style = getComputedStyle(one);
      return style.transitionDuration.split(",").some((time) => parseFloat(time) > 0) || style.animationName !== "none";
    }).length,
  );
  assert.equal(moving, 0, "nothing moves by itself");
  await calm.evaluate(() => {
    window.ways = [];
    const before = window.scrollTo;
    window.scrollTo = (how) => (window.ways.push(how.behavior), before.call(window, how));
  });
  await calm.keyboard.press("p"); // the last of the doubts, which is out of sight
  await until(async () => (await calm.evaluate(() => window.ways.length)) > 0);
  assert.ok((await calm.evaluate(() => window.ways)).every((one) => one === "auto"), "it does not glide there");
  await check(calm, "without movement");

  // -- with colours of one's own --
  const forced = await open({ forcedColors: "active", colorScheme: "dark" });
  await read(forced);
  await forced.keyboard.press("Tab");
  await check(forced, "with forced colours");
  const unseen = await forced.evaluate(() =>
    [...document.querySelectorAll("button, select, input:not([type=range]), .tag")].filter((one) => {
      const style = getComputedStyle(one);
      const isShown = one.getClientRects().length > 0 && !one.classList.contains("quiet");
      return isShown && style.borderTopStyle === "none" && style.outlineStyle === "none" && !one.closest("li, .editor");
    }).map((one) => one.outerHTML.slice(0, 80)),
  );
  assert.deepEqual(unseen, [], "what can be pressed has an edge");
  assert.equal(await forced.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), "solid");

  // -- on paper --
  await read(page);
  await page.emulateMedia({ media: "print" });
  const shown = (name) => page.locator(name).first().isVisible();
  for (const gone of [".top", ".deck", ".side", ".savebar", ".crumbs"]) assert.equal(await shown(gone), false, gone);
  assert.ok(await page.getByRole("heading", { level: 1 }).isVisible());
  const turns = await page.locator(".turns li").count();
  const printed = await page.locator(".turns li").evaluateAll((all) => all.filter((one) => one.checkVisibility({ contentVisibilityAuto: true }) && getComputedStyle(one.parentElement).contentVisibility === "visible").length);
  assert.equal(printed, turns, "all of it is printed");
  await fits(page, "the printed recording");
  const pdf = await page.pdf();
  return { turns, pages: pdf.toString("latin1").match(/\/Type \/Page\b/g)?.length ?? 0 };
});
