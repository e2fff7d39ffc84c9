/* Every limit of Talaia, in one place, each with its reason.
 * Units are in the name: _BYTES, _CHARS, _DAYS, _MS; a bare number is a count. */
#ifndef TALAIA_BASE_LIMITS_H
#define TALAIA_BASE_LIMITS_H

/* --- messages --- */
#define LIMIT_ERR_BYTES 1024 /* one line on a terminal or in a log; longer foreign text is cut */

/* --- memory --- */
#define LIMIT_KEPT_BYTES (256u * 1024u)           /* free memory that stays with a role; a page takes less */
#define LIMIT_ARENA_CHUNK_BYTES (16u * 1024u)     /* a request at the gateway needs one or two, 64 are there */
#define LIMIT_ALLOC_BYTES (1024u * 1024u * 1024u) /* nothing in this program needs one piece this large */

/* --- foreign tables (csv, xlsx, odbc) --- */
#define LIMIT_TABLE_COLUMNS 1024                 /* the widest registry export seen has 40 */
#define LIMIT_TABLE_CELL_BYTES (32767u * 4u)     /* Excel's 32,767 characters, in UTF-8 */
#define LIMIT_TABLE_ROW_BYTES (1024u * 1024u)    /* stops an unclosed quote from swallowing a file */
#define LIMIT_TABLE_ROWS 10000000u               /* ten times the largest import we measure */
#define LIMIT_TABLE_FILE_BYTES (4ull << 30)      /* ten million rows of 400 bytes */
#define LIMIT_XLSX_ENTRIES 10000                 /* a workbook has dozens */
#define LIMIT_XLSX_INFLATED_BYTES (2ull << 30)   /* Excel's own largest sheet fits; a bomb does not */
#define LIMIT_XLSX_RATIO 300                     /* inflated : stored; real sheets reach about 30 */
#define LIMIT_XLSX_RATIO_FLOOR_BYTES (16u << 20) /* below this size a high ratio harms nobody */
#define LIMIT_XLSX_STRINGS 10000000u             /* one per cell of the largest import */
#define LIMIT_XLSX_STRING_BYTES (512u << 20)     /* memory that shared strings may take */
#define LIMIT_XLSX_SHEETS 255                    /* Excel itself offers as many by default */
#define LIMIT_XML_DEPTH 64                       /* OOXML nests about 12 deep, WSDL with schemas 20 */
#define LIMIT_XLSX_MERGES 100000                 /* merged areas looked at in one sheet */
#define LIMIT_XLSX_MERGE_SCAN_BYTES (8u << 20)   /* people merge cells in small sheets; large ones are exports */
#define LIMIT_XLSX_PART_BYTES (16u << 20)        /* inflated parts but sheets and strings: styles reach 1 MB */
#define LIMIT_XLSX_TOKEN_BYTES (1u << 20)        /* one tag with its attributes; keeps parsing linear */
#define LIMIT_XLSX_FORMATS 4096                  /* Excel keeps about 250 number formats of its user */
#define LIMIT_XLSX_STYLES 65536                  /* Excel's own maximum is 65,490 */
#define LIMIT_XLSX_PROPERTIES 1000               /* we write two */
#define LIMIT_ODBC_CELL_BYTES (64u * 1024u)      /* a URL or a description, generously */
#define LIMIT_ODBC_SECONDS 120                   /* the registry's query takes two */

/* --- values of a body --- */
#define LIMIT_NAME_CHARS 255     /* longest official name: 62 characters */
#define LIMIT_URL_BYTES 2048     /* what browsers and proxies agree on */
#define LIMIT_SUBJECT_BYTES 2048 /* two official names, dates and a ticket, generously */
#define LIMIT_NOTE_CHARS 8000    /* a comment cell that Excel still shows whole */
#define LIMIT_TICKET_CHARS 64    /* "ST-8949", "FP 2026/001234"; a URL belongs in the text */
#define LIMIT_EMAIL_BYTES 254    /* RFC 5321 §4.5.3.1.3 with RFC 3696 erratum 1690 */
#define LIMIT_YEAR_MIN 1990      /* no certificate is older than X.509 v3 in use */
#define LIMIT_YEAR_MAX 2100      /* a date beyond is a typing mistake */

/* --- certificates handed in --- */
#define LIMIT_CERTIFICATE_FILE_BYTES (1024u * 1024u) /* a chain in PKCS #7 takes some 20 KB */

/* --- lists --- */
#define LIMIT_VANISHED_SHOWN_DAYS 60 /* bodies that left the registry longer ago need --all */

/* --- import --- */
#define LIMIT_IMPORT_LISTED 200     /* changes and refusals listed one by one; all are counted */
#define LIMIT_HEADER_SEARCH_ROWS 25 /* titles and blank rows people leave above a header */
#define LIMIT_EDIT_DISTANCE 2       /* typing mistakes forgiven in suggestions */

/* --- configuration and profile --- */
#define LIMIT_CONFIG_BYTES (2048u * 1024u) /* a hand-written file; one made by a script: 5,000 probes of 400 */
#define LIMIT_CONFIG_DEPTH 16              /* the deepest key has four parts */
#define LIMIT_CONFIG_NODES 150000          /* keys and values of one file; the profile has 600, 5,000 probes 30 each */
#define LIMIT_CONFIG_FINDINGS 100          /* mistakes listed at once; a person corrects fewer */
#define LIMIT_HOLIDAY_YEAR_MIN 2015        /* the oldest reports that are imported */
#define LIMIT_HOLIDAY_YEAR_MAX 2045        /* beyond any date of a certificate issued today */
#define LIMIT_THRESHOLDS 12                /* steps of a warning ladder */
#define LIMIT_TEMPLATE_BYTES (64u * 1024u) /* a message that a person wrote */

