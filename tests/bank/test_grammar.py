"""The grammar of exam papers, on papers of many shapes."""

import pytest

from evaluator.bank.formats.lines import Document, Line, number_lines
from evaluator.bank.papers import line_patterns, noise
from evaluator.bank.papers.grammar import parse
from tests.support.bank_papers import codes, keys, only, parse_text, read


def test_worded_numbers_wrapped_options_and_several_options_a_line():
    """题目N with points, an option broken over two lines, four options on one line, tags of true or false."""
    paper = only("choices.txt")
    assert [item.kind for item in paper.items] == ["single_choice"] * 3 + ["multiple_choice"] * 2 + ["true_false"] * 4
    assert keys(paper.items) == ["B", "A", "E", "ABD", "AB", "√", "×", "×", "√"]
    assert paper.items[1].options[0].text == "“前面还有三位，大约八分钟，您可以先挑第二款。”"
    assert [len(item.options) for item in paper.items] == [4, 4, 2, 4, 3, 0, 0, 0, 0]
    assert paper.items[2].text.endswith("应当")
    assert codes(paper) == ["key_missing_option"]
    assert [bool(item.background) for item in paper.items] == [True] * 3 + [False] * 6
    assert paper.about == ("考试时间：40分钟 满分：16分 姓名：______",)


def test_answers_at_the_end_find_their_questions_by_section_and_number():
    """A row of keys, keys one by one, sub-numbered answers, an explanation; numbers written in four ways."""
    paper = only("answers_at_end.txt")
    assert keys(paper.items) == ["A", "A", "B", "B", "√", "×", "√", None, None]
    first, second = paper.items[-2:]
    assert [part.text for part in first.references[0].parts][1] == "约对方方便的时间；"
    assert len(first.references[0].parts) == 3
    assert second.explanation.startswith("轻重以后果") and second.references[0].text.startswith("先处理人身")
    assert codes(paper) == []


def test_answers_before_questions():
    """An answer section before the questions waits for them."""
    paper = only("answers_first.txt")
    assert keys(paper.items) == ["C", "A", "×", "√"]
    assert codes(paper) == []


def test_answers_on_the_line_of_their_question():
    """Options, key and explanation after the question on one line; sections numbered in words."""
    paper = only("answer_on_the_line.txt")
    assert [item.kind for item in paper.items] == ["single_choice"] * 2 + ["true_false"] * 2 + ["open"]
    assert keys(paper.items) == ["A", "A", "√", "×", None]
    assert paper.items[2].text == "A note needs the time of the call."
    assert paper.items[2].explanation.startswith("Without it")
    assert [criterion.points for criterion in paper.items[4].criteria] == [4, 6]
    assert codes(paper) == []


def test_two_papers_in_one_file_are_told_apart():
    """The second title and its first section begin a new paper; numbers may restart."""
    first, second = read("two_papers.md")
    assert (first.title, second.title) == ("配送员练习卷 A", "配送员练习卷 B")
    assert (keys(first.items), keys(second.items)) == (["A", "B", "√"], ["B", "AC"])
    assert codes(first) == codes(second) == []


def test_traditional_characters():
    """Headings, labels and points in traditional characters; the words themselves are left unchanged."""
    paper = only("traditional.txt")
    assert keys(paper.items) == ["B", "B", "×", "√", None]
    scenario = paper.items[-1]
    assert [(criterion.text, criterion.points) for criterion in scenario.criteria] == [
        ("道歉並確認正確的名字", 4),
        ("提出一小時內做得到的辦法", 6),
    ]
    assert (scenario.kind, scenario.points, scenario.requirements) == ("scenario", 10, "用口語作答，不超過三分鐘。")
    assert codes(paper) == []


def test_english_paper():
    """Sections, choices of one and of several, true or false, a role play with criteria, an answer in parts."""
    paper = only("english.txt")
    kinds = ["single_choice", "single_choice", "multiple_choice", "true_false", "true_false", "scenario", "open"]
    assert (paper.language, [item.kind for item in paper.items]) == ("en", kinds)
    assert keys(paper.items) == ["B", "A", "BC", "×", "√", None, None]
    assert paper.items[1].options[0].text.endswith("that you will ring back")
    assert [criterion.points for criterion in paper.items[5].criteria] == [4, 4, 2]
    assert paper.items[5].background == "The lift has been out of order since noon."
    assert [part.title for part in paper.items[6].references[0].parts] == ["Facts", "Promises", "Next step"]
    assert codes(paper) == []


