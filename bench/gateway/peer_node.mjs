// What an integrator would write with npm's xml-crypto: the signature is verified with the authorised certificate, the
// Body must be what it covers, and a fixed answer goes back. peer_node.mjs PACKAGES CERTIFICATE ANSWER
import fs from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";

const [packages, certificate, answerFile] = process.argv.slice(2);
const require = createRequire(`${packages}/node_modules/`);
const { SignedXml } = require("xml-crypto");
const { DOMParser } = require("@xmldom/xmldom");
const publicCert = fs.readFileSync(certificate, "utf8");
const answer = fs.readFileSync(answerFile);
const DS = "http://www.w3.org/2000/09/xmldsig#";
const SOAP = "http://schemas.xmlsoap.org/soap/envelope/";
const WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

function isGood(text) {
    const document = new DOMParser().parseFromString(text, "text/xml");
    const signature = document.getElementsByTagNameNS(DS, "Signature")[0];
    const body = document.getElementsByTagNameNS(SOAP, "Body")[0];
    const signed = new SignedXml({ publicCert, idMode: "wssecurity" });
    signed.loadSignature(signature);
    return signed.checkSignature(text) && signed.getReferences().some((r) => r.uri === `#${body.getAttributeNS(WSU, "Id")}`);
}

const server = http.createServer((request, response) => {
    const pieces = [];
    request.on("data", (piece) => pieces.push(piece));
    request.on("end", () => {
        const good = isGood(Buffer.concat(pieces).toString());
        response.writeHead(good ? 200 : 500, { "Content-Type": "text/xml; charset=utf-8", "Content-Length": answer.length });
        response.end(answer);
    });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
