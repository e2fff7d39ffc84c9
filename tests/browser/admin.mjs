/* Administration in a real Chromium: every page of the system's half in four looks, and what an administrator does there.
 * Called as lib.mjs says. */
import { accessible, base, check, finish, fits, logIn, must, password, picture, visitor } from "./lib.mjs";

async function look(page, name, width, theme) {
  await picture(page, `${name}-${width}-${theme}-ca`);
  await fits(page);
  const wrong = (width === 360) === (theme === "dark") ? await accessible(page) : [];
  must(wrong.length === 0, `${name}: ${wrong.join("\n")}`);
}
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
  await look(page, "convidada", 1280, "light");
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

const PAGES = { administracio: "/administracio", comptes: "/administracio/comptes", "un-compte": null, servidors: "/administracio/servidors",
  copies: "/administracio/copies", salut: "/administracio/salut", auditoria: "/auditoria?que=login", compte: "/compte", codis: "/compte/codis" };
for (const [width, theme] of [[1280, "light"], [360, "dark"], [360, "light"], [1280, "dark"]]) {
  const { context, page, errors } = await visitor({ width, theme, lang: "ca" });
  await logIn(page);
  for (const [name, path] of Object.entries(PAGES)) {
    await check(`${name} ${width} ${theme}`, async () => {
      if (path) await page.goto(base + path);
      else await page.click("a.name:text-is('joan')");
      await done(page);
      if (name === "un-compte") await page.click(".folds summary");
      if (width === 1280 || name !== "auditoria") await look(page, name, width, theme);
    });
  }
  await check(`no error on the console ${width} ${theme}`, async () => must(errors.length === 0, errors.join("\n")));
  await context.close();
}

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
