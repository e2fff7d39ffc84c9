"""Documents for a schema: valid ones by walking it, others by changing one thing. For the part of XML Schema that the
platform's schemas use."""
import copy
import random

from lxml import etree

XS = "{http://www.w3.org/2001/XMLSchema}"
# None with white space around a number: XML Schema collapses it, and libxml2, which is the judge here, refuses it.
WORDS = ["", " ", "abc", "12", "-1", "+5", "007", "1.5", "1e3", "99999999999", "-0", "2147483647", "2147483648", "2026-02-30T00:00:00",
         "2020-03-03T23:00:00.000", "2020-03-03T23:00:00Z", "2020-03-03", "true", "NaN", "-INF", ".5", "5.", "x" * 130, "Si",
         "si", "NIE", "Pasaporte", "à" * 14, "à" * 15, "QUJD", "QUI=", "QUI", "Q UI=", "Entrada", "1234567", "12345678", "ab", "abc def",
         "123e4567-e89b-42d3-a456-426614174000"]
# libxml2 passes over what is no letter of base64, which the standard does not: such texts are not put to it.
BYTES = {"Hash", "Firma", "CertificadoDigital", "Contenido"}
GOOD = {"int": "7", "string": "text", "double": "1.25", "dateTime": "2020-03-03T23:00:00", "boolean": "true",
        "base64Binary": "QUJD", "anyURI": "http://a.example/"}


class Maker:
    def __init__(self, schema_text, seed):
        self.tree = etree.fromstring(schema_text)
        self.uri = self.tree.get("targetNamespace")
        self.schema = etree.XMLSchema(self.tree)
        self.random = random.Random(seed)

    def named(self, kind, name):
        local = name.split(":")[-1]
        found = [n for n in self.tree.findall(XS + kind) if n.get("name") == local]
        return found[0] if found else None

    # --- valid ones

    def make(self, root):
        return self.element(self.named("element", root))

    def element(self, definition):
        if definition.get("ref"):
            definition = self.named("element", definition.get("ref"))
        node = etree.Element(f"{{{self.uri}}}{definition.get('name')}")
        kind = definition.find(XS + "complexType")
        if kind is None and definition.get("type"):
            kind = self.named("complexType", definition.get("type"))
        if kind is not None:
            for group in kind:
                self.group(group, node)
        else:
            node.text = self.value(definition)
        return node

    def times(self, particle):
        least = int(particle.get("minOccurs", "1"))
        most = particle.get("maxOccurs", "1")
        return self.random.randint(least, 2 if most == "unbounded" else int(most))

    def group(self, group, node):
        if group.tag not in (XS + "sequence", XS + "all", XS + "choice"):
            return
        parts = [p for p in group if p.tag in (XS + "element", XS + "sequence", XS + "choice", XS + "all")]
        if group.tag == XS + "choice":
            parts = [self.random.choice(parts)]
        elif group.tag == XS + "all":
            self.random.shuffle(parts)
        for part in parts:
            for _ in range(self.times(part)):
                if part.tag == XS + "element":
                    node.append(self.element(part))
                else:
                    self.group(part, node)

    def value(self, definition):
        simple = definition.find(XS + "simpleType")
        if simple is None and definition.get("type"):
            simple = self.named("simpleType", definition.get("type"))
        if simple is None:
            return GOOD[definition.get("type").split(":")[-1]]
        limit = simple.find(XS + "restriction")
        choices = [e.get("value") for e in limit.findall(XS + "enumeration")]
        if choices:
            return self.random.choice(choices)
        if limit.find(XS + "pattern") is not None:
            return "123e4567-e89b-42d3-a456-426614174000"
        text = GOOD[limit.get("base").split(":")[-1]]
        most = limit.find(XS + "maxLength")
        return text if most is None else text[:int(most.get("value"))]

    # --- others

    def change(self, tree):
        """One thing is otherwise; whether that is wrong, the schema knows."""
        tree = copy.deepcopy(tree)
        nodes = list(tree.iter())
        inner = [n for n in nodes if n is not tree]
        leaves = [n for n in nodes if len(n) == 0]
        how = self.random.choice(["text", "text", "text", "drop", "twice", "move", "rename", "attribute", "loose", "space", "child"])
        node = self.random.choice(leaves if how in ("text", "child") else inner or nodes)
        if how == "text":
            bytes_ = etree.QName(node).localname in BYTES
            node.text = self.random.choice(["", "QUJD", "QUI=", "QUI", "Q UI=", "QUJDRA=="] if bytes_ else WORDS)
        elif how == "drop" and node is not tree:
            node.getparent().remove(node)
        elif how == "twice" and node is not tree:
            node.addnext(copy.deepcopy(node))
        elif how == "move" and node is not tree:
            parent = node.getparent()
            parent.remove(node)
            parent.insert(self.random.randrange(len(parent) + 1), node)
        elif how == "rename":
            name = etree.QName(node).localname
            node.tag = f"{{{self.uri}}}{self.random.choice([name.swapcase(), name + 'x', 'Xyz', name[1:] or 'q'])}"
        elif how == "attribute":
            node.set(self.random.choice(["Id", "tipus", "{http://a.example/}x"]), "1")
        elif how == "loose":
            node.tail = (node.tail or "") + "loose"
        elif how == "space":
            node.tag = etree.QName(node).localname if self.random.random() < .5 else f"{{{self.uri}x}}{etree.QName(node).localname}"
        elif how == "child":
            etree.SubElement(node, f"{{{self.uri}}}Extra")
        if tree.tail:
            tree.tail = None
        return how, tree