/* --- store --- */
#define LIMIT_STORE_BUSY_MS 5000                   /* longer than any of our transactions but an import's */
#define LIMIT_SQL_PARAMS 32                        /* the widest statement has 20 */
#define LIMIT_STMT_CACHE 64                        /* every statement of one command stays prepared */
#define LIMIT_SQL_BYTES (64u * 1024u)              /* one statement; the longest has 3,000 */
#define LIMIT_SQL_TEXT_BYTES (64u * 1024u * 1024u) /* one value: a mail with its attachments, twice */
#define LIMIT_STORE_SPOOL_BYTES (256u << 20)       /* rows read ahead for nested statements: a million of 250 bytes */
#define LIMIT_STORE_BATCH 256                      /* statements on their way at once: 10 KB of answers wait for us */
#define LIMIT_STORE_STATEMENT_MS 600000            /* a statement of ten minutes is stuck, not slow */
#define LIMIT_STORE_CONNECT_SECONDS 10             /* the database is on our network or down */
#define LIMIT_STORE_WAL_PAGES 8000                 /* 32 MB: many small transactions share the cost of moving them */
#define LIMIT_STORE_WAL_MOST 16000                 /* 64 MB: then it begins anew, which commits feel */
#define LIMIT_STORE_MOVE_PAGES 500                 /* 2 MB at a time beside commits: they feel 32 MB as 20 ms */
#define LIMIT_STORE_MOVE_MS 20                     /* whoever commits waits no longer for readers of an old log */
#define LIMIT_STORE_WAL_BYTES (64u << 20)          /* what the write-ahead log may keep after a large import */
#define LIMIT_STORE_BESIDE_KIB 1000u               /* the same where others wait for commits: short, at tables' ends */
#define LIMIT_STORE_CACHE_KIB 3600u                /* pages of SQLite: half its I/O in large imports for 1.6 MB more */
#define LIMIT_BACKUP_PAGES 256                     /* 1 MB at a time: a backup never holds others up for long */

/* --- network --- */
#define LIMIT_HOST_BYTES 253                /* a name of the DNS as text, RFC 1035 §2.3.4 */
#define LIMIT_URL_SHOWN_BYTES 160           /* of an address inside a sentence */
#define LIMIT_ALLOW_RANGES 256              /* net.allow is written by hand */
#define LIMIT_HTTP_LINE_BYTES 8192          /* one header line; what web servers themselves accept */
#define LIMIT_HTTP_HEADERS 128              /* a talkative server sends 30 */
#define LIMIT_HTTP_HEAD_BYTES (64u * 1024u) /* all header lines and trailers of an answer together */
#define LIMIT_HTTP_INTERIM 8                /* 1xx answers before the real one; one is usual */
#define LIMIT_HTTP_CHUNK_LINE_BYTES 1024    /* a size and its extensions; nobody sends extensions */
#define LIMIT_HTTP_TYPE_BYTES 128           /* a media type with its charset */
#define LIMIT_HTTP_ANSWER_BYTES (16u << 20) /* a tracker's list of a hundred tickets has 1 MB */
#define LIMIT_HTTP_REDIRECTS 5              /* within one server; browsers follow 20 */
#define LIMIT_HTTP_RETRY_SECONDS 86400      /* a server that asks for more is asked again after a day all the same */
#define LIMIT_HTTP_CONNECT_SECONDS 10       /* the tracker is on our network or down */
#define LIMIT_HTTP_SECONDS 60               /* a slow search of a tracker takes ten */
#define LIMIT_CHANNEL_CONNECT_SECONDS 30    /* mail servers delay their greeting on purpose, by 20 at most */
#define LIMIT_CHANNEL_SECONDS 60            /* one answer; for the end of a mail LIMIT_SMTP_FINAL_SECONDS */
#define LIMIT_CHANNEL_READ_BYTES (2u << 20) /* what arrived and waits: longer than any accepted line */
#define LIMIT_CHANNEL_PIECE_BYTES (16u * 1024u) /* one TLS record */

/* --- foreign XML (WSDL, SOAP): the parser is quadratic in the attributes of a tag --- */
#define LIMIT_XML_BYTES (2u * 1024u * 1024u) /* the largest WSDL seen has 120 KB, a signed request 40 */
#define LIMIT_XML_ATTRIBUTES 256             /* of one tag; the widest seen has 30, declarations included */
#define LIMIT_XML_NAMESPACES 512             /* declarations in force at one place: a look-up walks them all */
#define LIMIT_XML_NAMESPACE_WORK (64u << 20) /* tags x declarations squared: 0.2 s of c14n */
#define LIMIT_XML_NODES 200000               /* tags and attributes of a document of 2 MB with real content */
#define LIMIT_WSDL_LISTED 64                 /* operations, services and addresses kept to be shown */

