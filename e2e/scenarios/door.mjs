// Coming in and going out.
import assert from "node:assert/strict";
import { test } from "node:test";

import { isAccessible } from "../harness/axe.mjs";
import { pictures } from "../harness/pictures.mjs";
import { asAdministrator, heading, signIn, visit } from "../harness/visit.mjs";

export function door(world) {
  test("a stranger is led to the door, and after signing in to where he wanted to go", async () => {
    await visit(world, {}, async (page) => {
      await page.goto("/held");
      assert.equal(new URL(page.url()).pathname, "/login");
      assert.equal(await heading(page), "Вход");
      await pictures(page, "login", (dress) => isAccessible(page, `the door, ${dress}`));
      await page.getByLabel("Логин").fill(world.demo.login);
      await page.getByLabel("Пароль").fill(world.demo.password);
      await page.getByRole("button", { name: "Войти" }).click();
      await page.waitForURL("**/held");
    });
  });

  test("a wrong password is told, keeps the login and lets nobody in", async () => {
    await visit(world, {}, async (page) => {
      await page.goto("/login");
      await page.getByLabel("Логин").fill(world.demo.login);
      await page.getByLabel("Пароль").fill("совсем не тот пароль");
      await page.getByRole("button", { name: "Войти" }).click();
      await page.getByRole("alert").getByText("неверный логин или пароль", { exact: false }).waitFor();
      assert.equal(await page.getByLabel("Логин").inputValue(), world.demo.login);
      assert.equal(await page.getByLabel("Пароль").inputValue(), "");
      await isAccessible(page, "the door after a wrong password");
      await page.goto("/");
      assert.equal(new URL(page.url()).pathname, "/login");
    });
  });

  test("whoever guesses on has to wait, and is told so", async () => {
    await visit(world, {}, async (page) => {
      const guess = async (password) => {
        await page.goto("/login");
        await page.getByLabel("Логин").fill("ugadyvaet");
        await page.getByLabel("Пароль").fill(password);
        const answer = page.waitForResponse((response) => response.request().method() === "POST");
        await page.getByRole("button", { name: "Войти" }).click();
        return (await answer).status();
      };
      const statuses = [];
      for (let number = 1; number <= 7; number += 1) statuses.push(await guess(`догадка номер ${number}`));
      assert.equal(statuses.at(-1), 429, `${statuses}`);
      assert.notEqual(statuses[0], 429);
      await page.getByRole("alert").getByText("слишком много неверных паролей", { exact: false }).waitFor();
      await isAccessible(page, "the door that is shut for a while");
      // Somebody else at the same desk is let in.
      await signIn(page, world.demo);
    });
  });

  test("who signs out is out, also with the button for going back", async () => {
    await asAdministrator(world, async (page) => {
      await page.goto("/held");
      await page.getByRole("button", { name: "Выйти", exact: true }).click();
      await page.waitForURL("**/login");
      await page.goBack();
      await page.reload();
      assert.equal(new URL(page.url()).pathname, "/login");
    });
  });

  test("who signs out everywhere is out in the other browser too", async () => {
    await asAdministrator(world, async (here) => {
      await asAdministrator(world, async (there) => {
        await there.goto("/me");
        await there.getByRole("button", { name: "Выйти везде" }).click();
        await there.waitForURL("**/login**");
      });
      // A page that listens for news may have gone to the door by itself.
      await here.goto("/held").catch(() => undefined);
      await here.waitForURL("**/login**");
      await signIn(here, world.demo);
    });
  });
}
