"""`{% term "soft" %}`: a small '?' beside a word, that opens the one sentence which says what it means."""

from __future__ import annotations

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from paicha.core.pack import Pack
from paicha.delivery.desk.help.words import TERMS

register = template.Library()


@register.simple_tag(takes_context=True)
def term(context: Context, name: str, pack: Pack | None = None) -> SafeString:
    """A button that opens the sentence of a term; '' where nothing explains it, or the page has it already.

    The pack's words (those of `place`, where none is given) come before the program's. It works without a script.
    """
    place, request = context.get("place"), context.get("request")
    known = pack or getattr(place, "pack", None)
    found = (known.guide.term.get(name) if known else None) or TERMS.get(name)
    seen: set[str] = request.__dict__.setdefault("terms_on_page", set()) if request else set()
    if found is None or name in seen:
        return SafeString("")
    seen.add(name)
    return format_html(
        '<button type="button" class="term no-print" popovertarget="term-{0}" aria-label="“{1}”是什么意思">?</button>'
        '<span class="term-words" id="term-{0}" popover><strong>{1}</strong>　{2}</span>',
        found.id, found.title, found.words,
    )  # fmt: skip
