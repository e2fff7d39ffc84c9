import com.sun.net.httpserver.HttpServer;
import java.io.FileInputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.concurrent.Executors;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.ws.security.WSConstants;
import org.apache.ws.security.WSDataRef;
import org.apache.ws.security.WSSConfig;
import org.apache.ws.security.WSSecurityEngine;
import org.apache.ws.security.WSSecurityEngineResult;
import org.apache.ws.security.components.crypto.Merlin;
import org.w3c.dom.Document;

/** What a Java service does with WSS4J: the header is processed with the authorised certificate as the only trusted one, the
 *  Body must be among what was signed, and a fixed answer goes back. PeerWss4j CERTIFICATE ANSWER */
public final class PeerWss4j {
    private static final ThreadLocal<DocumentBuilder> BUILDER = ThreadLocal.withInitial(PeerWss4j::builder);
    private static final ThreadLocal<WSSecurityEngine> ENGINE = ThreadLocal.withInitial(PeerWss4j::engine);

    private static DocumentBuilder builder() {
        try {
            DocumentBuilderFactory f = DocumentBuilderFactory.newInstance();
            f.setNamespaceAware(true);
            f.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            return f.newDocumentBuilder();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static WSSecurityEngine engine() {
        WSSConfig config = WSSConfig.getNewInstance();
        config.setWsiBSPCompliant(false);
        WSSecurityEngine e = new WSSecurityEngine();
        e.setWssConfig(config);
        return e;
    }

    private static boolean isGood(InputStream in, Merlin crypto) throws Exception {
        Document document = BUILDER.get().parse(in);
        List<WSSecurityEngineResult> results = ENGINE.get().processSecurityHeader(document, null, null, crypto);
        for (WSSecurityEngineResult r : results) {
            if ((Integer) r.get(WSSecurityEngineResult.TAG_ACTION) != WSConstants.SIGN) {
                continue;
            }
            @SuppressWarnings("unchecked")
            List<WSDataRef> signed = (List<WSDataRef>) r.get(WSSecurityEngineResult.TAG_DATA_REF_URIS);
            for (WSDataRef ref : signed) {
                if ("Body".equals(ref.getProtectedElement().getLocalName())) {
                    return true;
                }
            }
        }
        return false;
    }

    public static void main(String[] words) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream in = new FileInputStream(words[0])) {
            trusted.setCertificateEntry("cda", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        Merlin crypto = new Merlin();
        crypto.setTrustStore(trusted);
        byte[] answer = Files.readAllBytes(Path.of(words[1]));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 128);
        server.setExecutor(Executors.newFixedThreadPool(4));
        server.createContext("/", exchange -> {
            boolean good = false;
            try {
                good = isGood(exchange.getRequestBody(), crypto);
            } catch (Exception e) {
                e.printStackTrace();
            }
            exchange.getResponseHeaders().set("Content-Type", "text/xml; charset=utf-8");
            exchange.sendResponseHeaders(good ? 200 : 500, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        System.out.println(server.getAddress().getPort());
    }
}
