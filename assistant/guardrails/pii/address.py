"""Postal addresses: streets of many countries, boxes, units, corners and postcodes, over several lines.

Not found: places without a street, number or postcode ("in Leeds"), addresses in scripts other than Latin, and
addresses that only say where something is ("the house behind the church").
"""

from __future__ import annotations

from assistant.guardrails.pii.rule import Checked, Rule

_CAP = r"(?-i:\p{Lu})(?:\p{L}{0,3}\.|[\p{L}'-]*)"
_WORD = r"\p{L}[\p{L}'.-]*"
_N = r"\d{1,6}[a-z]?(?:[-/]\d{1,5}[a-z]?)?"
_TYPE = (
    r"(?:street|st|road|rd|avenue|ave|av|lane|ln|drive|dr|boulevard|blvd|way|court|ct|place|pl|square|sq|terrace|ter|"
    r"highway|hwy|parkway|pkwy|close|crescent|cres|row|alley|trail|mews|grove|gardens|hill|route|quay|walk|circle"
    r"|cir|loop|pike|turnpike|freeway|bridge|mill|ridge|bend|crossing|parade|esplanade)"
)
_FRONT = (
    r"(?:rua|rue|viale?|piazza|corso|calle|avenida|av\.|plaza|plac|ulica|ul\.|aleja|al\.|chemin|allée|place|boulevard|"
    r"strada|paseo|carrer|largo|praça|travessa|passeig|camino|rambla|quai|impasse|cours|strasse|am|an der|auf der)"
)
_BEHIND = (
    r"(?:\p{L}*(?:stra(?:ss|ß)e|str\.|gasse|allee|platz|weg|straat|laan|plein|kade|gata|gatan|gade|vej(?:en)?|veien|"
    r"vegen|vägen|väg|vollen|katu|vegur|götu|gatve|iela|tänav)|gate|gt\.|utca|út|útja|tér|u\.|sokak|caddesi|cadde|"
    r"ulice|třída|náměstí|cesta|ulica|körút)"
)
_UNIT = (
    r"(?:(?:apt|apartment|suite|ste|unit|flat|floor|fl|room|rm|building|bldg|box|po box"
    r"|p\.o\. box)\b\.? ?(?:no\.? ?)?#?\d+[a-z]?\b"
    r"|(?:apt|apartment|suite|unit|flat)\b\.? ?#?[a-z]\b)"
)
_STATE = (
    r"(?-i:A[LKZRAEP]|C[AOT]|D[EC]|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|S[CD]|T[NX]|UT"
    r"|V[TA]|W[AVIY]|PR)"
)
_UK = r"(?-i:[A-PR-UWYZ][A-HK-Y]?\d[A-HJKPS-UW\d]? ?\d[ABD-HJLNP-UW-Z]{2})"
_CANADA = r"(?-i:[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d)"
_CODE = rf"(?:{_STATE}?,? ?\d{{4,6}}(?:-\d{{4}})?(?![\w-])|{_UK}\b|{_CANADA}\b)"
_BREAK = r"[ ]*\n[>\s]*"

_PLACES = rf"(?:{_CAP}(?: {_CAP}){{0,3}})"
_TAIL = (
    rf"(?:(?:,?[ ]|,?{_BREAK}){_UNIT}){{0,3}}(?:(?:,? ){_PLACES}(?=,? {_CODE}|[ ]*[,.?!;\n]|[ ]*$|"
    rf",? {_PLACES}))?(?:, {_PLACES}(?![\w]|"
    rf" [a-z]{{2,}} ?\()){{0,3}}(?:,? {_CODE})?(?:(?:,?{_BREAK}[\p{{L}}., '-]{{1,30}}){{0,2}}?,?{_BREAK}(?:[\p{{L}}., "
    rf"'-]{{1,30}} )?{_CODE})?"
)
_LEAD = (
    r"\b(?:(?:lives?|living|lived|resides?|residing|located|situated|staying|moved|office is|headquarters are|home is|"
    r"house is|shop is|restaurant is) (?:at|to|in)|(?:address|office|residence)(?: is| was| ?:)+(?: at)?|"
    r"drops? (?:you|me|us|him|her|them) off at|(?:ship|deliver|send|mail|post|forward)(?:ed|s|"
    r"ing)?\b(?: [\w']+){0,6} to)\s+"
)
_PLAIN_SPAN = rf"{_N}(?:,? (?:{_N}|{_WORD})){{0,8}}?"

