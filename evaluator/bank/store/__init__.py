"""The bank on disk: items, their history and corrections, one SQLite file."""

from evaluator.bank.store.bank import EDITABLE, Bank, Stored, open_bank

__all__ = ["EDITABLE", "Bank", "Stored", "open_bank"]
