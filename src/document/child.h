/* Private to document: the process that reads, from both sides.
 *
 * argv: "talaia-document", "facts" | "text", the language, the moment (µs UTC), the system's bundle or "", anchors…
 * Standard input: the file, to its end. Descriptor 3 for "facts": intermediates that were fetched, each as its length
 * (four bytes, the lowest first) and its DER. Standard output: JSON (document_json; for "text" {"pages": […], "all":
 * n}). */
#ifndef TALAIA_DOCUMENT_CHILD_H
#define TALAIA_DOCUMENT_CHILD_H

#define CHILD_DOCUMENT "talaia-document"
#define CHILD_FACTS "facts"
#define CHILD_TEXT "text"
#define CHILD_LEARNT 3

#endif
