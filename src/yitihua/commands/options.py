"""What several commands share: the language to speak, and how a bad call is refused."""

from __future__ import annotations

import os
from pathlib import Path

from yitihua.errors import InputError, refuse


def language(stated: str | None, directory: Path | None = None) -> str:
    """Return "zh" or "en": the option, YITIHUA_LANG, the project's own, or the locale."""
    chosen = stated or os.environ.get("YITIHUA_LANG")
    if chosen is None and directory is not None:
        from yitihua.definitions.project import load_project

        chosen = load_project(directory).settings.lang
    if chosen is None:
        locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
        return "zh" if locale.lower().startswith("zh") else "en"
    if chosen not in ("zh", "en"):
        raise refuse("bad-choice", key="--lang", found=chosen, options=["zh", "en"])
    return chosen


def say(lang: str, zh: str, en: str) -> str:
    """Return the text in one language."""
    return zh if lang == "zh" else en


def bad_call(zh: str, en: str, allowed: str) -> InputError:
    """Return the error of a call whose options do not fit together."""
    return refuse("bad-call", problem_zh=zh, problem_en=en, allowed_zh=allowed, allowed_en=allowed)
