// `parom demo` as a process, in which nobody but the scenarios works: the address of its console, a login with its password.
import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { join } from "node:path";

import { artefacts, program } from "./paths.mjs";

// What the demo says at its end; everything of its story has happened by then.
const FAREWELL = /Консоль Парома:\s+(http:\/\/\S+?)\/?\s+логин (\S+), пароль (\S+)/;

const PORTAL = /учебный Битрикс24: (http\S+?)\/?\s/;
// What 1C says at the door of the demo.
const ONEC = `Basic ${Buffer.from("1c:demo").toString("base64")}`;

export async function startDemo() {
  const log = createWriteStream(join(artefacts, "demo.log"));
  const child = spawn(program, ["demo", "--still"], { stdio: ["ignore", "pipe", "pipe"] });
  let told = "";
  const farewell = new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`the demo has ended (${code}):\n${told}`)));
    child.stderr.pipe(log, { end: false });
    child.stdout.on("data", (piece) => {
      log.write(piece);
      told += piece;
      const found = FAREWELL.exec(told);
      if (found) resolve(found);
    });
  });
  const [, address, login, password] = await farewell;
  const [, portal] = PORTAL.exec(told);
  child.removeAllListeners("exit");
  return {
    address,
    login,
    password,
    // 1C shows counterparties.
    async show(records) {
      const headers = { authorization: ONEC, "content-type": "application/json" };
      const answer = await fetch(`${address}/1c/v1/counterparties`, { method: "POST", headers, body: JSON.stringify(records) });
      if (!answer.ok) throw new Error(`1C was answered ${answer.status}: ${await answer.text()}`);
    },
    // What the portal says to a method.
    async portal(method, parameters) {
      const answer = await fetch(`${portal}/${method}.json?${new URLSearchParams(parameters)}`);
      return (await answer.json()).result;
    },
    // As Ctrl-C does; whoever does not go is killed.
    async stop() {
      const gone = new Promise((resolve) => child.on("exit", resolve));
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 20_000);
      await gone;
      clearTimeout(late);
    },
  };
}
