// Every screen, in both colours, on a desktop and on a phone: axe finds nothing, nothing sticks out,
// and what screen readers are told is what stands in the tree beside it.
import { address, check, fits, given, onStage, root, tree } from "./stage.mjs";

await onStage(async (_, open) => {
  const seen = [];
  for (const width of given.widths)
    for (const colorScheme of ["light", "dark"]) {
      const page = await open({ viewport: { width, height: 820 }, colorScheme, hasTouch: width < 600 });
      await page.goto(`${root}#key=`);
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
      await look(page, "sign-in");
      await page.goto("about:blank");
      await page.goto(address.href);
      for (const [name, screen] of Object.entries(given.screens)) {
        await page.goto(root + screen.path);
        await page.getByText(screen.text).first().waitFor();
        for (const one of screen.keys ?? []) await page.keyboard.press(one);
        if (screen.then) await page.getByText(screen.then).first().waitFor();
        await look(page, name);
      }
      await page.context().close();
      async function look(at, name) {
        const what = `${name}, ${colorScheme}, ${width} wide`;
        await check(at, what);
        await fits(at, what);
        if (width > 600 && colorScheme === "light") await tree(at, name, name === "now" ? "body" : "main");
        seen.push(what);
      }
    }
  return seen;
});