/* --- certificates --- */
#define LIMIT_CERT_BYTES (512u * 1024u)       /* ten thousand names take 250 KB; real ones take 2 */
#define LIMIT_CERT_FILE_BYTES (4u << 20)      /* a system's bundle of authorities has 220 KB */
#define LIMIT_CERT_FILE_CERTS 1000            /* the same bundle has 140 */
#define LIMIT_CERT_NAMES 500                  /* names of one certificate that are listed; all are matched */
#define LIMIT_CERT_NAMES_SHOWN 5              /* in a sentence; the rest are counted */
#define LIMIT_CERT_LIST 32                    /* policies, key uses, addresses: real ones have up to six */
#define LIMIT_CERT_TEXT_BYTES 512             /* one value of a subject; X.520 allows 64 characters */
#define LIMIT_CERT_NAME_BYTES 2048            /* a whole subject, shown */
#define LIMIT_CHAIN_CERTS 20                  /* real servers send two to six */
#define LIMIT_CHAIN_FINDINGS 16               /* reasons kept of one chain; real bad ones have three */
#define LIMIT_CHAIN_BYTES (1u << 20)          /* ten times what a TLS handshake takes by default */
#define LIMIT_TRUST_CACHE 8192                /* chains kept as judged: those of 5,000 probes; 0.25 KB each */
#define LIMIT_TRUST_KNOWN 256                 /* intermediates remembered; a country has a few dozen */
#define LIMIT_OCSP_BYTES (256u * 1024u)       /* an answer with the responder's chain has 5 KB */
#define LIMIT_OCSP_ANSWERS 64                 /* certificates in one answer; we ask for one */
#define LIMIT_OCSP_CERTS 8                    /* certificates of the responder in one answer */
#define LIMIT_OCSP_SIGNERS 64                 /* authorities and responders whose certificates stay read */
#define LIMIT_NONCE_BYTES 32                  /* RFC 8954 */
#define LIMIT_CRL_BYTES (20u << 20)           /* half a million revoked certificates */
#define LIMIT_SKEW_SECONDS 300                /* clocks of two organisations differ by minutes at most */
#define LIMIT_REVOCATION_DAYS 10              /* an answer is not used longer, whatever it promises (CA/B: 10) */
#define LIMIT_REVOCATION_RETRY_SECONDS 900    /* how long a source that failed is left alone */
#define LIMIT_REVOCATION_REFRESH_SECONDS 3600 /* an answer that just arrived is not asked for again */
#define LIMIT_REVOCATION_URLS 4               /* addresses of one kind that are tried */

#define LIMIT_REVOCATION_KEPT_BYTES (1024u * 1024u) /* of one answer that is kept between rounds: lists reach 20 MB */
#define LIMIT_REVOCATION_KEPT_TOTAL (8u << 20) /* of all of them, in base64: the store, and the memory of a round */

/* --- documents (the signed form, the CDA) --- */
#define LIMIT_DOCUMENT_BYTES (20u << 20) /* a signed form has 1 MB, scanned 5 */
#define LIMIT_MAIL_DOCUMENTS 8           /* kept of one mail: form, CDA, an authorisation, and room */
#define LIMIT_DOCUMENT_PROOFS 24         /* answers of authorities inside of one, of each kind; usual are 2 to 6 */
#define LIMIT_DOCUMENT_PROOF_BYTES (40u << 20)    /* of each kind; lists of revoked certificates have up to 10 MB */
#define LIMIT_WAITING_FILES 32                    /* documents of integrations that wait to be checked, in all */
#define LIMIT_WAITING_BYTES (96u << 20)           /* of these: four uploads */
#define LIMIT_WAITING_TRIES 3                     /* checks of one that were interrupted: whoever reads it dies of it */
#define LIMIT_WAITING_CLAIM_SECONDS 900           /* then whoever was checking it has died on another machine */
#define LIMIT_DOCUMENT_SECONDS 20                 /* of processor, for one; a form takes 0.1 */
#define LIMIT_DOCUMENT_WAIT_SECONDS 60            /* of time: the machine may be busy */
#define LIMIT_DOCUMENT_MEMORY (768ull << 20)      /* of its process: all of the file inflated, twenty times over */
#define LIMIT_DOCUMENT_TOLD_BYTES (8u << 20)      /* what the process says of it: text, values and certificates */
#define LIMIT_DOCUMENT_TEXT_BYTES (256u << 10)    /* of its pages, kept; a form has 4 KB */
#define LIMIT_DOCUMENT_PAGES 40                   /* searched for addresses and contacts; a form has 4 */
#define LIMIT_DOCUMENT_REASONS 64                 /* found while reading; a person mends fewer */
#define LIMIT_DOCUMENT_VALUES 200                 /* fields and findings of each kind; a form has 30 */
#define LIMIT_DOCUMENT_VALUE_BYTES 4096           /* of one field; people write a paragraph */
#define LIMIT_DOCUMENT_COMPARE_BYTES (128u << 20) /* two revisions as text, objects of streams apart */
#define LIMIT_CMS_BYTES (2u << 20)                /* a signature with stamps and revocation lists inside; usual 20 KB */
#define LIMIT_PDF_OBJECTS 100000                  /* of one file; a form has 300 */
#define LIMIT_PDF_VALUES 2000000u                 /* names, numbers, references in all of them: a file of 20 MB */
#define LIMIT_PDF_DEPTH 50                        /* fields below fields; real ones reach five */
#define LIMIT_PDF_SIGNATURES 8                    /* judged of one file; real ones have three */
#define LIMIT_PDF_FIELDS 2000                     /* of a form; the longest official ones have 500 */

