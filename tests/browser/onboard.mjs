/* A body on its way from its first e-mail to production, as three people take it: whoever prepares, the head of service by
 * the link of an e-mail, and the integrator with a SOAP client. What happens outside of the browser is asked of the test
 * (CONTROL): mails are sent and give their link, the client asks the gateway. Clicks are counted; twenty-five are too many. */
import { accessible, base, check, finish, fits, logIn, must, picture, visitor } from "./lib.mjs";

const control = process.env.CONTROL;
let clicks = 0;

async function outside(what) {
  const answer = await fetch(`${control}/${what}`);
  const said = await answer.text();
  must(answer.ok, `${what}: ${said}`);
  return JSON.parse(said);
}
async function click(where, goes = true) {
  clicks++;
  if (goes) await Promise.all([where.page().waitForNavigation({ timeout: 60000 }), where.click({ timeout: 60000 })]);
  else await where.click();
}
const button = (page, words) => page.getByRole("button", { name: words, exact: true });
async function wellMade(page, name, errors) {
  await picture(page, name);
  const before = page.viewportSize();
  await page.setViewportSize({ width: 360, height: 780 });
  await fits(page);
  await picture(page, `${name}-360`);
  const wrong = await accessible(page);
  must(wrong.length === 0, wrong.join("\n"));
  await page.setViewportSize(before);
  must(errors.length === 0, errors.join("\n"));
}
const state = page => page.locator("header.page .st").textContent();

/* A file of more than is taken, as one that is dropped: the form says so and sends nothing; without it, it goes on. */
async function refusesTooLarge(page) {
  const file = page.locator("input[type=file]"), most = Number(await file.getAttribute("data-most")), said = await file.getAttribute("data-over");
  const put = (size, dropped = false) => file.evaluate((input, [bytes, drops]) => {
    const given = new DataTransfer();
    if (bytes) given.items.add(new File([new Uint8Array(bytes)], "formulari.pdf", { type: "application/pdf" }));
    if (drops) {
      input.form.dispatchEvent(new DragEvent("drop", { dataTransfer: given, bubbles: true, cancelable: true }));
      return;
    }
    input.files = given.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }, [size, dropped]);
  const message = () => file.evaluate(input => input.validationMessage);
  const at = page.url(), sent = [];
  const note = request => { if (request.method() === "POST") sent.push(request.url()); };
  page.on("request", note);
  await put(most);
  must(await message() === "", "as much as is taken is taken");
  await put(most + 1);
  must(most > 0 && await message() === said && /20 MB/.test(said), await message());
  await button(page, "Open the integration").click();
  must(await file.evaluate(input => input.matches(":invalid") && input.form.matches(":invalid")), "the form is told that it is too large");
  must(page.url() === at && sent.length === 0, `it was sent: ${sent}`);
  await put(10);
  must(await message() === "", "another one in its place is taken");
  await put(most + 1, true);
  must(await message() === said, "so it is when it is dropped");
  await put(0);
  must(await message() === "" && sent.length === 0, "without it the form can be sent");
  page.off("request", note);
}

const team = await visitor({ lang: "en" }), head = await visitor({ lang: "en" });
let address;

await check("from the mail to an open integration", async () => {
  const { page, errors } = team;
  await logIn(page, "tecla");
  clicks++; /* the button of the login page */
  await click(page.locator(".todo a[href$='#respostes']"));
  await click(page.getByRole("link", { name: "Begin an integration" }));
  must(await page.inputValue("[name=fp]") === "FP-2031", "the number of the request stands in the subject");
  must(await page.inputValue("[name=correu]") === "it@castelldefels.example", "who has written is the contact");
  /* With a slip of the pen; found while it is typed. */
  await page.locator("[name=ens]").pressSequentially("casteldefels");
  await page.waitForSelector("[name=tria][value='0805690004']:checked");
  must(/may integrate/i.test(await page.locator("#qui").textContent()), "the eligibility is shown at once");
  await wellMade(page, "alta", errors);
  await refusesTooLarge(page);
  await click(button(page, "Open the integration"));
  address = new URL(page.url()).pathname;
});

await check("its documents are verified", async () => {
  const { page, errors } = team;
  await page.waitForSelector("[name=adreces]", { timeout: 60000 });
  const said = await page.locator("ul.outages").textContent();
  must((said.match(/Valid(?! until)/g) || []).length >= 2 && said.includes("signed by"), said);
  must((await page.inputValue("[name=adreces]")).includes("88.12.34.56"), "the addresses of the form are proposed");
  await wellMade(page, "confirma", errors);
  await page.fill("[name=adreces]", "127.0.0.1");
  await click(button(page, "Confirm it"));
  await click(button(page, "File the documents"));
  await wellMade(page, "arxivada", errors);
  await click(button(page, "Ask for the approval of pre-production"));
  must(/head of service/.test(await page.locator(".next").textContent()), "it is told whose turn it is");
});

await check("the head of service approves by the link", async () => {
  const { page, errors } = head;
  const { link } = await outside("link");
  clicks++; /* on the link, in the mail */
  await page.goto(base + link);
  await wellMade(page, "enllac", errors);
  await click(button(page, "Approve pre-production"));
  must(/pre-production/i.test(await page.locator("[role=status]").textContent()), "it is in pre-production");
  const again = await page.goto(base + link);
  must(again.status() === 404, "a link decides once");
});

await check("the integrator tests, and production is asked for", async () => {
  const { page, errors } = team;
  await page.goto(base + address);
  must((await page.locator("#proves").textContent()).includes("0 of 5"), "nothing was tested yet");
  await wellMade(page, "proves", errors);
  const { answered } = await outside("test");
  must(answered === 5, `${answered} of 5 modalities were answered`);
  await page.goto(base + address);
  clicks++; /* it is opened again */
  must((await page.locator("#proves").textContent()).includes("5 of 5"), "all were tested");
  await wellMade(page, "homologa", errors);
  await click(button(page, "Ask for the approval of production"));
});

await check("production", async () => {
  const { page } = head;
  const { link } = await outside("link");
  clicks++;
  await page.goto(base + link);
  await click(button(page, "Approve production"));
  must(/in production/i.test(await page.locator("[role=status]").textContent()), "it is in production");
  await team.page.goto(base + address);
  must(/in production/i.test(await state(team.page)), "the desk says so");
  await wellMade(team.page, "produccio", team.errors);
  await team.page.goto(`${base}/integracions`);
  await wellMade(team.page, "tauler", team.errors);
});

await check("the client succeeds with that CDA, and fails with another", async () => {
  const { own, other } = await outside("after");
  must(own === "0003" && other.startsWith("90"), `${own} ${other}`);
});

await check("in fewer than twenty-five clicks", async () => {
  must(clicks < 25, `${clicks} clicks`);
  return { clicks };
});
await finish();
