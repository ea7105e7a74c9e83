// Fields that both sides have changed.
import assert from "node:assert/strict";
import { test } from "node:test";

import { isAccessible } from "../harness/axe.mjs";
import { pictures } from "../harness/pictures.mjs";
import { asAdministrator, until } from "../harness/visit.mjs";

const INN = "7736050003";

export function conflicts(world) {
  test("a conflict is decided field by field; both sides agree afterwards, and a decision can be undone", async () => {
    await asAdministrator(world, async (page) => {
      await page.goto("/held");
      await page.getByRole("link", { name: "Изменено с обеих сторон" }).click();
      await page.getByRole("main").getByRole("link", { name: "ПАО «Газпром»" }).first().click();
      await page.waitForURL(/\/records\//);
      await pictures(page, "record-in-conflict", (dress) => isAccessible(page, `a conflict, ${dress}`));

      const there = await page.request.get(await page.getByRole("link", { name: "открыть в Битрикс24" }).getAttribute("href"));
      assert.match(await there.text(), /Компания № \d+: ПАО «Газпром»/, "the link leads to the card");

      const row = (field) => page.getByRole("main").locator("tbody tr").filter({ has: page.getByRole("rowheader", { name: field }) });
      const agrees = (field) => async () => (await row(field).innerText()).includes("совпадает");
      await row("ФИО директора").getByRole("button", { name: "Взять из 1С" }).click();
      await page.getByRole("status").getByText("взято значение 1С").waitFor();
      await row("фактический адрес").getByRole("button", { name: "Взять из Битрикс24" }).click();
      await page.getByRole("status").getByText("взято значение Битрикс24").waitFor();

      await until(page, agrees("ФИО директора"), "the director");
      await until(page, agrees("фактический адрес"), "the address");
      assert.equal((await row("ФИО директора").innerText()).match(/Климов Пётр Ильич/g).length, 2, "either side");
      const asked = { "filter[RQ_INN]": INN, "select[]": "RQ_DIRECTOR" };
      const [requisite] = await world.demo.portal("crm.requisite.list", asked);
      assert.equal(requisite.RQ_DIRECTOR, "Климов Пётр Ильич", "the portal has what was chosen");
      await pictures(page, "record-that-agrees", (dress) => isAccessible(page, `a record, ${dress}`));

      // The newest decision is the address; the one below is taken back.
      const decisions = page.getByRole("main").locator("tbody tr").filter({ has: page.getByRole("button", { name: "Отменить" }) });
      await decisions.filter({ hasText: "директор" }).getByRole("button", { name: "Отменить" }).click();
      await page.getByRole("status").getByText("ешение отменено").waitFor();
      const disputed = async () => (await row("ФИО директора").innerText()).includes("изменено с обеих сторон");
      await until(page, disputed, "the conflict is open again");
      await page.goto("/audit");
      await page.getByRole("main").getByText("ПАО «Газпром»").first().waitFor();
    });
  });
}