def test_noise_goes_the_cut_question_stays_and_the_rest_is_reported():
    """Site lines vanish, an unknown line is reported, and a question about members is left alone."""
    paper = only("noisy_and_cut.txt")
    assert [(item.number, item.truncated) for item in paper.items] == [(1, False), (2, False), (1, False), (2, True)]
    assert paper.items[1].text.startswith("客人问成为VIP会员后下载")
    assert [entry.text for entry in paper.unplaced] == ["凡购买此题库者加送录音三十段"]
    assert paper.noise == 12
    assert codes(paper) == ["count_differs", "truncated", "unplaced"]


def test_ordering_by_sequence_by_option_and_by_circled_numbers():
    """Three ways to write an ordering question and its key."""
    paper = only("ordering.txt")
    assert {item.kind for item in paper.items} == {"ordering"}
    assert keys(paper.items) == ["③→②→①→④", "A", "①→②→③"]
    assert [len(item.steps) for item in paper.items] == [4, 3, 3]


def test_open_answers_hold_lists_that_are_not_questions():
    """Numbers inside an answer stay inside it; criteria that do not add up are a warning."""
    paper = only("open_answers.txt")
    assert [item.number for item in paper.items] == [1, 2, 1]
    assert paper.items[0].references[0].text.count("\n") == 4
    assert [[c.points for c in item.criteria] for item in paper.items] == [[2, 3, 1], [3, 2], [4, 4]]
    assert codes(paper) == ["criteria_sum"]


def test_no_sections_kinds_come_from_tags_and_keys():
    """A flat list with tags; key and explanation on one line; labels in brackets."""
    paper = only("flat_numbers.txt")
    assert [item.kind for item in paper.items] == ["single_choice", "multiple_choice", "true_false", "open"]
    assert keys(paper.items) == ["A", "AC", "×", None]
    assert paper.items[1].explanation == "切开和煮好的都放不住。"
    assert paper.items[2].explanation == "手是最脏的工具。"


def test_a_table_of_numbers_above_keys():
    """A grid of numbers and keys in a table gives every question its key."""
    assert keys(only("table_keys.md").items) == ["A", "B", "A", "A", "A"]


@pytest.mark.parametrize(
    ("heading", "count", "each", "points"),
    [
        ("一、单选题（共10题，每题2分，总计20分）", 10, 2, 20),
        ("二、多项选择题(每小题3分,共15分)", None, 3, 15),
        ("三、判断题：共５题，每题１分，合计５分", 5, 1, 5),
        ("四、开放性问题(共1题,20分)", 1, None, 20),
        ("第三部分 情景模拟（共二题，每题十分）", 2, 10, None),
        ("Part II. Short answer (4 questions, 5 points each)", 4, 5, None),
    ],
)
def test_what_headings_declare(heading, count, each, points):
    """Counts and points in their variants, in full width and in Chinese numerals too."""
    read = line_patterns.read_heading(heading)
    assert (read.count, read.each, read.points) == (count, each, points)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("A、C", "AC"),
        ("ＡＣ", "AC"),
        ("c, a", "AC"),
        ("A and C", "AC"),
        ("对", "√"),
        ("✗", "×"),
        ("False", "×"),
        ("② -> ① -> ③", "②→①→③"),
        ("2-1-3", "②→①→③"),
        ("先道歉", None),
        ("AA", None),
    ],
)
def test_keys_have_one_spelling(text, key):
    """However a key is written, it is stored in one form; anything else is not a key."""
    assert line_patterns.read_key(text) == key


def test_fold_keeps_every_character_at_its_place():
    """Positions in the folded line are positions in the line as written."""
    text = "題目１（３分）：【答案】ＡＣ。→⇒"
    assert len(line_patterns.fold(text)) == len(text)


def test_points_that_do_not_add_up_are_warnings():
    """Each times count, the sections against the paper, criteria against the question."""
    paper = parse_text(
        "盘点小测\n满分：30分\n一、单选题(共2题,每题2分,总计5分)\n1.盘点几点开始?\nA.九点\nB.打烊后\n答案:B\n"
        "2.少一件先做什么?\nA.复点\nB.算了\n答案:A\n"
    )
    assert codes(paper) == ["points_differ", "total_differs"]


