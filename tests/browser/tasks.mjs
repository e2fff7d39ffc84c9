/* What people come to the desk for, page by page, as they would do it: once with JavaScript on a wide screen, once without on
 * a telephone. Checking a body and one-time codes once. On the busy day of tests/e2e/busy.py; called as lib.mjs says. */
import crypto from "node:crypto";
import { base, check, fits, finish, logIn, must, visitor } from "./lib.mjs";

const said = page => page.locator(".notice").count();
/* Opens what lies behind a button and gives its form back. */
async function open(place, words) {
  await place.locator("summary", { hasText: words }).first().click();
  return place.locator("details[open] form").first();
}

for (const js of [true, false]) {
  const { context, page, errors } = await visitor({ js, lang: "en", width: js ? 1440 : 360, height: js ? 900 : 780 });
  const how = js ? "with" : "without";
  const task = (name, run) => check(`${name} ${how} JavaScript`, async () => {
    errors.length = 0;
    await run();
    await fits(page);
    must(errors.length === 0, errors.join("\n"));
  });
  await logIn(page);

  await task("a list is kept and begun with", async () => {
    const name = `Vallès ${how}`;
    await page.goto(`${base}/ens?q=caduca%3C60`);
    await page.click("text=Keep this list");
    await page.fill("[name=nom]", name);
    await page.check("[name=primera]");
    await page.click("main button.main");
    await page.waitForURL(/vista=/);
    await page.goto(`${base}/ens`);
    must((await page.innerText(".tabs [aria-current]")).includes(name), "it does not begin with the list");
    must(await page.inputValue("#q") === "caduca<60", "the words are another's");
    await page.goto(`${base}/ens/llistes`);
    await page.click(`button[aria-label*='Remove'][aria-label*='${name}']`);
    must(await page.locator(`a.name:text-is('${name}')`).count() === 0, "it is still there");
  });

  await task("maintenance is planned and called off", async () => {
    await page.goto(`${base}/caigudes`);
    const form = await open(page.locator("main"), "Plan maintenance");
    await form.locator("[name=ens]").fill("Sabadell");
    await form.locator("[name=des]").fill("24/11/2026");
    await form.locator("[name=fins]").fill("23/11/2026");
    await form.locator("[name=text]").fill("Canvi de servidor");
    await form.locator("button.main").click();
    await page.waitForSelector("[role=alert]");
    const again = page.locator("details[open] form");
    must(await again.locator("[name=des]").inputValue() === "24/11/2026", "the day that was typed is gone");
    await again.locator("[name=fins]").fill("25.11.26");
    await again.locator("button.main").click();
    await page.waitForURL(/fet=silenci/);
    must((await page.innerText("main")).includes("24 Nov 2026 – 25 Nov 2026"), "it is not planned");
    await page.click("button[aria-label*='Sabadell']");
    await page.waitForURL(/fet=silenci/);
    must(!(await page.innerText("main")).includes("24 Nov 2026 – 25 Nov 2026"), "it is still planned");
    errors.length = 0; // Chromium names the 422
  });

  await task("a body goes down, something is noted, and it recovers", async () => {
    await page.goto(`${base}/ens?q=Manlleu`);
    await page.click("table.list a.name");
    await page.waitForURL(/\/ens\/\d+$/);
    await (await open(page, "It is down")).locator("[name=text]").fill("No respon");
    await page.click("details[open] button.main");
    await page.waitForURL(/fet=caiguda$/);
    await (await open(page, "Note in the outage")).locator("[name=text]").fill(`Avisats ${how}`);
    await page.click("details[open] button.main");
    await page.waitForURL(/fet=caiguda-nota/);
    must((await page.innerText("main")).includes(`Avisats ${how}`), "it is not noted");
    await (await open(page, "It is up again")).locator("[name=text]").fill("Ja respon");
    await page.click("details[open] button.main");
    await page.waitForURL(/fet=caiguda-fi/);
  });

  await task("a mail that nobody knows of is settled", async () => {
    await page.goto(`${base}/bustia`);
    const stuck = page.locator("#decideix + ul > li", { hasText: "It was sent" });
    const before = await stuck.count();
    must(before > 0, "none is ambiguous");
    await (await open(stuck.first(), "It was sent")).locator("[name=text]").fill("El tenen: hem trucat");
    await stuck.first().locator("details[open] button.main").click();
    await page.waitForURL(/fet=enviat/);
    must(await said(page) === 1 && await stuck.count() === before - 1, "it still waits");
  });

  await task("an answer is confirmed", async () => {
    await page.goto(`${base}/bustia`);
    const waits = page.locator("#respostes + ul > li");
    const before = await waits.count(), body = await waits.first().locator("a.name").getAttribute("href");
    await open(waits.first(), "It answers");
    await waits.first().locator("details[open] button.main").click();
    await page.waitForURL(/fet=confirma/);
    must(await page.locator("#respostes + ul > li").count() === before - 1, "it still waits");
    await page.goto(base + body);
    must((await page.innerText("main")).includes("Ja hem demanat la renovació"), "the body's page does not say it");
  });

  await task("a contact is corrected", async () => {
    await page.goto(`${base}/administracio/contactes?q=sabadell`);
    await page.click("table.list a.name");
    await page.fill("[name=nom]", `Sistemes ${how}`);
    await page.click("text=Save the contact");
    await page.waitForURL(/fet=desa/);
    must((await page.innerText(".line li:first-child")).includes(`Sistemes ${how}`), "its history does not say it");
  });

  await task("a body is left out with a reason, and comes back", async () => {
    await page.goto(`${base}/administracio/exclusions`);
    const form = await open(page.locator(".folds").first(), "Leave a body out");
    await form.locator("[name=ens]").fill("Olost");
    await form.locator("[name=text]").fill("En migració");
    await form.locator("[name=dia]").fill("31/12/2026");
    await form.locator("button.main").click();
    await page.waitForURL(/fet=afegeix/);
    const line = page.locator(".outage", { hasText: "Olost" });
    must((await line.innerText()).includes("En migració") && (await line.innerText()).includes("31 Dec 2026"), "it does not say why");
    await page.goto(`${base}/ens?q=Olost+state:excluded`);
    must(await page.locator("table.list .struck").count() === 1, "the list does not show it as left out");
    await page.goto(`${base}/administracio/exclusions`);
    await (await open(line, "Take it back")).locator("[name=text]").fill("Ja ha acabat");
    await line.locator("details[open] button.main").click();
    await page.waitForURL(/fet=treu/);
    must(await page.locator(".outage", { hasText: "Olost" }).count() === 0, "it is still left out");
  });

  await task("a text is written, kept and taken back", async () => {
    const path = `${base}/administracio/textos/warning-single.es`;
    await page.goto(path);
    await page.fill("textarea[name=text]", `Hola, {name}: ${how}.\n`);
    await page.fill("[name=motiu]", "prova");
    await page.click("text=Save the text");
    await page.waitForURL(/fet=/);
    must(await page.inputValue("textarea[name=text]") === `Hola, {name}: ${how}.\n`, "it is not kept");
  });

  await task("the trail is asked for two days", async () => {
    await page.goto(`${base}/auditoria`);
    await page.fill("[name=des]", "1/1/2020");
    await page.fill("[name=fins]", "31/12/2099");
    await page.selectOption("[name=que]", "silence");
    await page.click("form.filter button.main");
    must(await page.inputValue("[name=des]") === "01/01/2020", "the day comes back otherwise");
    must(await page.locator("table.list tbody tr").count() > 0, "nothing is found");
    await page.fill("[name=fins]", "31/12/2020");
    await page.click("form.filter button.main");
    must(await page.locator("table.list tbody tr").count() === 0, "the days do not count");
  });
  await context.close();
}

