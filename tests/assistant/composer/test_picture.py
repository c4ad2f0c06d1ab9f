import io

from PIL import Image

from assistant.composer.genres import genre
from assistant.composer.picture import picture
from assistant.composer.roll import empty, write_note

ACCENT, SECOND = (0xB2, 0x3A, 0x22), (0x2B, 0x5C, 0x86)


def drawn(roll, name="chorale", title="Title"):
    image = Image.open(io.BytesIO(picture(roll, genre(name), title)))
    image.load()
    return image


def amounts(image, left=140):
    """Pixels of a colour in the roll itself, without the names on its left."""
    roll = image.crop((left, 0, image.width, image.height))
    return {colour: count for count, colour in roll.getcolors(1 << 20)}


def test_each_part_has_its_colour_in_the_roll_and_silence_has_none():
    roll = empty(4, 2)
    write_note(roll[0], 60, 0, 8)
    write_note(roll[1], 55, 0, 16)
    found = amounts(drawn(roll))
    assert 1.8 < found[SECOND] / found[ACCENT] < 2.3
    silent = amounts(drawn(empty(4, 2)))
    assert ACCENT not in silent
    assert SECOND not in silent


def test_eight_bars_stand_in_a_line_and_the_others_below():
    eight, sixteen = drawn(empty(4, 8)), drawn(empty(4, 16))
    assert eight.width == sixteen.width
    assert sixteen.height > 1.7 * eight.height
    assert drawn(empty(4, 2)).width < eight.width / 2


def test_drums_extremes_and_any_title_can_be_drawn():
    roll = empty(4, 64)
    for step in range(0, 1024, 4):
        write_note(roll[3], (36, 38, 42, 57)[step // 4 % 4], step, 1)
    write_note(roll[0], 0, 0, 1024)
    write_note(roll[0], 127, 0, 1)
    assert drawn(roll, "rock", "Frère Jacques – 民謡\n" * 20).height < 20_000
