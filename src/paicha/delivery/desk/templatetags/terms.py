"""Help inside pages: `{% term "soft" %}`, a small '?' beside a word that opens the one sentence which says what it
means; `{% tour_step %}`, the step of the tour that belongs on the page."""

from __future__ import annotations

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from paicha.core.pack import Pack
from paicha.delivery.desk.help.tour import Step, step_of
from paicha.delivery.desk.help.words import TERMS
from paicha.domain.accounts.models import User

register = template.Library()


@register.simple_tag(takes_context=True)
def term(context: Context, name: str, pack: Pack | None = None, *, named: bool = False) -> SafeString:
    """A button that opens the sentence of a term; '' where nothing explains it, or the page has it already.

    `named`: the button says the word, too, where it doesn't stand beside it. The pack's words (those of `place`,
    where none is given) come before the program's. It works without a script.
    """
    place, request = context.get("place"), context.get("request")
    known = pack or getattr(place, "pack", None)
    found = (known.guide.term.get(name) if known else None) or TERMS.get(name)
    seen: set[str] = request.__dict__.setdefault("terms_on_page", set()) if request else set()
    if found is None or name in seen:
        return SafeString("")
    seen.add(name)
    return format_html(
        '<button type="button" class="term no-print" popovertarget="term-{0}" aria-label="{1} 是什么意思">{3}?'
        "</button>"
        '<span class="term-words" id="term-{0}" popover><strong>{1}</strong>　{2}</span>',
        found.id, found.title, found.words, f"{found.title} " if named else "",
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def tour_step(context: Context) -> Step | None:
    """The step of the tour on a first page, or on the page that the tour itself led to; None elsewhere."""
    user, request = context.get("user"), context.get("request")
    if not isinstance(user, User) or not user.tour or request is None or user.must_change_password:
        return None
    here = getattr(context.get("menu"), "here", "")
    named = request.resolver_match.url_name if request.resolver_match else ""
    if here in ("area", "home") or named in ("referrals", "sample_mine") or "tour" in request.GET:
        return step_of(user)
    return None
