/* The page of the person on call: a telephone of 360 px, no JavaScript, a poor connection; what failed and the first step
 * stand on the first screen, the whole page is light, each step is ticked, and the link of a message takes the incident.
 * The desk has one incident, whose link is LINK (the environment). lib.mjs says how it is called. */
import { base, check, finish, fits, logIn, look, must, picture, visitor } from "./lib.mjs";

const MOST = 30 * 1024;
const link = process.env.LINK;

await look({ guardia: "/guardia", incident: "/guardia/1", enllac: link }, "nuria");

await check("a telephone without JavaScript", async () => {
  const { context, page } = await visitor({ width: 360, height: 640, js: false, lang: "ca" });
  await logIn(page, "nuria");
  /* As on the first visit: nothing is kept from the page before. */
  const fresh = await context.browser().newContext({ viewport: { width: 360, height: 640 }, javaScriptEnabled: false });
  await fresh.addCookies(await context.cookies());
  const one = await fresh.newPage();
  const wire = await fresh.newCDPSession(one);
  await wire.send("Network.enable");
  let bytes = 0;
  wire.on("Network.loadingFinished", e => { bytes += e.encodedDataLength; });
  await one.goto(`${base}/guardia/1`, { waitUntil: "load" });
  must(bytes > 1000 && bytes <= MOST, `the page weighs ${bytes} bytes`);
  for (const what of ["h1", ".evidence", ".now strong", ".now .warn, .now .row"]) {
    const box = await one.locator(what).first().boundingBox();
    must(box && box.y + box.height <= 640, `${what} is not on the first screen: ${JSON.stringify(box)}`);
  }
  const bar = await one.locator("nav.main").boundingBox();
  const call = await one.locator(".now a[href^='tel:']").boundingBox();
  must(call && call.y + call.height <= bar.y, `the number is below the bar: ${JSON.stringify(call)}`);
  must(await one.getAttribute(".now a[href^='tel:']", "href") === "tel:+34900000000", "another number");
  await picture(one, "sense-js-360");
  await fresh.close();
  await context.close();
  return { bytes };
});

await check("the link of a message", async () => {
  const { context, page } = await visitor({ width: 360, height: 640, js: false, lang: "en" });
  await page.goto(base + link);
  must(await page.locator(".btn.main").count() === 1, "nothing to press");
  await page.click(".btn.main");
  must((await page.textContent(".notice")).length > 0, "it says nothing");
  await page.goto(base + link);
  must(await page.locator("main .btn.main").count() === 0, "it can be taken again");
  await context.close();
});

await check("the steps, one after the other", async () => {
  const { context, page } = await visitor({ width: 360, height: 2400, js: false, lang: "en" });
  await logIn(page, "nuria");
  await page.goto(`${base}/guardia/1`);
  await page.click(".now details summary");
  await page.selectOption(".now [name=resposta]", "si");
  await page.fill(".now [name=telefon]", "600 111 222");
  await page.fill(".now [name=text]", "They look at it <b>");
  await page.fill(".now [name=import]", "12,50");
  await page.setInputFiles(".now [name=extracte]", { name: "extracte.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4") });
  await page.click(".now details button");
  must(page.url() === `${base}/guardia/1`, `it went to ${page.url()}: ${await page.locator(".warn").allTextContents()}`);
  must((await page.textContent("#trucades + ul")).includes("12,50"), "the call is not there");
  await page.fill(".now [name=text]", "Back at four");
  await page.click(".now button");
  must(await page.locator(".runbook li.done").count() === 3, "not three steps are done: the mail has not left");
  await page.click(".runbook li.done form button >> nth=-1");
  must(await page.locator(".runbook li.done").count() === 2, "nothing was taken back");
  const fold = page.locator(".folds details", { has: page.locator("[name=persona]") });
  await fold.locator("summary").click();
  await fold.locator("[name=persona]").fill("Berta");
  await fold.locator("[name=text]").fill("They promised four o'clock");
  await fold.locator("button").click();
  must((await page.textContent(".evidence")).includes("Berta"), "Berta does not have it");
  const left = await page.locator(".notice", { hasText: "They promised four o'clock" }).boundingBox();
  must(left && left.y < 640, "what was left to Berta is not at the top");
  await fits(page);
  await context.close();
});

await finish();
