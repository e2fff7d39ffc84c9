/* Every page of the desk, on a busy day, as lib.mjs looks at them. A new page is a line in this table. */
import { base, finish, logIn, look, visitor } from "./lib.mjs";

/* Where pages stand whose address has a number. */
const { page, context } = await visitor({ lang: "en" });
await logIn(page);
async function first(path, selector) {
  await page.goto(base + path);
  return (await page.locator(selector).first().getAttribute("href")).split("#")[0];
}
const down = await first("/caigudes", ".outage a.name");
const warned = await first("/ens?q=caduca%3C60", "table.list a.name");
const account = await first("/administracio/comptes", "a.name:text-is('joan')");
const request = await first("/passarella", "table.list a");
const week = await first("/divendres", ".pastweeks a");
await context.close();

/* A form that says no, with what was typed. */
const refused = (path, open, fields, button) => ({ go: async page => {
  await page.goto(base + path);
  await page.locator(open).first().click();
  for (const [name, text] of Object.entries(fields)) await page.fill(`details[open] [name=${name}]`, text);
  await Promise.all([page.waitForNavigation(), page.locator(button).click()]);
  await page.waitForSelector("[role=alert]");
} });
const long = "Ajuntament-de-Cruïlles-Monells-i-Sant-Sadurní-de-l'Heura-".repeat(12);

await look({
  entra: { path: "/entra", without: true }, decisio: { path: "/decisio/0", status: 404, without: true },
  avui: "/",
  ens: "/ens", filtre: "/ens?q=caduca%3C60", exclosos: "/ens?q=state:excluded", cap: "/ens?q=zzz", llistes: "/ens/llistes?q=caduca%3C30",
  "un-ens": down, "un-altre": { path: warned, open: [".folds .fold summary"] },
  "un-ens-refusat": refused(down, "summary[class~=btn]", { text: long, dia: "demà" }, "details[open] button.main"),
  calendari: { path: "/calendari", open: [".astable summary", "summary.btn", ".day summary"] },
  divendres: "/divendres", setmana: week,
  caigudes: { path: "/caigudes", open: [".fold summary.btn:visible"] }, "caigudes-cap": "/caigudes?q=zzz&des=1/1/2026&fins=x",
  bustia: { path: "/bustia", open: [".pick summary", "#decideix + ul summary", "#respostes + ul summary"] },
  administracio: "/administracio",
  comptes: { path: "/administracio/comptes", open: [".folds summary"] }, "un-compte": { path: account, open: [".folds summary"] },
  contactes: { path: "/administracio/contactes", open: [".folds summary"] }, falten: "/administracio/contactes?mostra=falten",
  contacte: { path: "/administracio/contactes/1", open: [".folds summary"] },
  exclusions: { path: "/administracio/exclusions", open: [".folds summary"] },
  importacions: "/administracio/importacions", importacio: "/administracio/importacions/1",
  textos: "/administracio/textos", text: "/administracio/textos/warning-single.ca",
  servidors: "/administracio/servidors", copies: "/administracio/copies", salut: "/administracio/salut",
  auditoria: "/auditoria?que=login", "auditoria-cap": "/auditoria?text=zzz&des=dem%C3%A0",
  compte: { path: "/compte", open: ["summary.btn"] }, codis: "/compte/codis",
  passarella: "/passarella", peticio: request, permisos: { path: "/passarella/permisos", open: [".fold summary"] },
  modalitats: "/passarella/modalitats", modalitat: { path: "/passarella/modalitats/HESTIA_CITES", open: ["details summary"] },
  validador: "/passarella/validador",
  sondes: "/sondes", sonda: { path: "/sondes/PORTAL", open: [".astable summary", ".folds summary"] }, "sonda-any": "/sondes/PORTAL?periode=any",
  guardia: "/guardia", incident: { path: "/guardia/1", open: [".folds summary", "summary.btn:visible"] },
  despeses: { path: "/guardia/despeses", open: ["td summary"] }, integracions: "/integracions", alta: "/integracions/nova?ens=olot", "alta-cap": "/integracions/nova?ens=zzzz", integracio: { path: "/integracions/1", open: [".folds summary"] },
  decisio: { path: "/decisio/0", status: 404, without: true }, mes: "/mes", ajuda: "/ajuda", "no-hi-es": { path: "/res", status: 404 },
});
await finish();
