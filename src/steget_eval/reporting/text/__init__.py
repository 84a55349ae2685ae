"""Words and numbers of a report, in Swedish and English from the same raw values."""

from steget_eval.reporting.text import numbers
from steget_eval.reporting.text.cell import LANGUAGES, Cell, Label, Language, key_label, keyed, words
from steget_eval.reporting.text.phrases import code_label, label_text, phrase, phrases
from steget_eval.reporting.text.plural import Said
from steget_eval.reporting.text.render import Sentence, capital, limits_text, render, render_cell, value_text
from steget_eval.reporting.text.verbs import Words, forbidden_words, words_of

__all__ = [
    "LANGUAGES", "Cell", "Label", "Language", "Said", "Sentence", "Words", "capital", "code_label", "forbidden_words",
    "key_label", "keyed", "label_text", "limits_text", "numbers", "phrase", "phrases", "render", "render_cell",
    "value_text", "words", "words_of",
]  # fmt: skip
