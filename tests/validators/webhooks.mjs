// node webhooks.mjs < calls.json: which calls the JavaScript library of Standard Webhooks accepts.
// A call has `secret`, `headers` and `body`.

import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

const accepted = JSON.parse(readFileSync(0, "utf-8")).map(({ secret, headers, body }) => {
  try {
    return Boolean(new Webhook(secret).verify(body, headers));
  } catch (error) {
    if (error.name !== "WebhookVerificationError" && !/signature/i.test(error.message)) throw error;
    return false;
  }
});
console.log(JSON.stringify(accepted));
