"""The first morning of a bank: a crowd of people, one connection each, and what became of every one of them."""
