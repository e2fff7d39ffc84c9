/* A technician's whole Friday in Catalan: look, comment, approve the warnings, make the report, look at the e-mail, send it,
 * see it filed. Its clicks are counted. With TALAIA_JS=0 the same without JavaScript. Called by
 * tests/e2e/test_web_friday.py with a mail server and a mailbox behind the desk. */
import { accessible, base, check, finish, fits, logIn, must, password, picture, visitor } from "./lib.mjs";

const js = process.env.TALAIA_JS !== "0";
const look = js ? "js" : "sense-js";
const { context, page, errors } = await visitor({ js, lang: "ca", width: js ? 1280 : 360, height: js ? 900 : 780 });
let clicks = 0;
async function click(selector) {
  clicks++;
  await page.click(selector);
}
/* Without a click: what is under way is looked at again until it is over. */
async function settled(holds) {
  for (let i = 0; i < 300; i++) {
    if (await holds()) return;
    await page.waitForTimeout(200);
    /* While the report is made the page comes again by itself: of two that go there at once one is broken off. */
    await page.goto(`${base}/divendres`).catch(e => must(String(e).includes("ERR_ABORTED"), String(e)));
    await page.waitForLoadState("load");
  }
  must(false, "it does not come to that: " + await page.innerText(".week"));
}
const step = n => page.locator(`.weeksteps li:nth-child(${n})`).getAttribute("class");
const text = n => `Trucat a l'ajuntament: ho tenen encarregat (${n}). <b>Ω</b> =1+1`;

await check(`${look}: comments`, async () => {
  await page.goto(`${base}/entra`);
  await page.fill("[name=compte]", "joan");
  await page.fill("[name=contrasenya]", password);
  await click(".btn.main");
  await page.waitForURL(`${base}/`);
  await click("nav a[href='/divendres']");
  await page.waitForURL(`${base}/divendres`);
  await picture(page, `divendres-abans-${js ? 1280 : 360}-light-ca`);
  const silent = await page.locator("tr.silent").evaluateAll(rows => rows.map(r => r.id));
  must(silent.length > 1, "every row says something already");
  const first = await page.locator("#certificats + .tablewrap tbody tr").evaluateAll(rows => rows.map(r => r.classList.contains("silent")));
  must(first.lastIndexOf(true) === silent.length - 1 - await page.locator("#ko + .tablewrap tr.silent").count(), "those that say nothing do not stand first");
  for (const [n, id] of silent.entries()) {
    if (js) {
      await click(`#${id} .edit .lines`);
      await page.keyboard.type(text(n));
      if (n === silent.length - 1) await page.keyboard.press("Control+Enter");
    } else {
      await click(`#${id} summary`);
      await page.fill(`#${id} textarea`, text(n));
      await click(`#${id} form button`);
      await page.waitForURL(/fet=comentari-sencer/);
    }
  }
  await page.waitForFunction(() => !document.querySelector("tr.silent"));
  must(await step(1) === "done", "the step does not say that all is said");
  await page.goto(`${base}/divendres`);
  for (const [n, id] of silent.entries()) must((await page.locator(`#${id} .lines`).first().innerText()).includes(text(n)), "a comment is not kept");
});

/* Without JavaScript it is the same form: once is enough. */
if (js) await check(`${look}: warnings`, async () => {
  await click(".weeksteps a[href='/bustia']");
  await page.waitForURL(/bustia$/);
  await click("form.wide button");
  await page.waitForURL(/fet=aprova/);
  await click("nav a[href='/divendres']");
  await settled(async () => (await step(2)) === "done");
});

await check(`${look}: making it`, async () => {
  must(await page.locator(".week .btn.main").count() === 1, "there is not one main button");
  await click("form[action='/divendres/fes'] button");
  await page.waitForURL(`${base}/divendres`);
  await settled(async () => await page.locator("form[action='/divendres/envia']").count() === 1);
  must(await step(3) === "done" && await step(4) === "now", "the steps say something else");
});

await check(`${look}: looking at the e-mail`, async () => {
  await click(".week a[href='#correu']");
  const frame = page.frameLocator("iframe.mail");
  await frame.locator("table").first().waitFor();
  const words = await frame.locator("body").innerText();
  must(words.includes(text(0)), "what was commented does not stand in the e-mail");
  must(await frame.locator("script").count() === 0 && await frame.locator("b:has-text('Ω')").count() === 0, "markup came into the e-mail");
  must(await frame.locator("img").count() === 3, "the pictures are not there");
  const box = await page.locator("iframe.mail").boundingBox();
  must(box.height > 300 && box.width > 250, `the frame is too small: ${JSON.stringify(box)}`);
  await picture(page, `correu-${js ? 1280 : 360}-light-ca`);
});

