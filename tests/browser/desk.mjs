/* What a technician does with the bodies and the warnings, by mouse and by keyboard, with and without JavaScript; what holds of
 * the whole desk. lib.mjs says how it is called; how the pages look: pages.mjs. */
import { accessible, base, check, finish, fits, logIn, must, password, visitor } from "./lib.mjs";

const { page: first, context: one } = await visitor();
await logIn(first);
await first.goto(`${base}/caigudes`);
const down = await first.getAttribute(".outage a.name", "href");
await one.close();

await check("a page that is not there", async () => {
  const { context, page } = await visitor();
  await logIn(page);
  const answer = await page.goto(`${base}/res`);
  must(answer.status() === 404, "not 404");
  await page.click(".btn.main");
  must(page.url() === `${base}/`, "the way back leads elsewhere");
  await context.close();
});

/* What a technician does, with and without JavaScript. */
for (const js of [true, false]) {
  const { context, page, errors } = await visitor({ js, lang: "en", width: js ? 1280 : 360 });
  await check(`tasks ${js ? "with" : "without"} JavaScript`, async () => {
    await logIn(page, "joan");
    await page.goto(`${base}/ens`);
    await page.fill("#q", "caduca<60");
    if (js) await page.waitForURL(/q=caduca/); else await page.press("#q", "Enter");
    await page.waitForLoadState();
    const all = await page.locator("table.list tbody tr").count();
    must(all > 5 && all < 200, `${all} rows`);
    await page.click("table.list tbody tr:nth-child(2) a.name");
    await page.waitForURL(/\/ens\/\d+$/);
    const text = `Noted by the browser ${js} <b>&amp;</b>`;
    await page.click("summary:has-text('Note an action')");
    await page.fill("details[open] textarea", text);
    await page.selectOption("details[open] select", "renewal");
    await page.click("details[open] button.main");
    await page.waitForURL(/fet=accio/);
    must((await page.locator(".notice").count()) === 1, "nothing says that it is done");
    must((await page.locator("td.what").allTextContents()).some(t => t.includes(text)), "the action is not there");
    await page.click("summary:has-text('Silence')");
    await page.fill("details[open] textarea", "maintenance");
    await page.fill("details[open] .date", "1/1/2020");
    await page.click("details[open] button.main");
    await page.waitForSelector("[role=alert]");
    must((await page.inputValue("details[open] textarea")) === "maintenance", "what was typed is gone");
    const wrong = js ? await accessible(page) : [];
    must(wrong.length === 0, wrong.join("\n"));
    await page.fill("details[open] .date", "1/1/2099");
    await page.click("details[open] button.main");
    await page.waitForURL(/fet=silenci/);
    await page.click("summary:has-text('Lift the silence')");
    await page.fill("details[open] textarea", "over");
    await page.click("details[open] button.main");
    await page.waitForURL(/fet=silenci-fi/);
    await page.goto(`${base}/compte`);
    await page.click("form[action='/surt'] button");
    await page.waitForURL(/entra/);
    const serious = errors.filter(e => !/422/.test(e));
    must(serious.length === 0, serious.join("\n"));
  });
  await context.close();
}

await check("the keyboard", async () => {
  const { context, page } = await visitor({ lang: "en" });
  await logIn(page);
  await page.goto(`${base}/ens`);
  await page.keyboard.press("/");
  must(await page.evaluate(() => document.activeElement.id) === "q", "/ does not lead to the filter");
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  const link = await page.getAttribute("table.list tbody tr:nth-child(1) a", "href");
  must((await page.locator("tr.at a").first().getAttribute("href")) === link, "j and k do not move");
  await page.keyboard.press("Enter");
  await page.waitForURL(base + link);
  await page.keyboard.press("?");
  await page.waitForURL(/ajuda/);
  await page.goto(`${base}/ens`);
  await page.click("table.list tbody tr:nth-child(3) td:nth-child(2)");
  await page.waitForURL(/\/ens\/\d+$/);
  await page.keyboard.press("Tab");
  must((await page.evaluate(() => document.activeElement.className)) === "skip", "the first stop is not the way to the content");
  await context.close();
});

await check("warnings are approved in one gesture", async () => {
  const { context, page } = await visitor({ lang: "en" });
  await logIn(page);
  await page.goto(`${base}/bustia`);
  const boxes = page.locator(".pick input:not([disabled])");
  const n = await boxes.count();
  must(n > 3, `${n} warnings`);
  for (let i = 3; i < n; i++) await boxes.nth(i).uncheck();
  await page.locator(".pick summary").first().click();
  must((await page.locator(".letter").first().innerText()).length > 200, "the letter is not shown");
  await page.locator("form.wide button").click();
  await page.waitForURL(/fet=aprova/);
  must((await page.locator("#cami").count()) === 1, "nothing is on its way");
  const left = await page.locator(".pick input:not([disabled])").count();
  must(left === n - 3, `${left} of ${n} still wait`);
  await context.close();
});

await check("colours and language by hand", async () => {
  const { context, page } = await visitor({ theme: "light" });
  await page.goto(`${base}/entra`);
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await paper();
  await page.click("button[name=tema][value=dark]");
  must((await paper()) !== light, "it is not dark");
  await page.click("button[name=tema][value=auto]");
  must((await paper()) === light, "it is not light again");
  await page.click("button[name=idioma][value=es]");
  must((await page.getAttribute("html", "lang")) === "es", "not Spanish");
  await context.close();
});

await check("on paper", async () => {
  const { context, page } = await visitor();
  await logIn(page);
  await page.goto(base + down);
  await page.emulateMedia({ media: "print" });
  must(await page.locator("nav.main").isHidden() && await page.locator(".folds").first().isHidden(), "buttons are printed");
  must(await page.locator("h1").isVisible(), "the heading is not");
  await context.close();
});

await check("hostile text runs nowhere", async () => {
  const { context, page, errors } = await visitor({ lang: "en" });
  await logIn(page, "joan");
  await page.goto(base + down);
  for (const text of ["<img src=x onerror=alert(1)>", "</textarea><script>alert(1)</script>", "\u202egnp.exe \u2066x\u2069", "x".repeat(7000)]) {
    await page.click("summary:has-text('Comment')");
    await page.fill("details[open] textarea", text);
    await page.click("details[open] button.main");
    await page.waitForURL(/fet=comentari/);
    await fits(page);
  }
  must((await page.locator("main img").count()) === 0 && (await page.locator("main script").count()) === 0, "markup came in");
  must(errors.length === 0, errors.join("\n"));
  await page.setViewportSize({ width: 360, height: 780 });
  await fits(page);
  await context.close();
});

await check("a first page is small", async () => {
  const { context, page } = await visitor();
  await page.goto(`${base}/entra`);
  await page.fill("[name=compte]", "maria");
  await page.fill("[name=contrasenya]", password);
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  let bytes = 0;
  session.on("Network.loadingFinished", e => { bytes += e.encodedDataLength; });
  await page.click(".btn.main");
  await page.goto(`${base}/ens`, { waitUntil: "networkidle" });
  must(bytes > 5000 && bytes <= 100 * 1024, `${bytes} bytes`);
  await context.close();
});

await finish();
