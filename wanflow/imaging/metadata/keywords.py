"""The keywords of the PNG texts that mean something here."""

XMP_KEYWORD = b"XML:com.adobe.xmp"
RECORD_KEYWORD = b"wanflow"
AIGC_KEYWORD = b"AIGC"
