"""The templates' library ``i18n``, in which words that stand fast are plain text of the template.

A list of 50 rows says some 500 of them; each time anew they took a quarter of the page's CPU.
"""

from __future__ import annotations

from django.template.base import FilterExpression, Node, Parser, TextNode, Token
from django.template.context import Context
from django.template.library import Library
from django.templatetags import i18n

from salur.web.template_loading import for_one_language

register = Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


def _stands_fast(expression: FilterExpression | None) -> bool:
    if expression is None:
        return True
    return not expression.filters and getattr(expression.var, "lookups", None) is None


@register.tag("translate")
@register.tag("trans")
def translate(parser: Parser, token: Token) -> Node:
    """Django's tag ``translate``; a text written in a template that is compiled for one language is text there."""
    node = i18n.do_translate(parser, token)
    fixed = node.asvar is None and _stands_fast(node.filter_expression) and _stands_fast(node.message_context)
    return TextNode(node.render(Context())) if fixed and for_one_language(parser.origin) else node
