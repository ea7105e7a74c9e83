// `parom serve` in an empty folder, an emulated portal and an emulated 1C beside it: what somebody has who has never seen Parom.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { artefacts, program } from "./paths.mjs";

const LONGEST_START_MS = 60_000;

// A port that nobody listens at; the service takes the same one before and after its first start.
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

// Starts the program and waits until it has said what is looked for.
async function start(log, folder, args, stream, wanted) {
  const child = spawn(program, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let told = "";
  const said = new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${args.join(" ")} says nothing:\n${told}`)), LONGEST_START_MS);
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`${args.join(" ")} has ended (${code}):\n${told}`)));
    for (const name of ["stdout", "stderr"]) {
      child[name].on("data", (piece) => {
        log.write(piece);
        if (name !== stream) return;
        told += piece;
        const found = wanted.exec(told);
        if (found) {
          clearTimeout(late);
          resolve(found);
        }
      });
    }
  });
  const found = await said;
  child.removeAllListeners("exit");
  return { child, found };
}

export async function startNewcomer() {
  const log = createWriteStream(join(artefacts, "newcomer.log"));
  const folder = mkdtempSync(join(tmpdir(), "parom-newcomer-"));
  const children = [];
  const port = await freePort();
  writeFileSync(join(folder, "parom.toml"), `# наш файл\n[server]\nlisten = "127.0.0.1:${port}"\n`);

  const portal = await start(
    log, folder, ["emulate", "bitrix24", "--listen", "127.0.0.1:0"], "stdout", /webhook_url = "([^"]+)"/,
  );
  children.push(portal.child);
  const service = await start(log, folder, ["serve"], "stderr", /the code is (\w+)/);
  children.push(service.child);
  const address = `http://127.0.0.1:${port}`;

  return {
    address,
    code: service.found[1],
    webhook: portal.found[1],

    // The emulated 1C writes its counterparties into a file.
    async export(name) {
      const path = join(folder, name);
      const { child } = await start(log, folder, ["emulate", "onec", "--file", path], "stdout", /записано/);
      if (child.exitCode === null) await once(child, "exit");
      return path;
    },

    // The adapter of 1C introduces itself, with this password.
    hello(password) {
      const body = {
        adapter: "Паром для 1С 1.0.0",
        platform: "8.2.19.130",
        compatibility_mode: "",
        configuration: "КомплекснаяАвтоматизация",
        configuration_version: "1.1.115.1",
        missing: [],
      };
      return fetch(`${address}/1c/v1/hello`, {
        method: "POST",
        headers: {
          authorization: `Basic ${Buffer.from(`1c:${password}`).toString("base64")}`,
          "content-type": "application/json",
        },
        body: JSON.stringify(body),
      });
    },

    // A whole exchange of the emulated 1C.
    async exchange(password) {
      const file = join(folder, "password");
      writeFileSync(file, password, { mode: 0o600 });
      const child = spawn(program, ["emulate", "onec", "--parom", address, "--password-file", file], {
        cwd: folder,
        stdio: ["ignore", "pipe", "pipe"],
      });
      let told = "";
      child.stdout.on("data", (piece) => { log.write(piece); told += piece; });
      child.stderr.on("data", (piece) => log.write(piece));
      const [code] = await once(child, "exit");
      return { code, told };
    },

    // The service has read the settings that were written and answers.
    async isAtWork() {
      const until = Date.now() + LONGEST_START_MS;
      while (Date.now() < until) {
        const ready = await fetch(`${address}/readyz`).catch(() => undefined);
        if (ready?.ok) return;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      assert.fail("the service does not come back after its first start");
    },

    async stop() {
      for (const child of children.reverse()) {
        if (child.exitCode !== null) continue;
        child.kill("SIGTERM");
        const late = setTimeout(() => child.kill("SIGKILL"), 20_000);
        await once(child, "exit");
        clearTimeout(late);
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
