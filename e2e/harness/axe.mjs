// Whether a page can be used by everybody: axe's rules, of which serious and critical ones must hold.
import assert from "node:assert/strict";

import axe from "axe-core";

const GRAVE = ["serious", "critical"];

export async function isAccessible(page, what) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const grave = violations
    .filter((violation) => GRAVE.includes(violation.impact))
    .map(({ id, help, nodes }) => `${id}: ${help}\n    ${nodes.slice(0, 3).map((node) => node.html).join("\n    ")}`);
  assert.equal(grave.length, 0, `${what}:\n  ${grave.join("\n  ")}`);
}
