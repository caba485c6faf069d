"""Portraits as PDF: one, all of them one by one, or all as a book."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from yitihua.analysis.stages import choose
from yitihua.publish.papers.engine import Press, all_text
from yitihua.publish.papers.portrait_page import Page
from yitihua.publish.portraits import Portrait, Portraits


def portrait_pdf(found: Portraits, unit: str, lang: str = "zh") -> bytes:
    """Return the portrait of a unit as a PDF of two A4 pages or so.

    Parameters
    ----------
    found : Portraits
        See `yitihua.publish.portraits.portraits`.
    unit : str
        Code or name.
    lang : {"zh", "en"}

    Returns
    -------
    bytes
        The same input gives the same bytes.

    Raises
    ------
    InputError
        If there is no such unit, the language is neither, or typst is not installed.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.publish.portraits import portraits
    >>> portrait_pdf(portraits(yt.evaluate("hdi")), "Norway", "en")[:5]
    b'%PDF-'
    """
    return next(iter(portrait_pdfs(found, [found.of(unit)], lang)))


def portrait_pdfs(found: Portraits, which: Sequence[Portrait], lang: str = "zh") -> Iterator[bytes]:
    """Yield a PDF a portrait; fonts are looked for once, for all of them.

    Parameters
    ----------
    found : Portraits
    which : sequence of Portrait
    lang : {"zh", "en"}
    """
    choose("lang", lang, ("zh", "en"))
    page = Page(found, lang)
    documents = [_document(page, [page.data(one)]) for one in which]
    return Press(all_text(documents)).pdfs("portrait", documents)


def portraits_book(found: Portraits, which: Sequence[Portrait] | None = None, lang: str = "zh") -> bytes:
    """Return many portraits as one PDF, each with pages of its own number.

    Parameters
    ----------
    found : Portraits
    which : sequence of Portrait, optional
        Default: all, in the order of `found.units`.
    lang : {"zh", "en"}

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.publish.portraits import portraits
    >>> found = portraits(yt.evaluate("hdi"))
    >>> portraits_book(found, [found.of("Norway"), found.of("Japan")], "en")[:5]
    b'%PDF-'
    """
    choose("lang", lang, ("zh", "en"))
    page = Page(found, lang)
    document = _document(page, [page.data(one) for one in (found if which is None else which)])
    return Press(all_text(document)).pdf("portrait", document)


def _document(page: Page, pages: list[dict[str, Any]]) -> dict[str, Any]:
    title = pages[0]["title"] if len(pages) == 1 else page.book_title()
    return {
        "lang": page.lang,
        "title": title,
        "joint": page.say("", " "),
        "list-head": page.list_head(),
        "pages": pages,
    }
