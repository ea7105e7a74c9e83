// Roles.
import assert from "node:assert/strict";
import { test } from "node:test";

import { asAdministrator, heading, signIn, visit } from "../harness/visit.mjs";

const VIEWER = { login: "zritel", password: "длинный пароль зрителя" };

// An administrator adds somebody and reads the password that he tells him.
async function addViewer(world) {
  let given;
  await asAdministrator(world, async (page) => {
    await page.goto("/people");
    const form = page.locator("form", { has: page.getByRole("button", { name: "Добавить" }) });
    await form.getByLabel("Логин").fill(VIEWER.login);
    await form.getByLabel("Имя").fill("Зрителева Анна");
    await form.getByLabel("Роль").selectOption({ label: "наблюдатель" });
    await form.getByRole("button", { name: "Добавить" }).click();
    given = (await page.getByRole("main").locator("code.password").textContent()).trim();
  });
  return given;
}

export function people(world) {
  test("somebody new changes the password that he was given; a viewer sees and may not act", async () => {
    const given = await addViewer(world);
    await visit(world, {}, async (page) => {
      await signIn(page, { login: VIEWER.login, password: given });
      await page.goto("/held");
      assert.equal(new URL(page.url()).pathname, "/me", "first the password");
      await page.getByLabel("Нынешний пароль").fill(given);
      await page.getByLabel(/^Новый пароль(?! ещё)/).fill(VIEWER.password);
      await page.getByLabel("Новый пароль ещё раз").fill(VIEWER.password);
      await page.getByRole("button", { name: "Сменить пароль" }).click();
      await page.getByRole("status").getByText("ароль изменён").waitFor();

      await page.goto("/held");
      await page.getByRole("main").locator("tbody tr").first().getByRole("link").first().click();
      await page.getByRole("main").locator("tbody tr").first().waitFor();
      assert.equal(await page.getByRole("button", { name: "Повторить" }).count(), 0);
      assert.equal(await page.getByRole("link", { name: "Люди" }).count(), 0);
      // Nor by typing the address, nor by posting a form that he was not shown.
      const people = await page.goto("/people");
      assert.equal(people.status(), 403);
      assert.equal(await heading(page), "Нельзя");
      const csrf = await page.locator("form input[name=csrf]").first().inputValue();
      const form = { csrf, login: "vzlom", name: "Взлом", role: "administrator" };
      assert.equal((await page.request.post("/people/add", { form, maxRedirects: 0 })).status(), 403);
      const forged = { ...form, csrf: "не тот" };
      assert.equal((await page.request.post("/logout", { form: forged, maxRedirects: 0 })).status(), 403);
    });
    await asAdministrator(world, async (page) => {
      await page.goto("/audit");
      await page.getByText(VIEWER.login).first().waitFor();
      await page.goto("/people");
      assert.equal(await page.getByText("vzlom").count(), 0);
    });
  });
}
