// Somebody in front of a browser. What the page complains of, and whatever it asks of strangers, fails the scenario.
import assert from "node:assert/strict";

export const WIDE = { width: 1280, height: 900 };
export const PHONE = { width: 390, height: 844 };

const LONGEST_WAIT_MS = 10_000;

// Opens a browser for one person, hands its page to `story`, and closes it.
export async function visit(world, options, story) {
  const context = await world.browser.newContext({
    baseURL: world.demo.address,
    locale: "ru-RU",
    viewport: WIDE,
    reducedMotion: "reduce",
    ...options,
  });
  context.setDefaultTimeout(LONGEST_WAIT_MS);
  const complaints = [];
  context.on("request", (request) => {
    const url = new URL(request.url());
    // The viewer for PDF is a part of the browser.
    const isBrowsers = ["data:", "chrome:", "chrome-extension:"].includes(url.protocol);
    const isOurs = url.origin === world.demo.address || isBrowsers;
    if (!isOurs) complaints.push(`the page asks a stranger: ${request.url()}`);
  });
  context.on("response", (response) => {
    if (response.status() >= 500) complaints.push(`${response.status()} for ${response.url()}`);
  });
  context.on("weberror", (error) => complaints.push(`a script failed: ${error.error()}`));
  context.on("console", (message) => {
    // A status that the scenario wants to see (a wrong password, a refusal) is told by the browser too.
    const isStatus = message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !isStatus) complaints.push(`the console says: ${message.text()}`);
  });
  try {
    await story(await context.newPage());
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
}

// Fills in the door and waits for what is behind it.
export async function signIn(page, { login, password }) {
  await page.goto("/login");
  await page.getByLabel("Логин").fill(login);
  await page.getByLabel("Пароль").fill(password);
  await page.getByRole("button", { name: "Войти" }).click();
  await page.getByRole("button", { name: "Выйти", exact: true }).waitFor();
}

// A visit of the administrator of the demo, signed in.
export function asAdministrator(world, story, options = {}) {
  return visit(world, options, async (page) => {
    await signIn(page, world.demo);
    await story(page);
  });
}

// The heading of the page, which every page has once.
export async function heading(page) {
  const headings = page.getByRole("heading", { level: 1 });
  assert.equal(await headings.count(), 1, `${page.url()} has not one heading of the first level`);
  return (await headings.textContent()).trim();
}

// Loads the page anew until `isSo`; whatever travels is there within seconds.
export async function until(page, isSo, what) {
  for (const begun = Date.now(); Date.now() - begun < 30_000; ) {
    if (await isSo()) return;
    await page.waitForTimeout(300);
    await page.reload();
  }
  assert.fail(`${what}: not within 30 s\n${await page.getByRole("main").innerText()}`);
}
