"""The bulletin as PDF: the same sentences as the Word document, in a layout of its own."""

from __future__ import annotations

from yitihua.publish.papers.bulletin import Stated, bulletin_data
from yitihua.publish.papers.engine import Press, all_text
from yitihua.publish.portraits import Portraits


def bulletin_pdf(found: Portraits, stated: Stated | None = None) -> bytes:
    """Return the bulletin (通报) of a board as PDF, in Chinese.

    Parameters
    ----------
    found : Portraits
        See `yitihua.publish.portraits.portraits`.
    stated : Stated, optional
        Title, whom it is sent to, who issues it and when.

    Returns
    -------
    bytes
        The same input gives the same bytes.

    Raises
    ------
    InputError
        If typst is not installed.

    Examples
    --------
    >>> import yitihua as yt
    >>> from yitihua.publish.portraits import portraits
    >>> bulletin_pdf(portraits(yt.evaluate("hdi")))[:5]
    b'%PDF-'
    """
    data = bulletin_data(found, stated)
    return Press(all_text(data)).pdf("bulletin", data)
