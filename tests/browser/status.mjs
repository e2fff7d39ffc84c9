/* The public status page, as files and as the desk serves it: no script, no stranger's file, nothing that axe finds. */
import { accessible, base, check, finish, must, visitor } from "./lib.mjs";

for (const from of [`file://${process.env.STATUS}/index.html`, `${base}/estat`])
  for (const width of [360, 1280]) for (const theme of ["light", "dark"])
    await check(`${from.slice(0, 4)} ${width} ${theme}`, async () => {
      const { context, page, errors } = await visitor({ width, theme, height: 640 });
      const asked = [];
      page.on("request", r => asked.push(r.url()));
      await page.goto(from);
      must(await page.locator("svg.bars").count() === 1, "no bars");
      must(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "wider than the screen");
      must(await page.evaluate(() => getComputedStyle(document.querySelector(".bars .g")).fill !== "rgb(0, 0, 0)"), "no stylesheet");
      must(asked.length === 2, asked.join(" "));
      if (width === 360) await page.getByText("English").click();
      const found = from.startsWith("http") ? await accessible(page) : []; // axe asks for the stylesheet, which a file may not
      must(found.length === 0 && errors.length === 0, [...found, ...errors].join("\n"));
      await context.close();
    });
await finish();