def test_repeated_and_missing_numbers_are_warnings():
    """A duplicate number and a missing one are named."""
    paper = parse_text(
        "一、单选题(共3题)\n1.甲?\nA.一\nB.二\n答案:A\n3.乙?\nA.一\nB.二\n答案:A\n3.丙?\nA.一\nB.二\n答案:B\n"
    )
    assert codes(paper) == ["number_gap", "number_twice"]


def test_two_different_keys_for_one_question_are_a_warning():
    """The key below the question stays, and the one at the end is reported."""
    paper = parse_text("一、单选题(共1题)\n1.谁开门?\nA.店长\nB.客人\n答案:A\n\n参考答案\n一、单选题\n1.B\n")
    assert (keys(paper.items), codes(paper)) == (["A"], ["two_keys"])


def test_an_answer_without_its_question_is_reported():
    """An entry of the answer section that fits no question is unplaced, not lost."""
    paper = parse_text("一、判断题(共1题)\n1.灯可以整夜开着。\n\n参考答案\n一、判断题\n1.×\n2.√\n")
    assert keys(paper.items) == ["×"]
    assert [entry.text for entry in paper.unplaced] == ["2. √"]


def test_a_number_in_a_text_is_no_question():
    """Years, decimals and lists inside a scenario do not begin questions."""
    paper = parse_text(
        "一、情景模拟题(共2题,每题5分)\n1.题目:\n客户说：\n1.发票没收到\n2.电话打不通\n请模拟回应。\n评分标准:\n(1)逐一回应(5分)。\n"
        "2.题目:\n2026年起退换改为15天，客户在第16天来。请模拟回应。\n评分标准:\n(1)解释清楚(2.5分);\n(2)给出出路(2.5分)。\n"
    )
    assert [item.number for item in paper.items] == [1, 2]
    assert "2.电话打不通" in paper.items[0].text
    assert [criterion.points for criterion in paper.items[1].criteria] == [2.5, 2.5]


@pytest.mark.parametrize(
    "line",
    [
        "A.培训手册.docx",
        "1.客户要求下载文档时怎么办?",
        "答案:相关文档",
        "解析:实名认证后才能办理。",
        "成为会员后再下载",
    ],
)
def test_lines_of_papers_are_not_taken_for_noise(line):
    """Words of document sites inside a question are not noise."""
    assert noise.recognise(line) is None


def test_ordinary_words_are_noise_only_behind_the_end():
    """`实名认证` on a line of its own is removed only after a comment box."""
    assert noise.recognise("实名认证") is None
    assert noise.recognise("实名认证", in_tail=True) is not None
    assert noise.recognise("文档评论(3)").place == noise.END


def test_no_line_is_lost():
    """Every word of a paper is in an item, a heading, the title, or reported."""
    lines = "库房测验|一、单选题(共1题)|1.谁能进库?|A.保管员|B.访客|答案:A|解析:钥匙只有一把。|扫码领红包"
    paper = parse_text(lines.replace("|", "\n\n"))
    held = repr(paper)
    for word in ("库房测验", "单选题", "谁能进库", "保管员", "访客", "钥匙只有一把", "扫码领红包"):
        assert word in held
    assert [entry.text for entry in paper.unplaced] == ["扫码领红包"]


def test_keys_with_a_reason_behind_them():
    """`A. Because …` in an answer section is a key and its explanation; of an open question it is the answer."""
    paper = only("answers_with_reasons.txt")
    assert keys(paper.items) == ["A", "B", "×", "√", None, None]
    assert [item.explanation for item in paper.items][:3] == [
        "Only the manager has a key.",
        "",
        "Keys stay with staff.",
    ]
    assert paper.items[4].references[0].text.startswith("Look up")


