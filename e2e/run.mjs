// Scenarios in a browser against `parom demo`: what people do in the console, with real clicks and keys.
//
//   scripts/check-console            everything, as the build server does
//   node --test --test-reporter=spec --test-name-pattern=search e2e/run.mjs
//
// Pictures of pages and the log of the demo go to target/e2e.
import { after, before } from "node:test";

import { startBrowser } from "./harness/browser.mjs";
import { startDemo } from "./harness/demo.mjs";
import { scenarios } from "./scenarios/index.mjs";

// What scenarios share: the demo, the browser, and people who were made on the way.
const world = { demo: undefined, browser: undefined };

before(async () => {
  world.demo = await startDemo();
  world.browser = await startBrowser();
}, { timeout: 120_000 });

after(async () => {
  await world.browser?.close();
  await world.demo?.stop();
}, { timeout: 30_000 });

scenarios(world);