/* --- gateway --- */
#define LIMIT_EXPLAIN_BYTES (8u << 20)   /* looked at by an explanation: larger ones are told that they are too large */
#define LIMIT_EXAMINE_SECONDS 30         /* for one message in the validator; a hostile one of 2 MB takes 4 */
#define LIMIT_EXAMINED_BYTES (16u << 20) /* its explanation as JSON: two canonical forms of 2 MB, escaped */
#define LIMIT_EXAMINERS 3                /* processes of the validator at once; one takes some 20 ms */
#define LIMIT_REMARKS 200                /* said of one message; a person mends a dozen before sending it again */
#define LIMIT_REMARK_CHARS 160           /* of a value inside a sentence */
#define LIMIT_REMARK_LINE_BYTES 4096     /* a sentence with all its values */
#define LIMIT_SHAPE_LEAVES 64            /* different children of one element; the widest has 30 */
#define LIMIT_SHAPE_NODES 2000           /* elements described by one modality; the largest has 230 */
#define LIMIT_SOLICITUDES 500            /* of one request, as the platform says for its asynchronous front */
#define LIMIT_WSS_REFERENCES 8           /* signed parts of one message; real ones have three at most */
#define LIMIT_WSS_PREFIXES 64            /* of one InclusiveNamespaces; WSS4J lists what the envelope declares */
#define LIMIT_WSS_TOKEN_BYTES 16384      /* a certificate as base64; real ones have 4 KB */
#define LIMIT_WSS_IDS 4096               /* Ids in one message, looked through for a second one */
#define LIMIT_WSS_KEYS 1024              /* certificates whose keys stay read: more than there are integrators */
#define LIMIT_WSS_KEPT_BYTES 4096     /* of a token's text, so that all that are kept have 7 MB; real ones have 3 KB */
#define LIMIT_WSS_LIFE_SECONDS 3600   /* of a Timestamp; clients use 60 to 600 */
#define LIMIT_ASK_FIELDS 4096         /* elements of one payload that reach the back office; the largest has 230 */
#define LIMIT_ASK_FILES 64            /* attachments of one SolicitudTransmision; real ones have one */
#define LIMIT_MODALITIES 256          /* files of share/scsp; the platform has about a hundred */
#define LIMIT_MODALITY_IDENTIFIERS 8  /* alternatives to identify somebody; the most has three */
#define LIMIT_DATA_TABLES 128         /* of the back office's data set; ours has 20, code lists included */
#define LIMIT_LOOKUP_WORDS 8          /* conditions of one way to look something up; the most has four */
#define LIMIT_LOOKUP_STEPS 8          /* steps in front of a look-up; the most has four */
#define LIMIT_JWT_BYTES (64u * 1024u) /* a token or what is in it; a notice has 400 bytes */
#define LIMIT_JWT_SECRET_LEAST 32     /* as long as the hash, RFC 7518 §3.2 */
#define LIMIT_JWT_SECONDS 3600        /* of a token that does not say until when: a queue that was down for an hour */
#define LIMIT_MTOM_BYTES (16u << 20)  /* a message with its attachments; scanned forms have 1 to 5 MB */
#define LIMIT_MTOM_PARTS 64           /* of one message: a file each, and the message itself */
#define LIMIT_MTOM_HEADERS 16         /* lines of one part's head; clients write three to five */
#define LIMIT_MTOM_LINE_BYTES 1000    /* one of them; RFC 5322 allows 998 */
#define LIMIT_LATER_DAYS 30           /* an asynchronous answer may be fetched: a client that was down over holidays */
#define LIMIT_LATER_BYTES (16u << 20) /* of all its payloads: 500 of 30 KB; a volant has 2 */
#define LIMIT_SERVICE_PATH_BYTES 512  /* of an element of an answer below its root; the longest has 90 */

/* --- gateway: permissions and memory --- */
#define LIMIT_GATEWAY_RANGE_V4 24      /* bits at least: a body calls from a few addresses, a provider from 256 */
#define LIMIT_GATEWAY_RANGE_V6 48      /* bits at least: what one site is given */
#define LIMIT_GATEWAY_RANGES 64        /* of one body, given at once; a provider has ten */
#define LIMIT_GATEWAY_MODALITIES 64    /* of one body, given at once; Hèstia has six */
#define LIMIT_GATEWAY_TEXT_BYTES 100   /* of an IdPeticion that is kept: what the platform allows */
#define LIMIT_GATEWAY_REMARKS 40       /* kept of one request; a person mends a dozen before sending it again */
#define LIMIT_GATEWAY_XPATH_BYTES 400  /* kept of a place; the deepest of ours has 250 */
#define LIMIT_GATEWAY_CITIZENS 500     /* as many holders as LIMIT_SOLICITUDES */
#define LIMIT_GATEWAY_BATCH 200        /* rows of one commit: a fifth of a second at the highest load */
#define LIMIT_GATEWAY_MARKS 16384      /* in memory until they are folded, twice: 0.9 MB. Fewer cost more pages */
#define LIMIT_GATEWAY_MARKS_LOOK 20000 /* marks looked through for old ones in one transaction: some 3 ms */
#define LIMIT_GATEWAY_LIST 500         /* rows shown at once */
#define LIMIT_GATEWAY_FORGET 2000      /* rows of each kind forgotten in one transaction: some 20 ms */
#define LIMIT_GATEWAY_SEALED_BYTES (8u << 20)   /* asynchronous, asked or answered: 500 of 12 KB */
#define LIMIT_OPINION_BYTES (8u << 20)          /* what the verifier says of 2 MB: values, remarks and echo */
#define LIMIT_GATEWAY_KEPT_BYTES (512u * 1024u) /* of a buffer between processes that stays when it is empty */
#define LIMIT_GATEWAY_QUESTION_BYTES (2u << 20 | 64u << 10) /* a message of 2 MB with its headers, to the verifier */
#define LIMIT_GATEWAY_CHORE_SECONDS 1 /* between two looks at what waits: one question to an index */
#define LIMIT_GATEWAY_LATER_BATCH 50  /* asynchronous requests in one transaction: the journal waits for it */
#define LIMIT_GATEWAY_STANDINGS 20    /* certificates whose authorities are asked in one look: 10 s each at worst */
#define LIMIT_GATEWAY_STANDING_SECONDS 14400     /* at the latest so long after an answer it is asked for again */
#define LIMIT_GATEWAY_HEADER_BYTES (16u * 1024u) /* one header that reaches the verifier: a certificate as PEM */
#define LIMIT_GATEWAY_TYPE_BYTES 1024            /* Content-Type of a message; a multipart one has 250 */
#define LIMIT_GATEWAY_START_SECONDS 30           /* for a process of the gateway to be ready; it takes 0.05 s */
#define LIMIT_GATEWAY_VERIFY_SECONDS 20          /* for one message; the slowest hostile one of 2 MB took 3 */
#define LIMIT_GATEWAY_WAITING 4096               /* requests that wait for a verifier: more than connections */
#define LIMIT_GATEWAY_VERIFIERS 16               /* processes: one for each core is enough */
#define LIMIT_GATEWAY_REASONS_SECOND 20          /* reasons of wrong digests that are looked for in a second */