def test_lists_in_explanations_are_no_questions():
    """Numbered reasons and further paragraphs stay in the explanation of their question."""
    paper = parse_text(
        "一、单选题(共2题,每题2分)\n1.谁先上车?\nA.壮汉\nB.抱孩子的人\n答案:B\n解析:\n(1)选项A没有依据;\n"
        "(2)选项B有乘车守则可查。\n因此选B。\n2.车门夹到包,先做什么?\nA.开门\nB.鸣笛\n答案:A\n解析:先开门。\n再问有没有伤到。\n"
    )
    assert [item.number for item in paper.items] == [1, 2]
    assert paper.items[0].explanation.endswith("因此选B。") and paper.items[1].explanation.endswith("有没有伤到。")


def test_points_behind_a_question_and_backgrounds_between_questions():
    """`(5分)` at the end gives the points; a background counts from its position."""
    paper = parse_text(
        "一、情景题(共2题)\n背景:某航班取消。\n1.题目:旅客要求赔偿,请回应。(5分)\n评分标准:\n(1)道歉(2分)\n(2)给出办法(3分)\n"
        "背景:某旅馆超售。\n2.题目:客人没有房间,请回应。(5分)\n评分标准:\n(1)道歉(2分)\n(2)给出办法(3分)\n"
    )
    assert [(item.points, item.background) for item in paper.items] == [(5, "某航班取消。"), (5, "某旅馆超售。")]
    assert not any("分" in item.text for item in paper.items)
    assert codes(paper) == []


def test_two_papers_with_their_own_answer_sections():
    """Each set of answers goes to the paper before it."""
    one = "一、判断题\n1.甲。\n答案与解析\n一、判断题\n1.答案:{}\n解析:理由{}。\n"
    text = "第一套 收银考试\n" + one.format("√", "一") + "第二套 理货考试\n" + one.format("×", "二")
    papers = parse(Document("two.txt", "0" * 64, number_lines(text.splitlines())))
    assert [(paper.title, keys(paper.items)) for paper in papers] == [
        ("第一套 收银考试", ["√"]),
        ("第二套 理货考试", ["×"]),
    ]


def test_numbers_above_999_and_years():
    """Banks of thousands of questions keep their numbers; a year at the start of a line is not a number."""
    paper = parse_text(
        """
门店题库
一、单选题
1001.客人问路,先做什么?
A.指路 B.走开
1002.客人丢了伞,怎么办?
2019、2020两年都没有登记的地方
A.登记 B.不理
1003.雨天地滑,先做什么?
A.放提示牌 B.等雨停
答案
1001-1003 AAA
"""
    )
    assert [(item.number, item.key, len(item.options)) for item in paper.items] == [
        (1001, "A", 2),
        (1002, "A", 2),
        (1003, "A", 2),
    ]
    assert paper.items[1].text == "客人丢了伞,怎么办?\n2019、2020两年都没有登记的地方"
    assert not paper.unplaced


def test_a_gap_in_the_numbers_is_told_in_short():
    """Missing numbers are reported as ranges."""
    paper = parse_text("一、判断题\n1.伞要登记。(√)\n3.伞可以拿走。(×)\n9.地滑要放牌。(√)")
    (gap,) = [warning for warning in paper.warnings if warning.code == "number_gap"]
    assert gap.values["numbers"] == "2, 4-8"


def test_a_question_without_a_number_is_no_requirement():
    """The only question of a section needs no number: by its answer below it or at the end, or by its heading."""
    paper = only("unnumbered.txt")
    assert [section.found for section in paper.sections] == [2, 1, 1, 1, 2, 1, 1]
    case, why, how, essay, steps = paper.items[-5:]
    assert (case.kind, case.points, case.text[:6]) == ("scenario", 12, "一位家长说孩")
    assert case.references[0].text.startswith("先安慰")
    assert [(item.number, item.points) for item in (why, how)] == [(1, 8), (2, 12)]
    assert why.background == "自习室占座的人多了。\n馆里试过座位卡，用了一周就没有人管了。"
    assert (essay.text, essay.points, essay.number) == ("试论述服务台怎样留住读者。", 20, 1)
    assert (essay.requirements, essay.references[0].text) == ("", "从态度、流程、活动三方面论述。")
    assert steps.references[0].text == "清场、关窗、断电、锁门。"
    assert (paper.unplaced, codes(paper)) == ((), [])


