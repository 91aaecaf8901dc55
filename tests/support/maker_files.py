"""Word, Excel and PDF papers in layouts of many makers, built for tests/bank/test_makers.py.

They were read once before the grammar knew their layouts (docs/bank.md has the figures).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

Table = Sequence[Sequence[Any]]


def _word(path: Path, *blocks: str | Table) -> None:
    """A Word file of paragraphs and tables; a row with one cell spans the table."""
    import docx

    document = docx.Document()
    for block in blocks:
        if isinstance(block, str):
            document.add_paragraph(block)
            continue
        table = document.add_table(rows=len(block), cols=max(map(len, block)))
        for row, cells in zip(table.rows, block, strict=True):
            if len(cells) == 1:
                row.cells[0].merge(row.cells[-1]).text = cells[0]
            else:
                for cell, text in zip(row.cells, cells, strict=False):
                    cell.text = text
    document.save(str(path))


def _sheet(path: Path, rows: Table, first: int = 1, above: Sequence[str] = ()) -> None:
    """A spreadsheet whose table begins at row `first`, with notes above it."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for place, text in enumerate(above, start=1):
        sheet.cell(place, 1).value = text
    for number, cells in enumerate(rows, start=first):
        for column, value in enumerate(cells, start=1):
            sheet.cell(number, column).value = value if value != "" else None
    book.save(path)


def key_tables(path: Path) -> None:
    """Keys in a table behind each section."""
    _word(
        path,
        "铁路客运服务考试卷",
        "一、单选题（每题2分）",
        "1.列车晚点广播应当在（ ）进行。",
        "A.第一时间 B.到站后 C.次日 D.不广播",
        "2.旅客遗失物品应交（ ）。",
        "A.乘务长 B.旅客 C.司机 D.餐车",
        "3.残疾旅客专座应（ ）。",
        "A.随意售卖 B.优先保障 C.取消 D.加价",
        [["题号", "1", "2", "3"], ["答案", "A", "A", "B"]],
        "二、判断题（每题1分）",
        "1.乘务员可以拒绝回答旅客询问。",
        "2.列车上禁止吸烟。",
        [["题号", "1", "2"], ["答案", "×", "√"]],
    )


def merged_rows(path: Path) -> None:
    """A table of questions, the kinds in rows that span it."""
    _word(
        path,
        "物业客服岗位题库",
        [
            ["序号", "题目", "A", "B", "C", "D", "答案"],
            ["一、单选题"],
            ["1", "业主报修后多久应电话联系", "三十分钟内", "三天内", "一周内", "不联系", "A"],
            ["2", "夜间噪音投诉先做什么", "核实情况", "罚款", "断电", "不理", "A"],
            ["二、判断题"],
            ["3", "业主资料可以随意外借", "", "", "", "", "×"],
            ["4", "收费标准应当公示", "", "", "", "", "√"],
        ],
    )


def shaded_keys(path: Path) -> None:
    """The right option has a coloured background."""
    import docx
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    document = docx.Document()
    document.add_paragraph("景区讲解员测试")
    questions = (
        ("1. 游客走失时，讲解员应首先（ ）", ("联系景区广播", "继续讲解", "自行离开"), 0),
        ("2. 雨天讲解应提醒游客（ ）", ("奔跑", "防滑", "攀爬"), 1),
    )
    for asked, options, right in questions:
        document.add_paragraph(asked)
        for place, option in enumerate(options):
            run = document.add_paragraph().add_run(f"{'ABC'[place]}. {option}")
            if place == right:
                shading = OxmlElement("w:shd")
                for name, value in (("val", "clear"), ("color", "auto"), ("fill", "FFFF00")):
                    shading.set(qn(f"w:{name}"), value)
                run._r.get_or_add_rPr().append(shading)
    document.save(str(path))


def criteria_tables(path: Path) -> None:
    """A table of criteria and points below each scenario."""
    _word(
        path,
        "客服情景演练考核表",
        "情景一：客户收到破损的鱼缸，要求当天解决，请现场应答。",
        [
            ["评分项", "分值", "得分"],
            ["致歉共情", "3", ""],
            ["核实照片与订单", "3", ""],
            ["给出当天方案", "4", ""],
            ["合计", "10", ""],
        ],
        "情景二：客户质疑积分被清零，情绪激动，请现场应答。",
        [["评分项", "分值", "得分"], ["说明规则", "5", ""], ["提出补偿", "5", ""], ["合计", "10", ""]],
    )


def sealed_form(path: Path) -> None:
    """A printed form: the sealed margin, the score table, the answers of paper A at the end."""
    _word(
        path,
        "密　　封　　线　　内　　不　　要　　答　　题",
        "第三季度礼仪考试试卷（A卷）",
        [["题号", "一", "二", "三", "总分"], ["得分", "", "", "", ""]],
        "一、填空题（每空1分，共2分）",
        "1. 递送名片时应当用______手，文字______对方。",
        "二、选择题（每题2分，共4分）",
        "1. 电话铃响几声内应接听？",
        "A. 三声  B. 十声  C. 随意",
        "2. 引导客人上楼时，引导者应走在",
        "A. 前方  B. 客人后方  C. 对面",
        "三、问答题（共10分）",
        "1. 请简述接待外宾的注意事项。",
        "第三季度礼仪考试答案（A卷）",
        "一、1. 双；朝向",
        "二、1.A 2.A",
        "三、1. 尊重习俗，准时守约，着装得体。",
    )


