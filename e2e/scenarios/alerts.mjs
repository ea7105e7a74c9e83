// Silence for a while.
import assert from "node:assert/strict";
import { test } from "node:test";

import { asAdministrator } from "../harness/visit.mjs";

export function alerts(world) {
  test("somebody asks for silence about the disk, and then for none", async () => {
    await asAdministrator(world, async (page) => {
      await page.goto("/alerts");
      await page.getByLabel("Не сообщать").selectOption("disk");
      await page.getByLabel("Сколько").selectOption("24");
      await page.getByRole("button", { name: "Замолчать" }).click();
      await page.getByRole("status").getByText("Мало места на диске").waitFor();
      const muted = page.getByRole("row").filter({ hasText: "Мало места на диске" }).filter({ hasText: world.demo.login });
      await muted.getByRole("button", { name: "Сообщать снова" }).click();
      await page.getByRole("status").getByText(/нова сообщаем/).waitFor();
      assert.equal(await muted.count(), 0);
    });
  });
}
