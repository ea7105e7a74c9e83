// Without a mouse.
import assert from "node:assert/strict";
import { test } from "node:test";

import { visit } from "../harness/visit.mjs";

const focused = (page) => page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200) ?? "");

export function keyboard(world) {
  test("somebody without a mouse signs in, searches, opens a record and goes", async () => {
    await visit(world, {}, async (page) => {
      await page.goto("/login");
      // The first field has the focus already.
      await page.keyboard.type(world.demo.login);
      await page.keyboard.press("Tab");
      await page.keyboard.type(world.demo.password);
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Выйти", exact: true }).waitFor();

      // The first stop of every page leads over the head to what it is about.
      await page.keyboard.press("Tab");
      assert.match(await focused(page), /К содержанию/);
      await page.keyboard.press("Enter");
      assert.equal(new URL(page.url()).hash, "#main");

      await page.keyboard.press("/");
      assert.match(await focused(page), /type="search"/);
      await page.keyboard.type("яндекс");
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/search\?/);
      await page.keyboard.press("j");
      await page.keyboard.press("Enter");
      await page.waitForURL(/\/records\//);
    });
  });

  test("the focus is seen wherever it stands", async () => {
    await visit(world, {}, async (page) => {
      await page.goto("/login");
      for (let stop = 0; stop < 3; stop += 1) {
        const style = await page.evaluate(() => {
          const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(document.activeElement);
          return { outlineStyle, outlineWidth, boxShadow };
        });
        const isSeen = (style.outlineStyle !== "none" && style.outlineWidth !== "0px") || style.boxShadow !== "none";
        assert.ok(isSeen, `${await focused(page)}: ${JSON.stringify(style)}`);
        await page.keyboard.press("Tab");
      }
    });
  });
}
