"""The templates' library ``i18n``, in which words that stand fast are translated once for each language.

A list of 50 rows says some 500 of them; each time anew they took a quarter of the page's CPU.
"""

from __future__ import annotations

from django.template.base import FilterExpression, Node, Parser, Token
from django.template.context import Context
from django.template.library import Library
from django.templatetags import i18n
from django.utils.translation import get_language

register = Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


class FixedWords(Node):
    """What Django's node says, kept by language: translations do not change while a process lives."""

    def __init__(self, node: i18n.TranslateNode) -> None:
        self.node = node
        self.said: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        """The words in the language of this moment."""
        language = get_language()
        said = self.said.get(language)
        if said is None:
            said = self.said[language] = self.node.render(context)
        return said


def _stands_fast(expression: FilterExpression | None) -> bool:
    if expression is None:
        return True
    return not expression.filters and getattr(expression.var, "lookups", None) is None


@register.tag("translate")
@register.tag("trans")
def translate(parser: Parser, token: Token) -> Node:
    """Django's tag ``translate``; a text that is written in the template itself becomes :class:`FixedWords`."""
    node = i18n.do_translate(parser, token)
    fixed = node.asvar is None and _stands_fast(node.filter_expression) and _stands_fast(node.message_context)
    return FixedWords(node) if fixed else node
