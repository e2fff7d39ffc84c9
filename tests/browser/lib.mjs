/* What every script of the browser tests uses: visitors in a real Chromium, checks, what axe finds. A script is called by
 * tests/e2e (browse() in web.py) as
 *
 *     node SCRIPT.mjs PACKAGES ADDRESS PASSWORD [PICTURES]
 *
 * prints one line of JSON for each check, {"name", "ok", "why", "ms"} and what the check gives back, and ends with
 * finish(). */
import { createRequire } from "node:module";
import fs from "node:fs";

const [packages, address, secret, directory] = process.argv.slice(2);
export const password = secret, pictures = directory;
const require = createRequire(`${packages}/desk.js`);
const { chromium } = require("playwright-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
export const base = `http://${address}`;
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
let failed = 0;

export async function check(name, run) {
  const begin = Date.now();
  try {
    const found = await run();
    console.log(JSON.stringify({ name, ok: true, ms: Date.now() - begin, ...found }));
  } catch (e) {
    failed++;
    console.log(JSON.stringify({ name, ok: false, why: String(e.message || e).slice(0, 3000) }));
  }
}
export function must(holds, why) { if (!holds) throw new Error(why); }

/* A visitor; `errors` collects what the console says. */
export async function visitor({ width = 1280, height = 900, theme = "light", js = true, lang } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, javaScriptEnabled: js, reducedMotion: "reduce" });
  if (lang) await context.addCookies([{ name: "idioma", value: lang, url: base }]);
  const page = await context.newPage();
  const errors = [];
  page.on("console", m => { if (m.type() === "error" || m.type() === "warning") errors.push(m.text()); });
  page.on("pageerror", e => errors.push(String(e)));
  page.on("dialog", d => { errors.push("a dialog: " + d.message()); d.dismiss(); });
  return { context, page, errors };
}
export async function logIn(page, name = "maria") {
  await page.goto(`${base}/entra`);
  await page.fill("[name=compte]", name);
  await page.fill("[name=contrasenya]", password);
  await Promise.all([page.waitForURL(`${base}/`), page.click(".btn.main")]);
}
export async function accessible(page) {
  if (!await page.evaluate(() => Boolean(globalThis.axe))) await page.evaluate(axe);
  /* In the frame of an e-mail nothing may run, axe neither. Hundreds of rows that
   * are made alike: the first ones are looked at. */
  const alike = { exclude: ["tbody tr:nth-child(n+8)", ".picks li:nth-child(n+6)", ".heat a:nth-of-type(n+20)", ".day:nth-of-type(n+6)",
    ".avail li:nth-child(n+6)", ".exclusions li:nth-child(n+6)"] };
  const found = await page.evaluate(([tags, context]) => globalThis.axe.run(context, { iframes: false, resultTypes: ["violations"], runOnly: { type: "tag", values: tags } }), [RULES, alike]);
  return found.violations.map(v => `${v.id}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 160) + " — " + (n.any[0]?.message || n.failureSummary || "").slice(0, 200)).join(" | ")}`);
}
export async function fits(page) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  must(wide <= 0, `the page is ${wide} px wider than the screen`);
}
export async function picture(page, name) {
  if (pictures) await page.screenshot({ path: `${pictures}/${name}.png`, fullPage: false });
}
/* Every page of a table in every language, on a telephone and a wide screen: it answers in that language, is not wider than
 * the screen, says nothing on the console, and axe, which needs longest, finds nothing: in each of the four looks once, and
 * in each language. One navigation for each page and language: screen and colours change where it stands.
 *
 *     { name: "/path" }     or     { name: { path, status: 404, open: ["summary"], go: async page => { … }, without: true } }
 *
 * open: what is clicked first. go: how one comes there, instead of path. without: nobody has logged in. */
const AXED = { ca: [[1440, "light"], [360, "dark"]], es: [[360, "light"]], en: [[1440, "dark"]] };
async function lookAt(page, name, lang) {
  const seen = pictures ? [[1440, "light"], [1440, "dark"], [360, "light"], [360, "dark"]] : AXED[lang];
  for (const width of [1440, 360]) {
    await page.setViewportSize({ width, height: width === 360 ? 780 : 900 });
    await fits(page);
    for (const [, theme] of seen.filter(look => look[0] === width)) {
      await page.emulateMedia({ colorScheme: theme });
      await picture(page, `${name}-${width}-${theme}-${lang}`);
      const axed = AXED[lang].some(look => look[0] === width && look[1] === theme);
      const wrong = axed ? await accessible(page) : [];
      must(wrong.length === 0, `${width} ${theme}: ${wrong.join("\n")}`);
    }
  }
}
export async function look(table, who = "maria") {
  for (const lang of Object.keys(AXED)) {
    const { context, page, errors } = await visitor({ lang });
    let stranger = true;
    for (const [name, row] of Object.entries(table)) {
      const { path, status = 200, open = [], go, without = false } = typeof row === "string" ? { path: row } : row;
      if (stranger && !without) await logIn(page, who);
      stranger = without;
      await check(`${name} ${lang}`, async () => {
        errors.length = 0;
        await page.setViewportSize({ width: 1440, height: 900 });
        const answer = path ? await page.goto(base + path) : await go(page);
        must(!path || (answer.status() === status && page.url() === base + path), `answered ${answer?.status()} ${page.url()}`);
        must(await page.getAttribute("html", "lang") === lang, "another language");
        for (const what of open) await page.locator(what).first().click();
        await lookAt(page, name, lang);
        const serious = errors.filter(e => !/status of (404|422)/.test(e));
        must(serious.length === 0, serious.join("\n"));
        return { path: new URL(page.url()).pathname };
      });
    }
    await context.close();
  }
}
export async function finish() {
  await browser.close();
  process.exit(failed ? 1 : 0);
}
