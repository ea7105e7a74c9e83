// What waits for a person.
import assert from "node:assert/strict";
import { test } from "node:test";

import { isAccessible } from "../harness/axe.mjs";
import { csvRows, taken, workbookRows } from "../harness/files.mjs";
import { pictures } from "../harness/pictures.mjs";
import { asAdministrator, until } from "../harness/visit.mjs";

const CAUSE = "Неверный ИНН";
// Whoever opens a table with this name in Excel must not run it.
const FORMULA = '=HYPERLINK("http://example.com";"Скидка")';

async function openCause(page, cause) {
  await page.goto("/held");
  await page.getByRole("main").getByRole("link", { name: cause, exact: true }).first().click();
  await page.waitForURL(/\/held\/.+/);
}

export function held(world) {
  test("a cause leads to its records, and one that is still wrong goes on waiting with its reason", async () => {
    await asAdministrator(world, async (page) => {
      await openCause(page, CAUSE);
      const row = page.getByRole("main").locator("tbody tr").first();
      assert.ok((await row.locator("td").nth(1).textContent()).trim().length > 20, "it says what to do");
      await row.getByRole("button", { name: "Повторить" }).click();
      // Nothing was mended in 1C, so it waits again; the page says so.
      await page.getByRole("alert").getByText("ИНН").waitFor();
      await pictures(page, "held-cause", (dress) => isAccessible(page, `a cause, ${dress}`));
    });
  });

  test("all of a cause are tried again by a job that says what came of it", async () => {
    await asAdministrator(world, async (page) => {
      await openCause(page, CAUSE);
      const waiting = await page.getByRole("main").locator("tbody tr").count();
      assert.ok(waiting >= 7, `${waiting} wait`);
      await page.getByRole("button", { name: `Повторить все (${waiting})` }).click();
      await page.waitForURL(/\/jobs\//);
      await page.getByText("Ждут по-прежнему: причина осталась").waitFor();
      await pictures(page, "job-of-a-cause", (dress) => isAccessible(page, `a job, ${dress}`));
      await page.getByRole("link", { name: "Что ждёт с этой причиной" }).click();
      assert.equal(await page.getByRole("main").locator("tbody tr").count(), waiting, "nobody has mended them");
    });
  });

  test("what 1C rejected goes when it is tried again, once the period is open", async () => {
    await asAdministrator(world, async (page) => {
      await openCause(page, "1С отклонила");
      assert.equal(await page.getByRole("main").locator("tbody tr").count(), 2);
      await page.getByRole("button", { name: "Повторить все (2)" }).click();
      await page.waitForURL(/\/jobs\//);
      await page.getByText("Передаются снова").waitFor();
      await page.goto("/inquiries");
      const row = page.getByRole("main").locator("tbody tr").filter({ hasText: "Пусконаладка" });
      await until(page, async () => (await row.innerText()).includes("принята 1С"), "the deal");
    });
  });

  test("a record is dropped with a reason that its history and the audit keep", async () => {
    await asAdministrator(world, async (page) => {
      await openCause(page, CAUSE);
      const row = page.getByRole("main").locator("tbody tr").filter({ hasText: "ООО «Гидросервис»" });
      const record = await row.getByRole("link").first().getAttribute("href");
      await row.getByText("Снять", { exact: true }).click();
      await row.getByLabel("Почему передавать не нужно").fill("закрылись в прошлом году");
      await row.getByRole("button", { name: "Снять с передачи" }).click();
      await page.getByRole("status").getByText("больше не передаётся").waitFor();
      assert.equal(await row.count(), 0);
      await page.goto(record);
      await page.getByRole("main").getByText("закрылись в прошлом году").first().waitFor();
      await page.goto("/audit");
      await page.getByRole("main").getByText("ООО «Гидросервис»").first().waitFor();
    });
  });

  test("a cause is taken away for Excel: every record is there, and none of them is a formula", async () => {
    await world.demo.show([{ ref: "0b7e0b52-7a30-4f0e-9d3a-5a1c2f3d4e5f", code: "000000777", name: FORMULA, inn: "7605016031" }]);
    await asAdministrator(world, async (page) => {
      await openCause(page, CAUSE);
      const waiting = await page.getByRole("main").locator("tbody tr").count();
      const csv = await taken(page, "Выгрузить в CSV");
      assert.match(csv.headers["content-disposition"], /^attachment/);
      const rows = csvRows(csv.content);
      assert.equal(rows.length, waiting + 1, "the head and the records");
      assert.ok(rows.some((row) => row.includes(`'${FORMULA}`)), "an apostrophe keeps the formula from running");
      assert.ok(rows.flat().every((cell) => !/^[=+@-]/.test(cell)), "no cell begins as a formula");

      const book = workbookRows((await taken(page, "Выгрузить в Excel")).content);
      assert.equal(book.length, waiting + 1);
      assert.ok(book.some((row) => row.includes(FORMULA)), "a workbook has it as the text that it is");
    });
  });
}
