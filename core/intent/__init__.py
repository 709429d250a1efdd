"""Which flow a message wants."""
