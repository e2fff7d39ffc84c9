/* npm's `soap` as an integrator's developer uses it: the contract is fetched from where the service is, the message is
 * signed with the library's own WSSecurityCert, and the answer is what the library makes of it.
 *
 *     node soap.mjs PACKAGES WSDL KEY CERTIFICATE < cases.json
 *
 * cases: [{"id", "message", "wanted"}]; prints one line of JSON for each: {"id", "answer"} or {"id", "fault"}. Options of
 * the signature come in OPTIONS (JSON). */
import { createRequire } from "node:module";
import fs from "node:fs";

const [packages, wsdl, key, certificate] = process.argv.slice(2);
const soap = createRequire(`${packages}/client.js`)("soap");
const cases = JSON.parse(fs.readFileSync(0, "utf8"));
const options = JSON.parse(process.env.OPTIONS || "{}");

const client = await soap.createClientAsync(wsdl);
client.setSecurity(new soap.WSSecurityCert(fs.readFileSync(key), fs.readFileSync(certificate), "", options));
for (const { id, message } of cases) {
  try {
    const [answer, raw] = await client.procesaAsync(message);
    console.log(JSON.stringify({ id, answer, raw }));
  } catch (e) {
    console.log(JSON.stringify({ id, fault: e.root?.Envelope?.Body?.Fault?.faultcode ?? null, why: String(e.message || e).slice(0, 400), sent: client.lastRequest }));
  }
}
