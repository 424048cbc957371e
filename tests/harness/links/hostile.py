"""Files and names that somebody hostile would hand in. Each script would leave a mark where it runs."""

from __future__ import annotations

MARK = "document.title='RAN';localStorage.setItem('ran','1');fetch('/ran')"

_PDF = (
    b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
)
_HTML = f'<!doctype html><title>x</title><script>{MARK}</script><img src=x onerror="{MARK}">'.encode()
_SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{MARK}"><script>{MARK}</script></svg>'.encode()

FILES: dict[str, bytes] = {
    "page.html": _HTML,
    "page.htm": _HTML,
    "page.xhtml": f'<html xmlns="http://www.w3.org/1999/xhtml"><script>{MARK}</script></html>'.encode(),
    "page.mhtml": b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n" + _HTML,
    "picture.svg": _SVG,
    "picture.svgz": _SVG,
    "picture.png": _HTML,
    "picture.gif": b"GIF89a/*" + b"\0" * 16 + b"*/=1;" + MARK.encode(),
    "script.js": MARK.encode(),
    "module.mjs": MARK.encode(),
    "style.css": b"@import url(/ran);body{background:url(javascript:alert(1))}",
    "table.xml": f'<?xml version="1.0"?><x:script xmlns:x="http://www.w3.org/1999/xhtml">{MARK}</x:script>'.encode(),
    "sheet.xsl": f'<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><script>{MARK}</script></xsl:stylesheet>'.encode(),
    "paper.pdf": _PDF,
    "paper-and-page.pdf": _PDF + _HTML,
    "archive.zip": b"PK\x03\x04" + _HTML,
    "text.txt": _HTML,
    "data.json": b'{"a":"</script><script>' + MARK.encode() + b'"}',
    "feed.rss": b"<rss><channel><item><description>" + _HTML + b"</description></item></channel></rss>",
    "movie.swf": b"FWS\x06" + _HTML,
    "help.hta": _HTML,
    "no-ending": _HTML,
    "utf-7.html": "+ADw-script+AD4-alert(1)+ADw-/script+AD4-".encode("ascii"),
    "utf-16.html": "\ufeff".encode("utf-16-le") + _HTML.decode().encode("utf-16-le"),
}

NAMES = (
    "plain.csv",
    'a";filename="b.html',
    "a\r\nX-Evil: 1\r\n\r\n<script>.csv",
    "a\nSet-Cookie: a=b.csv",
    "a\x00.html",
    "invoice\u202efdp.exe",
    "\u2066\u2067rtl\u2069.csv",
    "../../etc/passwd",
    "..\\..\\boot.ini",
    "/absolute.csv",
    "C:\\windows\\x.csv",
    "naïve “quoted”.txt",
    "漢字.csv",
    "emoji 🦑.csv",
    "semi;colon=1.csv",
    "per%0d%0acent.csv",
    "back\\slash.csv",
    "a" * 400 + ".csv",
    ".htaccess",
    "..",
    " ",
)
