// Deals with what 1C made of them.
import assert from "node:assert/strict";
import { test } from "node:test";

import { isAccessible } from "../harness/axe.mjs";
import { pictures } from "../harness/pictures.mjs";
import { asAdministrator, heading } from "../harness/visit.mjs";

export function papers(world) {
  test("a deal shows its «Запрос», its documents can be opened, and what was paid adds up", async () => {
    await asAdministrator(world, async (page) => {
      await page.goto("/inquiries");
      await page.getByRole("main").getByRole("link", { name: "Поставка насосов" }).first().click();
      await page.waitForURL(/\/inquiries\/\d+/);
      assert.match(await heading(page), /Поставка насосов/);
      // 70 000 came and 10 000 went back.
      assert.match((await page.getByRole("main").innerText()).replace(/\s/g, " "), /60 000,00/);

      const files = page.getByRole("main").locator('a[type="application/pdf"]');
      assert.ok((await files.count()) >= 3, "an offer, a contract and an invoice");
      const answer = await page.request.get(await files.first().getAttribute("href"));
      assert.equal(answer.status(), 200);
      assert.equal(answer.headers()["content-type"], "application/pdf");
      assert.match(answer.headers()["content-disposition"], /^inline/);
      const content = await answer.body();
      assert.equal(content.subarray(0, 5).toString(), "%PDF-");
      assert.match(content.subarray(-64).toString(), /%%EOF/);
      assert.equal(answer.headers()["x-content-type-options"], "nosniff");
      await pictures(page, "inquiry-with-papers", (dress) => isAccessible(page, `a deal, ${dress}`));
    });
  });

  test("a document opens in the viewer of the browser, and nothing in it may run", async () => {
    await asAdministrator(world, async (page) => {
      await page.goto("/documents");
      const link = page.getByRole("main").getByRole("link", { name: /^Счёт/ });
      const href = await link.getAttribute("href");
      const shown = page.waitForResponse((response) => response.url().endsWith(href));
      await link.click();
      assert.equal((await shown).status(), 200);
      const isViewer = (frame) => frame.url().startsWith("chrome-extension://");
      for (let look = 0; look < 40 && !page.frames().some(isViewer); look += 1) await page.waitForTimeout(250);
      assert.ok(page.frames().some(isViewer), "the browser shows it and does not save it");
      const headers = (await page.request.get(href)).headers();
      assert.match(headers["content-security-policy"], /default-src 'none'/);
      assert.doesNotMatch(headers["content-security-policy"], /script-src/);
    });
  });
}
