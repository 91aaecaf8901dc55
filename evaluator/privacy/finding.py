"""Where personal data stands in a text, by kind.

Numbers are read however they are written or spoken (`digits`), and checked where they have a check digit: identity cards by
python-stdnum, bank cards by Luhn, telephone numbers by phonenumbers. Names count where they are stated ("我叫…", "Mr …") and
then wherever they stand again. docs/trust.md has recall and false alarms.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from evaluator.privacy.digits import runs, stretches
from evaluator.privacy.names import names

KINDS = ("phone", "id_card", "permit", "passport", "bank_card", "email", "address", "plate", "name", "order")
CONTEXT = 14  # characters before a number that may say what it is

_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}")
_EMAIL_SPOKEN = re.compile(
    r"\b[a-z0-9._-]{2,40} ?(?:at|艾特|@) ?[a-z0-9-]{2,30} ?(?:dot|点) ?(?:com|cn|net|org|uk)(?: ?(?:dot|点) ?(?:cn|uk))?\b",
    re.IGNORECASE,
)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][A-HJ-NP-Z][·\s.-]?"
    r"(?:[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳])(?![A-Z0-9])"
)
_PERMIT = re.compile(r"(?<![A-Za-z0-9])[HMhm]\d{8}(?:\d{2})?(?!\d)")
_PASSPORT = re.compile(r"(?<![A-Za-z0-9])(?:[EGDPSegdps]\d{8}|[Ee][A-Za-z]\d{7})(?!\d)")
_PASSPORT_NAMED = re.compile(
    r"(?:passport|护照)(?:\s?(?:number|no\.?|号码?|号))?\s?(?:is|是|为|[:：])?\s?([A-Za-z]{0,2}\d{7,9})(?!\d)",
    re.IGNORECASE,
)
_TAIWAN = re.compile(r"(?:台胞证|台湾居民来往大陆通行证)[^\d]{0,8}(\d{8})(?!\d)")
_REGION = r"(?:[\u4e00-\u9fff]{2,7}?(?:省|自治区|特别行政区))?(?:[\u4e00-\u9fff]{2,7}?(?:市|州|盟))?(?:[\u4e00-\u9fff]{1,7}?(?:区|县|旗|市))?(?:[\u4e00-\u9fff]{1,7}?(?:镇|乡|街道))?"
_NUMBER = r"[0-9０-９零一二三四五六七八九十百]{1,5}"
_STREET = r"[\u4e00-\u9fff]{1,8}?(?:路|街|大道|道|巷|弄|胡同|里|村|小区|花园|家园|公寓|大厦)"
_ADDRESS = re.compile(
    rf"{_REGION}{_STREET}(?:[东西南北中]段)?{_NUMBER}(?:号|弄|栋|幢|座)(?:院|楼)?"
    rf"(?:[\u4e00-\u9fff]{{0,6}}?{_NUMBER}(?:号楼|号|栋|幢|座|单元|层|楼|室|户)){{0,4}}(?:[-—]?{_NUMBER}室?)?"
)
_ADDRESS_EN = re.compile(
    r"\b(?:(?:Flat|Apartment|Apt|Unit) \d+[A-Za-z]?, )?\d{1,4}[A-Za-z]? (?:[A-Z][a-z'-]+ ){1,3}(?:Street|St|Road|Rd|Lane|Ln|Avenue|Ave|Drive|Dr|Close|Way|Court|Ct|Square|Crescent|Terrace|Boulevard|Blvd|Gardens|Place)\b\.?"
    r"(?:, [A-Z][a-z]+){0,2}(?:,? (?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]{2} \d{5}))?"
)
_POSTCODE = re.compile(r"\b(?:[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2})\b")
_ORDER = re.compile(
    r"(?:订单|单号|运单|工单|保单|编号|流水号|order|ticket|tracking|case|policy|reference)(?:号码?|编号|号|尾号| number| no\.?)?\s?(?:is|是|为|[:：#])?\s?"
    r"([A-Za-z]{0,4}-?\d[A-Za-z0-9-]{3,24})",
    re.IGNORECASE,
)
_CALLS = re.compile(r"电话|手机|号码|座机|联系|拨打|打给|回拨|致电|phone|mobile|call|ring|number|tel\b", re.IGNORECASE)


class PersonalDatum(NamedTuple):
    """One piece of personal data: `text[start:end]`, and its `value` in one spelling, equal where it is the same."""

    kind: str
    start: int
    end: int
    value: str


def find(text: str, *, orders: bool = False) -> list[PersonalDatum]:
    """All personal data of a text in order, none inside another; order numbers only if `orders` says so."""
    found = [*_patterns(text), *_numbers(text), *(PersonalDatum("name", *place) for place in names(text))]
    if orders:
        found += [PersonalDatum("order", *match.span(1), match[1].upper()) for match in _ORDER.finditer(text)]
    ranked = sorted(found, key=lambda one: (KINDS.index(one.kind) == KINDS.index("name"), one.start - one.end))
    kept: list[PersonalDatum] = []
    for one in ranked:
        if not any(one.start < other.end and other.start < one.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)


def _patterns(text: str) -> Iterator[PersonalDatum]:
    for kind, pattern in (
        ("email", _EMAIL),
        ("email", _EMAIL_SPOKEN),
        ("plate", _PLATE),
        ("permit", _PERMIT),
        ("passport", _PASSPORT),
        ("address", _ADDRESS),
        ("address", _ADDRESS_EN),
        ("address", _POSTCODE),
    ):
        for match in pattern.finditer(text):
            yield PersonalDatum(kind, *match.span(), re.sub(r"\s", "", match[0]).upper())
    for kind, pattern in (("passport", _PASSPORT_NAMED), ("permit", _TAIWAN)):
        for match in pattern.finditer(text):
            yield PersonalDatum(kind, *match.span(1), match[1].upper())


def _numbers(text: str) -> Iterator[PersonalDatum]:
    for run in runs(text):
        end_of_last = -1
        for digits, start, end in stretches(run):
            if start < end_of_last:
                continue
            kind = _kind_of(digits, text[max(start - CONTEXT, 0) : start])
            if kind and not _continues(text, start, end):
                yield PersonalDatum(kind, start, end, digits)
                end_of_last = end


def _continues(text: str, start: int, end: int) -> bool:
    """Whether letters or digits go on at either side, as in a serial number."""
    before, after = text[max(start - 1, 0) : start], text[end : end + 1]
    return any(char.isascii() and char.isalnum() for char in (before, after) if char)


def _kind_of(digits: str, before: str) -> str | None:
    return next((kind for kind, holds in _CHECKS if holds(digits, before)), None)


def _is_id_card(digits: str, before: str) -> bool:
    """Check digit and date of birth; the region is not looked up, because codes of districts come and go."""
    from stdnum.cn import ric
    from stdnum.exceptions import ValidationError

    if len(digits) != 18 or not digits[:17].isdigit() or ric.calc_check_digit(digits) != digits[17]:
        return False
    try:
        return bool(ric.get_birth_date(digits))
    except ValidationError:
        return False


def _is_bank_card(digits: str, before: str) -> bool:
    from stdnum import luhn

    return 13 <= len(digits) <= 19 and digits.isdigit() and digits[0] in "3456" and bool(luhn.is_valid(digits))


def _is_phone(digits: str, before: str) -> bool:
    if not digits.isdigit():
        return False
    if re.fullmatch(r"(?:0?086|86)?1[3-9]\d{9}", digits):
        return True
    if re.fullmatch(r"0\d{9,11}|[48]00\d{7}", digits):
        return before.rstrip().endswith("+") or _is_valid_number(digits)
    if 10 <= len(digits) <= 15 and before.rstrip().endswith("+"):
        return _is_valid_number(f"+{digits}")
    return 7 <= len(digits) <= 8 and digits[0] not in "01" and bool(_CALLS.search(before))


def _is_valid_number(digits: str) -> bool:
    import phonenumbers

    for region in ("CN", "GB"):
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(digits, region)):
                return True
        except phonenumbers.NumberParseException:
            continue
    return False


_CHECKS: tuple[tuple[str, Callable[[str, str], bool]], ...] = (
    ("id_card", _is_id_card),
    ("phone", _is_phone),
    ("bank_card", _is_bank_card),
)
