// Without scripts.
import assert from "node:assert/strict";
import { test } from "node:test";

import { asAdministrator, heading } from "../harness/visit.mjs";

export function plain(world) {
  test("everything works without scripts: signing in, search, a record, the look, going", async () => {
    const tell = async (page) => {
      assert.equal(await heading(page), "Обзор");
      await page.getByRole("banner").getByRole("searchbox").fill("яндекс");
      await page.getByRole("banner").getByRole("searchbox").press("Enter");
      await page.getByRole("main").getByRole("link", { name: /яндекс/i }).first().click();
      assert.match(await heading(page), /яндекс/i);
      const theme = () => page.locator("html").getAttribute("data-theme");
      const before = await theme();
      await page.getByRole("button", { name: /Вид страницы/ }).click();
      assert.notEqual(await theme(), before);
      assert.match(await heading(page), /яндекс/i);
      await page.getByRole("button", { name: "Выйти", exact: true }).click();
      assert.equal(await heading(page), "Вход");
    };
    await asAdministrator(world, tell, { javaScriptEnabled: false });
  });
}
