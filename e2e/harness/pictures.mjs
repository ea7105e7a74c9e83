// Pictures of a page for people to look at: light, dark, and as wide as a phone.
import { join } from "node:path";

import { artefacts } from "./paths.mjs";
import { PHONE, WIDE } from "./visit.mjs";

const LOOKS = [
  { name: "light", colorScheme: "light", size: WIDE },
  { name: "dark", colorScheme: "dark", size: WIDE },
  { name: "phone", colorScheme: "light", size: PHONE },
];

// `look` is done in each look, before the picture is taken.
export async function pictures(page, name, look = async () => {}) {
  for (const { name: dress, colorScheme, size } of LOOKS) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(size);
    await look(dress);
    await page.screenshot({ path: join(artefacts, `${name}-${dress}.png`), fullPage: true, animations: "disabled" });
  }
  await page.emulateMedia({ colorScheme: null });
  await page.setViewportSize(WIDE);
}
