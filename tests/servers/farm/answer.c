/* What an endpoint says once it has read a request: a WSDL of the farm's own, and the ways in which servers fail to
 * give one. */
#include "server.h"

enum { ANSWER_MOST = 65536 };

static const char xml_declaration[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/* Declaration, documentation, name of a message, operation twice, address. */
static const char wsdl_format[] =
    "%s<wsdl:definitions xmlns:wsdl=\"http://schemas.xmlsoap.org/wsdl/\" "
    "xmlns:soap=\"http://schemas.xmlsoap.org/wsdl/soap/\"\n"
    "    xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns:f=\"urn:farm\" name=\"Farm\" "
    "targetNamespace=\"urn:farm\">\n"
    "  <wsdl:documentation>%s</wsdl:documentation>\n"
    "  <wsdl:types>\n"
    "    <xs:schema targetNamespace=\"urn:farm\" elementFormDefault=\"qualified\">\n"
    "      <xs:element name=\"petition\" type=\"xs:string\"/>\n"
    "      <xs:element name=\"reply\" type=\"xs:string\"/>\n"
    "    </xs:schema>\n"
    "  </wsdl:types>\n"
    "  <wsdl:message name=\"%s\"/>\n"
    "  <wsdl:message name=\"Petition\"><wsdl:part name=\"body\" element=\"f:petition\"/></wsdl:message>\n"
    "  <wsdl:message name=\"Reply\"><wsdl:part name=\"body\" element=\"f:reply\"/></wsdl:message>\n"
    "  <wsdl:portType name=\"FarmPort\">\n"
    "    <wsdl:operation name=\"%s\"><wsdl:input message=\"f:Petition\"/><wsdl:output "
    "message=\"f:Reply\"/></wsdl:operation>\n"
    "  </wsdl:portType>\n"
    "  <wsdl:binding name=\"FarmSoap\" type=\"f:FarmPort\">\n"
    "    <soap:binding style=\"document\" transport=\"http://schemas.xmlsoap.org/soap/http\"/>\n"
    "    <wsdl:operation name=\"%s\"><soap:operation soapAction=\"urn:farm#procesa\"/>\n"
    "      <wsdl:input><soap:body use=\"literal\"/></wsdl:input><wsdl:output><soap:body "
    "use=\"literal\"/></wsdl:output>\n"
    "    </wsdl:operation>\n"
    "  </wsdl:binding>\n"
    "  <wsdl:service name=\"FarmService\">\n"
    "    <wsdl:port name=\"FarmSoap\" binding=\"f:FarmSoap\"><soap:address location=\"%s\"/></wsdl:port>\n"
    "  </wsdl:service>\n"
    "</wsdl:definitions>\n";

void answer_page(struct answer *ret, const char *status_line, const char *headers, const char *type, struct str body)
{
    (void)buf_printf(
        &ret->bytes,
        "HTTP/1.1 %s\r\nServer: farm\r\n%sContent-Type: %s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
        status_line, headers, type, body.n);
    (void)buf_add_str(&ret->bytes, body);
}

/* The endpoint's own address without its query, on the good path; where a redirection leads, that is /padro. */
static const char *own_address(const struct farm *f, const struct listener *l, char out[256])
{
    char url[256];
    if (l->many > 0)
        (void)many_url(l->many, f->plan->port, url);
    else
        (void)case_url(l->c, f->plan->base, f->plan->port, url);
    const char *slash = strchr(url + strlen("https://"), '/');
    size_t whole = strcspn(url, "?");
    if (l->c->answer == ANSWER_REDIRECT || slash == NULL)
        (void)snprintf(out, 256, "%.*s/padro", (int)(slash == NULL ? (ptrdiff_t)strlen(url) : slash - url), url);
    else
        (void)snprintf(out, 256, "%.*s", (int)whole, url);
    return out;
}

static void wsdl_write(const struct farm *f, const struct listener *l, struct buf *body)
{
    char address[256], documentation[128] = "A service of the test farm.", unused[32] = "Unused";
    const char *declaration = xml_declaration, *operation = "procesa";
    (void)own_address(f, l, address);
    switch (l->c->answer) {
    case ANSWER_WSDL_LATIN1:
        declaration = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n";
        (void)snprintf(documentation, sizeof documentation,
                       "Servei d'expedici\xf3 de volants del padr\xf3; \xe7, \xf1, \xe0.");
        break;
    case ANSWER_WSDL_NO_OPERATION: operation = "consulta"; break;
    case ANSWER_WSDL_ELSEWHERE: (void)snprintf(address, sizeof address, "http://localhost:8080/padro"); break;
    case ANSWER_WSDL_CHANGING: (void)snprintf(unused, sizeof unused, "Unused%08u", f->requests); break;
    case ANSWER_DTD:
        declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE definitions [<!ENTITY name SYSTEM "
                      "\"file:///etc/hostname\">]>\n";
        (void)snprintf(documentation, sizeof documentation, "A service of &name;.");
        break;
    default: break;
    }
    (void)buf_printf(body, wsdl_format, declaration, documentation, unused, operation, operation, address);
}

static void answer_wsdl(const struct farm *f, const struct listener *l, struct answer *ret)
{
    struct buf body = BUF_INIT(ANSWER_MOST), *out = &ret->bytes;
    wsdl_write(f, l, &body);
    const size_t half = body.n / 2;
    switch (l->c->answer) {
    case ANSWER_WSDL_CHUNKED:
    case ANSWER_TRUNCATED_CHUNKED:
        (void)buf_add_text(out, "HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\ntransfer-encoding: "
                                "Chunked\r\nConnection: close\r\n\r\n");
        (void)buf_printf(out, "%zX;name=value\r\n%.*s\r\n", half, (int)half, body.p);
        (void)buf_printf(out, "00%zx\r\n%s\r\n", body.n - half, body.p + half);
        if (l->c->answer == ANSWER_WSDL_CHUNKED)
            (void)buf_add_text(out, "0\r\nX-Checksum: none\r\n\r\n");
        break;
    case ANSWER_TRUNCATED:
        (void)buf_printf(out, "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: %zu\r\n\r\n%.*s", body.n,
                         (int)half, body.p);
        ret->end = END_CUT;
        break;
    case ANSWER_WSDL_UNTIL_CLOSE:
        (void)buf_printf(out, "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nConnection: close\r\n\r\n%s", body.p);
        break;
    case ANSWER_WSDL_HTTP10:
        (void)buf_printf(out, "HTTP/1.0 200\r\nContent-type:text/xml\r\nContent-length:%zu\r\n\r\n%s", body.n, body.p);
        break;
    case ANSWER_TWO_LENGTHS:
        (void)buf_printf(out, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nContent-Length: 12\r\n\r\n%s", body.n, body.p);
        break;
    case ANSWER_DRIP:
    case ANSWER_WSDL_SLOW:
    case ANSWER_WSDL_AFTER_100:
        if (l->c->answer == ANSWER_WSDL_AFTER_100)
            (void)buf_add_text(out, "HTTP/1.1 100 Continue\r\n\r\n");
        answer_page(ret, "200 OK", "", "text/xml; charset=utf-8", buf_str(&body));
        if (l->c->answer != ANSWER_WSDL_AFTER_100) {
            ret->at_once = out->n - body.n;
            ret->pace_bytes = l->c->answer == ANSWER_DRIP ? 1 : (int64_t)body.n;
            ret->pace_ms = l->c->answer == ANSWER_DRIP ? 1000 : SLOW_BODY_MS;
        }
        break;
    default:
        answer_page(ret, "200 OK", "", l->c->answer == ANSWER_WSDL_LATIN1 ? "text/xml" : "text/xml; charset=utf-8",
                    buf_str(&body));
        break;
    }
    buf_release(&body);
}

static void answer_status(const struct farm_case *c, struct answer *ret)
{
    static const struct {
        int status;
        const char *line, *headers;
    } lines[] = {{401, "401 Unauthorized", "WWW-Authenticate: Basic realm=\"farm\"\r\n"},
                 {403, "403 Forbidden", ""},
                 {404, "404 Not Found", ""},
                 {500, "500 Internal Server Error", ""},
                 {503, "503 Service Unavailable", "Retry-After: 3600\r\n"}};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (lines[i].status == c->status) {
            char page[128];
            int n = snprintf(page, sizeof page, "<html><body><h1>%s</h1></body></html>\n", lines[i].line);
            answer_page(ret, lines[i].line, lines[i].headers, "text/html", str_part(page, (size_t)n));
        }
    }
}

static void answer_redirect(const struct farm *f, const struct listener *l, const struct request *r, struct answer *ret)
{
    const struct farm_case *c = l->c;
    char address[256], where[300] = "", header[320] = "";
    if (c->answer == ANSWER_REDIRECT && str_starts(r->path, "/padro")) {
        answer_wsdl(f, l, ret);
        return;
    }
    if (c->answer == ANSWER_REDIRECT_LOOP) {
        (void)snprintf(where, sizeof where, "%s?wsdl&turn=%u", own_address(f, l, address), f->requests);
    } else if (c->answer == ANSWER_REDIRECT) {
        const char *port = strstr(c->location, "%d");
        int before = (int)(port == NULL ? (ptrdiff_t)strlen(c->location) : port - c->location);
        if (port == NULL)
            (void)snprintf(where, sizeof where, "%s", c->location);
        else
            (void)snprintf(where, sizeof where, "%.*s%d%s", before, c->location, f->plan->port, port + 2);
    }
    if (where[0] != '\0')
        (void)snprintf(header, sizeof header, "Location: %s\r\n", where);
    answer_page(ret, c->status == 301 ? "301 Moved Permanently" : "302 Found", header, "text/html",
                str_of("<html>moved</html>\n"));
}

#define TIMES_4(text) text text text text
#define TIMES_32(text) TIMES_4(TIMES_4(text)) TIMES_4(TIMES_4(text))

/* Many bytes, made of one piece again and again. */
static void answer_flood(enum farm_answer kind, struct answer *ret)
{
    static const char filler[8 * 1024] = {' '}; /* the rest is NUL: no XML either way */
    static const char chunk[] =
        "800\r\n" TIMES_32("<!-- a comment that goes on and on, and on and on, and on an -->") "\r\n";
    static const char header[] =
        TIMES_32("X-Farm: a header line like every other, of which there are many too many\r\n");
    static const char good[] = "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n";
    (void)buf_add_text(&ret->bytes, good);
    if (kind == ANSWER_HUGE) {
        (void)buf_printf(&ret->bytes, "Content-Length: %d\r\n\r\n", HUGE_BYTES);
        ret->repeat = filler, ret->repeat_bytes = sizeof filler, ret->repeat_total = HUGE_BYTES;
    } else if (kind == ANSWER_HUGE_CHUNKED) {
        (void)buf_add_text(&ret->bytes, "Transfer-Encoding: chunked\r\n\r\n");
        ret->repeat = chunk, ret->repeat_bytes = sizeof chunk - 1,
        ret->repeat_total = HUGE_BYTES / (sizeof chunk - 1) * (sizeof chunk - 1);
    } else {
        ret->repeat = header, ret->repeat_bytes = sizeof header - 1,
        ret->repeat_total = FLOOD_BYTES / (sizeof header - 1) * (sizeof header - 1);
    }
}

void answer_make(struct farm *f, const struct listener *l, const struct request *r, struct answer *ret)
{
    static const char html[] =
        "<!DOCTYPE html>\n<html lang=\"ca\"><head><title>Tomcat</title></head><body><h1>It works</h1></body></html>\n";
    static const char broken[] = "<?xml version=\"1.0\"?>\n<wsdl:definitions "
                                 "xmlns:wsdl=\"http://schemas.xmlsoap.org/wsdl/\"><wsdl:types></wsdl:definitions>\n";
    static const char other[] =
        "<?xml version=\"1.0\"?>\n<catalogue xmlns=\"urn:farm:other\"><item>1</item></catalogue>\n";
    *ret = (struct answer){.bytes = BUF_INIT(ANSWER_MOST)};
    switch (l->c->answer) {
    case ANSWER_STATUS: answer_status(l->c, ret); break;
    case ANSWER_REDIRECT:
    case ANSWER_REDIRECT_LOOP:
    case ANSWER_REDIRECT_NOWHERE: answer_redirect(f, l, r, ret); break;
    case ANSWER_NEVER: ret->end = END_HOLD; break;
    case ANSWER_FIN: ret->end = END_CLEAN; break;
    case ANSWER_RESET: ret->end = END_RESET; break;
    case ANSWER_HUGE:
    case ANSWER_HUGE_CHUNKED:
    case ANSWER_HEADER_FLOOD: answer_flood(l->c->answer, ret); break;
    case ANSWER_NOT_HTTP:
        (void)buf_add_text(&ret->bytes, "220 mail.example ESMTP ready\r\n500 5.5.1 Command unrecognized\r\n");
        break;
    case ANSWER_BAD_CHUNK:
        (void)buf_add_text(&ret->bytes,
                           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n<a/>\r\n0\r\n\r\n");
        break;
    case ANSWER_EMPTY: answer_page(ret, "200 OK", "", "text/xml", str_of("")); break;
    case ANSWER_HTML: answer_page(ret, "200 OK", "", "text/html; charset=utf-8", str_of(html)); break;
    case ANSWER_NOT_XML: answer_page(ret, "200 OK", "", "text/xml", str_of(broken)); break;
    case ANSWER_XML: answer_page(ret, "200 OK", "", "text/xml", str_of(other)); break;
    default: answer_wsdl(f, l, ret); break;
    }
}
