"""Typical phrases by which the two sides of a call can be recognised where nothing else names them."""

import re

AGENT_PHRASES = re.compile(
    r"为您|请问(?:有什么|您)|有什么可以帮|工号|竭诚|感谢您的?(?:来电|耐心|理解|反馈|支持)|给您(?:带来|造成|添)|帮您|"
    r"您的(?:订单|心情|问题|感受)|请您?稍等|请问订单|请您?(?:报|提供|发|说)一?下?您?的?(?:订单|单号|手机|型号)|这边|这里是|祝您|how (?:can|may) i (?:help|assist)|is there anything else|"
    r"thank you for (?:calling|contacting|your patience)|i(?:'ll| will| can) (?:check|look into|arrange|help you)|"
    r"(?:sorry|apologi[sz]e) for (?:the|any|your)|your order number|may i have",
    re.IGNORECASE,
)
CUSTOMER_PHRASES = re.compile(
    r"你们|我要(?:退|投诉|换|求)|我买|我的(?:订单|订的|快递|手机|卡|账)|投诉|怎么(?:还|回事|办)|什么时候(?:能|才)|气死|"
    r"我想(?:问|咨询|退|要|办)|退款|坏了|i want (?:a |to)|i(?:'ve| have) been waiting|"
    r"my (?:order|account|card|phone|package)|i (?:ordered|bought|paid|received)|unacceptable|refund",
    re.IGNORECASE,
)
