// Whether a page can be used by everybody: axe's rules, of which serious and critical ones must hold.
import assert from "node:assert/strict";

import axe from "axe-core";

const GRAVE = ["serious", "critical"];

async function complaints(page) {
  // A part that loads itself anew is pale for a moment.
  await page.locator(".htmx-request").first().waitFor({ state: "detached" });
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations
    .filter((violation) => GRAVE.includes(violation.impact))
    .map(({ id, help, nodes }) => `${id}: ${help}\n    ${nodes.slice(0, 3).map((node) => node.html).join("\n    ")}`);
}

export async function isAccessible(page, what) {
  let grave = await complaints(page);
  // It may have begun to load while axe looked; what is wrong is wrong the second time too.
  if (grave.length > 0) grave = await complaints(page);
  assert.equal(grave.length, 0, `${what}:\n  ${grave.join("\n  ")}`);
}
