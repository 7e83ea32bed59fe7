"""`{% csrf_token %}` of every template: the token, and the id of this one form."""

from __future__ import annotations

from uuid import uuid4

from django import template
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from paicha.delivery.desk.shell.once import FIELD

register = template.Library()


class _Node(CsrfTokenNode):
    def render(self, context: Context) -> SafeString:
        token = super().render(context)
        return format_html('{}<input type="hidden" name="{}" value="{}">', token, FIELD, uuid4())


@register.tag
def csrf_token(_parser: Parser, _token: Token) -> _Node:
    """The hidden fields of a form that posts."""
    return _Node()
