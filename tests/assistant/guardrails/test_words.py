import pytest

from assistant.guardrails.document import ManagedWordList, Word, WordPolicy
from assistant.guardrails.words import check

PROFANITY = ManagedWordList(type="PROFANITY")


def policy(*words: str, **switches: str) -> WordPolicy:
    return WordPolicy(wordsConfig=tuple(Word(text=word, **switches) for word in words))


def matches(text: str, *words: str) -> list[str]:
    return [found.match for found in check(text, policy(*words))]


@pytest.mark.parametrize(
    "text",
    [
        "What SHIT is this",
        "sh1t",
        "$hit happens",
        "you @sshole",
        "f**k that",
        "f*cking",
        "fuuuuck",
        "ｆｕｃｋ",
        "f\u200buck",
        "p1ss-off",
        "bull-shit",
        "motherfucker's",
    ],
)
def test_profanity_is_found_as_it_is_and_dressed_up(text):
    found = check(text, WordPolicy(managedWordListsConfig=(PROFANITY,)))
    assert {(each.kind, each.action) for each in found} == {("PROFANITY", "BLOCK")}
    assert all(text[each.start : each.end] == each.match for each in found)


@pytest.mark.parametrize(
    "text",
    [
        "Scunthorpe",
        "a class in the cockpit",
        "Dick Feynman and Moby Dick",
        "Slutsky's equation and the Wankel engine",
        "assess the retardant, Pakistan",
        "x*y, **bold** and A55 in 0xF00D",
        "f and u and c and k",
        "Is the model an idiot?",
    ],
)
def test_words_that_only_look_like_profanity_pass(text):
    assert check(text, WordPolicy(managedWordListsConfig=(PROFANITY,))) == []


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("C++ beats C.", ["C++"], ["C++"]),
        ("NAI\u0308VE-bayes, naive bayes, naïve\n  Bayes", ["naïve bayes"], ["NAI\u0308VE-bayes", "naïve\n  Bayes"]),
        ("这是敏感词吗", ["敏感词"], ["敏感词"]),
        ("हिन्दी में हिन", ["हिन"], ["हिन"]),
        ("good goood god", ["god"], ["goood", "god"]),
        ("10000 and 100", ["100"], ["100"]),
        ("You’re at AT & T", ["you're", "at&t"], ["You’re", "AT & T"]),
        ("CIA, C1A, cias", ["cia"], ["CIA"]),
        ("Project Blue Bird", ["blue", "project blue bird"], ["Project Blue Bird", "Blue"]),
        ("a --- b - c", ["---", "c-"], ["---"]),
        ("\u202eword\u202c", ["word"], ["word"]),
        ("Straße", ["STRASSE"], ["Straße"]),
        ("", ["word"], []),
    ],
)
def test_own_words_are_found_whole_in_any_script(text, words, found):
    assert matches(text, *words) == found


def test_actions_and_switches_are_those_of_the_source():
    words = policy("secret", inputAction="NONE", outputEnabled=False)
    assert [found.action for found in check("secret", words, "INPUT")] == ["NONE"]
    assert check("secret", words, "OUTPUT") == []


@pytest.mark.parametrize("part", ["a", "a ", "f*", "aaabbb", "sh1t000", "@", "*", "fuck-", "\u200b"])
def test_a_hundred_kilobytes_are_read_to_the_end(part):
    text = part * (100_000 // len(part)) + " needle"
    found = check(text, policy(*(f"word {number}" for number in range(2_000)), "needle"))
    assert found[-1].match == "needle"