def test_headings_with_an_instruction_in_brackets_and_keys_with_a_reason():
    """Text in the brackets of a heading never hides it; `A（…）` and `B 因为…` are keys with their reasons."""
    items = only("unnumbered.txt").items
    assert keys(items)[:4] == ["A", "B", "ACD", "×"]
    assert [item.kind for item in items][:4] == ["single_choice"] * 2 + ["multiple_choice", "true_false"]
    assert items[2].options[-1].text == "过刊合订本"
    assert [item.explanation for item in items][:2] == ["先止损", "因为读者也要体面地离开。"]


def test_a_paper_of_one_question_without_a_number():
    """Such a paper is not empty; if there is only a case above the answer, the case is the question."""
    for text, asked in (
        ("论述题（20分）\n试论述轮班。\n答案：早晚各半。", "试论述轮班。"),
        ("一、论述题（20分）\n试论述轮班", None),
        ("一、案例题\n案例：夜里来了一车客人。请安排。\n参考答案：早晚各半。", "夜里来了一车客人。请安排。"),
    ):
        assert [item.text for item in parse_text(text).items] == ([asked] if asked else [])


def test_lines_below_a_heading_that_has_no_question_are_reported():
    """Instructions without questions, and a background after the last question, are unplaced and reported."""
    paper = parse_text("一、判断题（10分）\n正确的打√。\n二、简答题\n1.谁锁门?\n答案:店长。\n背景:停电了。\n")
    assert [entry.text for entry in paper.unplaced] == ["正确的打√。", "背景:停电了。"]
    assert codes(paper) == ["empty_section", "unplaced", "unplaced"]


def test_a_part_that_only_groups_sections_is_not_empty():
    """`第一部分` above the sections has no questions of its own."""
    paper = parse_text("第一部分 选择题（2分）\n一、单选题\n1.谁开门?\nA.店长\nB.客人\n答案:A\n")
    assert codes(paper) == []


def test_background_and_requirements_hold_until_the_next_of_their_kind():
    """Two materials in a row belong together; after a question they start anew."""
    one = "背景:{0}一。\n背景:{0}二。\n要求:{0}三。\n{1}.如何回应?\n答案:致歉。\n"
    first, second = parse_text("一、情景题\n" + one.format("甲", 1) + one.format("乙", 2)).items
    assert (first.background, first.requirements) == ("甲一。\n甲二。", "甲三。")
    assert (second.background, second.requirements) == ("乙一。\n乙二。", "乙三。")


def test_a_conversation_in_a_background_is_no_question_with_its_answer():
    """`问:` and `答:` in a conversation, above the numbers of the questions."""
    paper = parse_text("一、情景题\n背景:下面是一段通话。\n问:还有房吗?\n答:没有了。\n1.错在哪里?\n答案:太冷淡。\n")
    assert [(item.number, item.background.count("\n")) for item in paper.items] == [(1, 2)]


def test_a_second_case_behind_the_answers_of_the_first():
    """It ends the answers and asks again, from number 1, with answers of its own."""
    paper = only("two_cases.txt")
    assert [(item.number, item.background[:3]) for item in paper.items] == [(1, "张女士"), (2, "张女士"), (1, "李先生")]
    assert [item.references[0].text for item in paper.items] == [
        "致歉，问有没有伤到手。",
        "当天补发一只。",
        "查到位置，给出送达时间。",
    ]
    assert (paper.title, codes(paper)) == ("", [])


def test_a_situation_inside_an_answer_stays_there():
    """Answers also describe a situation: only a case that asks again ends them."""
    paper = parse_text(
        "一、行为题\n1.说说一次投诉。\n2.说说一次失误。\n参考答案\n1.要点如下。\n情境：客户来电。\n行动：“您看这样可以吗？”\n2.改期。\n"
    )
    assert [item.references[0].text.count("\n") for item in paper.items] == [2, 0]


def test_answers_by_case_are_not_swallowed_by_the_one_before():
    """`案例二:` above further answers begins a group; ambiguous text is reported."""
    paper = parse_text("一、简答题\n1.甲?\n2.乙?\n参考答案\n案例一：\n1.子。\n2.丑。\n案例二：\n1.寅。\n")
    assert [item.references[0].text for item in paper.items] == ["子。", "丑。"]
    (warning,) = [warning for item in paper.items for warning in item.warnings]
    assert (warning.code, warning.values) == ("given_twice", {"text": "寅。"})


