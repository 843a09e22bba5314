// What browsers cannot play is heard by its listening copy: its wave, its silence, and every place of it
// where it should be.
import assert from "node:assert/strict";
import { address, check, given, onStage, root, tree, until } from "./stage.mjs";

await onStage(async (page) => {
  await page.addInitScript(() => {
    const play = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = function () {
      window.sound = this;
      return play.call(this);
    };
  });
  const asked = [];
  page.on("response", (response) => response.url().endsWith("/listening") && asked.push(response.status()));
  await page.goto(address.href);
  await page.getByRole("heading", { name: "Running" }).waitFor();
  await page.goto(root + given.recording);
  await page.getByRole("region", { name: "Transcript" }).getByRole("listitem").first().waitFor();

  // -- made while one waits, and then there --
  const skips = page.getByRole("checkbox", { name: "Skip silence" });
  await skips.waitFor({ timeout: 60_000 });
  assert.deepEqual([asked[0], asked.at(-1)], [202, 200]);
  await check(page, "a recording with its wave");
  await tree(page, "listening", ".deck");
  const loud = await page.evaluate(drawn, [0.1, 0.4]);
  assert.ok(loud > 0.3, `${loud} of the wave is drawn where it is loud`);
  assert.equal(await page.evaluate(drawn, [0.52, 0.65]), 0, "it is flat where it is silent");

  // -- heard --
  await page.keyboard.press("Space");
  await until(() => page.evaluate(() => window.sound?.currentTime > 0.2));
  assert.ok((await page.evaluate(() => window.sound.src)).includes("/listening/"));
  await page.keyboard.press("Space");

  // -- without silence --
  await skips.check();
  await page.getByRole("slider", { name: "Position" }).fill(String(given.silence[0] * 10 - 5));
  await page.locator("main").focus();
  await page.keyboard.press("Space");
  await until(() => page.evaluate((end) => window.sound.currentTime > end - 0.5, given.silence[1]), 12);
  await page.keyboard.press("Space");

  // -- asked for before it is known where the sound is --
  let isFirst = true;
  await page.route("**/listening", async (route) => {
    const isSlow = isFirst;
    isFirst = false;
    if (isSlow) await new Promise((resolve) => setTimeout(resolve, 1_500));
    await route.continue();
  });
  await page.reload();
  await page.getByRole("region", { name: "Transcript" }).getByRole("listitem").first().waitFor();
  await page.keyboard.press("Space");
  await until(() => page.evaluate(() => window.sound?.currentTime > 1));
  await page.waitForTimeout(1_500);
  assert.ok(await page.evaluate(() => !window.sound.paused), "what comes late stops nothing");
  await page.keyboard.press("Space");

  // -- exactly --
  const url = await page.evaluate(() => window.sound.src);
  const heard = [];
  for (const at of given.places) heard.push(await page.evaluate(listened, [url, at]));
  return { heard };
});

/** How much of a line beside the middle of the wave is drawn, in a part of its width. */
function drawn([from, to]) {
  const canvas = document.querySelector(".lanes canvas");
  const { width, height } = canvas;
  const line = Math.round(height - 11 * devicePixelRatio);
  const row = canvas.getContext("2d").getImageData(0, line, width, 1).data;
  const some = [...row].filter((_, at) => at % 4 === 3).slice(from * width, to * width);
  return some.filter((each) => each > 0).length / some.length;
}

/** Samples of the sound as it comes from there on, and how long the browser says that all of it is. */
async function listened([url, at]) {
  const sound = new Audio();
  sound.crossOrigin = "anonymous";
  sound.src = `${url}&for=${at}`; // what was loaded without leave to look into it is not used again
  await new Promise((done, fail) => {
    sound.onloadedmetadata = done;
    sound.onerror = () => fail(new Error(sound.error.message));
  });
  const context = new AudioContext({ sampleRate: 16_000 });
  await context.resume();
  const samples = [];
  const tap = context.createScriptProcessor(1024, 1, 1);
  const full = new Promise((done) => {
    tap.onaudioprocess = ({ inputBuffer }) => {
      const data = inputBuffer.getChannelData(0);
      if (samples.length || data.some((each) => each)) samples.push(...data);
      if (samples.length > 6_000) done();
    };
  });
  context.createMediaElementSource(sound).connect(tap).connect(context.destination);
  sound.currentTime = at;
  await new Promise((done) => (sound.onseeked = done));
  await sound.play();
  await full;
  sound.pause();
  await context.close();
  const first = samples.findIndex((each) => each);
  return { duration: sound.duration, samples: samples.slice(first, first + 4_000).map((each) => Math.round(each * 32_768)) };
}
