// Measures one long recording; prints figures in milliseconds. See `benchmarks/page.py`.
import { address, given, onStage, root } from "./stage.mjs";

const KEYS = "the quick brown fox jumps over the lazy dog and goes on";

await onStage(async (page) => {
  await page.addInitScript(() => {
    // what a frame of the page costs
    const frames = (window.frames_ = []);
    const later = window.requestAnimationFrame.bind(window);
    window.requestAnimationFrame = (work) =>
      later((at) => {
        const begun = performance.now();
        work(at);
        frames.push(performance.now() - begun);
      });
    // when text is there, laid out and painted
    window.readable = (since) =>
      new Promise((done) => {
        const look = () => {
          if (!document.querySelector("[data-at]")) return later(look);
          document.body.getBoundingClientRect();
          later(() => setTimeout(() => done(performance.now() - since), 0));
        };
        look();
      });
    // when sound comes
    const play = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = function () {
      this.addEventListener("playing", () => (window.heardAt = performance.now()), { once: true });
      return play.call(this);
    };
  });
  // what the page's own thread takes of a processor, whoever else wants it
  const wire = await page.context().newCDPSession(page);
  await wire.send("Performance.enable", { timeDomain: "threadTicks" });
  const busy = async () => {
    const { metrics } = await wire.send("Performance.getMetrics");
    return 1000 * metrics.find((one) => one.name === "TaskDuration").value;
  };
  const busyIn = async (work) => {
    const before = await busy();
    const made = await work();
    return [made, (await busy()) - before];
  };
  let asked = 0;
  const count = () => (asked += 1);
  page.on("request", count);
  await page.goto(address.href);
  await page.getByRole("heading", { name: "Running" }).waitFor();
  const firstRequests = asked;
  page.off("request", count);

  // -- to read --
  await page.goto(root + given.recording.batch);
  const link = page.getByRole("link", { name: /long\.wav|Long/ }).last();
  await link.waitFor();
  const clicks = [];
  const busyClicks = [];
  for (let n = 0; n < 5; n += 1) {
    const [took, own] = await busyIn(() =>
      page.evaluate((path) => {
        const since = performance.now();
        document.querySelector(`a[href$="${path}"]`).click();
        return window.readable(since);
      }, given.recording.path),
    );
    clicks.push(took);
    busyClicks.push(own);
    await page.goBack();
    await link.waitFor();
  }
  const reloads = [];
  for (let n = 0; n < 3; n += 1) {
    await page.goto(root + given.recording.path, { waitUntil: "commit" });
    reloads.push(await page.evaluate(() => window.readable(0)));
  }
  const utterances = await page.locator("[data-at]").count();
  const words = (await page.locator("[data-at]").allTextContents()).join(" ").trim().split(/\s+/).length;

  // -- to type --
  await page.locator(`[data-at="${Math.floor(utterances / 2)}"]`).dblclick();
  const field = page.getByRole("textbox", { name: "Text of this utterance" });
  await field.waitFor();
  await page.evaluate(() => {
    window.keys = [];
    let begun = 0;
    addEventListener("keydown", () => (begun = performance.now()), true);
    addEventListener("input", () => {
      document.body.getBoundingClientRect(); // styles and layout belong to the key
      window.keys.push(performance.now() - begun);
    });
  });
  const [, busyKeys] = await busyIn(() => page.keyboard.type(KEYS, { delay: 30 }));
  const keys = await page.evaluate(() => window.keys);
  const keeping = await page.evaluate(async () => {
    const since = performance.now();
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
    return performance.now() - since;
  });

  // -- to follow --
  await page.locator("main").focus();
  await page.getByRole("combobox", { name: "Speed" }).selectOption("3");
  await page.locator("main").focus();
  await page.evaluate(() => (window.frames_.length = 0));
  const [, busyFrames] = await busyIn(async () => {
    await page.keyboard.press("Space");
    await page.waitForTimeout(8_000);
    await page.keyboard.press("Space");
  });
  const codeOfFrames = await traced(wire, "FireAnimationFrame", async () => {
    await page.keyboard.press("Space");
    await page.waitForTimeout(4_000);
    await page.keyboard.press("Space");
  });
  const frames = await page.evaluate(() => window.frames_);
  await page.getByRole("combobox", { name: "Speed" }).selectOption("1");
  await page.locator("main").focus();

  // -- to hear what is in doubt: the first time it may have to be fetched, then it is there --
  const fetched = [];
  const cached = [];
  const hear = async (key) => {
    const took = await page.evaluate(async (name) => {
      window.heardAt = 0;
      const since = performance.now();
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true }));
      while (!window.heardAt) await new Promise((done) => setTimeout(done, 1));
      return window.heardAt - since;
    }, key);
    await page.evaluate(() => document.body.dispatchEvent(new KeyboardEvent("keydown", { key: " ", bubbles: true })));
    return took;
  };
  for (let n = 0; n < 6; n += 1) {
    fetched.push(await hear("n"));
    for (const [key, into] of [["p", null], ["n", cached], ["p", null], ["n", cached]]) {
      const took = await hear(key);
      into?.push(took);
    }
  }
  const worst = (all) => Math.max(...all);
  return {
    words,
    utterances,
    readable_ms: round(Math.max(middle(clicks), middle(reloads))),
    readable_by_click_ms: clicks.map(round),
    readable_by_reload_ms: reloads.map(round),
    readable_busy_ms: round(middle(busyClicks)),
    typing_busy_ms: round(busyKeys / KEYS.length),
    frame_busy_ms: round(busyFrames / frames.length),
    frame_code_busy_ms: round(most(codeOfFrames)),
    typing_ms: round(most(keys)),
    typing_worst_ms: round(worst(keys)),
    keeping_ms: round(keeping),
    frames: frames.length,
    frame_ms: round(most(frames)),
    frame_worst_ms: round(worst(frames)),
    key_to_sound_ms: round(most(cached)),
    key_to_sound_median_ms: round(middle(cached)),
    key_to_sound_fetched_ms: round(middle(fetched)),
    first_requests: firstRequests,
  };
});

/** What each event of that name took of its thread meanwhile. */
async function traced(wire, name, work) {
  const found = [];
  const take = ({ value }) => found.push(...value.filter((one) => one.name === name));
  wire.on("Tracing.dataCollected", take);
  await wire.send("Tracing.start", { transferMode: "ReportEvents", traceConfig: { includedCategories: ["devtools.timeline"] } });
  await work();
  const over = new Promise((done) => wire.once("Tracing.tracingComplete", done));
  await wire.send("Tracing.end");
  await over;
  return found.map((one) => (one.tdur ?? one.dur) / 1000);
}

function round(ms) {
  return Math.round(10 * ms) / 10;
}

/** 95 of 100 are within it. */
function most(all) {
  return [...all].sort((a, b) => a - b)[Math.min(all.length - 1, Math.ceil(0.95 * all.length) - 1)];
}

function middle(all) {
  return [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];
}
