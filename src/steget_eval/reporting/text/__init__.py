"""Words and numbers of a report, in Swedish and English from the same raw values."""

from steget_eval.reporting.text import numbers
from steget_eval.reporting.text.cell import LANGUAGES, Cell, Label, Language, key_label, keyed, words
from steget_eval.reporting.text.phrases import code_label, label_text, phrase, phrases
from steget_eval.reporting.text.render import Sentence, render, render_cell
from steget_eval.reporting.text.verbs import Words, forbidden_words, words_of

__all__ = [
    "LANGUAGES", "Cell", "Label", "Language", "Sentence", "Words", "code_label", "forbidden_words", "key_label",
    "keyed", "label_text", "numbers", "phrase", "phrases", "render", "render_cell", "words",
    "words_of",
]  # fmt: skip
