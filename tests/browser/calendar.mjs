/* The page Calendari in Chromium: the heat map by keyboard, a week, the table, a subscription made and revoked, with and
 * without JavaScript; called as lib.mjs says. */
import { accessible, base, check, finish, fits, logIn, must, visitor } from "./lib.mjs";

await check("the table beside the map", async () => {
  const { context, page } = await visitor({ width: 360, height: 780, theme: "dark", lang: "ca" });
  await logIn(page);
  await page.goto(`${base}/calendari`);
  await page.click(".astable summary");
  await page.click("summary.btn");
  await fits(page);
  await page.setViewportSize({ width: 1280, height: 900 });
  const wrong = await accessible(page);
  must(wrong.length === 0, wrong.join("\n"));
  await context.close();
});

await check("the heat map is reached by keyboard", async () => {
  const { context, page, errors } = await visitor({ lang: "en" });
  await logIn(page);
  await page.goto(`${base}/calendari`);
  await page.locator(".heat a").first().focus();
  await page.keyboard.press("Tab");
  const second = await page.evaluate(() => document.activeElement.getAttribute("href"));
  must(second === await page.locator(".heat a").nth(1).getAttribute("href"), "Tab leads elsewhere");
  const stroke = await page.evaluate(() => getComputedStyle(document.activeElement.querySelector(".cell")).strokeWidth);
  must(stroke === "4px", `the focus is not seen: ${stroke}`);
  await page.keyboard.press("Enter");
  await page.waitForURL(/setmana=/);
  must((await page.locator("#setmana").innerText()).startsWith("Week of"), "the week is not shown");
  must((await page.locator(".heat a[aria-current]").count()) === 1, "the week is not marked");
  const wrong = await accessible(page);
  must(wrong.length === 0, wrong.join("\n"));
  must(errors.length === 0, errors.join("\n"));
  await context.close();
});

for (const js of [true, false]) {
  await check(`a subscription ${js ? "with" : "without"} JavaScript`, async () => {
    const { context, page, errors } = await visitor({ lang: "en", js, width: js ? 1280 : 360 });
    await logIn(page, "joan");
    await page.goto(`${base}/calendari`);
    await page.click("summary.btn");
    await page.fill("details[open] [name=nom]", `telephone ${js}`);
    await page.click("details[open] .btn.main");
    await page.waitForSelector("input.address");
    const address = await page.inputValue("input.address");
    const feed = await context.request.get(address, { headers: { Cookie: "" } });
    must(feed.status() === 200 && (await feed.text()).includes("BEGIN:VEVENT"), "the address shows nothing");
    const wrong = js ? await accessible(page) : [];
    must(wrong.length === 0, wrong.join("\n"));
    await fits(page);
    await page.goto(`${base}/calendari`);
    await page.click(`.owned li:has-text('telephone ${js}') button`);
    await page.waitForURL(/fet=revoca/);
    must((await context.request.get(address)).status() === 403, "it shows something still");
    must(errors.length === 0, errors.join("\n"));
    await context.close();
  });
}

await finish();
