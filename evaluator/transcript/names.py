"""Words that name a speaker, the roles that they stand for, and labels that only look like a speaker.

Everything is compared folded (simplified, half width, lower case), so each word is listed once.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import cache

from evaluator.rubric import Role
from evaluator.text import fold

_AGENT = """
客服 客服人员 客服专员 客服代表 客服主管 客服经理 客服小姐 客服坐席 客服中心 人工客服 在线客服 电话客服
售后客服 坐席 座席
坐席员 话务员 接线员 接线生 服务员 服务人员 服务顾问 服务专员 营业员 店员 导购 销售 销售员 销售顾问 顾问
专员 主管 经理 店长
班长 组长 值班经理 大堂经理 柜员 技术支持 工程师 售后 售后人员 商家 卖家 店家 店小二 小二 客户经理
理财经理 客户成功经理
候选人 应聘者 应聘人 求职者 面试者 考生 受访者 学员 参训者 答 回答 回复 应答 本人
agent agents assistant representative rep csr csa support operator advisor adviser consultant associate specialist
supervisor
manager candidate interviewee applicant trainee seller merchant clerk staff employee answer answers
reply helpdesk internal callee
service agent|customer service|customer service agent|customer service representative|support agent
customer care|customer success|client service|client services|user support|tech support|technical support
call agent
customer support|service representative|team lead|service desk
"""
_CUSTOMER = """
客户 顾客 客人 用户 买家 来电者 来电人 来电客户 来电用户 消费者 投诉人 投诉者 投诉客户 旅客 乘客 患者
病人 家属 家长 会员 住户
业主 车主 储户 持卡人 机主 访客 网友 咨询者 咨询人 对方 女士 先生
被保险人 投保人 受益人 报案人 报修人 报障人 申请人 反馈人 求助人 收件人 寄件人 租客 住客
customer customers client caller user buyer guest consumer shopper patient passenger member visitor
subscriber
cardholder complainant
end user|enduser|end-user
external contact
"""
_OTHER = """
系统 系统消息 系统提示 系统通知 机器人 智能客服 机器人客服 语音导航 语音提示 旁白 场景 画外音 自动回复
面试官 考官 主考官 评委 招聘官 hr recruiter
提问 提问者 问 追问 主持人 培训师 教练 快递员 第三方
system bot chatbot ivr narrator interviewer examiner question moderator host
automated message|hiring manager|chat bot|virtual assistant
"""
# Labels of fields and headings: "订单号：", "解决方案：" are content, whoever says them. Matched at the end of a label.
_FIELDS = """
号 号码 编号 单号 账号 帐号 卡号 手机 电话 热线 邮箱 地址 网址 链接 姓名 名称 品牌 型号 款式 颜色 尺码
数量 规格 日期 时间 时长 期限 时限
金额 价格 费用 运费 税费 余额 总计 合计 总额 比例 周期 目标 目的 背景 前提 现状 原因 原由 理由 根因 结果
结论 后果 成效 效果 收益 影响
问题 难点 痛点 诉求 需求 期望 要求 请求 意见 建议 投诉 反馈 评价 情绪 情感 态度 语气 语言 话术 表达 沟通
倾听 共情 同理心 安抚 致歉 道歉
开场 开场白 结束语 结语 收尾 问候 问候语 称呼 确认 核实 核对 记录 信息 资料 细节 重点 要点 关键点 亮点
优点 缺点 优势 劣势 风险 挑战 机会
方案 办法 方法 方式 措施 对策 策略 步骤 流程 环节 阶段 过程 行动 任务 计划 安排 分工 职责 责任 机制 制度
规则 原则 标准 指标 内容 主题 题目
标题 正文 附件 备注 说明 注意 注意事项 提示 提醒 补充 例如 比如 举例 示例 案例 情境 情景 情况 状态 状况
进度 进展 跟进 回访 总结 小结 复盘
反思 改进 优化 提升 培训 考核 评估 分析 点评 解析 思路 角度 方面 维度 层面 首先 其次 再次 然后 接着 最后
此外 另外 同时 总之 综上 因此 所以 但是
如下 以下 包括 分别 是 为 说 道 问 您好 你好 大家好 尊敬 亲爱 谢谢 感谢 抱歉 对不起 请问 麻烦 补偿 赔偿
退款 换货 退货 维修 物流 快递 发货 收货 渠道
人员 团队 部门 公司 平台 系统 工具 技术 数据 成本 预算 资源 时效 质量 服务 产品 商品 订单 工单 密码
验证码 级别 等级 类型 类别 来源 依据 条款
公司名 第一 第二 第三 第四 第五 一是 二是 三是 短期 中期 长期 事前 事中 事后 会前 会后 之前 之后 当天
次日 内部 外部 线上 线下
order|order number|order no|number|no|phone|tel|email|e-mail|address|name|date|time|subject|title|topic
note|notes
p.s|ps|step|summary|solution|solutions|plan|action|actions|result|results|situation|task|goal|goals
reason|reasons|cause
problem|issue|example|total|price|amount|cost|fee|model|item|items|product|tracking|tracking number
reference|ref|ticket
case|case number|account|password|link|url|http|https|website|status|conclusion|background|context
option|options
first|second|third|finally|next|then|also|however|important|warning|tip|details|information|info
key points|follow-up
follow up|next steps|timeline|opening|closing|empathy|apology|feedback|request|complaint|satisfaction
experience|id|needs|need|response|retention|concern|concerns|question|inquiry
script|training|expectation|expectations|journey|emotion|greeting|mood|profile|loyalty|relations|data
records|record
re|fw|fwd|cc|bcc|from|to|sent|attachment|and|but|because
"""
_HONORIFIC = re.compile(
    r"(先生|女士|小姐|太太|老师|经理|主管|专员|师傅|阿姨|大爷|大妈|大叔|大哥|大姐|哥|姐|总|同学|客服|坐席)$|^[小老阿][\u4e00-\u9fff]{1,2}$"
)
# Common surnames, deliberately without those that start everyday words (方, 安, 时, 温, 成, 常, 高, 向, 金, 严, 易 …).
_SURNAME = re.compile(
    r"^[王李张刘陈杨赵黄吴徐孙胡朱郭何罗郑梁谢宋唐许韩冯邓曹彭曾肖潘袁蔡蒋余叶杜苏魏程吕丁沈任姚卢姜崔钟谭陆汪范廖贾韦夏付邹熊孟秦邱侯尹薛阎段雷龙黎史陶贺毛郝顾龚邵覃武钱戴莫孔汤]"
    r"[\u4e00-\u9fff]{1,2}$"
)
_TITLE = re.compile(
    r"(?P<name>[A-Za-z][\w'’.-]{1,20}(?: [A-Za-z][\w'’.-]{0,20}){0,2}), [A-Za-z][\w'’. &/-]{0,30}|"
    r"(?P<name_zh>[\u4e00-\u9fff]{2,4})[,，、] ?[\u4e00-\u9fff]{2,10}"
)
_MASKED = re.compile(r"^[\u4e00-\u9fff]{1,2}(?:[*x×某○〇•●]{1,3}[\u4e00-\u9fff]?|某{1,2})$")  # 李**, 张*, 王某某, 李*敏
_PLACEHOLDERS = frozenset(
    [
        "图片",
        "照片",
        "语音",
        "视频",
        "表情",
        "动画表情",
        "表情包",
        "文件",
        "链接",
        "位置",
        "名片",
        "红包",
        "转账",
        "小程序",
        "聊天记录",
        "音乐",
        "语音通话",
        "视频通话",
        "语音消息",
        "合并转发",
        "图片消息",
        "photo",
        "image",
        "picture",
        "sticker",
        "video",
        "audio",
        "voice",
        "file",
        "gif",
        "location",
        "contact",
        "link",
        "attachment",
        "emoji",
        "screenshot",
    ]
)
_LETTER = re.compile(
    r"^([a-z]|[甲乙丙丁]|(speaker|spk|guest|participant|channel|ch|说话人|发言人|讲话人|角色|声道|通道)"
    r"[ _-]?[0-9a-z一二三四]{1,2}|[左右]声道|(left|right)[ _-]channel|channel[ _-](left|right))$"
)
_PHONE = re.compile(r"\+?[\d][\d\s\-*x×＊•●.]{4,18}[\d]|\d{3}[*x×＊•●]{2,8}\d{0,4}")
_COUNTED = re.compile(r"^(?:第?[\d一二三四五]{1,2}[号位]|no\.?\s?\d{1,2})\s?|[\d一二三四五]{1,2}号$")
_SELF = ("我", "me", "you", "i", "myself", "我方")
_AGENT_WITHIN = re.compile(
    r"售后|售前|客服|坐席|座席|话务|接线|顾问|专员|旗舰店|专卖店|专营店|官方|商家|卖家|店主|掌柜|物业|热线|运营|服务|支持|营业厅|"
    r"接待|人工|柜台|管家|工单|サポート|オペレーター|担当|상담원|상담사|고객센터|\b(?:support|service|services|care|agent|help ?desk|help|team|desk|operator|assistant|"
    r"advis[oe]r|consultant|representative|rep|staff|official|crew)\b"
)
_CUSTOMER_WITHIN = re.compile(
    r"客户|顾客|用户|买家|会员|业主|住户|乘客|旅客|患者|家长|投诉|咨询者|来电|客人|お客様|고객님|"
    r"\b(?:customer|client|caller|guest|visitor|buyer|user|member|patient|shopper|passenger|subscriber)\b"
)
_NOT_ASKING = re.compile(r"^(联系|转接|转|投诉|拨打|咨询|请|找|向|给|对|问|叫|让|和|与|由|作为|告诉|通知|寻求|呼叫)")
_SPEECH_VERB = re.compile(r"(?<=..)(说道?|回?答道?|追?问道?|回复|回应|表示)$")
_CANDIDATE = re.compile(r"候选人|应聘者|应聘人|求职者|面试者|candidate|interviewee|applicant")
_MANAGER = re.compile(r"(经理|主管|店长|manager|supervisor)$")
_SHOP = re.compile(r"[^:]*(旗舰店|专营店|专卖店):.")
_BRACKETS = re.compile(r"^(?P<name>[^()]*?)\s*\((?P<inside>[^()]*)\)$")
_FRONT = re.compile(r"[(\[【]?(?P<inside>[^()\[\]【】]+)[)\]】]\s?(?P<name>[^()\[\]【】]+)")
_TAIL = re.compile(r"[\s_\-#·.]*(\d[\d\s]{0,7}|[a-z]\d{0,6}|[a-z]+ [a-z]+|[a-z]+|[一二三四甲乙丙丁])")


def known_role(name: str) -> Role | None:
    """The role that a name states by itself ("客服小李", "Agent 7", "王女士（客户）"); None if it states none."""
    return _role_of_folded(fold(name))


def is_role_word(name: str) -> bool:
    """Whether the name is just a role: "客服", "Customer Care"; not "客户 40718"."""
    return fold(name) in _words()


def roles_together(names: Collection[str]) -> dict[str, Role]:
    """Roles that folded names state only together: Q with A, 问题 with 回答, 经理 with the candidate they interview."""
    found: dict[str, Role] = {}
    if {"q", "a"} <= set(names):
        found |= {"q": "other", "a": "agent"}
    if "问题" in names and ("回答" in names or "答" in names):
        found["问题"] = "other"
    candidates = {name for name in names if _CANDIDATE.match(name)}
    if candidates:
        found |= {name: "other" for name in names if name not in candidates and _MANAGER.search(name)}
    return found


def hinted_role(name: str) -> Role | None:
    """The role suggested by a word inside a name ("美的售后小李", "Tidewater Support"); None if none or both are."""
    text = fold(name)
    if text.endswith(("@微信", "@wechat")):  # an outside contact, as WeCom shows one
        return "customer"
    agent, customer = bool(_AGENT_WITHIN.search(text)), bool(_CUSTOMER_WITHIN.search(text))
    if agent and customer:  # "customer care", "客户服务": the department; its last word counts
        last = max(_AGENT_WITHIN.finditer(text), key=lambda match: match.end()).end()
        agent = last >= max(match.end() for match in _CUSTOMER_WITHIN.finditer(text))
        customer = not agent
    return "agent" if agent else "customer" if customer else None


def is_self(name: str) -> bool:
    """Whether the name is an export's word for the person who made it: "我", "You"."""
    return fold(name) in _SELF


