"""A refusal: what a person asked for and can't have, by its code in the catalogue."""

from __future__ import annotations

from paicha.core.catalogue import sentence


class Refusal(ValueError):
    """An act that is refused. `str()` is the catalogue's one Chinese sentence, `code` its code.

    `field` names the input that it is about, where a form marks one. The kinds (subclasses) of the apps say
    whose refusal it is and hold no text.
    """

    def __init__(self, code: str, /, *, field: str = "", **words: object) -> None:
        super().__init__(sentence(code, **words))
        self.code = code
        self.field = field


def text_field(label: str, value: str, most: int, *, asks: str = "", field: str = "") -> str:
    """`value` without blanks at its ends.

    `asks`: what the person is asked to write where there is nothing; without it the text may be empty. `field`: the
    input that it was typed into.
    Raises Refusal: more than `most` characters, or nothing although it is asked for.
    """
    text = value.strip()
    if asks and not text:
        raise Refusal("G02", field=field, asks=asks)
    if len(text) > most:
        raise Refusal("G01", field=field, label=label, n=len(text), most=most)
    return text
