// From an empty folder to the first load, as somebody goes who has never seen Parom.
import assert from "node:assert/strict";
import { test } from "node:test";

import { isAccessible } from "../harness/axe.mjs";
import { startNewcomer } from "../harness/newcomer.mjs";
import { pictures } from "../harness/pictures.mjs";
import { heading, signIn, visit } from "../harness/visit.mjs";

const ANNA = { login: "anna", password: "кот на крыше" };

// The step that is to be done now, by its number.
const step = (page, number) => page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: new RegExp(`^${number}\\. `) }) });

// Everything that is asked before there are settings. The page has no scripts, so it works without them.
async function firstStart(world, newcomer) {
  let password;
  await visit({ browser: world.browser, demo: newcomer }, { javaScriptEnabled: false }, async (page) => {
    await page.goto("/");
    assert.equal(await heading(page), "Первый запуск");
    await page.getByLabel("Код, который напечатал Паром").fill("НЕ ТОТ КОД");
    await page.getByLabel("Адрес входящего вебхука").fill(newcomer.webhook);
    await page.getByRole("button", { name: "Проверить портал" }).click();
    await page.getByRole("alert").getByText("Код не тот").waitFor();

    await page.getByLabel("Код, который напечатал Паром").fill(newcomer.code);
    await page.getByLabel("Адрес входящего вебхука").fill(newcomer.webhook);
    await page.getByRole("button", { name: "Проверить портал" }).click();
    await page.getByText("портал отвечает").waitFor();
    assert.ok(!(await page.content()).includes(newcomer.webhook), "the webhook does not come back");
    await page.getByLabel("Логин администратора").fill(ANNA.login);
    await page.getByLabel("Имя", { exact: true }).fill("Анна Смирнова");
    await page.getByLabel("Пароль администратора").fill(ANNA.password);
    await page.getByRole("button", { name: "Записать и запустить" }).click();
    await page.getByRole("status").getByText("Настройки записаны").waitFor();
    password = (await page.locator("code.password").textContent()).trim();
  });
  assert.ok(password.length >= 20, "a password for 1C was made up");
  return password;
}

// The same pages with scripts, for axe and for people to look at. Nothing is written.
async function look(world, newcomer) {
  await visit({ browser: world.browser, demo: newcomer }, {}, async (page) => {
    await page.goto("/");
    await pictures(page, "first-start", (dress) => isAccessible(page, `the first start, ${dress}`));
    await page.getByLabel("Код, который напечатал Паром").fill(newcomer.code.toLowerCase());
    await page.getByLabel("Адрес входящего вебхука").fill(newcomer.webhook);
    await page.getByRole("button", { name: "Проверить портал" }).click();
    await page.getByText("портал отвечает").waitFor();
    await pictures(page, "first-start-portal", (dress) => isAccessible(page, `the portal was tried, ${dress}`));
  });
}

// What is to be done in the console.
async function wayInConsole(page, newcomer, password) {
  await page.goto("/");
  await page.getByRole("link", { name: "Продолжить настройку" }).click();
  assert.equal(await heading(page), "Первый запуск");
  // Nobody reloads: the page hears that the portal was looked at.
  await page.getByText("Шаг 3 из 8").waitFor();
  await pictures(page, "setup-fields", (dress) => isAccessible(page, `fields are missing, ${dress}`));
  await step(page, 3).getByRole("button", { name: "Создать недостающее" }).click();
  await page.getByText("поле компании «Код в 1С»").waitFor();
  await isAccessible(page, "fields were made");
  await page.getByRole("link", { name: "Дальше" }).click();

  await page.getByText("Шаг 4 из 8").waitFor();
  assert.equal((await newcomer.hello("не тот пароль")).status, 401);
  await step(page, 5).getByRole("alert").getByText("неверным логином или паролем").waitFor();
  await pictures(page, "setup-waits", (dress) => isAccessible(page, `1C is waited for, ${dress}`));
  assert.equal((await newcomer.hello(password)).status, 200);
  await page.getByText("Шаг 7 из 8").waitFor();
  await isAccessible(page, "1C has introduced itself");
}

// A file of 1C is planned, looked at, loaded.
async function firstLoad(page, newcomer) {
  await step(page, 7).getByRole("link", { name: "«Загрузка»" }).click();
  await page.getByLabel("Файл с контрагентами").setInputFiles(await newcomer.export("clients.jsonl"));
  await page.getByRole("button", { name: "Загрузить и составить план" }).click();
  await page.getByRole("button", { name: "Загрузить по этому плану" }).waitFor();
  await page.getByText("Будут созданы в Битрикс24").first().waitFor();
  await isAccessible(page, "the plan of the first load");
  page.once("dialog", (dialog) => dialog.accept());
  await page.getByRole("button", { name: "Загрузить по этому плану" }).click();
  await page.getByText("готово").first().waitFor();

  await page.goto("/setup");
  await page.getByText("Настройка закончена").waitFor();
  await pictures(page, "setup-done", (dress) => isAccessible(page, `the way has been gone, ${dress}`));
  assert.equal(await page.getByRole("navigation").getByRole("link", { name: "Первый запуск" }).count(), 0);
}

export function wizard(world) {
  test("from an empty folder to the first load: portal, fields, 1C, plan", { timeout: 180_000 }, async () => {
    const newcomer = await startNewcomer();
    try {
      await look(world, newcomer);
      const password = await firstStart(world, newcomer);
      await newcomer.isAtWork();
      await visit({ browser: world.browser, demo: newcomer }, {}, async (page) => {
        await page.goto("/setup");
        assert.equal(new URL(page.url()).pathname, "/login", "the console is closed to strangers");
        await signIn(page, ANNA);
        await wayInConsole(page, newcomer, password);
        await firstLoad(page, newcomer);
      });
      const { code, told } = await newcomer.exchange(password);
      assert.equal(code, 0, told);
      assert.match(told, /без изменений\s*│?\s*┆?\s*29/, "1C shows what was loaded, and nothing is done twice");
    } finally {
      await newcomer.stop();
    }
  });
}