def kahoot(path: Path) -> None:
    """The template of a quiz game: long column names, keys as numbers."""
    answers = [f"Answer {place} - max 75 characters" for place in range(1, 5)]
    heads = [
        "",
        "Question - max 120 characters",
        *answers,
        "Time limit (sec) – 5, 10, 20",
        "Correct answer(s) - choose",
    ]
    rows = [
        heads,
        [1, "What calms a caller first?", "Listening", "Arguing", "Music", "Silence", 20, "1"],
        [2, "Which go into the note?", "Name", "Promise", "Lunch", "", 30, "1,2"],
        [3, "A call may be recorded without notice", "True", "False", "", "", 20, 2],
    ]
    _sheet(path, rows, 8, ["Quiz template", "Add questions, at least two answer alternatives."])


def starred_columns(path: Path) -> None:
    """Notes above the table, stars behind the names, gaps apart by bars."""
    rows = [
        ["题型*", "题干*", "选项A", "选项B", "选项C", "选项D", "正确答案*", "解析", "难度", "知识点", "得分设置"],
        ["单选题", "仓库拣货顺序依据是", "波次单", "心情", "抛硬币", "", "A", "按波次", "简单", "仓储", 2],
        ["多选题", "易碎品包装需要", "气泡膜", "缓冲垫", "易碎标", "水", "A|B|C", "", "一般", "包装", 3],
        ["判断题", "超重包裹可以由一人搬运", "", "", "", "", "错误", "", "简单", "安全", 1],
        ["填空题", "出库前应核对_____和_____。", "", "", "", "", "单号|数量", "", "一般", "出库", 4],
        ["问答题", "说明异常件的处理流程。", "", "", "", "", "登记、拍照、上报、跟踪", "", "困难", "异常", 10],
    ]
    _sheet(path, rows, 2, ["填写说明：1.题型、题干、正确答案为必填项；2.判断题请填写正确或错误。"])


def keys_by_option_names(path: Path) -> None:
    """Keys that name the option's column, and columns that no question needs."""
    rows = [
        ["题目类型（必填）", "题目标题（必填）", "题目分数", "选项1", "选项2", "选项3", "正确选项（必填）", "是否乱序"],
        ["单选", "请假审批由谁先批", 5, "直属主管", "保安", "同事", "选项1", "是"],
        ["多选", "打卡异常可以怎样处理", 5, "补卡", "找主管说明", "不管", "选项1,选项2", "否"],
        ["判断", "迟到可以让同事代打卡", 5, "正确", "错误", "", "选项2", "否"],
    ]
    _sheet(path, rows)


def two_columns(path: Path) -> None:
    """A PDF in two columns with its keys at the end of the second."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen import canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    page = canvas.Canvas(str(path), pagesize=(595, 842))
    page.setFont("STSong-Light", 10)
    left = (
        "寿险代理人资格模拟题|一、单选题|1. 保险利益必须在何时存在？|A. 投保时|B. 理赔后|C. 续期时|D. 退保后|2. 宽限期一般为多少天？|"
        "A. 7|B. 60|C. 180|D. 365|3. 豁免条款针对的是|A. 保险费|B. 保险金额|C. 免赔额|D. 佣金"
    )
    right = (
        "4. 团体保险的投保人是|A. 单位|B. 员工家属|C. 医院|D. 代理人|二、判断题|5. 保单贷款需要支付利息。|6. 犹豫期从签字次日计算。|"
        "7. 佣金可以返还给客户。|参考答案|1-4 ABAA|5-7 √××"
    )
    for column, x in ((left, 50), (right, 320)):
        for place, line in enumerate(column.split("|")):
            page.drawString(x, 800 - 22 * place, line)
    page.save()


# file: its builder, kinds and keys, numbers of options, as in tests/bank/test_makers.py
FILES: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "key_tables.docx": (key_tables, "sA sA sB t× t√", "44400"),
    "merged_rows.docx": (merged_rows, "sA sA t× t√", "4400"),
    "shaded_keys.docx": (shaded_keys, "sA sB", "33"),
    "criteria_tables.docx": (criteria_tables, "o- o-", "00"),
    "sealed_form.docx": (sealed_form, "b- sA sA o-", "0330"),
    "kahoot.xlsx": (kahoot, "sA mAB t×", "430"),
    "starred_columns.xlsx": (starred_columns, "sA mABC t× b- o-", "34000"),
    "keys_by_option_names.xlsx": (keys_by_option_names, "sA mAB t×", "330"),
    "two_columns.pdf": (two_columns, "sA sB sA sA t√ t× t×", "4444000"),
}