def is_phone(name: str) -> bool:
    """Whether the name is a telephone number, masked or not: "138****1234", "+44 20 7946 0000"."""
    return bool(_PHONE.fullmatch(fold(name)))


def is_placeholder(text: str) -> bool:
    """Whether the words in brackets stand for something without words: "[图片]", "[Sticker]"."""
    return fold(text).strip() in _PLACEHOLDERS


def is_letter(name: str) -> bool:
    """Whether the name only distinguishes speakers: "A", "乙", "Speaker 1"."""
    return bool(_LETTER.match(fold(name)))


def is_field(label: str) -> bool:
    """Whether a label looks like a field name, a heading or a phrase rather than a person's name."""
    return field_strength(label) > 0


def untitled(label: str) -> str:
    """The name before a comma and a title: "Nick Miller" of "Nick Miller, Support Engineer"."""
    match = _TITLE.fullmatch(label.strip())
    return (match["name"] or match["name_zh"]) if match else label


@cache
def field_strength(label: str) -> int:
    """2 for a field name or heading ("订单号"), 1 for a label that only ends or starts like one ("退款金额", "我们"), or 0."""
    text = fold(untitled(label)).strip("*_#-·• ")
    words = _fields()
    if text in words or not text:
        return 2
    if is_phone(text) or is_letter(text) or known_role(text) or (text.isdigit() and len(text) < 3):
        return 0
    if text[0].isdigit() or text[0] in "我你您他她它这那请如因以第每各该本其若从在对将把有没不要会可能先再":
        return 1
    if re.search(r"[,，。;；!！?？、“”\"《》<>=+…]|https?|www\.", text):
        return 1
    return int(ends_like_field(text))


