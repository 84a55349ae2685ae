"""How much an answer leans on what nobody measured."""