/* --- report --- */
#define LIMIT_PICTURE_PIXELS (64u * 1000u * 1000u) /* 256 MB of pixels: beyond, the table is split */
#define LIMIT_MAIL_BYTES (25u * 1024u * 1024u)     /* what common mail servers accept */

/* --- mails that go out --- */
#define LIMIT_OUTBOX_TRIES 40                /* with an hour between them: a day and a half, as mail servers do */
#define LIMIT_OUTBOX_RETRY_SECONDS 60        /* greylisting lets the second attempt in after a minute or five */
#define LIMIT_OUTBOX_RETRY_MOST_SECONDS 3600 /* a server that was down in the night is found again by breakfast */
#define LIMIT_OUTBOX_CLAIM_SECONDS 900       /* a worker on another machine is thought dead then */
#define LIMIT_OUTBOX_CALM 500      /* more that wait at once is no ordinary day: a body has two certificates */
#define LIMIT_OUTBOX_RECIPIENTS 50 /* of one message; a body has three, servers take a hundred */
#define LIMIT_OUTBOX_REFERENCES 20 /* message ids of a thread that are named: a ladder has five steps */

#define LIMIT_QR_BYTES (512u * 1024u)         /* the path of the largest symbol; that of a key has 8 KB */
#define LIMIT_ICS_VALUE_BYTES (16u * 1024u)   /* one value of a calendar: a subject and a reason, generously */
#define LIMIT_ICS_BYTES (64u * 1024u * 1024u) /* 100,000 events; a year of a thousand bodies has 8,000 */

/* --- mails that are read --- */
#define LIMIT_MAIL_HEAD_BYTES (256u * 1024u)   /* header of one mail; servers stop at 64 or 128 KB */
#define LIMIT_MAIL_FIELD_BYTES 16384           /* of a part of a mail of ours; they have 200 */
#define LIMIT_MAIL_PIECES 64                   /* text, page, three pictures, a workbook; letters have fewer */
#define LIMIT_MAIL_PIECE_DEPTH 6               /* parts in parts: ours have three */
#define LIMIT_MAIL_HEADER_LINES 2000           /* of the same; a mail through many relays has 100 */
#define LIMIT_MAIL_BOUNDARY_LINES 4000         /* lines that may part a mail; a digest of a hundred has 300 */
#define LIMIT_MAIL_PARTS 200                   /* looked at in search of the text */
#define LIMIT_MAIL_DEPTH 20                    /* parts inside parts; forwarded mails reach 8 */
#define LIMIT_MAIL_TEXT_BYTES (64u * 1024u)    /* an alert says at its beginning whom it is about */
#define LIMIT_MAIL_LINES 200                   /* ids, addresses or file names of one mail; a long thread has 60 */
#define LIMIT_MAIL_DELIVERIES 100              /* recipients of one report; ours have ten at most */
#define LIMIT_MAIL_REPORT_BYTES (64u * 1024u)  /* its fields; a hundred recipients take 40 KB */
#define LIMIT_ADOPT_TICKETS 5000               /* of a filter; the team has some two hundred open */
#define LIMIT_MAILBOX_BYTES (256u << 20)       /* an mbox; ten years of alerts of 5 KB, twenty a day */
#define LIMIT_MAILBOX_MESSAGES 100000          /* of a Maildir; the same ten years */
#define LIMIT_MAILBOX_TELL_BYTES (64u * 1024u) /* looked at to tell a mail from a table */
#define LIMIT_ALERT_OPEN_DAYS 14               /* a monitor repeats itself; an older one without an end was forgotten */
#define LIMIT_ALERT_ERROR_CHARS 200            /* of a subject, in the KO table */

/* --- tickets --- */
#define LIMIT_TICKET_SUMMARY_CHARS 255          /* what Jira and Redmine take */
#define LIMIT_TICKET_TEXT_BYTES (1024u * 1024u) /* a description or a note; a mail's text has 64 KB at most */
#define LIMIT_TICKET_FILE_BYTES (10u << 20)     /* what trackers accept by default; a signed form has 1 MB */
#define LIMIT_TICKET_REQUEST_BYTES (4u << 20)   /* a text whose every character is escaped */
#define LIMIT_JSON_DEPTH 64                     /* trackers nest 8 deep */
#define LIMIT_JSON_VALUES 500000u               /* a page of a hundred tickets with all fields has 30,000 */
#define LIMIT_TRACKER_LAG_SECONDS 6             /* what was made is found by a search after 1 to 5 */
/* A request of somebody who was killed: it may be carried out as long as one may take, and is then found. */
#define LIMIT_TRACKER_FLIGHT_SECONDS (LIMIT_HTTP_SECONDS + LIMIT_TRACKER_LAG_SECONDS)
#define LIMIT_TRACKER_WAIT_SECONDS 5 /* a longer Retry-After is left to whoever called */
#define LIMIT_TRACKER_WAITS 2        /* such short waits within one request */
#define LIMIT_TRACKER_PAGES 200      /* of one list: a tracker that never ends is not believed */
#define LIMIT_TRACKER_FIELDS 1000    /* of a create screen; large ones have 80 */