await check(`${look}: sending it`, async () => {
  const sha256 = await page.innerText("#sha256");
  must(/^[0-9a-f]{64}$/.test(sha256), "no hash is shown");
  await click("form[action='/divendres/envia'] button");
  await page.waitForURL(/fet=envia/);
  await settled(async () => (await step(6)) === "done");
  must(await step(5) === "done" && (await page.innerText("#sha256")) === sha256, "what went out is something else");
  must((await page.innerText(".weeksteps li:nth-child(4)")).includes("joan"), "it does not say who approved it");
  must(await page.locator(".week .warn").count() === 0, "something is in the way");
  must(errors.length === 0, errors.join("\n"));
  return { sha256, clicks };
});
await context.close();

if (js) await check("every week", async () => {
  for (const [width, theme] of [[1280, "dark"], [360, "light"]]) {
    const { context, page, errors } = await visitor({ lang: "ca", width, theme });
    await logIn(page, "joan");
    await page.goto(`${base}/divendres`);
    await page.evaluate(() => document.querySelectorAll("details").forEach(d => { d.open = true; }));
    await fits(page);
    if (width === 1280) { const wrong = await accessible(page); must(wrong.length === 0, wrong.join("\n")); }
    await page.click(".pastweeks a");
    await page.waitForURL(/divendres\/\d+$/);
    await page.frameLocator("iframe.mail").locator("table").first().waitFor();
    await fits(page);
    if (width === 360) { const wrong = await accessible(page); must(wrong.length === 0, wrong.join("\n")); }
    await picture(page, `setmana-${width}-${theme}-ca`);
    must(errors.length === 0, errors.join("\n"));
    await context.close();
  }
});

if (js) {
  await check("two people on one row", async () => {
    const one = await visitor({ lang: "en" }), other = await visitor({ lang: "en" });
    await logIn(one.page, "joan");
    await logIn(other.page, "maria");
    const row = "#certificats + .tablewrap tbody tr:nth-child(4)";
    for (const v of [one, other]) await v.page.goto(`${base}/divendres`);
    const write = async (v, words) => {
      await v.page.click(`${row} .edit .lines`);
      await v.page.fill(`${row} textarea`, words);
      await v.page.keyboard.press("Control+Enter");
    };
    await write(one, "El d'en Joan");
    await one.page.waitForSelector(`${row}.saved-now`);
    await write(other, "El de la Maria");
    await other.page.waitForSelector(`${row} .said.bad`);
    const said = await other.page.innerText(`${row} .said.bad`);
    must(said.includes("joan") && said.includes("El d'en Joan"), said);
    must(await other.page.inputValue(`${row} textarea`) === "El de la Maria", "what was typed is lost");
    await other.page.focus(`${row} textarea`);
    await other.page.keyboard.press("Control+Enter"); // on purpose now
    await other.page.waitForSelector(`${row}.saved-now`);
    must((await other.page.innerText(`${row} .lines`)) === "El de la Maria", "it was not put in its place");
    must(one.errors.length === 0, one.errors.join("\n"));
    await one.context.close();
    await other.context.close();
  });

  await check("by the keyboard alone, and when the desk does not answer", async () => {
    const { context, page } = await visitor({ lang: "en" });
    await logIn(page, "joan");
    await page.goto(`${base}/divendres`);
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("e");
    must(await page.evaluate(() => document.activeElement.tagName === "TEXTAREA" && document.activeElement.closest("tr").classList.contains("at")), "e opens nothing");
    await page.keyboard.type(" i més");
    await page.keyboard.press("Escape");
    must(await page.locator("form.inline textarea:visible").count() === 0, "Escape leaves it open");
    await page.keyboard.press("e");
    must(!(await page.evaluate(() => document.activeElement.value)).includes("i més"), "Escape keeps what was typed");
    await page.keyboard.type(" i encara més");
    await context.setOffline(true);
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector(".said.bad");
    await context.setOffline(false);
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector("tr.saved-now");
    must((await page.innerText("tr.saved-now .lines")).includes("i encara més"), "it was not saved");
    await context.close();
  });

  await check("on paper", async () => {
    const { context, page } = await visitor({ lang: "ca" });
    await logIn(page, "joan");
    await page.goto(`${base}/divendres`);
    await page.emulateMedia({ media: "print" });
    must(await page.locator("iframe.mail").isHidden() && await page.locator(".edit details").first().isHidden(), "forms are printed");
    for (const id of ["ok", "ko", "certificats"]) must(await page.locator(`#${id} + .tablewrap`).isVisible(), `${id} is not printed`);
    const pdf = await page.pdf({ preferCSSPageSize: true });
    must(pdf.length > 20000, "the paper is empty");
    if (process.argv[5]) (await import("node:fs")).writeFileSync(`${process.argv[5]}/divendres.pdf`, pdf);
    await context.close();
  });
}
await finish();
