"""A form's box of pasted lines beside an upload: the lines of a file go into the box, where they can be corrected."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from salur.orders.formats import FileRefused
from salur.orders.formats.messages import text_of

from .pasted import Columns, PastedLine, TooManyRows, read_pasted, text_of_file
from .spreadsheets import LARGEST


class TableForm(forms.Form):
    """A table, as a file or typed. ``lines_help`` says what a line holds."""

    lines_help: str | Promise = ""

    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("CSV (UTF-8) or Excel workbook (.xlsx); its first row names the columns."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
    )
    lines = forms.CharField(
        label=_("Lines"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocapitalize": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lines"].help_text = str(self.lines_help)


class PasteForm(TableForm):
    """Lines, typed or of a file. ``columns`` says what they hold, ``most`` how many are taken."""

    columns: Columns
    most = 10_000

    @classmethod
    def sent(cls, request: HttpRequest, **kwargs: Any) -> PasteForm:
        """The form as it was sent, with the lines of its file in the box."""
        data = request.POST.copy()
        data["lines"] = _lines_of(data).replace("\x00", "")
        upload = request.FILES.get("file")
        error = cls._take(data, upload) if isinstance(upload, UploadedFile) else ""
        form = cls(data, **kwargs)
        form.is_valid()
        if error:
            form.add_error("file", error)
        elif not _lines_of(data).strip() and "lines" not in form.errors:
            form.add_error("lines", gettext("There is no line. Choose a file, or type the lines here."))
        return form

    @classmethod
    def _take(cls, data: QueryDict, upload: UploadedFile[Any]) -> str:
        """Put the file's lines into the box; answers what hindered it."""
        try:
            read = text_of_file(upload.read(LARGEST + 1), cls.columns, most=cls.most)
        except FileRefused as refused:
            if refused.code != "unknown_header":
                return text_of(refused)
            told = gettext(
                "The first row does not name the columns. Name them %(columns)s, or start from the template."
            )
            return told % {"columns": ", ".join(cls.columns.order)}
        except TooManyRows:
            return gettext("At most %(most)s lines are taken at once. Divide the file.") % {"most": cls.most}
        before = _lines_of(data)
        data["lines"] = f"{before.rstrip()}\n{read}" if before.strip() else read
        return ""

    def read(self) -> list[PastedLine]:
        """The lines of the box; only of a valid form. More than are taken is an error of the form, and no line."""
        lines = read_pasted(self.cleaned_data["lines"], self.columns)
        if len(lines) > self.most:
            told = gettext("At most %(most)s lines are taken at once. Divide the file.") % {"most": self.most}
            self.add_error("lines", told)
            return []
        return lines

    def keep(self, text: str) -> None:
        """What stands in the box when the form is shown again."""
        if isinstance(self.data, QueryDict):
            data = self.data.copy()
            data["lines"] = text
            self.data = data


def _lines_of(data: QueryDict) -> str:
    return str(data.get("lines", ""))