/* --- mail servers --- */
#define LIMIT_SMTP_LINE_BYTES 4096       /* RFC 5321 allows 512; servers with links in their refusals send more */
#define LIMIT_SMTP_REPLY_LINES 100       /* a talkative EHLO has 20 */
#define LIMIT_SMTP_REPLY_SHOWN_BYTES 400 /* of a refusal, in a sentence */
#define LIMIT_SMTP_RECIPIENTS 100        /* what every server must take, RFC 5321 §4.5.3.1.8 */
/* a message with a dot more for each line, at worst one of two bytes */
#define LIMIT_SMTP_WIRE_BYTES (2u * LIMIT_MAIL_BYTES)
#define LIMIT_SMTP_FINAL_SECONDS 600          /* RFC 5321 §4.5.3.2.6: giving up sooner makes doubles */
#define LIMIT_SMTP_QUIT_SECONDS 2             /* politeness only */
#define LIMIT_MAIL_TOKEN_BYTES (16u * 1024u)  /* OAuth 2 tokens have 2 KB */
#define LIMIT_MAIL_SECRET_BYTES 1024          /* a password that a person or a program made */
#define LIMIT_IMAP_LINE_BYTES (1u << 20)      /* all UIDs of a search come in one line: 100,000 of nine digits */
#define LIMIT_IMAP_STRING_BYTES (64u * 1024u) /* a literal that is no mail: a folder, a subject */
#define LIMIT_IMAP_LITERAL_BYTES (64u << 20)  /* larger than any mail that is read; those are passed over */
#define LIMIT_IMAP_LINES 200000    /* of one answer: a listing, or what else happens in a mailbox meanwhile */
#define LIMIT_IMAP_TOKENS 256      /* words and parentheses of one line of an answer but SEARCH */
#define LIMIT_IMAP_DEPTH 16        /* parentheses in parentheses; we ask for two */
#define LIMIT_IMAP_FOLDERS 5000    /* a mailbox of ten years of projects has 500 */
#define LIMIT_IMAP_NAME_BYTES 1000 /* of a folder; Exchange allows 250 letters a level */
#define LIMIT_IMAP_UIDS 100000     /* results of one search: a folder of ten years has 50,000 */