def ends_like_field(label: str) -> bool:
    """Whether a label ends in a field name: "退款金额", "处理方案"."""
    return fold(label).strip("*_#-·• ").endswith(_field_endings())


def is_person(label: str) -> bool:
    """Whether a label looks like a person's name: "王先生", "小李", "张伟", "Mary Jones", "Mary Jones, CFO"."""
    label = untitled(label)
    text = fold(label)
    if is_field(label):
        return False
    if _HONORIFIC.search(text) or _SURNAME.match(text) or _MASKED.match(text):
        return True
    return bool(
        re.fullmatch(r"(?:(?:Mr|Ms|Mrs|Dr)\.? )?[A-Z][a-z'’-]{1,15}(?: [A-Z][a-z'’.-]{0,15}){0,2}", label.strip())
    )


def is_honorific(label: str) -> bool:
    """Whether a label is a person's name with a title or the familiar 小, 老, 阿."""
    return not is_field(label) and bool(_HONORIFIC.search(fold(label)))


@cache
def _role_of_folded(text: str) -> Role | None:
    text = _SPEECH_VERB.sub("", text.strip("*_#-•【】[]<>「」'\"‘’“” "))
    bracketed = _BRACKETS.match(text) or _FRONT.fullmatch(text)
    if bracketed:
        return _role_of_folded(bracketed["inside"]) or _role_of_folded(bracketed["name"])
    if text in _words():
        return _words()[text]
    if (name := untitled(text)) != text:  # the title says more: "Operator, chat bot"
        return _role_of_folded(text[len(name) :].lstrip(",，、 ")) or _role_of_folded(name)
    uncounted = _COUNTED.sub("", text)
    if uncounted != text and uncounted in _words():  # 1号客户, 坐席2号
        return _words()[uncounted]
    if _SHOP.match(text):  # the seller's side of an export: 旗舰店:小美
        return "agent"
    if "/" in text:
        return _role_in_all(text.split("/"))
    return _role_by_beginning(text) or _role_by_end(text)


