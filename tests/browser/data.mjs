/* Contacts, exclusions, texts and files in a real Chromium: what is done with them, with and without JavaScript. Called as
 * lib.mjs says; how the pages look: pages.mjs. */
import { accessible, base, check, finish, fits, logIn, must, picture, visitor } from "./lib.mjs";

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

for (const [width, theme] of [[1280, "light"], [360, "dark"]]) {
  await check(`a file is looked at and brought in without JavaScript ${width} ${theme}`, async () => {
    const { context, page } = await visitor({ width, theme, js: false, lang: "en" });
    await logIn(page);
    await page.goto(`${base}/administracio/importacions`);
    const rows = Array.from({ length: 3 }, (_, i) => `${width}${i};Poble ${width} ${i}, Ajuntament de;8;1;https://a.example/${i};0;01/02/2028;01/02/2028`);
    const head = "ID;DESCRIPCIO;PROVINCIA;MUNICIPI;URL_WSDL;PLATAFORMA;DATA_CDS;DATA_CDA";
    const content = [head, ...rows, "9;;8;1;x;0;no;no", ""].join("\r\n");
    await page.setInputFiles("#fitxer", { name: "registre.csv", mimeType: "text/csv", buffer: Buffer.from(content) });
    await page.click("form.drop button");
    must(/nothing has been written yet/.test(await page.innerText("main")), "no preview");
    must(await page.locator("[name=forca]").count() === 1, "no guard");
    await picture(page, `data-import-${width}-${theme}`);
    await fits(page);
    await page.check("[name=forca]");
    await page.fill("[name=motiu]", "prova");
    await page.press("[name=motiu]", "Enter");
    await page.waitForURL(/fet=importat/);
    await page.click("table.list a.name >> nth=0");
    must(/What it changed/.test(await page.innerText("main")), "no differences");
    await picture(page, `data-imported-${width}-${theme}`);
    await fits(page);
    await context.close();
  });
}

await check("what a file would change has nothing that hinders anybody", async () => {
  const { context, page, errors } = await visitor({ lang: "ca" });
  await logIn(page);
  await page.goto(`${base}/administracio/importacions`);
  await page.setInputFiles("#fitxer", { name: "c.csv", mimeType: "text/csv", buffer: Buffer.from("Ens;Nom;Correu\r\nCap ens;X;x@ens.example\r\nPoble 360 0, Ajuntament de;Pau;pau@ens.example\r\n") });
  await page.click("form.drop button");
  await page.waitForSelector("#canvis");
  const wrong = await accessible(page);
  must(wrong.length === 0 && errors.length === 0, [...wrong, ...errors].join("\n"));
  await context.close();
});
await finish();
