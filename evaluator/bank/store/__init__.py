"""The bank on disk: items, their history and corrections in one SQLite file."""

from evaluator.bank.store.bank import EDITABLE, Bank, Stored, open_bank
from evaluator.bank.store.history import new_run
from evaluator.bank.store.moving import move_bank

__all__ = ["EDITABLE", "Bank", "Stored", "move_bank", "new_run", "open_bank"]
