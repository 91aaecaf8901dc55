"""Who may do what: the table of roles and actions, and records that hold to it. Pages and API ask nothing else."""

from evaluator.policy.guarded import NEEDS, guard
from evaluator.policy.table import (
    ACTIONS,
    API,
    PAGES,
    ROLES,
    TABLE,
    Account,
    Action,
    Role,
    account_of,
    allows,
    may_see,
    require,
)

__all__ = [
    "ACTIONS",
    "API",
    "NEEDS",
    "PAGES",
    "ROLES",
    "TABLE",
    "Account",
    "Action",
    "Role",
    "account_of",
    "allows",
    "guard",
    "may_see",
    "require",
]