/* --- probe --- */
#define LIMIT_PROBE_IN_FLIGHT 1024             /* exchanges that move at once: one thread is busy with 64 */
#define LIMIT_PROBE_OPEN 1024                  /* and those that wait for a silent peer: the descriptors of a process */
#define LIMIT_PROBE_TLS 256                    /* of them with TLS: 45 KB each, so that a sweep stays in 24 MiB */
#define LIMIT_PROBE_PATIENCE_MS 100            /* a living peer of this continent has said something by then */
#define LIMIT_PROBE_CONNECT_PATIENCE_MS 40     /* a connection that is awaited costs nothing: go on sooner */
#define LIMIT_PROBE_ADDRESSES 8                /* of one name: balancers publish four at most */
#define LIMIT_PROBE_CHAIN 12                   /* certificates kept of a chain: a real one has two to four */
#define LIMIT_PROBE_CHAIN_BYTES (256u * 1024u) /* as sent, in the handshake; a real one has 6 KB */
#define LIMIT_PROBE_STAPLED_BYTES (64u * 1024u) /* an OCSP answer with its signer has 2 KB */
#define LIMIT_PROBE_OUT_BYTES (128u * 1024u)    /* what waits for the socket: a hello, a request */
#define LIMIT_PROBE_DETAIL_BYTES 256            /* what else was seen, inside a sentence */
#define LIMIT_PROBE_REQUEST_BYTES (64u * 1024u) /* a URL, twice, and our headers; a signed request has 9 KB */
#define LIMIT_PROBE_READ_BYTES (16u * 1024u)    /* one TLS record */
#define LIMIT_PROBE_LOOKUPS 64                  /* young questions to the DNS: more are lost in a server's queue */
#define LIMIT_PROBE_NAMES 8192                  /* names whose addresses are known in one run: 2 MB */
#define LIMIT_PROBE_REVOCATIONS 65536           /* outcomes remembered in one run: 4 MB */
#define LIMIT_PROBE_ISSUERS 256            /* addresses of missing issuers asked in one run; a country has dozens */
#define LIMIT_PROBE_LISTS 8                /* CRLs kept open in one run, each up to LIMIT_CRL_BYTES */
#define LIMIT_PROBE_DEAD_SOURCES 1024      /* responders that failed, remembered in one run */
#define LIMIT_PROBE_SILENT_HOSTS 4096      /* addresses remembered as silent in one run: 300 KB */
#define LIMIT_PATTERN_CPU_MS 50            /* one search: an expression of a person needs 1 ms for a megabyte */
#define LIMIT_PROBE_FACTS_BYTES 2000       /* of all transitions of a run: four lines of 500 */
#define LIMIT_PROBE_SAID_BYTES 400         /* what a run showed, as a sentence that a person reads at night */
#define LIMIT_PROBE_FIELDS 16              /* of a request to the gateway that a probe makes */
#define LIMIT_VIGIL_QUEUE 200000           /* runs that wait for a store that is busy: 40 minutes of 5,000 probes */
#define LIMIT_PROBE_CHART_BYTES (4u << 20) /* ten years of days, four shapes for each */
#define LIMIT_STATUS_SERVICES 20           /* of the public page: it stays below 30 KiB with all of them in trouble */
#define LIMIT_STATUS_FILE_BYTES (256u * 1024u) /* one of its files */
#define LIMIT_PROBE_DAY_RUNS 20000             /* of one day of one probe: every five seconds */
#define LIMIT_PROBES 5000                      /* of probes.yaml: what one process runs each minute */
#define LIMIT_PROBE_TRANSITIONS 20             /* of one probe: a person follows no more */
#define LIMIT_PROBE_VANTAGES 8                 /* addresses of ours that a probe asks from: lines of providers */
#define LIMIT_PROBE_PUBLIC_CHARS 80          /* of its name for the public, in bytes: one line of a telephone, twice */
#define LIMIT_PROBE_NAME_CHARS 40            /* OCSP_AOC; a column of a table */
#define LIMIT_RUNBOOKS 100                   /* of runbook.yaml: each is written by a person */
#define LIMIT_RUNBOOK_CHANNELS 100           /* and so are these */
#define LIMIT_RUNBOOK_LEVELS 8               /* escalations: who is left after the eighth? */
#define LIMIT_RUNBOOK_STEPS 30               /* of one runbook: at three in the morning nobody follows more */
#define LIMIT_PAGE_TRIES 20                  /* a page that could not be delivered in half an hour wakes nobody */
#define LIMIT_PAGE_CLAIM_SECONDS 120         /* then whoever was sending it has died on another machine */
#define LIMIT_ALERT_REPEAT_SECONDS 120       /* Alertmanager asks for it every 30 seconds to 3 minutes */
#define LIMIT_PAGE_GAP_SECONDS 120           /* between pages to one channel: a storm is one page with a list */
#define LIMIT_PAGE_EVERY_SECONDS (24 * 3600) /* then somebody has seen the desk */
#define LIMIT_PAGE_LIST 12                   /* incidents named in a page; the others are counted: an SMS is short */
#define LIMIT_PAGE_SEEN_BYTES 1000           /* ntfy makes a file of more than 4096; the desk has it whole */
#define LIMIT_SMS_SEPTETS 306                /* an SMS of two parts; more gateways cut, or charge for */
#define LIMIT_PAGE_BYTES (32u * 1024u)       /* a page with its list */
#define LIMIT_INCIDENT_AGAIN_SECONDS 1800    /* a failure so soon after a recovery belongs to it */
#define LIMIT_INCIDENT_LINK_SECONDS (24 * 3600) /* a link out of a page: until the day's shift has seen it */
#define LIMIT_INCIDENT_LATE_SECONDS 300         /* a mail about it that has not left by then is said to be late */
#define LIMIT_PAGE_UNHEARD_SECONDS 900          /* nobody could be paged, and nobody else is left: tried anew */
#define LIMIT_INCIDENT_TICKET_SECONDS 120       /* so long the provider's mail waits for the ticket's number */
#define LIMIT_INCIDENT_GATHER_SECONDS 90 /* what fails within them has one cause: probes of a minute, one by one */
#define LIMIT_INCIDENT_STAYS_SECONDS 300 /* failing again for so long after a recovery, it is told once more */
#define LIMIT_STATEMENT_BYTES (8u * 1024u * 1024u) /* a phone's statement, scanned */
#define LIMIT_PROBE_RETRY_MS 50                    /* between attempts when descriptors have run out */

/* --- web server --- */
#define LIMIT_SERVER_CONNECTIONS 1500          /* open at once; 16 KB each at most: 24 MB under attack */
#define LIMIT_SERVER_PER_ADDRESS 512           /* a town hall behind one address; a reverse proxy keeps fewer open */
#define LIMIT_SERVER_BACKLOG 4096              /* not yet accepted: a burst of connections waits in the kernel */
#define LIMIT_SERVER_IDLE_SECONDS 15           /* a browser opens a new connection at no cost that is felt */
#define LIMIT_SERVER_HEAD_SECONDS 20           /* for a whole head: a slow phone needs two */
#define LIMIT_SERVER_BODY_SECONDS 60           /* for a whole body: 1 MB at 140 kbit/s */
#define LIMIT_SERVER_SEND_SECONDS 120          /* for taking an answer: the same line with 2 MB */
#define LIMIT_SERVER_STOP_SECONDS 10           /* for finishing what was begun when it is told to stop */
#define LIMIT_SERVER_PIECE_BYTES (64u * 1024u) /* of a file that is sent: one at a time in memory */
#define LIMIT_SERVER_POOL_BYTES (16u * 1024u)  /* a connection's head, both ways; browsers send 2 to 6 KB */
#define LIMIT_SERVER_HEADERS 64                /* a browser sends 20, a proxy adds 10 */
#define LIMIT_SERVER_TARGET_BYTES 4096         /* path and query; our longest has 300 */
#define LIMIT_SERVER_PARAMS 1000               /* fields of one form or query; our largest form has 20 */
#define LIMIT_SERVER_DISCARD_BYTES (32u << 20) /* of a body that is too large: read, so that the reason arrives */

/* --- directories (LDAP) --- */
#define LIMIT_DIRECTORY_BYTES (16u * 1024u) /* a filter with a name in it; people write 100 */
#define LIMIT_DIRECTORY_GROUPS 1000         /* of one person; large organisations reach 200 */
#define LIMIT_DIRECTORY_REST_SECONDS 10     /* one that did not answer is not asked again before */