def _role_in_all(parts: Sequence[str]) -> Role | None:
    """The role of "客服/Agent", which both parts state."""
    roles = {_role_of_folded(part.strip()) if part.strip() else None for part in parts}
    return roles.pop() if len(roles) == 1 else None


def _role_by_beginning(text: str) -> Role | None:
    for size in range(min(len(text) - 1, 40), 0, -1):
        role, rest = _words().get(text[:size]), text[size:]
        if role and size > 1 and _continues_as_name(text[:size], rest):
            return role
    return None


def _continues_as_name(word: str, rest: str) -> bool:
    if word.isascii() and rest[0].isalpha():  # "agents", "clientele"
        return False
    if _TAIL.fullmatch(rest) and (not word.isascii() or rest.strip() not in _fields()):
        return True
    name = rest.strip(" _-#·.")
    return is_person(name) or name in (
        "人员",
        "专员",
        "代表",
        "主管",
        "经理",
        "小姐",
        "坐席",
        "小哥",
        "先生",
        "女士",
    )


def _role_by_end(text: str) -> Role | None:
    """ "京东客服", "上海客户", "王女士"; not "联系客服"."""
    if _NOT_ASKING.match(text):
        return None
    match = re.fullmatch(
        r"(?P<front>[\w ]{1,8}?)(?P<word>智能客服|客服|坐席|专员|顾客|客户|用户|面试官|agent|customer|rep)", text
    )
    if not match or is_field(match["front"]):
        return None
    return _words()[match["word"]]


@cache
def _words() -> dict[str, Role]:
    table: dict[str, Role] = {}
    sets: tuple[tuple[str, Role], ...] = ((_AGENT, "agent"), (_CUSTOMER, "customer"), (_OTHER, "other"))
    for words, role in sets:
        for entry in _entries(words):
            table[entry] = role
    return table


@cache
def _fields() -> frozenset[str]:
    return frozenset(_entries(_FIELDS))


@cache
def _field_endings() -> tuple[str, ...]:
    return tuple(word for word in _fields() if "\u4e00" <= word[0] <= "\u9fff")


def _entries(words: str) -> list[str]:
    """One entry per word, or per phrase between bars on lines with bars."""
    found: list[str] = []
    for line in words.strip().splitlines():
        found += line.split("|") if "|" in line else line.split()
    return [entry.strip() for entry in found if entry.strip()]