RULES = [
    Rule(
        "ADDRESS",
        Checked(
            "ADDRESS",
            # 99449 18 McPherson Road Suite 019
            rf"(?<![\w.,:/-])(?:{_N} ){{1,2}}(?:(?:{_CAP}|\d{{1,3}}(?:st|nd|rd|th)) ){{1,4}}(?-i:"
            rf"(?=\p{{Lu}})){_TYPE}\b\.?{_TAIL}",
            # 3247 Rua Igreja 25
            rf"(?<![\w.,:/-])(?:{_N},? )?(?-i:(?=\p{{Lu}})){_FRONT} (?:(?:d[aeiou]s?|del|della|du|des|la|le|de la"
            rf"|{_CAP}) ?){{1,5}},? ?{_N}(?!\w){_TAIL}",
            rf"(?<![\w.,:/-]){_N},? (?:rue|rua|avenue|boulevard|place|chemin|calle|via) (?:(?:d[aeu]s?|del|du|des"
            rf"|la|le|de la|{_CAP}) ?){{1,5}}(?<=\w){_TAIL}",
            # Augsburger Strasse 36
            rf"(?<![\w.,:/-])(?:{_N} )?(?:{_CAP} and )?(?:{_CAP} ){{0,3}}(?-i:(?=[\p{{Lu}}a-z])){_BEHIND} {_N}"
            rf"(?!\w){_TAIL}",
            # the corner of … and …
            rf"\b(?:the )?corner of (?:[\p{{L}}\d'.-]+ ){{1,7}}(?:and|&) (?:{_CAP}|\d+(?:st|nd|rd|th)?)(?: "
            rf"(?:{_CAP}|\d+)){{0,4}}",
            # PSC 9009, Box 9725, APO AA 33274
            rf"\b(?:p\.? ?o\.? box|post(?:al)? box|(?-i:PSC|CMR|Unit) \d+,? box) \d+(?:,?(?: |{_BREAK})"
            rf"(?-i:[AFD]PO),? (?-i:A[AEP]),? \d{{5}})?{_TAIL}",
            r"\b(?-i:(?:USS|USNS|USCGC) [A-Z]\w+),?\s+(?-i:[AFD]PO),? (?-i:A[AEP]),? \d{5}",
            # behind "lives at": two numbers, or a capital behind the number
            rf"{_LEAD}\K(?=\d{{1,6}}[a-z]?,? (?:\d|(?-i:\p{{Lu}})|{_WORD} \d)){_PLAIN_SPAN}{_TAIL}"
            r"(?=[ ]*(?:[?!;)]|[.](?:\s|$)|$|,? (?:and|where|please|which|but|for|by) ))",
            rf"{_LEAD}\K{_N}(?: {_N})? {_WORD}(?: {_WORD}){{0,3}}"
            rf"(?:\s*\n?,?\s*[\p{{L}} ]{{1,30}}){{1,3}}\s+\d{{4,6}}\b",
            # a line of its own: 172 Maneeži 75
            rf"^[>\s]*\K\d{{1,6}} {_CAP}(?:[ -]{_CAP}){{0,3}} {_N}{_TAIL}(?=[ ,.]*$)",
            # a unit on a line of its own, a city with its code
            rf"^[>\s]*\K{_UNIT}(?=[ ,.]*$)",
            rf"(?<![\w-]){_PLACES},? {_STATE},? \d{{5}}(?:-\d{{4}})?(?![\w-])",
            rf"(?<![\w-]){_UK}(?![\w-])|(?<![\w-]){_CANADA}(?![\w-])",
            r"\b(?:zip|post(?:al)?)[ -]?code(?: is| was|:)*\s\K\d{4,6}(?:-\d{4})?\b",
        ),
        against=r"\b(?:chapter|section|table|figure|page|step|lesson|version|isbn|port)\s$",
    ),
]
