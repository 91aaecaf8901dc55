"""Known noise of scraped documents, as a table: what document sites put around a paper.

A row matches a whole line, never a word in it: exam papers for customer-service staff also speak of members, downloads
and copyright. Rows marked TAIL are so ordinary ("相关文档", a user's name) that they count only after a line that certainly
ends the paper (marked END); rows marked FRONT count only before the first section.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from evaluator.bank.papers.line_patterns import fold

PagePlace = Literal["anywhere", "front", "end", "tail"]
ANYWHERE: PagePlace = "anywhere"
FRONT: PagePlace = "front"
END: PagePlace = "end"
TAIL: PagePlace = "tail"

_FILE = r"\.(?:docx?|pdf|pptx?|xlsx?|wps|txt|rtf|zip|rar)"
_BULLET = r"[-*·•\d、.\s]*"

# (where it counts, pattern of the whole folded line, what it is)
TABLE: tuple[tuple[PagePlace, str, str], ...] = (
    # --- the site's notices, a sentence or a paragraph each; two of a notice's typical phrases must occur together
    (ANYWHERE, _BULLET + r".{0,20}网站文档一经付费.*(?:版权|复制).*", "what buying a document does not buy"),
    (ANYWHERE, _BULLET + r"本站.{0,30}上传.*本站.*(?:完整性|保证|承诺).*", "no warranty by the site"),
    (ANYWHERE, _BULLET + r"如.{0,4}文档.{0,4}侵犯.*(?:版权申诉|举报).*", "where to complain about copyright"),
    (ANYWHERE, _BULLET + r"该文档为VIP文档.*下载.*", "who may download"),
    (ANYWHERE, _BULLET + r"成为VIP后.*(?:下载权益|大权益).*", "what a membership gives"),
    (ANYWHERE, _BULLET + r"VIP文档为.{0,12}上传.*(?:补贴|贡献).*", "what uploaders get"),
    (ANYWHERE, r"本文档由用户.{0,12}(?:创建|上传|提供).*网站.*", "who made the document"),
    (
        ANYWHERE,
        r"(?:声明:)?.{0,8}(?:资料|文档|内容)(?:均)?来(?:自|源于)(?:网络|互联网).{0,10}(?:侵权|如有侵犯).{0,16}(?:删除|联系).*",
        "origin",
    ),
    (
        ANYWHERE,
        r"(?:点击)?查看更多(?:>+)?|展开全文|阅读全文|加载更多|点击下载|立即下载|下载本?文档|收藏本文|举报",
        "buttons",
    ),
    # --- separators between parts, and buttons of learning platforms
    (ANYWHERE, r"[-–—=_*·.~#\s]{3,}|@{2,}|[-*]{3}\s*end\s*[-*]{3}", "a rule"),
    (
        ANYWHERE,
        r"AI\s*讲解|查看(?:解析|作答记录|答案)|收藏(?:本题)?|纠错|重做|智能分析|展开|收起|上一题|下一题|(?:最终|本次)成绩[\d.\s]*分|第?\s*\d+\s*次作答",
        "buttons of a platform",
    ),
    # --- the file's name as shown by a site, with its badge
    (ANYWHERE, rf".{{1,80}}{_FILE}\s*(?:VIP|独家|精品)", "a file name with its badge"),
    (FRONT, rf".{{1,80}}{_FILE}", "a file name on a line of its own"),
    (TAIL, _BULLET + rf".{{1,80}}{_FILE}(?:\s*(?:VIP|免费|独家|精品))?", "a file in a list"),
    (
        ANYWHERE,
        r".{1,80}(?:-|_|\|)\s*(?:豆丁网|道客巴巴|百度文库|原创力文档|人人文库|金锄头文库|文档之家|学科网)",
        "a page title",
    ),
    (
        ANYWHERE,
        r".{2,60}_第\d+页|已阅读\d+页.{0,10}还剩\d+页.*|文档简介|版权说明:.*举报.*|\[?VIP\]?专享.*|继续免费阅读",
        "a site's reader",
    ),
    (ANYWHERE, r"(?:原创力文档|百度文库|豆丁网|道客巴巴|人人文库)(?:网)?", "a site's name"),
    # --- the form around a printed paper
    (
        ANYWHERE,
        r"[-–—_.·…\s(]*密\s*封\s*线(?:\s*[以]?\s*内\s*(?:请\s*勿|不\s*(?:要|得|准))\s*答\s*题)?[-–—_.·…\s)]*",
        "the sealed margin",
    ),
    (
        FRONT,
        r"题\s*号\s+(?:[一二三四五六七八九十]{1,3}\s+)+(?:总\s*分)?\s*(?:(?:评|阅)卷人|等级)?",
        "the head of the score table",
    ),
    (FRONT, r"(?:得\s*分|(?:评|阅)\s*卷\s*人|复\s*核\s*人|评\s*分)\s*", "an empty row of the score table"),
    # --- unfilled fields of the page's header and footer
    (
        ANYWHERE,
        r"第?\s*(?:PAGE|\{\s*PAGE\s*\})\s*页?\s*[,/]?\s*(?:共|of)?\s*(?:NUMPAGES|\{\s*NUMPAGES\s*\})?\s*页?",
        "page fields",
    ),
    (
        ANYWHERE,
        r"第\s*\d+\s*页\s*[,/()]?\s*共\s*\d+\s*页\)?|第\s*\d+\s*页|[-—–]\s*\d{1,4}\s*[-—–]|page\s+\d+(?:\s*(?:of|/)\s*\d+)?",
        "page numbers",
    ),
    # --- lines that certainly end a paper
    (END, r"文档评论\s*(?:\(\d+\))?", "the comment box"),
    (
        END,
        r"您可能关注的文档:?|您可能感兴趣的文档:?|猜你喜欢|相关(?:文档|推荐|资源)(?:推荐|下载)?:?",
        "lists of related documents",
    ),
    (END, r"最近下载:?|热门(?:文档|下载):?|最新(?:文档|上传):?", "lists of recent documents"),
    (END, r"(?:评论|发表评论|用户评论|网友评论)\s*\(\d+\)", "the comment box of other sites"),
    # --- lines that follow the end
    (TAIL, r"\S{1,24}\s*\+\s*关注", "who uploaded, to be followed"),
    (TAIL, r"实名认证|文档贡献者|内容提供者|认证(?:用户|主体).{0,20}|IP属地.{0,12}", "badges of an uploader"),
    (TAIL, r"(?:该|这个)用户很懒.{0,12}", "an empty profile"),
    (TAIL, r"\d{0,4}[亿万]\+?\s*VIP精品文档|\d+\s*(?:文档|粉丝|关注|下载量?|浏览量?)", "counters"),
    (TAIL, r"1亿VIP精品文档|VIP精品文档", "an advertisement"),
    (TAIL, _BULLET + r".{2,80}\s(?:VIP|免费|独家)", "a document in a list"),
)


@dataclass(frozen=True)
class NoisyRow:
    """One row of the table, compiled for matching."""

    place: PagePlace
    pattern: re.Pattern[str]
    what: str


_ROWS = tuple(NoisyRow(place, re.compile(pattern, re.I), what) for place, pattern, what in TABLE)
_ANY = {  # nearly all lines are no noise, which one pattern tells faster than many
    tail: re.compile("|".join(f"(?:{pattern})" for place, pattern, _ in TABLE if tail or place != TAIL), re.I)
    for tail in (False, True)
}


@lru_cache(maxsize=1000)  # look-ahead inspects a line repeatedly
def recognise(text: str, in_tail: bool = False, in_front: bool = False) -> NoisyRow | None:
    """The row that matches the whole line, or None.

    `in_tail`: a line that ends the paper came before. `in_front`: no section or question has come yet.
    """
    line = fold(text).strip()
    if not _ANY[in_tail].fullmatch(line):
        return None
    places = {ANYWHERE, END, *([TAIL] if in_tail else []), *([FRONT] if in_front else [])}
    return next((row for row in _ROWS if row.place in places and row.pattern.fullmatch(line)), None)
