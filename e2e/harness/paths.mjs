// Where things are.
import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const target = resolve(root, process.env.CARGO_TARGET_DIR ?? "target");

// The program under test.
export const program = process.env.PAROM_PROGRAM ?? join(target, "debug/parom");

// Pictures and logs, outside of what git tracks.
export const artefacts = join(target, "e2e");
mkdirSync(artefacts, { recursive: true });
