// Takes the pictures of the docs: every screen, in both colours, on a desktop and on a phone.
import { mkdir } from "node:fs/promises";
import { address, check, fits, given, onStage, root } from "./stage.mjs";

await mkdir(given.folder, { recursive: true });
await onStage(async (_, open) => {
  const taken = [];
  for (const width of given.widths)
    for (const colours of ["light", "dark"]) {
      const size = { width, height: width < 600 ? 780 : 820 };
      const page = await open({ viewport: size, colorScheme: colours, hasTouch: width < 600 });
      await page.goto(address.href);
      for (const [name, screen] of Object.entries(given.screens)) {
        const path = `${given.folder}/${name}-${colours}${width < 600 ? "-phone" : ""}.png`;
        await page.goto(root + screen.path);
        await page.getByText(screen.text).first().waitFor();
        for (const one of screen.keys ?? []) await page.keyboard.press(one);
        if (screen.files) await page.getByLabel("Files").setInputFiles(screen.files);
        if (screen.then) await page.getByText(screen.then).first().waitFor();
        await page.waitForTimeout(300); // what moves has come to rest
        await check(page, path);
        await fits(page, path);
        await page.screenshot({ path });
        taken.push(path);
      }
      await page.context().close();
    }
  return taken;
});
