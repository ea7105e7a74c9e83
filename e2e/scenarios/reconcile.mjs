// Whether both sides agree.
import assert from "node:assert/strict";
import { test } from "node:test";

import { isAccessible } from "../harness/axe.mjs";
import { csvRows, taken, workbookRows } from "../harness/files.mjs";
import { pictures } from "../harness/pictures.mjs";
import { asAdministrator, heading, until } from "../harness/visit.mjs";

export function reconcile(world) {
  test("a reconciliation is begun, watched, read, taken away and printed", async () => {
    await asAdministrator(world, async (page) => {
      await page.goto("/reconciliation");
      const runs = page.getByRole("main").locator('tbody a[href^="/reconciliation/"]');
      const before = await runs.count();
      await page.getByRole("button", { name: "Начать сверку" }).click();
      await page.getByRole("status").waitFor();
      const ended = async () => (await runs.count()) > before && (await page.getByRole("main").locator("tbody tr").first().innerText()).includes("закончена");
      await until(page, ended, "the reconciliation");
      await runs.first().click();
      await page.waitForURL(/\/reconciliation\/\d+/);
      await pictures(page, "reconciliation-result", (dress) => isAccessible(page, `a result, ${dress}`));
      const pairs = page.getByRole("main").locator("dl.pairs");
      const found = Number(/Расхождений\s+(\d+)/.exec(await pairs.innerText())[1]);
      assert.ok(found > 0, "records with a wrong ИНН are not in the portal");

      const csv = csvRows((await taken(page, "Выгрузить в CSV")).content);
      assert.ok(csv.length > found, `${csv.length} rows for ${found} differences`);
      assert.ok(csv.some((row) => row.some((cell) => cell.includes("ЗАО «Старый клиент»"))));
      const book = workbookRows((await taken(page, "Выгрузить в Excel")).content);
      assert.deepEqual(book.map((row) => row[0]), csv.map((row) => row[0]), "both files say the same");

      await page.getByRole("link", { name: "Для печати" }).click();
      await page.waitForURL(/\/print/);
      assert.match(await heading(page), /^Сверка 1С и Битрикс24/);
      await page.emulateMedia({ media: "print" });
      assert.equal(await page.getByRole("navigation", { name: "Разделы" }).isVisible(), false);
      assert.equal(await page.getByRole("main").getByText("ЗАО «Старый клиент»").first().isVisible(), true);
      assert.ok((await page.pdf({ format: "A4" })).length > 10_000, "the printer gets it");
    });
  });

  test("a file is uploaded, its plan is watched and stopped; what is planned writes nothing", async () => {
    const line = (number) =>
      JSON.stringify({ ref: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`, name: `ООО «Клиент ${number}»`, inn: "" });
    const many = Array.from({ length: 60_000 }, (_, number) => line(number)).join("\n");
    const companies = async () => (await world.demo.portal("crm.company.list", { "select[]": "ID" })).length;
    const before = await companies();
    await asAdministrator(world, async (page) => {
      page.on("dialog", (dialog) => dialog.accept());
      await page.goto("/load");
      await page.getByLabel("Файл с контрагентами").setInputFiles({ name: "clients.jsonl", mimeType: "application/jsonl", buffer: Buffer.from(many) });
      await page.getByRole("button", { name: "Загрузить и составить план" }).click();
      await page.waitForURL(/\/jobs\//);
      await page.getByRole("progressbar", { name: "Сколько сделано" }).waitFor();
      await page.getByRole("button", { name: "Остановить" }).click();
      await page.getByRole("status").getByText("останавливается").waitFor();
      await page.getByText("остановлено", { exact: true }).waitFor();
    });
    assert.equal(await companies(), before);
  });
}