await check("a body is checked now, step by step", async () => {
  const { context, page, errors } = await visitor({ lang: "en" });
  await logIn(page, "joan");
  await page.goto(`${base}/ens?q=Sabadell`);
  await page.click("table.list a.name");
  await page.waitForURL(/\/ens\/\d+$/);
  must((await page.innerText("main")).includes("has not been checked"), "it was checked before");
  await page.click("text=Check now");
  await page.waitForSelector("#passos li:has-text('DNS')");
  await page.waitForSelector(".verdicts .st");
  must(await page.locator("form[action$='/comprova'] button").count() === 1, "it cannot be checked again");
  must(errors.length === 0, errors.join("\n"));
  await context.close();
});

await check("a day is chosen in the browser's calendar", async () => {
  const { context, page, errors } = await visitor({ lang: "ca" });
  await logIn(page);
  await page.goto(`${base}/auditoria`);
  const box = page.locator(".datebox").first();
  must(await box.locator("input.date").getAttribute("placeholder") !== null, "it does not say how a day is written");
  await box.locator("button").click();
  await box.locator("[type=date]").evaluate(own => { own.value = "2026-12-31"; own.dispatchEvent(new Event("change", { bubbles: true })); });
  must(await box.locator("input.date").inputValue() === "31/12/2026", "the day is another");
  must(await page.evaluate(() => document.activeElement.name === "des"), "one is elsewhere afterwards");
  must(errors.length === 0, errors.join("\n"));
  await context.close();
});

/* RFC 6238, six digits, SHA-1, 30 s. */
function code(key) {
  const bits = [...key].map(c => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const bytes = Buffer.from(bits.match(/.{8}/g).map(b => parseInt(b, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000)));
  const hash = crypto.createHmac("sha1", bytes).update(counter).digest();
  return String((hash.readUInt32BE(hash[19] & 15) & 0x7fffffff) % 1000000).padStart(6, "0");
}
await check("one-time codes are asked for from now on", async () => {
  const { context, page } = await visitor({ js: false, width: 360, lang: "en" });
  await logIn(page, "joan");
  await page.goto(`${base}/compte/codis`);
  const key = /secret=([A-Z2-7]+)/.exec(await page.innerText("form.codes"))[1];
  await page.fill("[name=codi]", code(key));
  await page.click("form.codes button");
  must(await page.locator(".once li").count() > 4, "no codes for the day without the telephone");
  await fits(page);
  await page.goto(`${base}/compte`);
  must(await page.locator("form[action='/compte/codis-fi']").count() === 1, "they are not asked for");
  await context.close();
});
await finish();
