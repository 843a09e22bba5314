// What all scenes share: a browser on the page, somebody who is signed in, and what must never be:
// an error, a breach of the page's own policy, something that axe finds.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export const given = JSON.parse(process.env.GIVEN ?? "{}");
export const address = new URL(process.env.PAGE);
export const key = new URLSearchParams(address.hash.slice(1)).get("key");
export const root = address.origin + address.pathname;

/** Plays `scene` with a page that watches for what must never be, and says what the scene gives. */
export async function onStage(scene, options = {}) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
  });
  const trouble = [];
  const open = async (more = {}) => {
    const context = await browser.newContext({
      locale: "en-GB",
      timezoneId: "Europe/London",
      viewport: { width: 1280, height: 820 },
      ...options,
      ...more,
    });
    await context.addInitScript(() =>
      addEventListener("securitypolicyviolation", (one) => console.error(`the policy forbids ${one.blockedURI} by ${one.effectiveDirective}`)),
    );
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    page.on("pageerror", (error) => trouble.push(String(error.stack)));
    page.on("console", (message) => {
      if (message.type() === "error" && !isOfTheNetwork(message.text())) trouble.push(message.text());
    });
    return page;
  };
  const page = await open();
  try {
    const said = await scene(page, open);
    assert.deepEqual(trouble, []);
    console.log(JSON.stringify(said ?? {}));
  } catch (error) {
    console.log(trouble.join("\n"), await page.locator("body").ariaSnapshot().catch(() => ""));
    throw error;
  } finally {
    await browser.close();
  }
}

/** A lost connection and a refusal are told by the browser, too; those are part of the scenes. */
function isOfTheNetwork(text) {
  return text.startsWith("Failed to load resource") || text.includes("net::ERR_");
}

/** Fails with what axe finds: nothing may be there. What lies half beneath a bar that stays in its
 * place is looked at once more where it can be scrolled to. */
export async function check(page, what) {
  const first = await found(page, "document", RULES);
  const left = [];
  for (const one of first) {
    if (!one.told.includes("obscured")) left.push(one.told);
    else {
      await page.evaluate((place) => document.querySelector(place)?.scrollIntoView({ block: "center" }), one.place);
      left.push(...(await found(page, JSON.stringify(one.place), ["target-size"], "rule")).map((again) => again.told));
    }
  }
  assert.deepEqual(left, [], `axe finds on ${what}`);
}

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

function found(page, part, values, type = "tag") {
  return page.evaluate(`(async () => {
    const module = { exports: {} };
    ${AXE};
    const axe = module.exports.run ? module.exports : window.axe;
    const result = await axe.run(${part}, { runOnly: { type: "${type}", values: ${JSON.stringify(values)} } });
    return result.violations.flatMap((one) => one.nodes.map((node) => ({
      place: node.target.join(" "),
      told: one.id + ": " + node.html + " " + (node.any[0] ?? node.all[0] ?? node.none[0])?.message,
    })));
  })()`);
}

/** Fails where what screen readers are told does not become what `trees/NAME.yml` says. Where there is
 * none it is written, and the scene goes on. What differs from run to run, such as times of the day,
 * stands there as a word. What is around every screen stands in one of them. */
export async function tree(page, name, part = "main") {
  const file = new URL(`trees/${name}.yml`, import.meta.url);
  const told = async () => plain(await page.locator(part).ariaSnapshot());
  if (!existsSync(file)) {
    let before = "";
    while (before !== (before = await told()) || before.includes("Loading")) await page.waitForTimeout(3_000);
    writeFileSync(file, before);
  }
  const expected = readFileSync(file, "utf8");
  const end = Date.now() + 15_000;
  let now = await told();
  while (now !== expected && Date.now() < end) {
    await page.waitForTimeout(200);
    now = await told();
  }
  const [lines, wanted] = [now, expected].map((text) => text.split("\n"));
  const more = lines.filter((line) => !wanted.includes(line));
  const less = wanted.filter((line) => !lines.includes(line));
  assert.ok(now === expected, `of ${name} is told\n${more.join("\n")}\nand not\n${less.join("\n")}`);
}

function plain(snapshot) {
  const words = [
    [/key-[0-9a-f]{16}|[0-9a-f]{32}/g, "ID"],
    [/api-[0-9a-f]{24}|(?:api|default|calls)-\d{8}[0-9A-Za-z-]*/g, "BATCH"],
    [/(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?\d{1,2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)[a-z]*(?: \d{4})?(?:, \d\d:\d\d)?/g, "DAY"],
    [/\b\d\d:\d\d\b(?!:)/g, "TIME"],
    [/day=\d{4}-\d\d-\d\d/g, "day=DAY"],
    [/Updated (?:just now|\d+ s ago)/g, "Updated AGO"],
    [/\?(batch=)[^\s"]*/g, "?$1BATCH"],
    [/\bs\d+\/|[0-9a-f]{24}\//g, "FOLDER/"],
    [/button "(?:Play|Pause)"/g, 'button "Play"'],
    [/[\d:]+(\s+- slider "Position"): "\d+"/g, 'AT$1: "AT"'],
    [/^( *)- complementary "Services":(?:\n\1 +.*)*/gm, '$1- complementary "Services"'],
    [/^- status:.*(?:\n {2,}.*)*/gm, "- status"],
    [/kept in this browser at [\d:]+/g, "kept in this browser at TIME"],
  ];
  return `${words.reduce((text, [found, word]) => text.replace(found, word), snapshot)}\n`;
}

/** Nothing sticks out to the side. */
export async function fits(page, what) {
  const [inside, outside] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(inside <= outside, `${what} is ${inside} wide on a screen of ${outside}`);
}

/** Returns as soon as it is so. */
export async function until(isSo, seconds = 30) {
  const end = Date.now() + 1000 * seconds;
  while (!(await isSo())) {
    assert.ok(Date.now() < end, `not in time: ${isSo}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