/* --- accounts --- */
#define LIMIT_ACCOUNT_NAME_CHARS 64       /* what single sign-on systems allow */
#define LIMIT_ACCOUNTS 1000               /* a team has ten */
#define LIMIT_PASSWORD_MIN_CHARS 12       /* with Argon2id and throttling, beyond guessing */
#define LIMIT_PASSWORD_BYTES 200          /* a sentence; longer is no safer and costs the hash */
#define LIMIT_PASSWORD_MEMORY (19u << 20) /* of Argon2id: OWASP's minimum with two passes */
#define LIMIT_PASSWORD_PASSES 2           /* of Argon2id; with the memory above, 40 ms */
#define LIMIT_LOGIN_WAIT_SECONDS 900      /* after many wrong attempts; a person comes back after a coffee */
#define LIMIT_LOGIN_FREE_ACCOUNT 5        /* wrong attempts at one account before one waits */
#define LIMIT_LOGIN_FREE_ADDRESS 20       /* from one address: an office shares one */
#define LIMIT_LOGIN_REMEMBERED 4096       /* accounts and addresses with wrong attempts; the oldest are forgotten */
#define LIMIT_RECOVERY_CODES 8            /* one lost telephone takes one */
#define LIMIT_TOKEN_LABEL_CHARS 64        /* "Grafana, sala de màquines" */
#define LIMIT_TOKENS 50                   /* of one account */
#define LIMIT_INVITATION_DAYS 7           /* a first password is used in its week, or made again */
#define LIMIT_PROVED_SECONDS 600          /* after the password was given, dangerous forms do not ask for it */
#define LIMIT_SESSIONS 20                 /* of one account: telephones and desks; the oldest ends */

/* --- pages --- */
#define LIMIT_WEB_PAGE_BYTES (8u << 20)    /* the list of ten thousand bodies has 6 MB */
#define LIMIT_WEB_FORM_BYTES (256u * 1024) /* the longest comment, each byte of it percent-encoded, many times over */
#define LIMIT_WEB_MESSAGE_BYTES (LIMIT_EXPLAIN_BYTES + 65536) /* a form with a message of the gateway */
#define LIMIT_WEB_SOURCE_BYTES (192u << 10) /* a message shown whole; of a larger one what is around the findings */
#define LIMIT_WEB_SOURCE_AROUND 600         /* bytes before and behind each of them */
#define LIMIT_WEB_STATIC_BYTES (256u << 10) /* a style sheet; ours has 15 KB */
#define LIMIT_WEB_GZIP_LEAST 1024           /* below it an answer is one packet, compressed or not */
#define LIMIT_WEB_CACHE 48                  /* finished pages: five people, their lists and filters */
#define LIMIT_WEB_CACHE_BYTES (12u << 20)   /* of them together, so that the whole desk stays below 64 MiB */
#define LIMIT_WEB_FILTER_CHARS 200          /* what a person types in one line */
#define LIMIT_SAVED_VIEWS 20                /* lists that one account keeps: more tabs are no help */
#define LIMIT_SAVED_VIEW_CHARS 40           /* of a list's name: a tab */
#define LIMIT_WEB_TIMELINE 200              /* events of a body shown at once; a busy one has 50 a year */
#define LIMIT_WEB_EXPORT_BYTES (64u << 20)  /* of it, in memory while it is sent */
#define LIMIT_WEB_AUDIT_EXPORT 200000       /* of the trail in one file: forty years of a busy desk */
#define LIMIT_WEB_JOB_REST_SECONDS 5        /* before the same is tried again: nobody hammers a server from here */
#define LIMIT_WEB_JOB_LINES 64              /* of what was found; examining a desk finds twenty things */
#define LIMIT_BACKUPS 2000                  /* listed; one a day for five years */
#define LIMIT_WEB_AUDIT 500                 /* lines of the trail shown at once */
#define LIMIT_WEB_PAST_DAYS 90              /* outages that are over and shown, bars of availability */
#define LIMIT_WEB_API_PAGE 500              /* items of one answer of the API */
#define LIMIT_WEB_API_WRITES 600            /* of one account in a minute: a program that repeats itself is stopped */
#define LIMIT_WEB_API_CALLERS 256           /* accounts whose writes are counted at once; each makes one row */
#define LIMIT_IDEMPOTENCY_HOURS 48          /* a program that was stopped on a Friday evening may repeat on Sunday */
#define LIMIT_IDEMPOTENCY_KEY_CHARS 128     /* a UUID has 36 */
#define LIMIT_WEB_HISTORY 200               /* changes of contacts, words about exclusions shown at once */
#define LIMIT_WEB_CONTACTS 3000             /* contacts of one page: a thousand bodies have two each */
#define LIMIT_WEB_IMPORTS 100               /* imports shown at once: two years of weekly ones */
#define LIMIT_WEB_UPLOAD_BYTES (24u << 20)  /* a registry of 100,000 bodies has 20 MB; the command takes more */
#define LIMIT_WEB_UPLOADS 8                 /* files that wait for a confirmation, in all */
#define LIMIT_WEB_UPLOAD_MINUTES 60         /* how long one waits */
#define LIMIT_WEB_IMPORT_SECONDS 300        /* for looking at one, or taking it; 100,000 bodies take 10 */
#define LIMIT_WEB_IMPORTED_BYTES (8u << 20) /* what it says of one: every listed line full of text */
#define LIMIT_MULTIPART_PARTS 64            /* an intake: 12 fields, 8 documents of its mail, and files */
#define LIMIT_MULTIPART_HEADER_BYTES 4096   /* of one part; browsers send 200 */

#endif
