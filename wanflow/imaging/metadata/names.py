"""Namespaces and names of the properties that are written or looked for, each with its source."""

from typing import NamedTuple

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XML = "http://www.w3.org/XML/1998/namespace"
XMP = "http://ns.adobe.com/xap/1.0/"
XMP_MM = "http://ns.adobe.com/xap/1.0/mm/"
RESOURCE = "http://ns.adobe.com/xap/1.0/sType/ResourceRef#"
IPTC_CORE = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
# IPTC Photo Metadata Standard 2025.1, section on the extension schema.
IPTC_EXT = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
# GB 45438-2025 and its practice guide: one property, whose value is JSON.
TC260 = "http://www.tc260.org.cn/ns/AIGC/1.0/"
EXIF = "http://ns.adobe.com/exif/1.0/"
WANFLOW = "urn:wanflow:ns:1.0/"

PREFIXES = {
    RDF: "rdf",
    XMP: "xmp",
    XMP_MM: "xmpMM",
    RESOURCE: "stRef",
    IPTC_CORE: "Iptc4xmpCore",
    IPTC_EXT: "Iptc4xmpExt",
    TC260: "TC260",
    EXIF: "exif",
    WANFLOW: "wanflow",
}
# The IPTC's vocabulary; a term follows.
SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"


class Name(NamedTuple):
    """A property by its namespace and its name therein."""

    space: str
    local: str


AIGC = Name(TC260, "AIGC")
SOURCE_TYPE = Name(IPTC_EXT, "DigitalSourceType")
SYSTEM = Name(IPTC_EXT, "AISystemUsed")
SYSTEM_VERSION = Name(IPTC_EXT, "AISystemVersionUsed")
PROMPT = Name(IPTC_EXT, "AIPromptInformation")
PROMPT_WRITER = Name(IPTC_EXT, "AIPromptWriterName")
ALT_TEXT = Name(IPTC_CORE, "AltTextAccessibility")
CREATOR_TOOL = Name(XMP, "CreatorTool")
CREATE_DATE = Name(XMP, "CreateDate")
RATING = Name(XMP, "Rating")
DOCUMENT = Name(XMP_MM, "DocumentID")
DERIVED_FROM = Name(XMP_MM, "DerivedFrom")
INGREDIENTS = Name(XMP_MM, "Ingredients")
RECORD = Name(WANFLOW, "Record")
# What says of a picture that a machine made it, and how.
MARKS = (AIGC, SOURCE_TYPE, SYSTEM, SYSTEM_VERSION)
