// All scenarios, in the order in which they run. Later ones may find what earlier ones have done.
import { alerts } from "./alerts.mjs";
import { conflicts } from "./conflicts.mjs";
import { door } from "./door.mjs";
import { everyPage } from "./pages.mjs";
import { finding } from "./finding.mjs";
import { held } from "./held.mjs";
import { keyboard } from "./keyboard.mjs";
import { papers } from "./papers.mjs";
import { people } from "./people.mjs";
import { plain } from "./plain.mjs";
import { reconcile } from "./reconcile.mjs";
import { wizard } from "./wizard.mjs";

export function scenarios(world) {
  door(world);
  everyPage(world);
  finding(world);
  keyboard(world);
  plain(world);
  papers(world);
  conflicts(world);
  held(world);
  reconcile(world);
  alerts(world);
  people(world);
  wizard(world);
}
