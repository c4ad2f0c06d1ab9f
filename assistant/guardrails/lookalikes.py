"""Letters of other scripts that look like Latin ones, one for one (after NFKC).

The pairs are those that a reader takes for the Latin letter in common fonts; Unicode's own list (UTS #39) has
thousands more, most of them never seen. Letters of living languages in Latin script (ø, ł, ı) are none.
"""

from __future__ import annotations

_CYRILLIC = dict(
    zip(
        "аАвВеЕёЁгкКмМнНоОрРсСтТуУхХіІїЇјЈѕЅԁԛԝһҺьЬпПиИзЗбЬүҮӏӀ",
        "aABBeEeErkKmMhHoOpPcCtTyYxXiIiIjJsSdqwhHbBnNuU33bBvYlI",
        strict=True,
    )
)
_GREEK = dict(zip("αΑβΒεΕηΗιΙκΚμΜνΝοΟρΡτΤυΥχΧζΖγϲϹσϳωπς", "aABBeEnHiIkKuMvNoOpPtTuYxXzZycCojwnc", strict=True))
_OTHER = dict(zip("ɑɡɩʟɴʀꜱᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢʙɢʜɪʏ€", "agilnrsacdejkmoptuvwzbghiye", strict=True))

LOOKALIKES = {**_CYRILLIC, **_GREEK, **_OTHER}
