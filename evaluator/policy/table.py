"""The table of roles and actions, and which action each page and each scope of the API needs.

Roles are off unless the settings name some: then everybody at the machine may do everything, as one person on a laptop does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, get_args

from evaluator.errors import InputError
from evaluator.settings import Role, Settings

Action = Literal[
    "read",  # one's own records
    "practise",  # practice, sittings, and the gradings that belong to them
    "appeal",
    "note",
    "grade",
    "interview",
    "override",  # correct points of records that one sees
    "delete",
    "read_all",  # other people's records
    "review",  # mark as reviewed
    "decide",  # assign, decide and close appeals
    "sample",
    "edit_bank",
    "edit_rubrics",
    "calibrate",
    "settings",  # model, keys, budget
    "administer",  # one person's data, the whole audit log, metrics
]
ACTIONS: tuple[Action, ...] = get_args(Action)
ROLES: tuple[Role, ...] = get_args(Role)

_TRAINEE: frozenset[Action] = frozenset({"read", "practise", "appeal", "note"})
_GRADER: frozenset[Action] = _TRAINEE | {"grade", "interview", "override", "delete"}
_REVIEWER: frozenset[Action] = _GRADER | {"read_all", "review", "decide", "sample"}
_TRAINER: frozenset[Action] = _GRADER | {"read_all", "review", "edit_bank", "edit_rubrics", "calibrate"}
TABLE: Mapping[Role, frozenset[Action]] = {
    "trainee": _TRAINEE,
    "grader": _GRADER,
    "reviewer": _REVIEWER,
    "trainer": _TRAINER,
    "administrator": frozenset(ACTIONS),
}

PAGES: Mapping[str, Action] = {
    "home": "read",
    "grade": "grade",
    "batch": "grade",
    "dashboard": "grade",
    "history": "read",
    "interview": "interview",
    "practice": "practise",
    "paper": "practise",
    "bank": "edit_bank",
    "calibration": "calibrate",
    "settings": "settings",
}
API: Mapping[str, Action] = {  # by the scope that a route asks for
    "grade": "grade",
    "batch": "grade",
    "read": "read",
    "override": "override",
    "decide": "grade",
    "metrics": "administer",
}


class Account(NamedTuple):
    """Somebody at the page or behind a key: the owner of their records, and their role; None where roles are off."""

    owner: str
    role: Role | None


def account_of(settings: Settings, owner: str, *, signed_in: bool) -> Account:
    """The account of somebody at the page.

    With roles on, somebody signed in who is not listed has the default role. Raises InputError for somebody who is not signed
    in: a cookie proves nothing.
    """
    if not settings.roles:
        return Account(owner, None)
    if not signed_in:
        raise InputError("policy_sign_in")
    named = (role for role, people in settings.roles.items() if owner.casefold() in map(str.casefold, people))
    return Account(owner, next(named, settings.default_role))


def allows(account: Account, action: Action) -> bool:
    """Whether the account's role has this action."""
    return account.role is None or action in TABLE[account.role]


def require(account: Account, action: Action) -> None:
    """InputError where the account's role does not have this action."""
    if not allows(account, action):
        raise InputError("policy_forbidden", role=account.role, action=action)


def may_see(account: Account, owner: str) -> bool:
    """Whether the account may see records of `owner`: its own, and everybody's with `read_all`."""
    return account.role is None or owner == account.owner or allows(account, "read_all")
