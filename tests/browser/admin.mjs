/* Administration in a real Chromium: what an administrator does there, and everybody with their own account. Called as
 * lib.mjs says; how the pages look: pages.mjs. */
import { accessible, base, check, finish, fits, logIn, must, password, visitor } from "./lib.mjs";

async function done(page) {
  await page.waitForFunction(() => !document.querySelector("[data-runs]"), null, { timeout: 120000 });
}

/* Something to be seen on every page. */
await check("an administrator's round", async () => {
  const { context, page, errors } = await visitor({ lang: "ca" });
  await logIn(page);
  await page.goto(`${base}/administracio`);
  await page.click("a[href='/administracio/comptes']");
  await page.click(".folds summary");
  await page.fill("[name=compte]", "laia");
  await page.selectOption("[name=rol]", "head");
  await page.click("details[open] button.main");
  must(/^([a-z2-9]{4}-){3}[a-z2-9]{4}$/.test(await page.innerText(".once li code")), "no first password");
  must((await accessible(page)).length === 0, "the first password is shown badly");
  await page.click(".once a.btn");
  must(await page.locator("a.name", { hasText: "laia" }).count() === 1, "laia is not in the list");
  await page.goto(`${base}/administracio/copies`);
  await page.click("form.card button.main");
  await done(page);
  await page.waitForSelector(".copy");
  const [file] = await Promise.all([page.waitForEvent("download"), (async () => {
    await page.click(".copy summary");
    await page.click(".copy details button");
  })()]);
  must(/^talaia-.*\.db$/.test(file.suggestedFilename()), file.suggestedFilename());
  await page.goto(`${base}/administracio/salut`);
  await page.click("main form button.main");
  await done(page);
  must(await page.locator(".found .good").count() > 4, "little was found");
  await page.goto(`${base}/administracio/servidors`);
  await page.click("form[action$=tiquets] button");
  await done(page);
  await page.click("form[action$=correu] button");
  await done(page);
  must(errors.length === 0, errors.join("\n"));
  await context.close();
});

/* One's own codes, tokens and sessions without JavaScript, on a telephone. */
await check("one's own account without JavaScript", async () => {
  const { context, page } = await visitor({ width: 360, js: false, lang: "en" });
  await logIn(page, "joan");
  await page.goto(`${base}/compte/codis`);
  must(await page.locator("svg.qr path").count() === 1, "no picture of the key");
  await page.fill("[name=codi]", "000000");
  await page.click("form.codes button");
  must(/not right/.test(await page.innerText("[role=alert]")), "a wrong code is taken");
  await page.goto(`${base}/compte`);
  await page.click("summary:has-text('New token')");
  await page.fill("details[open] [name=nom]", "<img src=x onerror=alert(1)>");
  await page.click("details[open] button");
  must(/^tal_/.test(await page.innerText(".once li code")), "no token");
  await fits(page);
  await page.click(".once a.btn");
  must(await page.locator("main img").count() === 0, "markup came in");
  await fits(page);
  await page.click("button:has-text('Revoke')");
  must(await page.locator(".notice").count() === 1, "nothing says that it is done");
  await context.close();
});

await check("the password is asked again", async () => {
  const { context, page } = await visitor({ lang: "en" });
  await logIn(page);
  await page.goto(`${base}/administracio/comptes`);
  await page.click("a.name:text-is('joan')");
  await page.click("summary:has-text('Change the role')");
  must(await page.locator("details[open] [name=clau]").count() === 0, "asked at once after the login");
  must(password.length > 0, "no password");
  await context.close();
});
await finish();
