"""The tables of real programmes and what they may hold."""

from steget_eval.records.card import RecordsCard
from steget_eval.records.records import Records
from steget_eval.records.stored import StoredRecords
from steget_eval.records.tables import TABLES, Column, TableSchema

__all__ = ["TABLES", "Column", "Records", "RecordsCard", "StoredRecords", "TableSchema"]
