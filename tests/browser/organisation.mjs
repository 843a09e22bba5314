// Sign in with the organisation: there and back, to the same screen; who it is and what that one may;
// out again. What another page has the browser ask for changes nothing.
import assert from "node:assert/strict";
import { check, given, onStage, root, tree } from "./stage.mjs";

await onStage(async (page) => {
  const here = `${root}${given.recording}#t=1`;
  await page.goto(here);
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  await page.getByRole("link", { name: "Sign in with your organisation" }).waitFor();
  await check(page, "the sign-in of an organisation");
  await tree(page, "organisation");
  await page.getByRole("link", { name: "Sign in with your organisation" }).click();
  await page.getByText("Anna of Example").waitFor();
  await page.getByRole("region", { name: "Transcript" }).getByRole("listitem").first().waitFor();
  assert.equal(new URL(page.url()).pathname, new URL(here).pathname, "one is back where one was");

  // -- what the roles allow is there, and nothing else --
  await page.getByRole("button", { name: "Play" }).waitFor();
  await page.getByRole("region", { name: "Doubts" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Done with this recording" }).count(), 0, "no review");
  await page.goto(root);
  await page.getByRole("heading", { name: "Running" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Files" }).count(), 0, "nothing is dropped");
  await check(page, "what a reader sees");

  // -- pages of others --
  const answers = [];
  page.on("response", (response) => response.url().includes("/cancel") && answers.push(response.status()));
  const foreign = new URL(root);
  foreign.hostname = "localhost"; // another site for the browser
  await page.goto(`${foreign.origin}/app/-/nothing`);
  await page.evaluate((action) => {
    const form = document.createElement("form");
    Object.assign(form, { method: "post", action });
    document.body.append(form);
    form.submit();
  }, `${new URL(root).origin}/api/${given.batch}/cancel`);
  await page.waitForURL(/cancel/);
  assert.deepEqual(answers, [403], "it is known who asks, and that it is not they");

  // -- and out --
  await page.goto(root);
  await page.getByRole("link", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  return {};
});
