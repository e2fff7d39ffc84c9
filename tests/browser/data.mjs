/* Contacts, exclusions and texts in a real Chromium: their pages in four looks, the preview while one writes, and the
 * same without JavaScript. Called as lib.mjs says. */
import { accessible, base, check, finish, fits, logIn, must, picture, visitor } from "./lib.mjs";

const PAGES = { contactes: "/administracio/contactes", falten: "/administracio/contactes?mostra=falten", contacte: "/administracio/contactes/1",
  exclusions: "/administracio/exclusions", textos: "/administracio/textos", text: "/administracio/textos/warning-single.ca" };
for (const [width, theme] of [[1280, "light"], [360, "dark"], [360, "light"], [1280, "dark"]]) {
  const { context, page, errors } = await visitor({ width, theme, lang: "ca" });
  await logIn(page);
  for (const [name, path] of Object.entries(PAGES)) {
    await check(`${name} ${width} ${theme}`, async () => {
      await page.goto(base + path);
      if (name === "exclusions" || name === "contactes") await page.click(".folds summary");
      await picture(page, `data-${name}-${width}-${theme}`);
      await fits(page);
      const wrong = (width === 360) === (theme === "dark") ? await accessible(page) : [];
      must(wrong.length === 0, `${name}: ${wrong.join("\n")}`);
    });
  }
  await check(`no error on the console ${width} ${theme}`, async () => must(errors.length === 0, errors.join("\n")));
  await context.close();
}

await check("how a text comes out follows the writing", async () => {
  const { context, page, errors } = await visitor({ lang: "en" });
  await logIn(page);
  await page.goto(`${base}/administracio/textos/warning-single.ca`);
  await page.fill("textarea[name=text]", "Bon dia, {nmae}.\n");
  await page.waitForSelector("#previsio [role=alert]:has-text('{name}')");
  await page.fill("textarea[name=text]", "Bon dia, {name}: <b>prova</b>.\n");
  await page.waitForSelector("#previsio .letter:has-text('<b>prova</b>')");
  must(errors.length === 0, errors.join("\n"));
  await context.close();
});

await check("a text and a contact without JavaScript", async () => {
  const { context, page } = await visitor({ width: 360, js: false, lang: "en" });
  await logIn(page);
  await page.goto(`${base}/administracio/textos/warning-single.ca`);
  await page.fill("textarea[name=text]", "Bon dia, {name}.\n");
  await page.click("button[value=mostra]");
  must(/Bon dia, /.test(await page.innerText("#previsio .letter")), "no preview");
  await page.goto(`${base}/ens/1`);
  await page.click("summary:has-text('Add a contact')");
  await page.fill("details[open] [name=correu]", "nou@ens.example");
  await page.press("details[open] [name=correu]", "Enter");
  await page.waitForURL(/fet=contacte/);
  must(/nou@ens\.example/.test(await page.innerText("main")), "the contact is not there");
  await fits(page);
  await context.close();
});
await finish();
