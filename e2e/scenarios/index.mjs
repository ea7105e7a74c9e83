// All scenarios, in the order in which they run. Later ones may find what earlier ones have done.
import { alerts } from "./alerts.mjs";
import { door } from "./door.mjs";
import { everyPage } from "./pages.mjs";
import { finding } from "./finding.mjs";
import { held } from "./held.mjs";
import { keyboard } from "./keyboard.mjs";
import { papers } from "./papers.mjs";
import { people } from "./people.mjs";
import { plain } from "./plain.mjs";

export function scenarios(world) {
  door(world);
  everyPage(world);
  finding(world);
  keyboard(world);
  plain(world);
  papers(world);
  held(world);
  alerts(world);
  people(world);
}
