// standardwebhooks.js HEADERS BODY KEY: what a receiver does with the published package.
const { readFileSync } = require("fs");
const { Webhook } = require("standardwebhooks");
const [headersFile, bodyFile, keyFile] = process.argv.slice(2);
const headers = Object.fromEntries(readFileSync(headersFile, "utf8").trim().split("\n").map((line) => line.split(/: (.*)/).slice(0, 2)));
const body = readFileSync(bodyFile, "utf8");
const webhook = new Webhook(readFileSync(keyFile, "utf8").trim());
webhook.verify(body, headers);
for (const [changed, what] of [[body + " ", headers], [body, { ...headers, "webhook-id": "other" }]]) {
  let refused = false;
  try { webhook.verify(changed, what); } catch { refused = true; }
  if (!refused) { console.error("a changed message was accepted"); process.exit(1); }
}
console.log("accepted, and what was changed was refused");
