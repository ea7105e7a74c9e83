// What waits for a person.
import assert from "node:assert/strict";
import { test } from "node:test";

import { asAdministrator } from "../harness/visit.mjs";

export function held(world) {
  test("a cause leads to its records, and one that is still wrong goes on waiting with its reason", async () => {
    await asAdministrator(world, async (page) => {
      await page.goto("/held");
      const cause = page.getByRole("main").locator("tbody tr").filter({ hasText: "ИНН" }).first();
      const title = (await cause.getByRole("link").first().textContent()).trim();
      await cause.getByRole("link").first().click();
      await page.getByRole("heading", { level: 1, name: title }).waitFor();
      const row = page.getByRole("main").locator("tbody tr").first();
      assert.ok((await row.locator("td").nth(1).textContent()).trim().length > 20, "it says what to do");
      await row.getByRole("button", { name: "Повторить" }).click();
      // Nothing was mended in 1C, so it waits again; the page says so.
      await page.locator(".flash").waitFor();
    });
  });
}
