// Bundles the pages: every src/pages/*.ts is an entry, every src/pages/*.html its template.
//
// In a template, src="./board.ts" names the entry; the built page names the hashed file instead,
// always by a relative path, so that the pages work under any prefix and from a file system.
// Files under src/public/ are copied as they are. Before bundling, each tools/generate-*.mjs is
// run: its default export takes { web, generated } and writes modules into src/generated/.

import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { build } from "esbuild";

const web = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const pages = path.join(web, "src", "pages");
const generated = path.join(web, "src", "generated");
const publicFiles = path.join(web, "src", "public");

await main(path.resolve(process.argv[2] ?? path.join(web, "dist")));

async function main(out) {
  await runGenerators();
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const names = await readdir(pages);
  const scripts = names.filter((name) => name.endsWith(".ts")).sort();
  const built = await bundle(scripts, out);
  for (const name of names.filter((name) => name.endsWith(".html")).sort()) {
    await writePage(name, built, out);
  }
  if (existsSync(publicFiles)) {
    await cp(publicFiles, out, { recursive: true });
  }
}

async function runGenerators() {
  await mkdir(generated, { recursive: true });
  const tools = path.join(web, "tools");
  const names = (await readdir(tools)).filter((name) => /^generate-.*\.mjs$/.test(name));
  for (const name of names.sort()) {
    const step = await import(pathToFileURL(path.join(tools, name)).href);
    await step.default({ web, generated });
  }
}

// Returns, for each entry's file name, the paths of its script and style sheet within `out`.
async function bundle(scripts, out) {
  const result = await build({
    absWorkingDir: web,
    entryPoints: scripts.map((name) => path.join("src", "pages", name)),
    outdir: out,
    entryNames: "assets/[name]-[hash]",
    chunkNames: "assets/[name]-[hash]",
    assetNames: "assets/[name]-[hash]",
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    // Old signage boxes and WeChat kernels stop at Chrome 69, which has dynamic import (63) but
    // not the name globalThis (71), which Lit uses.
    target: "chrome69",
    define: { globalThis: "self" },
    charset: "utf8",
    legalComments: "eof",
    loader: { ".woff": "file", ".woff2": "file", ".svg": "file", ".png": "file", ".mp3": "file" },
    metafile: true,
    logLevel: "warning",
  });
  const built = new Map();
  for (const [file, about] of Object.entries(result.metafile.outputs)) {
    if (about.entryPoint) {
      const within = (name) => path.relative(out, path.resolve(web, name)).replaceAll("\\", "/");
      const style = about.cssBundle ? within(about.cssBundle) : null;
      built.set(path.basename(about.entryPoint), { script: within(file), style });
    }
  }
  return built;
}

async function writePage(name, built, out) {
  const styles = [];
  let page = await readFile(path.join(pages, name), "utf8");
  page = page.replaceAll(/src="\.\/([\w-]+\.ts)"/g, (_, entry) => {
    const made = built.get(entry);
    if (!made) {
      throw new Error(`${name} asks for ${entry}, which is not in src/pages`);
    }
    if (made.style) {
      styles.push(`<link rel="stylesheet" href="./${made.style}">`);
    }
    return `src="./${made.script}"`;
  });
  // The server writes each answer's nonce here (server/api/pages.py).
  const nonce = '<meta name="ow-nonce" content="">';
  await writeFile(path.join(out, name), page.replace("</head>", `${nonce}${styles.join("")}</head>`));
}
