// Every page: it opens, everybody can use it, no link leads nowhere, and people get pictures of it.
import assert from "node:assert/strict";
import { test } from "node:test";

import { isAccessible } from "../harness/axe.mjs";
import { pictures } from "../harness/pictures.mjs";
import { asAdministrator, heading } from "../harness/visit.mjs";

// Addresses that are asked for; a demo has a few hundred.
const LINKS_MAX = 400;
// Pages that somebody looks at in three dresses; of each kind one.
const KINDS_MAX = 40;

// The kind of a page: its address without numbers, identifiers and questions.
const kindOf = (path) => {
  const [, first, ...rest] = path.split("?")[0].split("/");
  const isWord = (part) => !/\d/.test(part);
  // Which cause and which kind of record makes no other page.
  const parts = first === "held" ? rest.map((part, place) => (place < 2 ? "x" : part)) : rest.map((part) => (isWord(part) ? part : "x"));
  return `/${[first, ...parts].join("/")}`;
};

const linksOf = (page) =>
  page.locator("a[href]").evaluateAll((links) => links.map((link) => new URL(link.href)).map(({ origin, pathname, search }) => ({ origin, path: pathname + search })));

export function everyPage(world) {
  test("every page opens, can be used by everybody, and is photographed", { timeout: 120_000 }, async () => {
    await asAdministrator(world, async (page) => {
      const seen = new Set();
      const queue = ["/", "/me"];
      while (queue.length > 0 && seen.size < KINDS_MAX) {
        const path = queue.shift();
        if (seen.has(kindOf(path))) continue;
        seen.add(kindOf(path));
        const answer = await page.request.get(path);
        if (!answer.headers()["content-type"]?.startsWith("text/html")) continue;
        await page.goto(path);
        assert.ok((await heading(page)).length > 0, path);
        const name = kindOf(path).replaceAll("/", "-").replace(/^-|-$/g, "") || "overview";
        await pictures(page, name, async (dress) => {
          await isAccessible(page, `${path}, ${dress}`);
          const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          assert.ok(tooWide <= 0, `${path} is ${tooWide} px wider than the screen (${dress})`);
        });
        const links = await linksOf(page);
        queue.push(...links.filter(({ origin }) => origin === world.demo.address).map(({ path }) => path));
      }
      assert.ok(seen.size >= 8, `only ${[...seen]} were found`);
    });
  });

  test("no link leads nowhere", { timeout: 120_000 }, async () => {
    await asAdministrator(world, async (page) => {
      const seen = new Set();
      const queue = [["/", "the beginning"]];
      const dead = [];
      while (queue.length > 0 && seen.size < LINKS_MAX) {
        const [path, from] = queue.shift();
        if (seen.has(path)) continue;
        seen.add(path);
        const answer = await page.request.get(path, { maxRedirects: 0 });
        if (answer.status() !== 200) dead.push(`${path} (on ${from}): ${answer.status()}`);
        if (!answer.headers()["content-type"]?.startsWith("text/html")) continue;
        const hrefs = [...(await answer.text()).matchAll(/<a\b[^>]*\bhref="([^"]*)"/g)].map((found) => found[1]);
        for (const href of hrefs) {
          const url = new URL(href.replaceAll("&amp;", "&"), `${world.demo.address}${path}`);
          if (url.origin === world.demo.address) queue.push([url.pathname + url.search, path]);
        }
      }
      assert.deepEqual(dead, []);
      assert.ok(seen.size > 10, `only ${seen.size} addresses were found`);
    });
  });
}
