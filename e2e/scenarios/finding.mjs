// One box for everything.
import assert from "node:assert/strict";
import { test } from "node:test";

import { isAccessible } from "../harness/axe.mjs";
import { pictures } from "../harness/pictures.mjs";
import { asAdministrator, heading } from "../harness/visit.mjs";

// What is found for a question, as titles.
async function found(page, question) {
  const box = page.getByRole("banner").getByRole("searchbox");
  await box.fill(question);
  await box.press("Enter");
  await page.waitForURL(/\/search\?/);
  return page.getByRole("main").locator("tbody tr td:first-child").allTextContents();
}

export function finding(world) {
  test("a counterparty is found by a word of its name, by its ИНН and by the beginning of it", async () => {
    await asAdministrator(world, async (page) => {
      const byName = await found(page, "яндекс");
      assert.ok(byName.some((title) => /яндекс/i.test(title)), `${byName}`);
      const row = page.getByRole("main").locator("tbody tr").filter({ hasText: /яндекс/i }).first();
      const inn = /ИНН (\d{10})/.exec(await row.textContent())[1];
      const title = (await row.getByRole("link").first().textContent()).trim();
      await row.getByRole("link").first().click();
      await page.waitForURL(/\/records\//);
      assert.match(await heading(page), /яндекс/i);

      const exact = await found(page, inn);
      assert.ok(exact.some((one) => one.includes(title) && one.includes("точно")), `${inn}: ${exact}`);
      await pictures(page, "search", (dress) => isAccessible(page, `what was found, ${dress}`));
      const begun = await found(page, inn.slice(0, 6));
      assert.ok(begun.some((one) => one.includes(title)), `${inn.slice(0, 6)}: ${begun}`);
    });
  });

  test("what is not there is said not to be", async () => {
    await asAdministrator(world, async (page) => {
      assert.deepEqual(await found(page, "такого нет нигде"), []);
      await page.getByText("Ничего не найдено").waitFor();
      // What somebody types stays text.
      await found(page, "<script>document.title='взлом'</script>");
      assert.match(await page.title(), /^Поиск/);
    });
  });
}
