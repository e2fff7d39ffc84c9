/* The desk's pages as pictures for the documentation: telephone and wide screen, light and dark. Called by docs/img/make:
 *
 *     node pictures.mjs PACKAGES ADDRESS PASSWORD DIRECTORY */
import fs from "node:fs";
import { base, browser, logIn, pictures, visitor } from "./lib.mjs";

const PAGES = { today: "/", bodies: "/ens", body: "", calendar: "/calendari", friday: "/divendres", outages: "/caigudes",
  mail: "/bustia", probe: "/sondes/OCSP_AOC?periode=setmana", oncall: "", integrations: "/integracions" };

for (const [width, height] of [[1280, 860], [390, 780]]) for (const theme of ["light", "dark"]) {
  const { context, page } = await visitor({ width, height, theme, lang: process.env.PICTURES_LANG || "en" });
  await logIn(page, "imatges");
  const session = await context.newCDPSession(page);
  if (!PAGES.body) {
    await page.goto(`${base}/caigudes`);
    PAGES.body = await page.getAttribute(".outage a.name", "href");
  }
  if (!PAGES.oncall) {
    await page.goto(`${base}/guardia`);
    PAGES.oncall = await page.getAttribute("main a[href^='/guardia/']:not([href*=despeses])", "href");
  }
  for (const [name, path] of Object.entries(PAGES)) {
    await page.goto(base + path);
    const shot = await session.send("Page.captureScreenshot", { format: "webp", quality: 82 });
    fs.writeFileSync(`${pictures}/desk-${name}${width < 500 ? "-phone" : ""}${theme === "dark" ? "-dark" : ""}.webp`, Buffer.from(shot.data, "base64"));
  }
  await context.close();
}
await browser.close();
