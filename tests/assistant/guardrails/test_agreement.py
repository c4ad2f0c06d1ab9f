from assistant.guardrails.agreement import Agreement, Found


def counted(text, found, marked):
    counts = Agreement()
    counts.add(text, [Found(*span) for span in found], [Found(*span) for span in marked])
    return {name: dict(getattr(counts, name)) for name in ("marked", "caught", "hidden", "found", "right")}


TEXT = "Maria Sanchez lives in Lima, call 555-0147."


def test_half_of_a_span_is_caught_but_not_hidden():
    counts = counted(TEXT, [(6, 13, "NAME")], [(0, 13, "NAME")])
    assert (counts["caught"], counts["hidden"], counts["right"]) == ({"NAME": 1}, {"NAME": 0}, {"NAME": 1})


def test_another_type_hides_but_does_not_catch():
    counts = counted(TEXT, [(34, 42, "PIN")], [(34, 42, "PHONE")])
    assert (counts["caught"], counts["hidden"]) == ({"PHONE": 0}, {"PHONE": 1})
    assert (counts["found"], counts["right"]) == ({"PIN": 1}, {"PIN": 0})


def test_what_nobody_marked_is_wrong_and_what_has_no_type_is_neither():
    assert counted(TEXT, [(14, 19, "NAME")], [])["found"] == {"NAME": 1}
    counts = counted(TEXT, [(23, 27, "ADDRESS")], [(23, 27, None)])
    assert not counts["found"]
    assert not counts["marked"]
