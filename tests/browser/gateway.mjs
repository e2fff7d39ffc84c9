/* The gateway's pages: a message is pasted or dropped and explained, on a telephone and a wide screen, light and dark, with
 * and without JavaScript; how the pages look before that: pages.mjs. MESSAGES (the environment) is a directory of messages that a test made. */
import fs from "node:fs";
import path from "node:path";
import { accessible, base, check, finish, fits, logIn, must, picture, visitor } from "./lib.mjs";

const at = "2026-11-20T08:00:00Z";
const file = name => path.join(process.env.MESSAGES, name);
const read = name => fs.readFileSync(file(name), "utf8");

const LOOKS = [["ca", 1280, "light"], ["es", 360, "dark"], ["en", 360, "light"]];
for (const [lang, width, theme] of LOOKS) {
  const { context, page, errors } = await visitor({ width, height: width === 360 ? 780 : 900, theme, lang });
  await logIn(page, "joan");
  for (const name of ["formatted", "hostile"]) {
    await check(`${name} ${lang} ${width} ${theme}`, async () => {
      errors.length = 0;
      await page.goto(`${base}/passarella/validador`);
      await page.setInputFiles("[name=fitxer]", file(`${name}.xml`));
      await page.fill("[name=moment]", at);
      await Promise.all([page.waitForNavigation(), page.click("main .btn.main")]);
      must(await page.locator(".finding").count() > 0, "nothing is said");
      await picture(page, `explicat-${name}-${width}-${theme}-${lang}`);
      await fits(page);
      const wrong = await accessible(page);
      must(wrong.length === 0, wrong.join("\n"));
      must(errors.length === 0, errors.join("\n"));
    });
  }
  await context.close();
}

for (const js of [true, false]) {
  const { context, page, errors } = await visitor({ js, lang: "en" });
  await logIn(page, "joan");
  await check(`a message is pasted, mended and explained again ${js ? "with" : "without"} JavaScript`, async () => {
    await page.goto(`${base}/passarella/validador`);
    await page.fill("[name=xml]", read("mistakes.xml"));
    await page.fill("[name=moment]", at);
    await Promise.all([page.waitForNavigation(), page.click("main .btn.main")]);
    const codes = await page.locator(".finding .row code").allTextContents();
    must(codes.includes("count") && codes.includes("element-case"), codes.join(" "));
    /* The line in the list leads to the place in the message. */
    const finding = page.locator(".finding", { hasText: "element-case" });
    await finding.locator("a").click();
    const id = new URL(page.url()).hash.slice(1);
    must((await page.locator(`#${id}`).textContent()).includes("hes:idCites"), "the mark is elsewhere");
    must((await page.locator(`li.error:has(#${id})`).count()) === 1, "its line is not marked");
    const text = await page.inputValue("[name=xml]");
    await page.fill("[name=xml]", text.replaceAll("hes:idCites", "hes:IdCites").replace("<pet:NumElementos>2<", "<pet:NumElementos>1<"));
    await Promise.all([page.waitForNavigation(), page.click("main .btn.main")]);
    const left = await page.locator(".finding .row code").allTextContents();
    must(!left.includes("count") && !left.includes("element-case") && left.includes("wss-missing"), left.join(" "));
    must(errors.length === 0, errors.join("\n"));
  });
  await check(`the two forms of what was signed ${js ? "with" : "without"} JavaScript`, async () => {
    await page.goto(`${base}/passarella/validador`);
    await page.setInputFiles("[name=fitxer]", file("formatted.xml"));
    await page.fill("[name=moment]", at);
    await Promise.all([page.waitForNavigation(), page.click("main .btn.main")]);
    const forms = await page.locator(".forms figure").allTextContents();
    must(forms.length === 2 && forms[0].includes("↵") && !forms[1].includes("↵"), forms.join("\n"));
  });
  await check(`nothing is sent ${js ? "with" : "without"} JavaScript`, async () => {
    await page.goto(`${base}/passarella/validador`);
    await Promise.all([page.waitForNavigation(), page.click("main .btn.main")]);
    must((await page.locator("main [role=alert]").textContent()).includes("Paste a message"), "it does not say what to do");
    errors.length = 0; /* Chromium names the 422 */
  });
  await context.close();
}

await check("a file is dropped on the form", async () => {
  const { context, page } = await visitor({ lang: "en" });
  await logIn(page, "joan");
  await page.goto(`${base}/passarella/validador`);
  await page.evaluate(text => {
    const data = new DataTransfer();
    data.items.add(new File([text], "peticio.xml", { type: "text/xml" }));
    document.querySelector("form.drop").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
  }, read("mistakes.xml"));
  await Promise.all([page.waitForNavigation(), page.click("main .btn.main")]);
  must(await page.locator(".finding").count() > 0, "nothing is said");
  await context.close();
});

await finish();
