// Loads a source module for node's test runner: bundled by esbuild, without a browser.

import path from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const web = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** Load a module; one with another `copy` has state of its own, such as its language. */
export async function load(source, copy = "") {
  const result = await build({
    absWorkingDir: web,
    entryPoints: [path.join("src", source)],
    bundle: true,
    write: false,
    format: "esm",
    target: "node18",
    loader: { ".css": "empty" },
    logLevel: "error",
  });
  const code = Buffer.from(result.outputFiles[0].text).toString("base64");
  return import(`data:text/javascript;base64,${code}#${copy}`);
}
