"""Why a bank did not get an application: codes, and words in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# What stands in braces is filled in by whoever gives the reason.
TEXTS: dict[str, tuple[str, str]] = {
    "agreement_not_in_force": (
        "The agreement is not in force on this day",
        "协议当日未生效",
    ),
    "bank_inactive": ("The bank is not taking part", "银行已停止合作"),
    "asked_before": (
        "The bank was asked already for this application",
        "该申请已推送过该银行",
    ),
    "declined_lately": (
        "The bank declined this borrower within the last {limit} days",
        "该银行在最近 {limit} 天内拒绝过该借款人",
    ),
    "currency": (
        "The agreement is in {limit}, the loan in {value}",
        "协议币种为 {limit}，贷款为 {value}",
    ),
    "product": ("The agreement does not cover the product {value}", "协议不包含产品 {value}"),
    "grade": (
        "The agreement takes grades {limit}; the borrower has {value}",
        "协议要求风险等级 {limit}，借款人为 {value}",
    ),
    "region": (
        "The agreement covers regions {limit}; the borrower lives in {value}",
        "协议覆盖地区 {limit}，借款人所在地区为 {value}",
    ),
    "industry": (
        "The agreement covers industries {limit}; the borrower's is {value}",
        "协议覆盖行业 {limit}，借款人行业为 {value}",
    ),
    "age": ("Age {value} is outside {limit}", "年龄 {value} 不在 {limit} 范围内"),
    "amount": ("Amount {value} is outside {limit}", "金额 {value} 不在 {limit} 范围内"),
    "term": ("Term {value} is outside {limit}", "期限 {value} 不在 {limit} 范围内"),
    "rate": ("Annual rate {value} is above {limit}", "年利率 {value} 高于 {limit}"),
    "all_in": ("All-in rate {value} is above {limit}", "综合融资成本 {value} 高于 {limit}"),
    "whitelist": (
        "The bank and we are not both on each other's list",
        "双方未互相列入合作名单",
    ),
    "exposure_cap": (
        "With this loan the bank would have {value} outstanding; at most {limit} is agreed",
        "加上本笔后银行在贷余额为 {value}，协议上限 {limit}",
    ),
    "borrower_cap": (
        "With this loan the bank would have {value} with one borrower; at most {limit} is agreed",
        "加上本笔后银行对该借款人余额为 {value}，协议上限 {limit}",
    ),
    "quota": (
        "Of the quota ({scope}) {limit} is left; {value} is needed",
        "额度（{scope}）剩余 {limit}，需要 {value}",
    ),
    "closed": (
        "The bank takes applications from {limit}; it is {value}",
        "银行受理时间为 {limit}，当前时间 {value}",
    ),
    "rule": ("{code}: {title}", "{code}：{title_zh}"),
    "consent": (
        "The borrower has not consented that this bank gets the application",
        "借款人尚未同意向该银行提供申请资料",
    ),
    "consent_refused": (
        "The borrower refused that this bank gets the application",
        "借款人不同意向该银行提供申请资料",
    ),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason against a bank: what was found (`value`), agreed (`limit`), and which rule."""

    code: str
    value: str = ""
    limit: str = ""
    scope: str = ""
    rule: str = ""
    rule_title: str = ""
    rule_title_zh: str = ""
    source: str = ""

    @property
    def text(self) -> dict[str, str]:
        """The reason in words, by language."""
        words = {
            "value": self.value or "–",
            "limit": self.limit or "–",
            "scope": self.scope,
            "code": self.rule,
            "title": self.rule_title,
            "title_zh": self.rule_title_zh,
        }
        english, chinese = TEXTS[self.code]
        return {"en": english.format(**words), "zh": chinese.format(**words)}

    def to_json(self) -> dict[str, Any]:
        """Return what is kept with the candidate."""
        kept: dict[str, Any] = {"code": self.code, "text": self.text}
        for name in ("value", "limit", "scope", "rule", "source"):
            if getattr(self, name):
                kept[name] = getattr(self, name)
        return kept