def test_a_second_explanation_that_is_not_used_is_a_warning():
    """The same words twice are not two questions."""
    text = "一、单选题\n1.谁开门?\nA.店长\nB.客人\n答案:A\n解析:钥匙只有一把。\n参考答案与解析\n1.A 解析:{}\n"
    assert codes(parse_text(text.format("另有一把在前台。"))) == ["given_twice"]
    assert codes(parse_text(text.format("钥匙只有一把。"))) == []


def test_the_answer_of_a_choice_that_is_no_key_is_a_warning():
    """A reference text instead of a key is kept and reported."""
    paper = parse_text("一、单选题\n1.谁开门?\nA.店长\nB.客人\n答案:看情况而定。\n")
    assert (paper.items[0].references[0].text, codes(paper)) == ("看情况而定。", ["key_unreadable"])


@pytest.mark.parametrize(
    ("text", "key", "reason"),
    [
        ("A（先止损）", "A", "先止损"),
        ("A、C（两项都对）。", "AC", "两项都对"),
        ("B 因为店长已经走了。", "B", "因为店长已经走了。"),
        ("错误（雨天不行）", "×", "雨天不行"),
        ("B. Because (they say) it is kinder.", "B", "Because (they say) it is kinder."),
        ("A manager has the key.", None, "A manager has the key."),
        ("A, because it is kinder.", "A", "because it is kinder."),
    ],
)
def test_a_key_before_its_reason(text, key, reason):
    """In brackets, after a space or after a full stop; an article is not a key."""
    assert line_patterns.split_key(text) == (key, reason)


def test_a_table_of_questions_loses_no_column():
    """Options in one cell, kinds, points, criteria, background and steps count; the rest of a row is reported."""
    paper = only("table_questions.md")
    single, multiple, scene, order = paper.items
    assert (single.kind, single.key, single.points, len(single.options)) == ("single_choice", "A", 2, 3)
    assert (multiple.kind, multiple.key, multiple.points, len(multiple.options)) == ("multiple_choice", "AC", 3, 3)
    assert [(criterion.text, criterion.points) for criterion in scene.criteria] == [("先问原因", 2), ("给出办法", 3)]
    assert (scene.kind, scene.text, scene.points) == ("scenario", "请回应。\n背景:电梯停了。", 5)
    assert (order.kind, order.steps, order.key) == ("ordering", ("登记", "验外观"), "②→①")
    assert [entry.text for entry in paper.unplaced] == ["分值:很多"]


def test_a_table_of_questions_without_numbers_is_counted():
    """If no column numbers the rows, their order does."""
    rows = "题型\t题目\t选项\t答案|单选\t谁开门?\tA.店长 B.客人\tA|单选\t谁关门?\tA.店长 B.客人\tB"
    lines = tuple(Line(row, number, cells=tuple(row.split("\t"))) for number, row in enumerate(rows.split("|"), 1))
    (paper,) = parse(Document("t.html", "0" * 64, lines))
    assert [(item.number, item.key, len(item.options)) for item in paper.items] == [(1, "A", 2), (2, "B", 2)]


@pytest.mark.parametrize(
    ("heading", "points", "warned"),
    [
        ("一、填空题（每空1分，共5分）", [2, 3], False),
        ("一、填空题（每空0.5分）", [1, 1.5], False),
        ("一、填空题（共2题，每空1分，共5分）", [2, 3], False),
        ("一、填空题（每空1分，共6分）", [2, 3], True),
        ("一、填空题（每题1分，共2分）", [1, 1], False),
        ("I. Fill in the blanks (1 point per blank, total 5 points)", [2, 3], False),
    ],
)
def test_points_of_a_gap_are_no_points_of_a_question(heading, points, warned):
    """`每空1分` gives a question with three gaps three points; a sum that does not fit is reported."""
    text = f"{heading}\n1. 来电____声之内接听，简称____原则。\n答案：三；三声\n2. 客户分级：____、____、____。\n答案：普通；重点；贵宾\n"
    paper = parse_text(text)
    assert [item.points for item in paper.items] == points
    assert bool({"points_differ", "item_points_differ"} & set(codes(paper))) is warned
    share = points[0] / 2
    assert {blank.points for item in paper.items for blank in item.blanks} <= {share, None}
