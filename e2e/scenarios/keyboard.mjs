// Without a mouse.
import assert from "node:assert/strict";
import { test } from "node:test";

import { asAdministrator, heading, visit } from "../harness/visit.mjs";

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

  test("everything is found from the keyboard: an ИНН, a code of 1C, a deal, the number of a document", async () => {
    const wanted = [
      ["7736207543", /\/records\//, /яндекс/i],
      ["000000101", /\/records\//, /газпром/i],
      ["40501", /\/inquiries\/40501/, /Поставка насосов/],
      ["СЧ-0001", /\/inquiries\/40501/, /Поставка насосов/],
    ];
    await asAdministrator(world, async (page) => {
      for (const [question, address, title] of wanted) {
        await page.keyboard.press("/");
        await page.keyboard.type(question);
        await page.keyboard.press("Enter");
        await page.waitForURL((url) => url.searchParams.get("q") === question);
        await page.keyboard.press("j");
        await page.keyboard.press("Enter");
        await page.waitForURL(address);
        assert.match(await heading(page), title, question);
      }
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
